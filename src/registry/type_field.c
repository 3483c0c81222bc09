/*
 * One field of a type file, as a value that settings_*.c can trust: whatever they take for granted is refused here if it is not
 * so.
 *
 * A default is checked by the same code that checks requests, so a default that a client could not send cannot be declared.
 */
#include "registry/type_source.h"

#include "registry/settings_work.h"

#define FOR_STRING (1u << TYPE_STRING)
#define FOR_INTEGER (1u << TYPE_INTEGER)
#define FOR_ARRAY (1u << TYPE_ARRAY)
#define FOR_OBJECT (1u << TYPE_OBJECT)

static const struct type_key field_keys[] = {
    {.name = "name", .kind = JSON_STRING},
    {.name = "type", .kind = JSON_STRING, .required = true},
    {.name = "required", .kind = JSON_BOOLEAN},
    {.name = "required_when", .kind = JSON_OBJECT},
    {.name = "default", .kind = TYPE_KEY_ANY},
    {.name = "alias_of", .kind = JSON_STRING},
    {.name = "enum", .kind = JSON_ARRAY, .type_kinds = FOR_STRING | FOR_INTEGER},
    {.name = "enum_case_insensitive", .kind = JSON_BOOLEAN, .type_kinds = FOR_STRING},
    {.name = "min", .kind = JSON_NUMBER, .type_kinds = FOR_INTEGER},
    {.name = "max", .kind = JSON_NUMBER, .type_kinds = FOR_INTEGER},
    {.name = "min_length", .kind = JSON_NUMBER, .type_kinds = FOR_STRING},
    {.name = "max_length", .kind = JSON_NUMBER, .type_kinds = FOR_STRING},
    {.name = "pattern", .kind = JSON_STRING, .type_kinds = FOR_STRING},
    {.name = "tidy", .kind = JSON_STRING, .type_kinds = FOR_STRING},
    {.name = "fill", .kind = JSON_STRING, .type_kinds = FOR_STRING},
    {.name = "secret", .kind = JSON_BOOLEAN, .type_kinds = FOR_STRING},
    {.name = "reference", .kind = JSON_STRING, .type_kinds = FOR_STRING},
    {.name = "reference_by", .kind = JSON_STRING, .type_kinds = FOR_STRING},
    {.name = "items", .kind = JSON_OBJECT, .type_kinds = FOR_ARRAY},
    {.name = "min_items", .kind = JSON_NUMBER, .type_kinds = FOR_ARRAY},
    {.name = "min_items_when", .kind = JSON_OBJECT, .type_kinds = FOR_ARRAY},
    {.name = "members", .kind = JSON_ARRAY, .type_kinds = FOR_OBJECT},
    {.name = "at_least_one_true", .kind = JSON_ARRAY, .type_kinds = FOR_OBJECT},
    {.name = "map_values", .kind = JSON_OBJECT, .type_kinds = FOR_OBJECT},
    {.name = "map_keys_enum", .kind = JSON_ARRAY, .type_kinds = FOR_OBJECT},
    {.name = "map_must_contain", .kind = JSON_ARRAY, .type_kinds = FOR_OBJECT},
    {.name = "map_key_from", .kind = JSON_OBJECT, .type_kinds = FOR_OBJECT},
    {.name = "format", .kind = JSON_STRING},
    {.name = "unit", .kind = JSON_STRING},
    {.name = "note", .kind = JSON_STRING},
};

#define FIELD_KEY_COUNT (sizeof field_keys / sizeof field_keys[0])

/* What makes sense only for a field with a name and siblings, not for items of an array or values of a map. */
static const char *const keys_of_named[] = {"name",     "required",       "required_when", "default",
                                            "alias_of", "min_items_when", "map_key_from"};

/* What only the type's own fields can have, because places of array items depend on what the others do. */
static const char *const keys_of_outer[] = {"alias_of", "fill"};

static const struct {
    const char *name;
    enum type_kind kind;
} kinds[] = {
    {"string", TYPE_STRING}, {"integer", TYPE_INTEGER}, {"boolean", TYPE_BOOLEAN},
    {"array", TYPE_ARRAY},   {"object", TYPE_OBJECT},   {"any", TYPE_ANY},
};

enum standing { STANDING_OUTER, STANDING_MEMBER, STANDING_NAMELESS };

static bool read_field(const struct type_source *source, const struct json_value *object, enum standing standing,
                       struct type_field *field);

static bool refuse_keys(const struct type_source *source, const struct json_value *object, const char *const *names,
                        size_t count, const char *whom)
{
    for (size_t i = 0; i < count; i++) {
        const struct json_value *member = json_member(object, names[i]);
        if (member != NULL) {
            return type_fail(source, member, "\"%s\" is for %s only", names[i], whom);
        }
    }
    return true;
}

