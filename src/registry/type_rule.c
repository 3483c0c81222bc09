/*
 * What a type file says across fields: conditions, aliases, constraints. Everything named must exist and be of a kind that can
 * be compared, so that settings_rules.c never looks for a field in vain.
 *
 * A condition cannot be on free text or on a secret: on a PUT both may be stored where the request shows null.
 */
#include "registry/type_source.h"

#include "registry/settings_work.h"

static bool can_be_condition(const struct type_field *field)
{
    return field->alias_of == NULL
           && (field->kind == TYPE_BOOLEAN || field->kind == TYPE_INTEGER
               || (field->kind == TYPE_STRING && field->choices != NULL));
}

/* One value stands for a list of one. */
static const struct json_value *as_list(const struct type_source *source, const struct json_value *value)
{
    if (value->kind == JSON_ARRAY) {
        return value;
    }
    struct json_value *list = json_new(source->arena, JSON_ARRAY);
    settings_add_child(list, settings_copy_node(source->arena, value), (struct bytes){NULL, 0});
    return list;
}

static bool check_condition_values(const struct type_source *source, const struct json_value *at,
                                   const struct type_field *field)
{
    const struct json_value *value = at->kind == JSON_ARRAY ? at->first : at;

    if (value == NULL) {
        return type_fail(source, at, "a condition on %s needs a value", field->name);
    }
    for (; value != NULL; value = at->kind == JSON_ARRAY ? value->next : NULL) {
        struct settings_slot slot = {.field = field, .value = value};
        struct bytes reason = settings_check(source->arena, &slot);
        if (reason.data != NULL) {
            return type_fail(source, value, "a condition's value for %s %.*s", field->name, BYTES_FORMAT(reason));
        }
        if (value->kind == JSON_STRING && !bytes_equal(settings_tidy(source->arena, field, value, NULL)->text, value->text)) {
            return type_fail(source, value, "a condition's value for %s must be in the enum's letter case", field->name);
        }
    }
    return true;
}

bool type_read_conditions(const struct type_source *source, const struct json_value *object, const struct type_field *fields,
                          size_t count, const struct type_condition **when, size_t *when_count)
{
    struct type_condition *conditions = ARENA_ARRAY(source->arena, struct type_condition, object->count);
    size_t done = 0;

    if (object->count == 0 || conditions == NULL) {
        return type_fail(source, object, "a condition must not be empty");
    }
    for (const struct json_value *member = object->first; member != NULL; member = member->next) {
        const struct type_field *field = type_field_find(fields, count, member->key);
        if (field == NULL) {
            return type_fail(source, member, "a condition names %.*s, which is no field beside it", BYTES_FORMAT(member->key));
        }
        if (!can_be_condition(field)) {
            return type_fail(source, member,
                             "a condition needs a boolean, an integer or a string with an enum, which %s is not", field->name);
        }
        if (!check_condition_values(source, member, field)) {
            return false;
        }
        conditions[done++] = (struct type_condition){.field = field->name, .values = as_list(source, member)};
    }
    *when = conditions;
    *when_count = done;
    return true;
}

static bool check_alias(const struct type_source *source, const struct json_value *object, const struct type_field *field,
                        const struct type_field *fields, size_t count)
{
    static const char *const allowed[] = {"name", "type", "alias_of", "note"};
    const struct type_field *target = type_field_find(fields, count, bytes_from(field->alias_of));

    if (target == NULL || target->alias_of != NULL || target->kind != field->kind) {
        return type_fail(source, json_member(object, "alias_of"),
                         "alias_of must name another field of the same type that is no alias itself");
    }
    for (const struct json_value *member = object->first; member != NULL; member = member->next) {
        bool known = false;
        for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
            known = known || bytes_is(member->key, allowed[i]);
        }
        if (!known) {
            return type_fail(source, member, "an alias has no key \"%.*s\" of its own", BYTES_FORMAT(member->key));
        }
    }
    return true;
}

