/*
 * A place must be the same when a list comes back reordered and with nulls where secrets were. So an item is known by its
 * `name` or `key` rather than by its index, but only by a text that everybody may read and that comes back: not by one that is
 * itself sealed for its form (it would also put the secret into the place), not by a member that the type does not name (it is
 * sealed).
 *
 * Header names ignore letter case, hence `name` is lower-cased (ASCII); a `key` of a property list is taken as it is.
 * Equal names are numbered by sorting, not by hashing: a caller can choose names that collide.
 */
#include "registry/settings_work.h"

#include <stdlib.h>
#include <string.h>

/* '~' and '/' as JSON Pointer wants them. */
static void add_escaped(struct buf *buf, struct bytes text)
{
    size_t from = 0;

    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '~' || text.data[i] == '/') {
            buf_add(buf, bytes_slice(text, from, i));
            buf_add_string(buf, text.data[i] == '~' ? "~0" : "~1");
            from = i + 1;
        }
    }
    buf_add(buf, bytes_slice(text, from, text.length));
}

void settings_add_token(struct buf *buf, const struct settings_position *position)
{
    if (position->step != STEP_ITEM) {
        add_escaped(buf, position->name);
        return;
    }
    if (position->repeat == 0) {
        buf_printf(buf, "%zu", position->index);
        return;
    }
    buf_add_char(buf, '[');
    add_escaped(buf, position->name);
    buf_add_char(buf, ']');
    if (position->repeat > 1) {
        buf_printf(buf, "#%zu", position->repeat);
    }
}

/* Recursion is as deep as the reader's limit on nesting. */
static void add_place(struct buf *buf, const struct settings_position *position)
{
    if (position->parent != NULL) {
        add_place(buf, position->parent);
    }
    buf_add_char(buf, '/');
    settings_add_token(buf, position);
}

/* About as long as the place or path will be. */
static size_t length_of(const struct settings_position *position)
{
    size_t length = 0;

    for (; position != NULL; position = position->parent) {
        length += position->name.length + 8;
    }
    return length;
}

/* A key may be as long as a body, and every one of very many places below it repeats it: nothing is looked at once the arena is
 * full. */
struct bytes settings_place_of(struct arena *arena, const struct settings_position *position)
{
    struct buf buf;

    buf_init(&buf, arena, length_of(position));
    if (!buf.failed) {
        add_place(&buf, position);
    }
    return buf_bytes(&buf);
}

static void add_quoted(struct buf *buf, struct bytes key)
{
    size_t from = 0;

    buf_add_string(buf, "[\"");
    for (size_t i = 0; i < key.length; i++) {
        if (key.data[i] == '"' || key.data[i] == '\\') {
            buf_add(buf, bytes_slice(key, from, i));
            buf_add_char(buf, '\\');
            from = i;
        }
    }
    buf_add(buf, bytes_slice(key, from, key.length));
    buf_add_string(buf, "\"]");
}

static void add_path(struct buf *buf, const struct settings_position *position)
{
    if (position->parent != NULL) {
        add_path(buf, position->parent);
    }
    switch (position->step) {
    case STEP_MEMBER:
        if (position->parent != NULL) {
            buf_add_char(buf, '.');
        }
        buf_add(buf, position->name);
        break;
    case STEP_KEY:
        add_quoted(buf, position->name);
        break;
    case STEP_ITEM:
        buf_printf(buf, "[%zu]", position->index);
        break;
    }
}

struct bytes settings_path_of(struct arena *arena, const struct settings_position *position)
{
    struct buf buf;

    buf_init(&buf, arena, length_of(position));
    if (!buf.failed) {
        add_path(&buf, position);
    }
    return buf_bytes(&buf);
}

static struct bytes lower_cased(struct arena *arena, struct bytes text)
{
    char *data = arena_alloc(arena, text.length);

    if (data == NULL) {
        return (struct bytes){NULL, 0};
    }
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        data[i] = c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
    }
    return (struct bytes){data, text.length};
}

/* What the item's member of that name will be in the readable settings, if that is a text by which it can be known. */
static struct bytes readable_name(struct arena *arena, const struct json_value *item, const struct type_field *field,
                                  const char *member)
{
    const struct json_value *value = json_member(item, member);

    if (field != NULL && field->members != NULL) {
        const struct type_field *declared = type_field_find(field->members, field->member_count, bytes_from(member));
        if (declared == NULL || declared->kind != TYPE_STRING || declared->secret) {
            return (struct bytes){NULL, 0};
        }
        value = settings_tidy(arena, declared, value != NULL && value->kind == JSON_NULL ? NULL : value, NULL);
        value = value == NULL ? declared->default_value : value;
    }
    if (value == NULL || value->kind != JSON_STRING || value->text.length == 0 || settings_text_is_secret(value->text)) {
        return (struct bytes){NULL, 0};
    }
    return value->text;
}

static struct bytes name_item(struct arena *arena, const struct json_value *item, const struct type_field *field)
{
    struct bytes name = readable_name(arena, item, field, "name");

    return name.length > 0 ? lower_cased(arena, name) : readable_name(arena, item, field, "key");
}

static int compare_bytes(struct bytes a, struct bytes b)
{
    int order = memcmp(a.data, b.data, a.length < b.length ? a.length : b.length);

    return order != 0 ? order : a.length < b.length ? -1 : a.length > b.length;
}

/* By name, equal names in the array's order. */
static int compare_items(const void *left, const void *right)
{
    const struct settings_item *a = *(struct settings_item *const *) left;
    const struct settings_item *b = *(struct settings_item *const *) right;
    int order = compare_bytes(a->name, b->name);

    return order != 0 ? order : a < b ? -1 : a > b;
}

static void number_repeats(struct arena *arena, struct settings_item *items, size_t count, size_t named)
{
    struct settings_item **sorted = ARENA_ARRAY(arena, struct settings_item *, named);
    size_t at = 0;

    if (sorted == NULL) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (items[i].name.length > 0) {
            sorted[at++] = &items[i];
        }
    }
    qsort(sorted, named, sizeof(struct settings_item *), compare_items);
    for (size_t i = 0; i < named; i++) {
        sorted[i]->repeat = i > 0 && bytes_equal(sorted[i]->name, sorted[i - 1]->name) ? sorted[i - 1]->repeat + 1 : 1;
    }
}

struct settings_item *settings_name_items(struct arena *arena, const struct json_value *array, const struct type_field *field)
{
    struct settings_item *items = NULL;
    size_t index = 0, named = 0;

    for (const struct json_value *item = array->first; item != NULL; item = item->next, index++) {
        struct bytes name = item->kind == JSON_OBJECT ? name_item(arena, item, field) : (struct bytes){NULL, 0};
        if (name.length == 0) {
            continue;
        }
        if (items == NULL) {
            items = ARENA_ARRAY(arena, struct settings_item, array->count);
            if (items == NULL) {
                return NULL;
            }
        }
        items[index].name = name;
        named++;
    }
    if (named > 0) {
        number_repeats(arena, items, array->count, named);
    }
    return items;
}

struct settings_position settings_item_position(const struct settings_position *parent, const struct settings_item *items,
                                                size_t index)
{
    struct settings_position position = {.parent = parent, .step = STEP_ITEM, .index = index};

    if (items != NULL) {
        position.name = items[index].name;
        position.repeat = items[index].repeat;
    }
    return position;
}
