/*
 * A template that leads nowhere fails its item: a change made with a hole in it would be worse than none.
 */
#include "api/catalog/template.h"

#include <string.h>

#include "base/buf.h"
#include "http/url.h"

static const struct json_limits answer_limits = {.depth = 96};

void template_remember(struct template_scope *scope, struct bytes name, struct bytes answer)
{
    if (name.data != NULL && scope->count < TEMPLATE_LABELS_MAX) {
        scope->labels[scope->count++] = (struct template_label){.name = name, .answer = answer};
    }
}

static const struct json_value *complain(struct template_scope *scope, const char *complaint)
{
    scope->complaint = complaint;
    return NULL;
}

/* The id in ["@/connections/ID"] or {"ID": {...}}. */
static const struct json_value *id_of(struct template_scope *scope, const struct json_value *answer)
{
    const struct json_value *only = answer->count == 1 ? answer->first : NULL;
    size_t from;

    if (only != NULL && answer->kind == JSON_OBJECT && only->kind == JSON_OBJECT) {
        return json_new_string(scope->arena, only->key);
    }
    if (only == NULL || answer->kind != JSON_ARRAY || only->kind != JSON_STRING || !bytes_starts(only->text, "@/")) {
        return NULL;
    }
    for (from = only->text.length; only->text.data[from - 1] != '/'; from--) {
    }
    return json_new_string(scope->arena, bytes_slice(only->text, from, only->text.length));
}

/* A member of that whole name, else step by step. */
static const struct json_value *walk(const struct json_value *value, struct bytes path)
{
    const struct json_value *whole = json_member_bytes(value, path);
    struct bytes name;

    if (whole != NULL || !bytes_cut(&path, '.', &name) || path.length == 0) {
        return whole;
    }
    value = json_member_bytes(value, name);
    return value == NULL ? NULL : walk(value, path);
}

static const struct json_value *find(struct template_scope *scope, struct bytes label, struct bytes attribute)
{
    struct fault fault;
    const struct json_value *found;

    for (size_t i = 0; i < scope->count; i++) {
        struct template_label *known = &scope->labels[i];
        if (!bytes_equal(known->name, label)) {
            continue;
        }
        if (known->tree == NULL && !json_read(&known->tree, known->answer, &answer_limits, scope->arena, &fault)) {
            return complain(scope, "A template asks for an attribute of an answer without one.");
        }
        found = walk(known->tree, attribute);
        if (found == NULL && known->tree->kind == JSON_OBJECT && known->tree->count == 1) {
            found = walk(known->tree->first, attribute);
        }
        if (found == NULL && bytes_is(attribute, "id")) {
            found = id_of(scope, known->tree);
        }
        return found != NULL ? found : complain(scope, "A template asks for an attribute that the answer does not have.");
    }
    return complain(scope, "A template names no earlier item.");
}

/* The next template in the text: *before is what stands before it. False: there is none. */
static bool next_template(struct bytes *text, struct bytes *before, struct bytes *label, struct bytes *attribute)
{
    for (size_t from = 0; from + 1 < text->length; from++) {
        if (text->data[from] != '<' || text->data[from + 1] != '<') {
            continue;
        }
        for (size_t to = from + 2; to + 1 < text->length; to++) {
            if (text->data[to] == '>' && text->data[to + 1] == '>') {
                struct bytes inner = bytes_slice(*text, from + 2, to);
                if (memchr(inner.data, '.', inner.length) == NULL || !bytes_cut(&inner, '.', label) || label->length == 0 || inner.length == 0) {
                    break;
                }
                *attribute = inner;
                *before = bytes_slice(*text, 0, from);
                *text = bytes_slice(*text, to + 2, text->length);
                return true;
            }
        }
    }
    return false;
}

static bool add_value(struct template_scope *scope, struct buf *buf, const struct json_value *value, bool in_path)
{
    struct bytes text;

    switch (value->kind) {
    case JSON_STRING:
    case JSON_NUMBER:
        text = value->text;
        break;
    case JSON_BOOLEAN:
        text = value->boolean ? BYTES("true") : BYTES("false");
        break;
    default:
        (void) complain(scope, "A template within a text must lead to a text, a number or a boolean.");
        return false;
    }
    buf_add(buf, in_path ? url_encode(text, scope->arena) : text);
    return true;
}

/* *whole: the text is one template and nothing else; then its value. */
static bool fill_text(struct template_scope *scope, struct bytes text, bool in_path, struct bytes *filled, const struct json_value **whole)
{
    struct bytes rest = text;
    struct bytes before, label, attribute;
    struct buf buf;
    bool any = false;

    *whole = NULL;
    buf_init(&buf, scope->arena, text.length + 32);
    while (next_template(&rest, &before, &label, &attribute)) {
        const struct json_value *value = find(scope, label, attribute);
        if (value == NULL) {
            return false;
        }
        if (!any && !in_path && before.length == 0 && rest.length == 0) {
            *whole = value;
            return true;
        }
        any = true;
        buf_add(&buf, before);
        if (!add_value(scope, &buf, value, in_path)) {
            return false;
        }
    }
    buf_add(&buf, rest);
    *filled = any ? buf_bytes(&buf) : text;
    return filled->data != NULL || filled->length == 0;
}

bool template_fill_path(struct template_scope *scope, struct bytes path, struct bytes *filled)
{
    const struct json_value *whole;

    return fill_text(scope, path, true, filled, &whole) && filled->data != NULL;
}

struct json_value *template_fill(struct template_scope *scope, const struct json_value *value)
{
    struct json_value *copy = json_new(scope->arena, value->kind);
    const struct json_value *whole;

    if (copy == NULL) {
        return NULL;
    }
    if (value->kind == JSON_STRING) {
        if (!fill_text(scope, value->text, false, &copy->text, &whole)) {
            return NULL;
        }
        copy = whole != NULL ? json_copy(scope->arena, whole) : copy;
        if (copy != NULL) {
            copy->next = NULL;
        }
    } else if (value->kind == JSON_ARRAY || value->kind == JSON_OBJECT) {
        for (const struct json_value *child = value->first; child != NULL; child = child->next) {
            struct json_value *filled = template_fill(scope, child);
            if (filled == NULL) {
                return NULL;
            }
            filled->key = child->key;
            json_append(copy, filled);
        }
    } else {
        *copy = *value;
        copy->next = NULL;
    }
    return copy;
}
