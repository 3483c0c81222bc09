/*
 * The table of types, once it is loaded: there are few, so they are looked through.
 */
#include "registry/type.h"

#include <stdlib.h>

#include "registry/type_source.h"

void type_table_free(struct type_table *table)
{
    if (table != NULL) {
        for (struct type_pattern *pattern = table->patterns; pattern != NULL; pattern = pattern->next) {
            regfree(&pattern->regex);
        }
        arena_free(table->arena);
        free(table);
    }
}

size_t type_count(const struct type_table *table)
{
    return table->count;
}

const struct connection_type *type_at(const struct type_table *table, size_t index)
{
    return index < table->count ? &table->types[index] : NULL;
}

const struct connection_type *type_find(const struct type_table *table, struct bytes name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (bytes_is(name, table->types[i].name)) {
            return &table->types[i];
        }
    }
    return NULL;
}

const struct connection_type *type_find_by_collision(const struct type_table *table, struct bytes value)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct json_value *values = table->types[i].collision_values;
        for (const struct json_value *text = values == NULL ? NULL : values->first; text != NULL; text = text->next) {
            if (bytes_equal(text->text, value)) {
                return &table->types[i];
            }
        }
    }
    return NULL;
}

/* The first character tells most names apart: bodies may have very many members that no field names. */
const struct type_field *type_field_find(const struct type_field *fields, size_t count, struct bytes name)
{
    for (size_t i = 0; i < count && name.length > 0; i++) {
        if (fields[i].name[0] == name.data[0] && bytes_is(name, fields[i].name)) {
            return &fields[i];
        }
    }
    return NULL;
}