static bool read_required_when(const struct type_source *source, const struct json_value *object, struct type_field *field,
                               const struct type_field *fields, size_t count)
{
    const struct json_value *when = json_member(object, "required_when");

    if (when == NULL) {
        return true;
    }
    if (field->required) {
        return type_fail(source, when, "%s is required already", field->name);
    }
    if (json_member(when, field->name) != NULL) {
        return type_fail(source, json_member(when, field->name), "%s cannot be its own condition", field->name);
    }
    return type_read_conditions(source, when, fields, count, &field->required_when, &field->required_when_count);
}

static bool read_minimum_items_when(const struct type_source *source, const struct json_value *object, struct type_field *field,
                                    const struct type_field *fields, size_t count)
{
    const struct json_value *when = json_member(object, "min_items_when");
    const struct type_field *sibling =
        when == NULL || when->count != 1 ? NULL : type_field_find(fields, count, when->first->key);
    int64_t items;

    if (when == NULL) {
        return true;
    }
    if (sibling == NULL || sibling->kind != TYPE_BOOLEAN || sibling->alias_of != NULL || !json_int64(when->first, &items)
        || items < 1) {
        return type_fail(source, when, "min_items_when must be {\"a boolean field beside it\": a number from 1}");
    }
    field->minimum_items_when = sibling->name;
    field->minimum_items_when_count = (size_t) items;
    return true;
}

static bool check_key_sources(const struct type_source *source, const struct type_field *field, const struct type_field *fields,
                              size_t count)
{
    for (const struct json_value *key = field->map_key_from == NULL ? NULL : field->map_key_from->first; key != NULL;
         key = key->next) {
        const struct type_field *sibling = key->kind == JSON_STRING ? type_field_find(fields, count, key->text) : NULL;
        if (sibling == NULL || sibling == field) {
            return type_fail(source, key, "map_key_from: the value must name a field beside %s", field->name);
        }
    }
    return true;
}

bool type_check_relations(const struct type_source *source, const struct json_value *array, struct type_field *fields,
                          size_t count)
{
    const struct json_value *object = array->first;

    for (size_t i = 0; i < count; i++, object = object->next) {
        struct type_field *field = &fields[i];
        if ((field->alias_of != NULL && !check_alias(source, object, field, fields, count))
            || !read_required_when(source, object, field, fields, count)
            || !read_minimum_items_when(source, object, field, fields, count)
            || !check_key_sources(source, field, fields, count)) {
            return false;
        }
    }
    return true;
}

/* ---- constraints ---- */

static const struct type_key rule_keys[] = {
    {.name = "kind", .kind = JSON_STRING, .required = true},
    {.name = "fields", .kind = JSON_ARRAY},
    {.name = "when", .kind = JSON_OBJECT},
    {.name = "if", .kind = JSON_STRING},
    {.name = "then", .kind = JSON_ARRAY},
    {.name = "note", .kind = JSON_STRING},
};

static const struct {
    const char *name;
    enum type_rule_kind kind;
    const char *fields; /* the key that lists them */
    size_t least;       /* of them */
    bool when;          /* has a condition */
    bool booleans;
} rule_kinds[] = {
    {"any_of_required", RULE_ANY_OF, "fields", 2, false, false},
    {"any_of_required_when", RULE_ANY_OF_WHEN, "fields", 1, true, false},
    {"required_when_present", RULE_REQUIRED_WHEN_PRESENT, "then", 1, false, false},
    {"not_both_true", RULE_NOT_BOTH_TRUE, "fields", 2, false, true},
    {"any_true_when", RULE_ANY_TRUE_WHEN, "fields", 1, true, true},
};

#define RULE_KIND_COUNT (sizeof rule_kinds / sizeof rule_kinds[0])