static bool read_kind(const struct type_source *source, const struct json_value *object, struct type_field *field)
{
    const struct json_value *type = json_member(object, "type");
    size_t i = 0;

    while (i < sizeof kinds / sizeof kinds[0] && !bytes_is(type->text, kinds[i].name)) {
        i++;
    }
    if (i == sizeof kinds / sizeof kinds[0]) {
        return type_fail(source, type, "type must be string, integer, boolean, array, object or any");
    }
    field->kind = kinds[i].kind;
    for (size_t k = 0; k < FIELD_KEY_COUNT; k++) {
        const struct json_value *member = json_member(object, field_keys[k].name);
        if (member != NULL && field_keys[k].type_kinds != 0 && (field_keys[k].type_kinds & (1u << field->kind)) == 0) {
            return type_fail(source, member, "\"%s\" means nothing for type %s", field_keys[k].name, kinds[i].name);
        }
    }
    return true;
}

static bool read_integer(const struct type_source *source, const struct json_value *object, const char *key, bool *has,
                         int64_t *number)
{
    const struct json_value *member = json_member(object, key);

    *has = member != NULL;
    return member == NULL || json_int64(member, number) || type_fail(source, member, "%s must be an integer", key);
}

static bool read_size(const struct type_source *source, const struct json_value *object, const char *key, size_t *size)
{
    int64_t number = 0;
    bool has;

    if (!read_integer(source, object, key, &has, &number)) {
        return false;
    }
    if (has && number < 1) {
        return type_fail(source, json_member(object, key), "%s must be at least 1", key);
    }
    *size = (size_t) number;
    return true;
}

static bool read_bounds(const struct type_source *source, const struct json_value *object, struct type_field *field)
{
    if (!read_integer(source, object, "min", &field->has_minimum, &field->minimum)
        || !read_integer(source, object, "max", &field->has_maximum, &field->maximum)
        || !read_size(source, object, "min_length", &field->minimum_length)
        || !read_size(source, object, "max_length", &field->maximum_length)
        || !read_size(source, object, "min_items", &field->minimum_items)) {
        return false;
    }
    if (field->has_minimum && field->has_maximum && field->minimum > field->maximum) {
        return type_fail(source, json_member(object, "max"), "max is less than min");
    }
    if (field->maximum_length > 0 && field->minimum_length > field->maximum_length) {
        return type_fail(source, json_member(object, "max_length"), "max_length is less than min_length");
    }
    return true;
}

static bool read_choices(const struct type_source *source, const struct json_value *object, struct type_field *field)
{
    const struct json_value *choices = json_member(object, "enum");
    const struct json_value *ignore_case = json_member(object, "enum_case_insensitive");

    field->choices = choices;
    field->choices_ignore_case = type_flag(object, "enum_case_insensitive");
    if (choices == NULL) {
        return ignore_case == NULL || type_fail(source, ignore_case, "enum_case_insensitive needs an enum");
    }
    if (field->kind == TYPE_STRING) {
        return type_check_texts(source, choices, "enum");
    }
    for (const struct json_value *choice = choices->first; choice != NULL; choice = choice->next) {
        int64_t number;
        if (!json_int64(choice, &number)) {
            return type_fail(source, choice, "enum must hold integers");
        }
    }
    return choices->count > 0 || type_fail(source, choices, "enum must not be empty");
}

static bool read_text_rules(const struct type_source *source, const struct json_value *object, struct type_field *field)
{
    const struct json_value *tidy = json_member(object, "tidy");
    const struct json_value *fill = json_member(object, "fill");

    if (tidy != NULL && !bytes_is(tidy->text, "trailing-slash") && !bytes_is(tidy->text, "no-leading-slash")) {
        return type_fail(source, tidy, "tidy must be trailing-slash or no-leading-slash");
    }
    field->tidy = tidy == NULL                             ? TIDY_NOTHING
                  : bytes_is(tidy->text, "trailing-slash") ? TIDY_TRAILING_SLASH
                                                           : TIDY_NO_LEADING_SLASH;
    if (fill != NULL && !bytes_is(fill->text, "host-name")) {
        return type_fail(source, fill, "fill must be host-name");
    }
    field->fill_host_name = fill != NULL;
    field->pattern = type_text(source, object, "pattern");
    return field->pattern == NULL || type_compile(source, json_member(object, "pattern"), field);
}

