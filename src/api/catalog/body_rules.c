/*
 * The members whose form is documented. What is in them besides is the caller's own; null is the same as absent.
 */
#include <string.h>

#include "api/catalog/catalog.h"

struct member_rule {
    const char *name;
    enum json_kind kind;      /* JSON_ARRAY: of texts */
    const char *const *words; /* what the text, or each text of the array, may be; NULL: any */
};

static const char *const units[] = {"minute", "hour", "day", "month", "week", "never", NULL};
static const char *const contracts[] = {"C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "None", NULL};
static const char *const identifiability[] = {"I1", "I2", NULL};
static const char *const login_states[] = {"Identified", "Incognito", "Ambiguous", "Not Provided", NULL};
static const char *const special_types[] = {"S1", "S2", NULL};

static const struct member_rule frequency_rules[] = {
    {"month", JSON_STRING, NULL},  {"day", JSON_STRING, NULL},      {"dayOfWeek", JSON_STRING, NULL}, {"hour", JSON_STRING, NULL},
    {"minute", JSON_STRING, NULL}, {"timezone", JSON_STRING, NULL}, {"live", JSON_BOOLEAN, NULL},     {"userEditable", JSON_STRING, units},
    {NULL, JSON_NULL, NULL},
};
static const struct member_rule dule_rules[] = {
    {"contracts", JSON_ARRAY, contracts},        {"identifiability", JSON_ARRAY, identifiability}, {"loginState", JSON_ARRAY, login_states},
    {"specialTypes", JSON_ARRAY, special_types}, {"other", JSON_STRING, NULL},                     {NULL, JSON_NULL, NULL},
};
static const struct member_rule contact_rules[] = {
    {"email", JSON_STRING, NULL}, {"displayName", JSON_STRING, NULL}, {"isPrimary", JSON_BOOLEAN, NULL}, {NULL, JSON_NULL, NULL}};

void catalog_add_error(struct settings_error ***end, struct arena *arena, struct bytes field, const char *what)
{
    struct settings_error *error = ARENA_NEW(arena, struct settings_error);

    if (error != NULL) {
        error->field = field;
        error->message = arena_printf(arena, "%.*s %s", BYTES_FORMAT(field), what);
        **end = error;
        *end = &error->next;
    }
}

static bool is_word(struct bytes text, const char *const *words)
{
    for (; words != NULL && *words != NULL; words++) {
        if (bytes_is(text, *words)) {
            return true;
        }
    }
    return words == NULL;
}

static const char *complaint_about(const struct json_value *value, const struct member_rule *rule)
{
    if (value->kind != rule->kind) {
        return rule->kind == JSON_BOOLEAN ? "must be a boolean" : rule->kind == JSON_STRING ? "must be a string" : "must be an array of strings";
    }
    if (rule->kind == JSON_STRING) {
        return is_word(value->text, rule->words) ? NULL : "is none of the documented values";
    }
    for (const struct json_value *item = rule->kind == JSON_ARRAY ? value->first : NULL; item != NULL; item = item->next) {
        if (item->kind != JSON_STRING) {
            return "must be an array of strings";
        }
        if (!is_word(item->text, rule->words)) {
            return "has an item that is none of the documented values";
        }
    }
    return NULL;
}

static void check_object(const struct json_value *object, const struct member_rule *rules, struct bytes path, struct settings_error ***end,
                         struct arena *arena)
{
    for (const struct member_rule *rule = rules; rule->name != NULL; rule++) {
        const struct json_value *value = json_member(object, rule->name);
        const char *complaint = value == NULL || value->kind == JSON_NULL ? NULL : complaint_about(value, rule);
        if (complaint != NULL) {
            catalog_add_error(end, arena, arena_printf(arena, "%.*s.%s", BYTES_FORMAT(path), rule->name), complaint);
        }
    }
}

static void check_contacts(const struct json_value *contacts, struct settings_error ***end, struct arena *arena)
{
    size_t index = 0;

    for (const struct json_value *contact = contacts->first; contact != NULL; contact = contact->next, index++) {
        struct bytes path = arena_printf(arena, "contacts[%zu]", index);
        const struct json_value *email = json_member(contact, "email");
        if (contact->kind != JSON_OBJECT) {
            catalog_add_error(end, arena, path, "must be an object");
            continue;
        }
        check_object(contact, contact_rules, path, end, arena);
        if (email != NULL && email->kind == JSON_STRING && (email->text.length < 3 || memchr(email->text.data, '@', email->text.length) == NULL)) {
            catalog_add_error(end, arena, arena_printf(arena, "%.*s.email", BYTES_FORMAT(path)), "must be an e-mail address");
        }
    }
}

/* A null is what a masked text looks like. */
static bool is_text_array(const struct json_value *array)
{
    bool good = array->kind == JSON_ARRAY;

    for (const struct json_value *item = good ? array->first : NULL; item != NULL; item = item->next) {
        good = good && (item->kind == JSON_STRING || item->kind == JSON_NULL);
    }
    return good;
}

static void check_tags(const struct json_value *tags, struct settings_error ***end, struct arena *arena)
{
    for (const struct json_value *tag = tags->first; tag != NULL; tag = tag->next) {
        if (tag->kind != JSON_NULL && !is_text_array(tag)) {
            catalog_add_error(end, arena, arena_printf(arena, "tags[\"%.*s\"]", BYTES_FORMAT(tag->key)), "must be an array of strings");
        }
    }
}

void catalog_check_members(const struct json_value *object, struct settings_error ***end, struct arena *arena)
{
    for (const struct json_value *member = object->first; member != NULL; member = member->next) {
        if (member->kind == JSON_OBJECT && bytes_is(member->key, "frequency")) {
            check_object(member, frequency_rules, member->key, end, arena);
        } else if (member->kind == JSON_OBJECT && bytes_is(member->key, "dule")) {
            check_object(member, dule_rules, member->key, end, arena);
        } else if (member->kind == JSON_ARRAY && bytes_is(member->key, "contacts")) {
            check_contacts(member, end, arena);
        } else if (member->kind == JSON_OBJECT && bytes_is(member->key, "tags")) {
            check_tags(member, end, arena);
        } else if (member->kind == JSON_ARRAY && bytes_is(member->key, "dependencies") && !is_text_array(member)) {
            catalog_add_error(end, arena, member->key, "must be an array of strings");
        }
    }
}
