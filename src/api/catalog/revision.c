/*
 * How this dialect shows revisions. A restoration answers with the connection's reference, as every change does here.
 */
#include "api/revision.h"

#include "api/catalog/catalog.h"

enum { PARAMETER_REVISION = 1 };

/* A caller begins with its target, so that the one leads to the other. */
_Static_assert(offsetof(struct catalog_caller, target) == 0, "a catalog_caller begins with its target");

static struct connection_target *read_target(struct api_exchange *exchange)
{
    struct catalog_caller *caller = ARENA_NEW(exchange->arena, struct catalog_caller);

    return caller != NULL && catalog_caller_read(exchange, caller) ? &caller->target : NULL;
}

static const struct catalog_caller *caller_of(const struct connection_target *target)
{
    return (const struct catalog_caller *) target;
}

static bool refuse(struct api_exchange *exchange, const struct connection_target *target, const struct connection_result *result, struct bytes name)
{
    (void) name;
    switch (result->outcome) {
    case CONNECTION_REVISION_NOT_FOUND:
        (void) catalog_error(exchange, 404, "Connection (id: %.*s) has no revision %.*s.", BYTES_FORMAT(target->handle),
                             BYTES_FORMAT(exchange->parameters[PARAMETER_REVISION]));
        return true;
    case CONNECTION_NAME_TAKEN:
        (void) catalog_error(exchange, 400, "Connection (id: %.*s) exists already.", BYTES_FORMAT(target->handle));
        return true;
    default:
        return catalog_refused(exchange, caller_of(target), result);
    }
}

static enum api_step refuse_page(struct api_exchange *exchange)
{
    return catalog_error(exchange, 400, "start must be a whole number from 0, limit one from 1 to 1000.");
}

static void begin_list(struct json_writer *writer, const char *items)
{
    json_object(writer);
    json_key(writer, items);
    json_array(writer);
}

static void end_list(struct json_writer *writer, const struct revision_page *page, int64_t total, struct arena *arena)
{
    (void) page, (void) arena;
    json_array_end(writer);
    json_key(writer, "total");
    json_integer(writer, total);
    json_object_end(writer);
}

static void begin_one(struct json_writer *writer)
{
    json_object(writer);
    json_key(writer, "revision");
}

static bool write_state(struct json_writer *writer, const struct connection_target *target, const struct connection_row *row, struct arena *arena)
{
    struct catalog_shape shape = {.organisation = caller_of(target)->organisation};

    return catalog_write_object(writer, &shape, row, row->settings, arena);
}

static enum api_step answer_restored(struct api_context *context, struct api_exchange *exchange, struct revision_restoring *restoring,
                                     const struct revision_restored *restored)
{
    (void) context, (void) restoring;
    return catalog_reference(exchange, 200, arena_copy(exchange->arena, restored->handle), restored->result.revision);
}

const struct revision_form catalog_revisions = {
    .revision_parameter = PARAMETER_REVISION, .offset_name = "start", .limit_name = "limit", .target = read_target,
    .if_match = catalog_precondition, .only_validates = catalog_only_validates,
    .refused = refuse, .wrong_page = refuse_page, .failed = catalog_failed, .busy = catalog_busy,
    .json = catalog_json, .tag = catalog_tag, .list_begin = begin_list, .list_end = end_list, .one_begin = begin_one, .one_end = json_object_end,
    .state = write_state, .restored = answer_restored,
};
