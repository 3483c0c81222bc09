/*
 * Children are a linked list, so a place is the link that points at the child; inserting and removing change that link. Every loop pays for its
 * steps from one purse: a patch of many operations on a long array, or a test of two large objects in different order, would else be quadratic.
 */
#include "json/patch.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct patching {
    struct json_value **document;
    const struct json_patch_limits *limits;
    size_t steps; /* left */
    struct arena *arena;
    const char *why; /* the operation fails */
};

/* Where a pointer leads: the last token within its parent. */
struct place {
    struct json_value *parent; /* NULL: the whole document */
    struct json_value **link;  /* points at the child, or where it would be hung; NULL: no such place in an array */
    struct bytes token;
    unsigned depth;            /* how many containers are around it */
};

static bool fail(struct patching *patching, const char *why)
{
    if (patching->why == NULL) {
        patching->why = why;
    }
    return false;
}

static bool step(struct patching *patching)
{
    if (patching->steps == 0) {
        return fail(patching, "takes too many steps");
    }
    patching->steps--;
    return true;
}

/* ---- pointers ---- */

static bool unescape(struct patching *patching, struct bytes *token)
{
    struct buf buf;

    if (token->length == 0 || memchr(token->data, '~', token->length) == NULL) {
        return true;
    }
    buf_init(&buf, patching->arena, token->length);
    for (size_t i = 0; i < token->length; i++) {
        char c = token->data[i];
        if (c == '~') {
            i++;
            if (i == token->length || (token->data[i] != '0' && token->data[i] != '1')) {
                return fail(patching, "has a pointer with a bad escape");
            }
            c = token->data[i] == '0' ? '~' : '/';
        }
        buf_add_char(&buf, c);
    }
    *token = buf_bytes(&buf);
    return token->data != NULL;
}

/* Cuts the next token off a pointer that begins with '/'. */
static bool next_token(struct patching *patching, struct bytes *pointer, struct bytes *token)
{
    struct bytes rest = bytes_slice(*pointer, 1, pointer->length);
    const char *slash = rest.length == 0 ? NULL : memchr(rest.data, '/', rest.length);
    size_t end = slash == NULL ? rest.length : (size_t) (slash - rest.data);

    *token = bytes_slice(rest, 0, end);
    *pointer = bytes_slice(rest, end, rest.length);
    return step(patching) && unescape(patching, token);
}

/* 0, or digits without a leading zero. */
static bool index_of(struct bytes token, size_t *index)
{
    int64_t number;

    if (token.length == 0 || token.data[0] < '0' || token.data[0] > '9' || (token.data[0] == '0' && token.length > 1)
        || !bytes_to_int64(token, &number)) {
        return false;
    }
    *index = (size_t) number;
    return true;
}

static struct json_value **find_member(struct patching *patching, struct json_value *object, struct bytes key)
{
    struct json_value **link = &object->first;

    while (*link != NULL && !bytes_equal((*link)->key, key)) {
        if (!step(patching)) {
            return NULL;
        }
        link = &(*link)->next;
    }
    return link;
}

/* The link of an item, or of the end for the index after the last and for "-". NULL: no such place. */
static struct json_value **find_item(struct patching *patching, struct json_value *array, struct bytes token)
{
    struct json_value **link = &array->first;
    size_t index;

    if (bytes_is(token, "-")) {
        index = array->count;
    } else if (!index_of(token, &index) || index > array->count) {
        return NULL;
    }
    for (; index > 0; index--) {
        if (!step(patching)) {
            return NULL;
        }
        link = &(*link)->next;
    }
    return link;
}

static bool locate(struct patching *patching, struct bytes pointer, struct place *place)
{
    struct json_value *value = *patching->document;

    *place = (struct place){.link = patching->document};
    if (pointer.length > 0 && pointer.data[0] != '/') {
        return fail(patching, "has a pointer that does not begin with a slash");
    }
    while (pointer.length > 0) {
        if (value == NULL || (value->kind != JSON_OBJECT && value->kind != JSON_ARRAY)) {
            return fail(patching, "points into nothing");
        }
        place->parent = value;
        place->depth++;
        if (!next_token(patching, &pointer, &place->token)) {
            return false;
        }
        place->link = value->kind == JSON_OBJECT ? find_member(patching, value, place->token) : find_item(patching, value, place->token);
        value = place->link == NULL ? NULL : *place->link;
    }
    return patching->why == NULL;
}

