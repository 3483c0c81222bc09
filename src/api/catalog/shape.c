/*
 * A connection as answers show it: what the caller gave, then what the registry adds. What was never given is left out; statsCache and dataSets are
 * always there, as in the documented example.
 */
#include <inttypes.h>

#include "api/catalog/catalog.h"
#include "json/writer.h"

static const struct json_limits stored_limits = {.depth = 64};

bool catalog_is_wanted(struct bytes properties, struct bytes name)
{
    struct bytes wanted;

    if (properties.data == NULL) {
        return true;
    }
    while (bytes_cut(&properties, ',', &wanted)) {
        if (bytes_equal(bytes_trim(wanted), name)) {
            return true;
        }
    }
    return false;
}

/* The key, when the member is wanted. */
static bool begin_member(struct json_writer *writer, const struct catalog_shape *shape, const char *name)
{
    bool wanted = catalog_is_wanted(shape->properties, bytes_from(name));

    if (wanted) {
        json_key(writer, name);
    }
    return wanted;
}

static void write_text(struct json_writer *writer, const struct catalog_shape *shape, const char *name, struct bytes text)
{
    if (text.data != NULL && begin_member(writer, shape, name)) {
        json_string(writer, text);
    }
}

static void write_milliseconds(struct json_writer *writer, const struct catalog_shape *shape, const char *name, int64_t microseconds)
{
    if (begin_member(writer, shape, name)) {
        json_integer(writer, microseconds / 1000);
    }
}

static bool write_settings(struct json_writer *writer, const struct catalog_shape *shape, struct bytes settings, struct arena *arena)
{
    struct json_value *members;
    struct fault fault;

    if (shape->properties.data == NULL) {
        json_raw_members(writer, settings);
        return true;
    }
    if (!json_read(&members, settings, &stored_limits, arena, &fault)) {
        return false;
    }
    for (const struct json_value *member = members->first; member != NULL; member = member->next) {
        if (catalog_is_wanted(shape->properties, member->key)) {
            json_key_bytes(writer, member->key);
            json_tree(writer, member);
        }
    }
    return true;
}

static void write_stats(struct json_writer *writer, const struct catalog_shape *shape)
{
    static const char *const names[] = {"earliestAvailableData", "latestAvailableData", "lastSuccess", "recentFailure"};

    if (!begin_member(writer, shape, "statsCache")) {
        return;
    }
    json_object(writer);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        json_key(writer, names[i]);
        json_null(writer);
    }
    json_object_end(writer);
}

bool catalog_write_object(struct json_writer *writer, const struct catalog_shape *shape, const struct connection_row *row, struct bytes settings,
                          struct arena *arena)
{
    json_object(writer);
    write_text(writer, shape, "connector", row->result.type);
    write_text(writer, shape, "name", row->name);
    write_text(writer, shape, "description", row->description);
    if (begin_member(writer, shape, "enabled")) {
        json_boolean(writer, row->enabled);
    }
    bool readable = write_settings(writer, shape, settings, arena);
    write_text(writer, shape, "imsOrg", shape->organisation);
    write_text(writer, shape, "version", arena_printf(arena, "1.0.%" PRId64, row->result.revision - 1));
    write_milliseconds(writer, shape, "created", row->created_us);
    write_milliseconds(writer, shape, "updated", row->updated_us);
    write_text(writer, shape, "createdClient", row->created_client);
    write_text(writer, shape, "createdUser", row->created_by);
    write_text(writer, shape, "updatedUser", row->updated_by);
    write_text(writer, shape, "dataSets", arena_printf(arena, "@/connections/%.*s/dataSets", BYTES_FORMAT(row->public_id)));
    write_stats(writer, shape);
    json_object_end(writer);
    return readable;
}

bool catalog_write_connection(struct json_writer *writer, const struct catalog_shape *shape, const struct connection_row *row, struct bytes settings,
                              struct arena *arena)
{
    json_key_bytes(writer, row->public_id);
    return catalog_write_object(writer, shape, row, settings, arena);
}