/* Names of things in the project are checked to exist, ids are kept as they are given. */
static bool read_reference(const struct type_source *source, const struct json_value *object, struct type_field *field)
{
    static const char *const named[] = {"keystore", "truststore", "certificate"};
    const struct json_value *reference = json_member(object, "reference");
    const struct json_value *by = json_member(object, "reference_by");
    bool known = false;

    if (reference == NULL) {
        return by == NULL || type_fail(source, by, "reference_by needs a reference");
    }
    if (by != NULL && !bytes_is(by->text, "name") && !bytes_is(by->text, "id")) {
        return type_fail(source, by, "reference_by must be name or id");
    }
    field->reference = type_text(source, object, "reference");
    field->reference_by_name = by == NULL || bytes_is(by->text, "name");
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        known = known || bytes_is(reference->text, named[i]);
    }
    if (!known && !bytes_is(reference->text, "environment")) {
        return type_fail(source, reference, "reference must be keystore, truststore, certificate or environment");
    }
    if (!known && field->reference_by_name) {
        return type_fail(source, reference, "an environment is referred to by id only: add \"reference_by\": \"id\"");
    }
    return true;
}

static bool check_secret(const struct type_source *source, const struct json_value *object, struct type_field *field)
{
    static const char *const pointless[] = {"enum", "default", "fill", "reference"};

    field->secret = type_flag(object, "secret");
    for (size_t i = 0; field->secret && i < sizeof pointless / sizeof pointless[0]; i++) {
        if (json_member(object, pointless[i]) != NULL) {
            return type_fail(source, json_member(object, pointless[i]), "a secret cannot have \"%s\"", pointless[i]);
        }
    }
    return true;
}

static bool read_nameless(const struct type_source *source, const struct json_value *object,
                          const struct type_field **described)
{
    struct type_field *field = ARENA_NEW(source->arena, struct type_field);

    *described = field;
    return field != NULL ? read_field(source, object, STANDING_NAMELESS, field) : type_fail(source, object, "too large");
}

static bool read_array(const struct type_source *source, const struct json_value *object, struct type_field *field)
{
    const struct json_value *items = json_member(object, "items");

    if (items == NULL) {
        return true;
    }
    if (json_member(items, "map_values") != NULL) {
        return type_fail(source, items, "items cannot be maps: give them members, or leave them free");
    }
    return read_nameless(source, items, &field->items);
}

static bool check_one_true(const struct type_source *source, const struct json_value *names, const struct type_field *field)
{
    if (!type_check_texts(source, names, "at_least_one_true")) {
        return false;
    }
    for (const struct json_value *name = names->first; name != NULL; name = name->next) {
        const struct type_field *member = type_field_find(field->members, field->member_count, name->text);
        if (member == NULL || member->kind != TYPE_BOOLEAN) {
            return type_fail(source, name, "at_least_one_true: %.*s is not a boolean member", BYTES_FORMAT(name->text));
        }
    }
    return true;
}

static bool read_members(const struct type_source *source, const struct json_value *object, struct type_field *field)
{
    const struct json_value *members = json_member(object, "members");
    const struct json_value *names = json_member(object, "at_least_one_true");

    if (members == NULL) {
        return names == NULL || type_fail(source, names, "at_least_one_true needs members");
    }
    if (json_member(object, "map_values") != NULL) {
        return type_fail(source, members, "an object has members or map_values, not both");
    }
    if (!type_read_fields(source, members, false, &field->members, &field->member_count)) {
        return false;
    }
    field->one_true = names;
    return names == NULL || check_one_true(source, names, field);
}

static bool contains(const struct json_value *texts, struct bytes text)
{
    for (const struct json_value *item = texts->first; item != NULL; item = item->next) {
        if (bytes_equal(item->text, text)) {
            return true;
        }
    }
    return false;
}

static bool check_contained_keys(const struct type_source *source, const struct type_field *field)
{
    for (const struct json_value *key = field->map_must_contain == NULL ? NULL : field->map_must_contain->first; key != NULL;
         key = key->next) {
        if (field->map_keys != NULL && !contains(field->map_keys, key->text)) {
            return type_fail(source, key, "map_must_contain: %.*s is not in map_keys_enum", BYTES_FORMAT(key->text));
        }
    }
    for (const struct json_value *key = field->map_key_from == NULL ? NULL : field->map_key_from->first; key != NULL;
         key = key->next) {
        if (field->map_must_contain == NULL || !contains(field->map_must_contain, key->key)) {
            return type_fail(source, key, "map_key_from: %.*s is not in map_must_contain", BYTES_FORMAT(key->key));
        }
    }
    return true;
}