static bool locate_existing(struct patching *patching, struct bytes pointer, struct place *place)
{
    return locate(patching, pointer, place) && ((place->link != NULL && *place->link != NULL) || fail(patching, "points at nothing"));
}

/* ---- values ---- */

static unsigned depth_of(struct patching *patching, const struct json_value *value)
{
    unsigned deepest = 0;

    for (const struct json_value *child = value->first; child != NULL && step(patching); child = child->next) {
        unsigned depth = depth_of(patching, child);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (value->kind == JSON_OBJECT || value->kind == JSON_ARRAY);
}

static struct json_value *copy_of(struct patching *patching, const struct json_value *value)
{
    (void) depth_of(patching, value); /* pays for it */
    return patching->why != NULL ? NULL : json_copy(patching->arena, value);
}

static bool same_numbers(const struct json_value *a, const struct json_value *b)
{
    char left[512], right[512];
    int64_t x, y;

    if (bytes_equal(a->text, b->text)) {
        return true;
    }
    if (json_int64(a, &x) && json_int64(b, &y)) {
        return x == y;
    }
    if (a->text.length >= sizeof left || b->text.length >= sizeof right) {
        return false;
    }
    memcpy(left, a->text.data, a->text.length);
    left[a->text.length] = '\0';
    memcpy(right, b->text.data, b->text.length);
    right[b->text.length] = '\0';
    double first = strtod(left, NULL), second = strtod(right, NULL);
    return !(first < second) && !(first > second);
}

static bool same(struct patching *patching, const struct json_value *a, const struct json_value *b);

/* Members in any order; those in the same order are found at once. */
static bool same_members(struct patching *patching, const struct json_value *a, const struct json_value *b)
{
    const struct json_value *guess = b->first;

    for (const struct json_value *member = a->first; member != NULL; member = member->next) {
        const struct json_value *other = guess;
        if (other == NULL || !bytes_equal(other->key, member->key)) {
            for (other = b->first; other != NULL && step(patching) && !bytes_equal(other->key, member->key);) {
                other = other->next;
            }
        }
        if (other == NULL || !same(patching, member, other)) {
            return false;
        }
        guess = other->next;
    }
    return true;
}

static bool same(struct patching *patching, const struct json_value *a, const struct json_value *b)
{
    if (!step(patching) || a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case JSON_NULL:
        return true;
    case JSON_BOOLEAN:
        return a->boolean == b->boolean;
    case JSON_NUMBER:
        return same_numbers(a, b);
    case JSON_STRING:
        return bytes_equal(a->text, b->text);
    case JSON_OBJECT:
        return a->count == b->count && same_members(patching, a, b);
    case JSON_ARRAY:
        break;
    }
    if (a->count != b->count) {
        return false;
    }
    const struct json_value *other = b->first;
    for (const struct json_value *item = a->first; item != NULL; item = item->next, other = other->next) {
        if (!same(patching, item, other)) {
            return false;
        }
    }
    return true;
}

/* ---- operations ---- */

/* The child at the place, cut out. */
static struct json_value *cut(struct place *place)
{
    struct json_value *child = *place->link;

    *place->link = child->next;
    child->next = NULL;
    place->parent->count--;
    place->parent->last = NULL;
    return child;
}

/* `value` is ours already. An existing member is replaced, an item is put before the one at its index. */
static bool put(struct patching *patching, struct place *place, struct json_value *value, bool replaces)
{
    if (value == NULL) {
        return fail(patching, "is too large");
    }
    if (place->depth + depth_of(patching, value) > patching->limits->depth) {
        return fail(patching, "nests too deeply");
    }
    if (place->parent == NULL) {
        value->key = (struct bytes){NULL, 0};
        value->next = NULL;
        *patching->document = value;
        return true;
    }
    if (place->link == NULL) {
        return fail(patching, "points at no place of the array");
    }
    bool is_member = place->parent->kind == JSON_OBJECT;
    if (*place->link != NULL && (is_member || replaces)) {
        (void) cut(place);
    }
    value->key = is_member ? place->token : (struct bytes){NULL, 0};
    value->next = *place->link;
    *place->link = value;
    place->parent->count++;
    place->parent->last = NULL;
    return true;
}

static bool add(struct patching *patching, struct bytes path, struct json_value *value)
{
    struct place place;

    return locate(patching, path, &place) && put(patching, &place, value, false);
}

static bool remove_at(struct patching *patching, struct bytes path, struct json_value **removed)
{
    struct place place;

    if (!locate_existing(patching, path, &place)) {
        return false;
    }
    if (place.parent == NULL) {
        return fail(patching, "takes away the whole document");
    }
    *removed = cut(&place);
    return true;
}

static bool move(struct patching *patching, struct bytes from, struct bytes path)
{
    struct place place;
    struct json_value *value;

    if (bytes_equal(from, path)) {
        return locate_existing(patching, from, &place);
    }
    if (path.length > from.length && path.data[from.length] == '/' && (from.length == 0 || memcmp(path.data, from.data, from.length) == 0)) {
        return fail(patching, "moves a value into itself");
    }
    return remove_at(patching, from, &value) && add(patching, path, value);
}

static bool copy(struct patching *patching, struct bytes from, struct bytes path)
{
    struct place place;

    return locate_existing(patching, from, &place) && add(patching, path, copy_of(patching, *place.link));
}

static bool replace(struct patching *patching, struct bytes path, const struct json_value *value)
{
    struct place place;

    return locate_existing(patching, path, &place) && put(patching, &place, copy_of(patching, value), true);
}

static bool test(struct patching *patching, struct bytes path, const struct json_value *value)
{
    struct place place;

    return locate_existing(patching, path, &place) && (same(patching, *place.link, value) || fail(patching, "does not hold"));
}

static bool text_member(struct patching *patching, const struct json_value *operation, const char *name, struct bytes *text)
{
    const struct json_value *member = json_member(operation, name);

    if (member == NULL || member->kind != JSON_STRING) {
        return fail(patching, strcmp(name, "op") == 0 ? "has no op" : strcmp(name, "path") == 0 ? "has no path" : "has no from");
    }
    *text = member->text;
    return true;
}

static bool apply(struct patching *patching, const struct json_value *operation)
{
    const struct json_value *value = json_member(operation, "value");
    struct json_value *removed;
    struct bytes op, path, from = BYTES("");

    if (operation->kind != JSON_OBJECT) {
        return fail(patching, "is no object");
    }
    if (!text_member(patching, operation, "op", &op) || !text_member(patching, operation, "path", &path)) {
        return false;
    }
    if ((bytes_is(op, "move") || bytes_is(op, "copy")) && !text_member(patching, operation, "from", &from)) {
        return false;
    }
    if ((bytes_is(op, "add") || bytes_is(op, "replace") || bytes_is(op, "test")) && value == NULL) {
        return fail(patching, "has no value");
    }
    if (bytes_is(op, "add")) {
        return add(patching, path, copy_of(patching, value));
    }
    if (bytes_is(op, "remove")) {
        return remove_at(patching, path, &removed);
    }
    if (bytes_is(op, "replace")) {
        return replace(patching, path, value);
    }
    if (bytes_is(op, "move")) {
        return move(patching, from, path);
    }
    if (bytes_is(op, "copy")) {
        return copy(patching, from, path);
    }
    return bytes_is(op, "test") ? test(patching, path, value) : fail(patching, "has an unknown op");
}

bool json_patch(struct json_value **document, const struct json_value *patch, const struct json_patch_limits *limits, struct arena *arena,
                struct fault *fault)
{
    struct patching patching = {.document = document, .limits = limits, .steps = limits->steps, .arena = arena};
    size_t index = 0;

    if (patch->kind != JSON_ARRAY) {
        return fault_set(fault, FAULT_INVALID, "a JSON Patch must be an array of operations");
    }
    for (const struct json_value *operation = patch->first; operation != NULL; operation = operation->next, index++) {
        bool applied = apply(&patching, operation);
        if (arena_overflowed(arena)) {
            return fault_set(fault, FAULT_TOO_LARGE, "the patched document is too large");
        }
        if (!applied || patching.why != NULL) {
            return fault_set(fault, FAULT_INVALID, "operation %zu of the JSON Patch %s", index, patching.why != NULL ? patching.why : "fails");
        }
    }
    return true;
}
