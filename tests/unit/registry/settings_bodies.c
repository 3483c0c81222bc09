/* Texts are chosen among those that have broken something somewhere: `$`, quotes, masks, slashes, `%2F`, emoji. */
#include "tests/unit/registry/settings_bodies.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

static const char *const plain_texts[] = {
    "x",
    "",
    "a b",
    " lead and trail ",
    "quote\" and \\ back",
    "$HOME ${x} $$",
    "%2F %00",
    "\xf0\x9f\x98\x80 \xc3\xa9",
    "null",
    "0",
    "/",
    "//a",
    "tab\tline\n",
    "<&>'",
    "**",
    "{0}",
    "a=b",
    "u@example.com",
    "http://example.com:80/a?b=c#d",
    "\x7f",
};
static const char *const secret_texts[] = {
    "http://u:p@example.com/",        "password=p\"$\\", "jdbc:x://u:p\xc3\xa9@h", "{\"token\":\"t\"}",
    "-----BEGIN PRIVATE KEY-----\nx",
};
static const char *const names[] = {
    "Authorization", "authorization", "AUTHORIZATION", "Accept", "X-Api-Key", "a/b~c", "a/b~c", "http://u:p@h", "",
    "db.password",   "[a]#2",         "key",
};

#define PICK(array, state) ((array)[unit_random_below((state), sizeof(array) / sizeof((array)[0]))])

void bodies_drop(struct json_value *object, const char *key)
{
    for (struct json_value **link = &object->first; *link != NULL; link = &(*link)->next) {
        if (bytes_is((*link)->key, key)) {
            *link = (*link)->next;
            object->count--;
            object->last = NULL;
            return;
        }
    }
}

void bodies_put(struct json_value *object, const char *key, struct json_value *value)
{
    struct json_value *old = json_member(object, key);

    if (old != NULL) {
        struct json_value *next = old->next;
        struct bytes name = old->key;
        *old = *value;
        old->next = next;
        old->key = name;
        return;
    }
    value->key = bytes_from(key);
    json_append(object, value);
}

static struct json_value *text(const char *string)
{
    return json_new_string(support_arena, bytes_from(string));
}

static bool fits(const struct type_field *field, const char *string)
{
    size_t characters = 0;

    bytes_utf8(bytes_from(string), &characters);
    return characters >= field->minimum_length && (field->maximum_length == 0 || characters <= field->maximum_length)
           && (field->compiled_pattern == NULL || regexec(field->compiled_pattern, string, 0, NULL, 0) == 0);
}

static struct json_value *smallest_text(const struct type_field *field)
{
    static const char *const candidates[] = {"x", "12345678", "ldap://host:389", "https://host/",
                                             "a text of more than thirty-two characters"};

    if (field->choices != NULL) {
        return json_copy(support_arena, field->choices->first);
    }
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        if (fits(field, candidates[i])) {
            return text(candidates[i]);
        }
    }
    ck_abort_msg("no candidate fits %s: add one that does", field->name);
    return NULL;
}

static struct json_value *smallest_integer(const struct type_field *field)
{
    if (field->choices != NULL) {
        return json_copy(support_arena, field->choices->first);
    }
    return json_new_integer(support_arena, field->has_minimum                         ? field->minimum
                                           : field->has_maximum && field->maximum < 0 ? field->maximum
                                                                                      : 0);
}

static struct json_value *smallest_array(const struct type_field *field, bool full)
{
    struct json_value *array = json_new(support_arena, JSON_ARRAY);
    size_t count = full && field->minimum_items == 0 ? 1 : field->minimum_items;

    for (size_t i = 0; i < count; i++) {
        json_append(array, field->items == NULL ? text("x") : bodies_smallest(field->items, full));
    }
    return array;
}

static struct json_value *smallest_object(const struct type_field *field, bool full)
{
    struct json_value *object = json_new(support_arena, JSON_OBJECT);