static bool read_map(const struct type_source *source, const struct json_value *object, struct type_field *field)
{
    static const char *const map_keys[] = {"map_keys_enum", "map_must_contain", "map_key_from"};
    const struct json_value *values = json_member(object, "map_values");

    if (values == NULL) {
        return refuse_keys(source, object, map_keys, sizeof map_keys / sizeof map_keys[0], "objects with map_values");
    }
    field->map_keys = json_member(object, "map_keys_enum");
    field->map_must_contain = json_member(object, "map_must_contain");
    field->map_key_from = json_member(object, "map_key_from");
    if ((field->map_keys != NULL && !type_check_texts(source, field->map_keys, "map_keys_enum"))
        || (field->map_must_contain != NULL && !type_check_texts(source, field->map_must_contain, "map_must_contain"))) {
        return false;
    }
    return check_contained_keys(source, field) && read_nameless(source, values, &field->map_values);
}

/* Of arrays and objects only the empty one, and only where it is valid. */
static bool check_default(const struct type_source *source, const struct json_value *assumed, struct type_field *field)
{
    struct settings_slot slot = {.field = field, .value = assumed};
    struct bytes reason = settings_check(source->arena, &slot);

    field->default_value = assumed;
    if (reason.data != NULL) {
        return type_fail(source, assumed, "the default %.*s", BYTES_FORMAT(reason));
    }
    if (assumed->count > 0) {
        return type_fail(source, assumed, "the default of an array or an object must be empty");
    }
    if (assumed->kind == JSON_OBJECT && (field->members != NULL || field->map_must_contain != NULL)) {
        return type_fail(source, assumed, "an object with members or keys that it must contain has no default");
    }
    if (assumed->kind == JSON_STRING && settings_text_is_secret(assumed->text)) {
        return type_fail(source, assumed, "the default holds a password");
    }
    if (assumed->kind == JSON_STRING && !bytes_equal(settings_tidy(source->arena, field, assumed, NULL)->text, assumed->text)) {
        return type_fail(source, assumed, "the default is not as it would be stored (tidy, letter case of the enum)");
    }
    return true;
}

static bool read_common(const struct type_source *source, const struct json_value *object, enum standing standing,
                        struct type_field *field)
{
    if (!type_check_keys(source, object, "a field", field_keys, FIELD_KEY_COUNT)) {
        return false;
    }
    if (standing == STANDING_NAMELESS
        && !refuse_keys(source, object, keys_of_named, sizeof keys_of_named / sizeof keys_of_named[0], "fields with a name")) {
        return false;
    }
    if (standing != STANDING_OUTER
        && !refuse_keys(source, object, keys_of_outer, sizeof keys_of_outer / sizeof keys_of_outer[0],
                        "the type's own fields")) {
        return false;
    }
    if (standing != STANDING_NAMELESS
        && (json_member(object, "name") == NULL || json_member(object, "name")->text.length == 0)) {
        return type_fail(source, object, "a field needs \"name\"");
    }
    field->name = standing == STANDING_NAMELESS ? "" : type_text(source, object, "name");
    field->required = type_flag(object, "required");
    field->alias_of = type_text(source, object, "alias_of");
    return field->name != NULL || type_fail(source, object, "too large");
}

static bool read_field(const struct type_source *source, const struct json_value *object, enum standing standing,
                       struct type_field *field)
{
    const struct json_value *assumed;

    if (!read_common(source, object, standing, field) || !read_kind(source, object, field)
        || !read_bounds(source, object, field) || !read_choices(source, object, field)
        || !read_text_rules(source, object, field) || !read_reference(source, object, field)
        || !check_secret(source, object, field) || !read_array(source, object, field) || !read_members(source, object, field)
        || !read_map(source, object, field)) {
        return false;
    }
    assumed = json_member(object, "default");
    return assumed == NULL || check_default(source, assumed, field);
}

bool type_read_fields(const struct type_source *source, const struct json_value *array, bool outer,
                      const struct type_field **fields, size_t *count)
{
    struct type_field *all = ARENA_ARRAY(source->arena, struct type_field, array->count);
    size_t done = 0;

    if (array->count == 0) {
        return type_fail(source, array, "there must be at least one field");
    }
    for (const struct json_value *object = array->first; object != NULL && all != NULL; object = object->next, done++) {
        if (!read_field(source, object, outer ? STANDING_OUTER : STANDING_MEMBER, &all[done])) {
            return false;
        }
        if (type_field_find(all, done, bytes_from(all[done].name)) != NULL) {
            return type_fail(source, object, "field \"%s\" is there twice", all[done].name);
        }
    }
    *fields = all;
    *count = array->count;
    return all != NULL ? type_check_relations(source, array, all, array->count) : type_fail(source, array, "too large");
}