static bool check_rule_keys(const struct type_source *source, const struct json_value *object, size_t i)
{
    const struct json_value *given = json_member(object, "if");
    const struct json_value *when = json_member(object, "when");
    const struct json_value *fields = json_member(object, rule_kinds[i].fields);
    const struct json_value *stray = json_member(object, rule_kinds[i].kind == RULE_REQUIRED_WHEN_PRESENT ? "fields" : "then");

    if (fields == NULL) {
        return type_fail(source, object, "%s needs \"%s\"", rule_kinds[i].name, rule_kinds[i].fields);
    }
    if ((given != NULL) != (rule_kinds[i].kind == RULE_REQUIRED_WHEN_PRESENT)) {
        return type_fail(source, given == NULL ? object : given, "\"if\" belongs to required_when_present, and must be there");
    }
    if ((when != NULL) != rule_kinds[i].when) {
        return type_fail(source, when == NULL ? object : when, "%s %s \"when\"", rule_kinds[i].name,
                         when == NULL ? "needs" : "has no");
    }
    if (stray != NULL) {
        return type_fail(source, stray, "%s lists its fields in \"%s\"", rule_kinds[i].name, rule_kinds[i].fields);
    }
    if (fields->count < rule_kinds[i].least) {
        return type_fail(source, fields, "%s needs %zu fields or more", rule_kinds[i].name, rule_kinds[i].least);
    }
    return type_check_texts(source, fields, rule_kinds[i].fields);
}

static bool check_rule_fields(const struct type_source *source, const struct json_value *names,
                              const struct connection_type *type, bool booleans)
{
    for (const struct json_value *name = names->first; name != NULL; name = name->next) {
        const struct type_field *field = type_field_find(type->fields, type->field_count, name->text);
        if (field == NULL || (booleans && field->kind != TYPE_BOOLEAN)) {
            return type_fail(source, name, "a constraint names %.*s, which is no %sfield of this type",
                             BYTES_FORMAT(name->text), booleans ? "boolean " : "");
        }
    }
    return true;
}

static bool read_rule(const struct type_source *source, const struct json_value *object, const struct connection_type *type,
                      struct type_rule *rule)
{
    const struct json_value *kind;
    size_t i = 0;

    if (!type_check_keys(source, object, "a constraint", rule_keys, sizeof rule_keys / sizeof rule_keys[0])) {
        return false;
    }
    kind = json_member(object, "kind");
    while (i < RULE_KIND_COUNT && !bytes_is(kind->text, rule_kinds[i].name)) {
        i++;
    }
    if (i == RULE_KIND_COUNT) {
        return type_fail(source, kind, "there is no constraint of kind %.*s", BYTES_FORMAT(kind->text));
    }
    if (!check_rule_keys(source, object, i)) {
        return false;
    }
    rule->kind = rule_kinds[i].kind;
    rule->fields = json_member(object, rule_kinds[i].fields);
    rule->given = type_text(source, object, "if");
    if (rule->given != NULL && type_field_find(type->fields, type->field_count, bytes_from(rule->given)) == NULL) {
        return type_fail(source, json_member(object, "if"), "a constraint names %s, which is no field of this type",
                         rule->given);
    }
    return check_rule_fields(source, rule->fields, type, rule_kinds[i].booleans)
           && (!rule_kinds[i].when
               || type_read_conditions(source, json_member(object, "when"), type->fields, type->field_count, &rule->when,
                                       &rule->when_count));
}

bool type_read_rules(const struct type_source *source, const struct json_value *array, struct connection_type *type)
{
    struct type_rule *rules = ARENA_ARRAY(source->arena, struct type_rule, array->count);
    size_t done = 0;

    if (rules == NULL) {
        return type_fail(source, array, "too large");
    }
    for (const struct json_value *object = array->first; object != NULL; object = object->next, done++) {
        if (!read_rule(source, object, type, &rules[done])) {
            return false;
        }
    }
    type->rules = rules;
    type->rule_count = done;
    return true;
}
