/*
 * As with types one wrong file stops the start: workers that know different connectors would answer the same request differently. What is in a
 * file besides id and name is only shown, so only the kinds of the documented members are checked.
 */
#include "registry/connector.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/type_source.h"

#define TABLE_SIZE_MAX ((size_t) 64 * 1024 * 1024)

struct connector_table {
    struct arena *arena;
    const struct json_value **connectors;
    size_t count;
};

static const struct type_key keys[] = {
    {.name = "id", .kind = JSON_STRING, .required = true},
    {.name = "name", .kind = JSON_STRING, .required = true},
    {.name = "description", .kind = JSON_STRING},
    {.name = "version", .kind = JSON_STRING},
    {.name = "type", .kind = JSON_STRING},
    {.name = "category", .kind = JSON_STRING},
    {.name = "documents", .kind = JSON_ARRAY},
    {.name = "ingestStart", .kind = JSON_STRING},
    {.name = "frequency", .kind = JSON_OBJECT},
    {.name = "maxConnections", .kind = JSON_NUMBER},
    {.name = "uiCreationAllowed", .kind = JSON_BOOLEAN},
    {.name = "paramsSchema", .kind = JSON_OBJECT},
    {.name = "connectorOwnedDataSets", .kind = JSON_BOOLEAN},
    {.name = "internal", .kind = JSON_BOOLEAN},
};

/* In a path an id is one segment, and several are parted by commas. */
static bool check_id(const struct type_source *source, const struct connector_table *table, const struct json_value *id)
{
    if (id->text.length == 0 || memchr(id->text.data, '/', id->text.length) != NULL || memchr(id->text.data, ',', id->text.length) != NULL) {
        return type_fail(source, id, "an id must not be empty, nor have a slash or a comma");
    }
    return connector_find(table, id->text) == NULL || type_fail(source, id, "another file has this id, too");
}

static bool load_file(struct connector_table *table, const char *directory, const char *file_name, struct fault *fault)
{
    struct bytes path = arena_printf(table->arena, "%s/%s", directory, file_name);
    struct type_source source = {.path = path.data, .arena = table->arena, .fault = fault};

    if (path.data == NULL) {
        return fault_set(fault, FAULT_TOO_LARGE, "%s: too large", directory);
    }
    if (!type_read_text(path.data, table->arena, &source.text, fault) || !type_parse(&source)
        || !type_check_keys(&source, source.root, "a connector", keys, sizeof keys / sizeof keys[0])
        || !check_id(&source, table, json_member(source.root, "id"))) {
        return false;
    }
    table->connectors[table->count++] = source.root;
    return !arena_overflowed(table->arena) || fault_set(fault, FAULT_TOO_LARGE, "%s: too large", path.data);
}

static int is_connector_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && bytes_ends(bytes_from(entry->d_name), ".json");
}

static int compare_connectors(const void *left, const void *right)
{
    struct bytes a = json_member(*(const struct json_value *const *) left, "id")->text;
    struct bytes b = json_member(*(const struct json_value *const *) right, "id")->text;
    int order = memcmp(a.data, b.data, a.length < b.length ? a.length : b.length);

    return order != 0 ? order : a.length < b.length ? -1 : a.length > b.length;
}

static bool load_files(struct connector_table *table, const char *directory, struct fault *fault)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_connector_file, alphasort);
    bool loaded = true;

    if (count < 0) {
        return errno == ENOENT || fault_set(fault, FAULT_INVALID, "%s: %s", directory, strerror(errno));
    }
    table->connectors = ARENA_ARRAY(table->arena, const struct json_value *, (size_t) count);
    for (int i = 0; i < count; i++) {
        loaded = loaded && table->connectors != NULL && load_file(table, directory, entries[i]->d_name, fault);
        free(entries[i]);
    }
    free(entries);
    if (loaded && table->count > 1) {
        qsort(table->connectors, table->count, sizeof table->connectors[0], compare_connectors);
    }
    return loaded;
}

bool connector_table_load(struct connector_table **table, const char *directory, struct fault *fault)
{
    struct connector_table *loaded = calloc(1, sizeof *loaded);

    *table = NULL;
    if (loaded == NULL || (loaded->arena = arena_new(TABLE_SIZE_MAX)) == NULL) {
        free(loaded);
        return fault_set(fault, FAULT_UNAVAILABLE, "out of memory");
    }
    if (!load_files(loaded, directory, fault)) {
        connector_table_free(loaded);
        return false;
    }
    *table = loaded;
    return true;
}

void connector_table_free(struct connector_table *table)
{
    if (table != NULL) {
        arena_free(table->arena);
        free(table);
    }
}

size_t connector_count(const struct connector_table *table)
{
    return table->count;
}

const struct json_value *connector_at(const struct connector_table *table, size_t index)
{
    return table->connectors[index];
}

const struct json_value *connector_find(const struct connector_table *table, struct bytes id)
{
    for (size_t i = 0; i < table->count; i++) {
        if (bytes_equal(json_member(table->connectors[i], "id")->text, id)) {
            return table->connectors[i];
        }
    }
    return NULL;
}
