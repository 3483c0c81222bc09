/*
 * All or nothing: one wrong file stops the start, because a worker that knows a type its neighbour does not would answer the same
 * request differently.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/settings_work.h"
#include "registry/type_source.h"

#define TABLE_SIZE_MAX ((size_t) 256 * 1024 * 1024)

/* ---- one file ---- */

static const struct type_key type_keys[] = {
    {.name = "type", .kind = JSON_STRING, .required = true},
    {.name = "title", .kind = JSON_STRING, .required = true},
    {.name = "fields", .kind = JSON_ARRAY, .required = true},
    {.name = "constraints", .kind = JSON_ARRAY},
    {.name = "note", .kind = JSON_STRING},
    {.name = "discriminator_collision", .kind = JSON_OBJECT},
};

static const struct type_key collision_keys[] = {
    {.name = "field", .kind = JSON_STRING, .required = true},
    {.name = "values", .kind = JSON_ARRAY, .required = true},
    {.name = "note", .kind = JSON_STRING},
};

static bool read_collision(const struct type_source *source, const struct json_value *object, struct connection_type *type)
{
    if (!type_check_keys(source, object, "discriminator_collision", collision_keys,
                         sizeof collision_keys / sizeof collision_keys[0])) {
        return false;
    }
    const struct json_value *name = json_member(object, "field");
    const struct type_field *field = type_field_find(type->fields, type->field_count, name->text);

    if (field == NULL || field->kind != TYPE_STRING || field->alias_of != NULL) {
        return type_fail(source, name, "discriminator_collision: %.*s is no string field of this type",
                         BYTES_FORMAT(name->text));
    }
    type->collision_field = field->name;
    type->collision_values = json_member(object, "values");
    if (!type_check_texts(source, type->collision_values, "values")) {
        return false;
    }
    for (const struct json_value *value = type->collision_values->first; value != NULL; value = value->next) {
        struct settings_slot slot = {.field = field, .value = value};
        struct bytes reason = settings_check(source->arena, &slot);
        if (reason.data != NULL) {
            return type_fail(source, value, "discriminator_collision: %s %.*s", field->name, BYTES_FORMAT(reason));
        }
    }
    return true;
}

static bool check_name(const struct type_source *source, const struct json_value *name)
{
    for (size_t i = 0; i < name->text.length; i++) {
        char c = name->text.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) {
            return type_fail(source, name, "the name of a type has letters, digits and '-' only");
        }
    }
    return name->text.length > 0 || type_fail(source, name, "the name of a type must not be empty");
}

/* These belong to every connection, whatever its type. */
static bool check_not_common(const struct type_source *source, const struct json_value *fields,
                             const struct connection_type *type)
{
    static const char *const common[] = {"type", "name", "description", "deployToWorker", "enabled"};
    const struct json_value *object = fields->first;

    for (size_t i = 0; i < type->field_count; i++, object = object->next) {
        for (size_t k = 0; k < sizeof common / sizeof common[0]; k++) {
            if (strcmp(type->fields[i].name, common[k]) == 0) {
                return type_fail(source, object, "field \"%s\" belongs to every connection already", common[k]);
            }
        }
    }
    return true;
}

static bool read_type(const struct type_source *source, struct connection_type *type)
{
    const struct json_value *root = source->root;

    if (!type_check_keys(source, root, "a type", type_keys, sizeof type_keys / sizeof type_keys[0])
        || !check_name(source, json_member(root, "type"))) {
        return false;
    }
    const struct json_value *fields = json_member(root, "fields");
    const struct json_value *constraints = json_member(root, "constraints");
    const struct json_value *collision = json_member(root, "discriminator_collision");

    type->name = type_text(source, root, "type");
    type->title = type_text(source, root, "title");
    if (type->name == NULL || type->title == NULL) {
        return type_fail(source, root, "too large");
    }
    return type_read_fields(source, fields, true, &type->fields, &type->field_count) && check_not_common(source, fields, type)
           && (constraints == NULL || type_read_rules(source, constraints, type))
           && (collision == NULL || read_collision(source, collision, type));
}

/* A type's name is its file's: whoever looks for it finds it, and no two files can declare the same. */
static bool check_file_name(const struct type_source *source, const char *file_name, const struct connection_type *type)
{
    struct bytes stem = bytes_slice(bytes_from(file_name), 0, strlen(file_name) - strlen(".json"));

    return bytes_is(stem, type->name)
           || type_fail(source, json_member(source->root, "type"), "type %s must be in a file named %s.json", type->name,
                        type->name);
}

static bool load_file(struct type_table *table, const char *directory, const char *file_name, struct fault *fault)
{
    struct bytes path = arena_printf(table->arena, "%s/%s", directory, file_name);
    struct type_source source = {.path = path.data, .arena = table->arena, .patterns = &table->patterns, .fault = fault};
    struct connection_type *type = &table->types[table->count];

    if (path.data == NULL) {
        return fault_set(fault, FAULT_TOO_LARGE, "%s: too large", directory);
    }
    if (!type_read_text(path.data, table->arena, &source.text, fault) || !type_parse(&source) || !read_type(&source, type)
        || !check_file_name(&source, file_name, type)) {
        return false;
    }
    table->count++;
    return !arena_overflowed(table->arena) || fault_set(fault, FAULT_TOO_LARGE, "%s: too large", path.data);
}

/* ---- the folder ---- */

static int is_type_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && bytes_ends(bytes_from(entry->d_name), ".json");
}

static int compare_types(const void *left, const void *right)
{
    const struct connection_type *a = left, *b = right;

    return strcmp(a->name, b->name);
}

static bool load_files(struct type_table *table, const char *directory, struct fault *fault)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_type_file, alphasort);
    bool loaded = true;

    if (count < 0) {
        return fault_set(fault, FAULT_INVALID, "%s: %s", directory, strerror(errno));
    }
    table->types = ARENA_ARRAY(table->arena, struct connection_type, (size_t) count);
    if (count == 0 || table->types == NULL) {
        loaded = fault_set(fault, FAULT_INVALID, "%s: there is no type in it (a file NAME.json)", directory);
    }
    for (int i = 0; i < count; i++) {
        loaded = loaded && load_file(table, directory, entries[i]->d_name, fault);
        free(entries[i]);
    }
    free(entries);
    return loaded;
}

/* A request's collapsed "type" must mean one thing. */
static bool check_collisions(const struct type_table *table, const char *directory, struct fault *fault)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct json_value *values = table->types[i].collision_values;
        for (const struct json_value *value = values == NULL ? NULL : values->first; value != NULL; value = value->next) {
            if (type_find(table, value->text) != NULL || type_find_by_collision(table, value->text) != &table->types[i]) {
                return fault_set(fault, FAULT_INVALID, "%s/%s.json: discriminator_collision: %.*s means another type, too",
                                 directory, table->types[i].name, BYTES_FORMAT(value->text));
            }
        }
    }
    return true;
}

bool type_table_load(struct type_table **table, const char *directory, struct fault *fault)
{
    struct type_table *loaded = calloc(1, sizeof *loaded);

    *table = NULL;
    if (loaded == NULL || (loaded->arena = arena_new(TABLE_SIZE_MAX)) == NULL) {
        free(loaded);
        return fault_set(fault, FAULT_UNAVAILABLE, "out of memory");
    }
    if (!load_files(loaded, directory, fault)) {
        type_table_free(loaded);
        return false;
    }
    qsort(loaded->types, loaded->count, sizeof(struct connection_type), compare_types);
    if (!check_collisions(loaded, directory, fault)) {
        type_table_free(loaded);
        return false;
    }
    *table = loaded;
    return true;
}
