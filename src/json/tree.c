/*
 * Trees made and looked into, whoever built them. Members are found by walking: objects are small where it matters, and a
 * walk leaves nothing to keep up to date when a tree is edited.
 */
#include "json/reader.h"

struct json_value *json_member_bytes(const struct json_value *object, struct bytes key)
{
    if (object == NULL || object->kind != JSON_OBJECT)
        return NULL;
    for (struct json_value *member = object->first; member != NULL; member = member->next)
        if (bytes_equal(member->key, key))
            return member;
    return NULL;
}

struct json_value *json_member(const struct json_value *object, const char *key)
{
    return json_member_bytes(object, bytes_from(key));
}

bool json_int64(const struct json_value *value, int64_t *number)
{
    return value != NULL && value->kind == JSON_NUMBER && value->integer && bytes_to_int64(value->text, number);
}

struct json_value *json_new(struct arena *arena, enum json_kind kind)
{
    struct json_value *value = ARENA_NEW(arena, struct json_value);

    if (value != NULL)
        value->kind = kind;
    return value;
}

struct json_value *json_new_string(struct arena *arena, struct bytes text)
{
    struct json_value *value = json_new(arena, JSON_STRING);

    if (value != NULL)
        value->text = text;
    return value;
}

struct json_value *json_new_boolean(struct arena *arena, bool boolean)
{
    struct json_value *value = json_new(arena, JSON_BOOLEAN);

    if (value != NULL)
        value->boolean = boolean;
    return value;
}

struct json_value *json_new_integer(struct arena *arena, int64_t number)
{
    struct json_value *value = json_new(arena, JSON_NUMBER);
    struct bytes text = arena_printf(arena, "%lld", (long long) number);

    if (value == NULL || text.data == NULL)
        return NULL;
    value->integer = true;
    value->text = text;
    return value;
}

void json_append(struct json_value *parent, struct json_value *child)
{
    struct json_value *last = parent->first;

    if (last != NULL) {
        if (parent->last != NULL)
            last = parent->last;
        while (last->next != NULL)
            last = last->next;
        last->next = child;
    } else
        parent->first = child;
    child->next = NULL;
    parent->last = child;
    parent->count++;
}

/* Recursion is bounded: nothing nests deeper than what the reader let in and the program put around it. */
struct json_value *json_copy(struct arena *arena, const struct json_value *value)
{
    struct json_value *copy = json_new(arena, value->kind);

    if (copy == NULL)
        return NULL;
    copy->boolean = value->boolean;
    copy->integer = value->integer;
    if (value->kind == JSON_STRING || value->kind == JSON_NUMBER)
        copy->text = arena_copy(arena, value->text);
    if (value->key.data != NULL)
        copy->key = arena_copy(arena, value->key);
    for (const struct json_value *child = value->first; child != NULL; child = child->next) {
        struct json_value *child_copy = json_copy(arena, child);
        if (child_copy == NULL)
            return NULL;
        json_append(copy, child_copy);
    }
    return arena_overflowed(arena) ? NULL : copy;
}

const char *json_kind_name(enum json_kind kind)
{
    switch (kind) {
    case JSON_NULL: return "null";
    case JSON_BOOLEAN: return "a boolean";
    case JSON_NUMBER: return "a number";
    case JSON_STRING: return "a string";
    case JSON_ARRAY: return "an array";
    case JSON_OBJECT: return "an object";
    }
    return "nothing";
}