    for (size_t i = 0; i < field->member_count; i++) {
        if (full || (field->members[i].required && field->members[i].default_value == NULL)) {
            bodies_put(object, field->members[i].name, bodies_smallest(&field->members[i], full));
        }
    }
    if (field->one_true != NULL) {
        bodies_put(object, arena_copy(support_arena, field->one_true->first->text).data, json_new_boolean(support_arena, true));
    }
    for (const struct json_value *key = field->map_must_contain == NULL ? NULL : field->map_must_contain->first; key != NULL;
         key = key->next) {
        bodies_put(object, arena_copy(support_arena, key->text).data, bodies_smallest(field->map_values, full));
    }
    if (full && field->map_values != NULL && object->count == 0) {
        const char *key = field->map_keys == NULL ? "k" : arena_copy(support_arena, field->map_keys->first->text).data;
        bodies_put(object, key, bodies_smallest(field->map_values, full));
    }
    return object;
}

struct json_value *bodies_smallest(const struct type_field *field, bool full)
{
    switch (field->kind) {
    case TYPE_STRING:
        return smallest_text(field);
    case TYPE_INTEGER:
        return smallest_integer(field);
    case TYPE_BOOLEAN:
        return json_new_boolean(support_arena, false);
    case TYPE_ARRAY:
        return smallest_array(field, full);
    case TYPE_OBJECT:
        return smallest_object(field, full);
    case TYPE_ANY:
        break;
    }
    return text("x");
}

/* ---- random ---- */

static struct json_value *pick_choice(const struct type_field *field, uint64_t *state)
{
    const struct json_value *choice = field->choices->first;

    for (uint64_t skip = unit_random_below(state, field->choices->count); skip > 0; skip--) {
        choice = choice->next;
    }
    return json_copy(support_arena, choice);
}

/*
 * A text that tells a password only where null can stand for it: a field with a default reads its default then, and names of
 * keystores are names.
 */
static const char *pick_text(const struct type_field *field, uint64_t *state)
{
    if (bytes_is(bytes_from(field->name), "name") || bytes_is(bytes_from(field->name), "key")) {
        return PICK(names, state);
    }
    bool may_tell = field->default_value == NULL && !field->fill_host_name && !field->reference_by_name;
    return may_tell && unit_random_below(state, 3) == 0 ? PICK(secret_texts, state) : PICK(plain_texts, state);
}

static struct json_value *random_text(const struct type_field *field, uint64_t *state)
{
    if (field->choices != NULL) {
        return pick_choice(field, state);
    }
    for (int i = 0; i < 20; i++) {
        const char *string = pick_text(field, state);
        if (fits(field, string) && (string[0] != '\0' || !field->required)) {
            return text(string);
        }
    }
    return smallest_text(field);
}

static struct json_value *random_integer(const struct type_field *field, uint64_t *state)
{
    int64_t from = field->has_minimum ? field->minimum : -1000;
    int64_t to = field->has_maximum ? field->maximum : INT64_MAX - 1;

    if (field->choices != NULL) {
        return pick_choice(field, state);
    }
    switch (unit_random_below(state, 3)) {
    case 0:
        return json_new_integer(support_arena, from);
    case 1:
        return json_new_integer(support_arena, to);
    default:
        return json_new_integer(support_arena, from + (int64_t) unit_random_below(state, (uint64_t) (to - from) + 1));
    }
}

static struct json_value *random_free(uint64_t *state, int depth)
{
    static const char *const keys[] = {"a", "password", "api_key", "name", "key", "value", "x/y~z", "", "tokens"};
    struct json_value *value;

    switch (unit_random_below(state, depth > 0 ? 7 : 4)) {
    case 0:
        return text(unit_random_below(state, 3) == 0 ? PICK(secret_texts, state) : PICK(plain_texts, state));
    case 1:
        return support_read(unit_random_below(state, 2) == 0 ? "-1.50e+3" : "12345678901234567");
    case 2:
        return json_new_boolean(support_arena, true);
    case 3:
        return json_new(support_arena, JSON_NULL);
    case 4:
        value = json_new(support_arena, JSON_ARRAY);
        for (uint64_t i = unit_random_below(state, 4); i > 0; i--) {
            json_append(value, random_free(state, depth - 1));
        }
        return value;
    default:
        value = json_new(support_arena, JSON_OBJECT);
        for (uint64_t i = unit_random_below(state, 5); i > 0; i--) {
            bodies_put(value, PICK(keys, state), random_free(state, depth - 1));
        }
        if (unit_random_below(state, 2) == 0) {
            bodies_put(value, unit_random_below(state, 2) == 0 ? "name" : "key", text(PICK(names, state)));
            bodies_put(value, "value", random_free(state, 0));
        }
        return value;
    }
}

