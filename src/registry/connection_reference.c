/*
 * Which keystores and certificates a connection names. A type that has no field for that leaves the references alone, so that its
 * connections pay nothing; all others say everything they name each time, nothing included, and the database keeps it like that.
 */
#include <string.h>

#include "json/writer.h"
#include "registry/connection.h"

/* The table of a reference's kind: a truststore is a keystore that is used for trust. */
static const char *table_kind(const char *kind)
{
    return strcmp(kind, "truststore") == 0 ? "keystore" : kind;
}

static bool names_something(const struct type_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct type_field *field = &fields[i];
        if (field->reference_by_name || names_something(field->members, field->member_count)
            || names_something(field->items, field->items == NULL ? 0 : 1) || names_something(field->map_values, field->map_values == NULL ? 0 : 1)) {
            return true;
        }
    }
    return false;
}

bool connection_references_text(const struct settings *settings, const struct connection_type *type, struct arena *arena, struct bytes *references)
{
    struct json_writer writer;
    struct buf buf;

    *references = (struct bytes){NULL, 0};
    if (type == NULL || !names_something(type->fields, type->field_count)) {
        return true;
    }
    buf_init(&buf, arena, 128);
    json_writer_open(&writer, &buf);
    json_array(&writer);
    for (const struct settings_reference *reference = settings->references; reference != NULL; reference = reference->next) {
        json_object(&writer);
        json_key(&writer, "kind");
        json_string(&writer, bytes_from(table_kind(reference->kind)));
        json_key(&writer, "name");
        json_string(&writer, reference->name);
        json_key(&writer, "field"); /* for who restores it when it names nothing any more */
        json_string(&writer, reference->error.field);
        json_object_end(&writer);
    }
    json_array_end(&writer);
    bool written = json_writer_close(&writer);
    *references = buf_bytes(&buf);
    return written;
}