static void add_unknown(struct json_value *object, uint64_t *state)
{
    static const char *const unknown[] = {"foo", "passwort", "un/known~", "name2"};

    if (unit_random_below(state, 3) == 0) {
        bodies_put(object, PICK(unknown, state), random_free(state, 2));
    }
}

static struct json_value *random_object(const struct type_field *field, uint64_t *state)
{
    struct json_value *object = smallest_object(field, false);

    for (size_t i = 0; i < field->member_count; i++) {
        const struct type_field *member = &field->members[i];
        bool is_the_true_one = field->one_true != NULL && bytes_is(field->one_true->first->text, member->name);
        if ((member->required || unit_random_below(state, 2) == 0) && !is_the_true_one) {
            bodies_put(object, member->name, bodies_random(member, state));
        }
    }
    if (field->map_values != NULL) {
        static const char *const keys[] = {"max.block.ms", "ssl.keystore.password", "a/b", "sasl.jaas.config", ""};
        for (uint64_t i = unit_random_below(state, 4); i > 0; i--) {
            const char *key =
                field->map_keys == NULL ? PICK(keys, state) : arena_copy(support_arena, field->map_keys->first->text).data;
            bodies_put(object, key, bodies_random(field->map_values, state));
        }
    } else {
        add_unknown(object, state);
    }
    return object;
}

struct json_value *bodies_random(const struct type_field *field, uint64_t *state)
{
    struct json_value *array;

    switch (field->kind) {
    case TYPE_STRING:
        return random_text(field, state);
    case TYPE_INTEGER:
        return random_integer(field, state);
    case TYPE_BOOLEAN:
        return json_new_boolean(support_arena, unit_random_below(state, 2) == 0);
    case TYPE_ARRAY:
        array = json_new(support_arena, JSON_ARRAY);
        for (uint64_t i = field->minimum_items + unit_random_below(state, 5); i > 0; i--) {
            json_append(array, field->items == NULL ? random_free(state, 2) : bodies_random(field->items, state));
        }
        return array;
    case TYPE_OBJECT:
        return field->members == NULL && field->map_values == NULL ? random_free(state, 3) : random_object(field, state);
    case TYPE_ANY:
        break;
    }
    return random_free(state, 3);
}

/* ---- whole bodies ---- */

static const struct type_field *find_field(const struct connection_type *type, struct bytes path)
{
    size_t length = 0;

    while (length < path.length && path.data[length] != '.' && path.data[length] != '[') {
        length++;
    }
    return type_field_find(type->fields, type->field_count, bytes_slice(path, 0, length));
}

/* Booleans of a rule: the second try sets what the first one did not. */
static struct json_value *repair(const struct type_field *field, int attempt)
{
    return field->kind == TYPE_BOOLEAN ? json_new_boolean(support_arena, attempt % 2 == 0)
                                       : bodies_smallest(field, attempt > 4);
}

void bodies_complete(const struct connection_type *type, struct json_value *body)
{
    for (int attempt = 0; attempt < 12; attempt++) {
        struct settings settings = support_divide_tree(type, body, false);
        if (settings.errors == NULL) {
            return;
        }
        for (const struct settings_error *error = settings.errors; error != NULL; error = error->next) {
            const struct type_field *field = find_field(type, error->field);
            ck_assert_ptr_nonnull(field);
            bodies_put(body, field->name, repair(field, attempt));
        }
    }
    struct settings settings = support_divide_tree(type, body, false);
    ck_abort_msg("%s: no valid body was found: %s", type->name, support_errors(&settings));
}

struct json_value *bodies_random_body(const struct connection_type *type, uint64_t *state)
{
    struct json_value *body = json_new(support_arena, JSON_OBJECT);
    uint64_t fullness = 1 + unit_random_below(state, 4);

    bodies_put(body, "type", text(type->name));
    for (size_t i = 0; i < type->field_count; i++) {
        const struct type_field *field = &type->fields[i];
        if (field->alias_of == NULL && unit_random_below(state, 4) < fullness) {
            bodies_put(body, field->name,
                       unit_random_below(state, 8) == 0 ? json_new(support_arena, JSON_NULL) : bodies_random(field, state));
        }
    }
    add_unknown(body, state);
    bodies_complete(type, body);
    return body;
}
