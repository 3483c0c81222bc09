/*
 * How this dialect shows revisions. A restoration answers with the connection, as PUT does, so it is read afterwards.
 */
#include "api/revision.h"

#include <inttypes.h>

#include "api/activecampaign/activecampaign.h"
#include "api/precondition.h"

enum { PARAMETER_REVISION = 1 };

static struct connection_target *read_target(struct api_exchange *exchange)
{
    struct connection_target *target = ARENA_NEW(exchange->arena, struct connection_target);

    return target != NULL && activecampaign_target(exchange, target) ? target : NULL;
}

static bool refuse(struct api_exchange *exchange, const struct connection_target *target, const struct connection_result *result, struct bytes name)
{
    static const struct activecampaign_error taken = {"externalid", "duplicate", "The integration already exists in the system.", NULL};

    (void) name;
    switch (result->outcome) {
    case CONNECTION_REVISION_NOT_FOUND:
        (void) activecampaign_message(exchange, 404, "No Result found for Revision with id %.*s",
                                      BYTES_FORMAT(exchange->parameters[PARAMETER_REVISION]));
        return true;
    case CONNECTION_NAME_TAKEN:
        (void) activecampaign_invalid(exchange, &taken);
        return true;
    default:
        return activecampaign_refused(exchange, target, result);
    }
}

static enum api_step refuse_page(struct api_exchange *exchange)
{
    return activecampaign_json(exchange, 400, BYTES("{}"));
}

static enum api_step answer_busy(struct api_exchange *exchange)
{
    http_response_add(&exchange->response, "Retry-After", BYTES("1"));
    return activecampaign_message(exchange, 503, "The connection is being changed by others. Please try again.");
}

static void begin_list(struct json_writer *writer, const char *items)
{
    json_object(writer);
    json_key(writer, items);
    json_array(writer);
}

static void end_list(struct json_writer *writer, const struct revision_page *page, int64_t total, struct arena *arena)
{
    json_array_end(writer);
    json_key(writer, "meta");
    json_object(writer);
    json_key(writer, "total");
    json_string(writer, arena_printf(arena, "%" PRId64, total));
    json_key(writer, "page_input");
    json_object(writer);
    json_key(writer, "limit");
    json_integer(writer, page->limit);
    json_key(writer, "offset");
    json_integer(writer, page->offset);
    json_object_end(writer);
    json_object_end(writer);
    json_object_end(writer);
}

static void begin_one(struct json_writer *writer)
{
    json_object(writer);
    json_key(writer, "revision");
}

static bool write_state(struct json_writer *writer, const struct connection_target *target, const struct connection_row *row, struct arena *arena)
{
    (void) target;
    return activecampaign_write(writer, row, row->settings, FORM_ONE, arena);
}

static enum api_step read_connection(struct api_context *context, struct api_exchange *exchange, struct revision_restoring *restoring,
                                     const struct revision_restored *restored)
{
    (void) context;
    restoring->reading = true;
    restoring->read.target = *restoring->target;
    restoring->read.target.handle = arena_copy(exchange->arena, restored->handle);
    restoring->read.secrets = true;
    connection_read_call(&restoring->read, &exchange->call);
    return API_CALL;
}

static enum api_step answer_connection(struct api_context *context, struct api_exchange *exchange, struct revision_restoring *restoring,
                                       const struct db_result *result)
{
    struct connection_row row;
    struct bytes settings;
    struct fault fault;

    connection_read_outcome(result, &row);
    if (activecampaign_refused(exchange, &restoring->read.target, &row.result)) {
        return API_ANSWERED;
    }
    if (!connection_open(&row, context->keyring, exchange->arena, &settings, &fault)) {
        return activecampaign_unreadable(exchange, &fault);
    }
    return activecampaign_answer(exchange, 200, &row, settings, FORM_CHANGED, NULL);
}

const struct revision_form activecampaign_revisions = {
    .revision_parameter = PARAMETER_REVISION, .offset_name = "offset", .limit_name = "limit", .target = read_target,
    .if_match = precondition_revisions, .refused = refuse, .wrong_page = refuse_page, .failed = activecampaign_failed, .busy = answer_busy,
    .json = activecampaign_json, .tag = precondition_tag, .list_begin = begin_list, .list_end = end_list, .one_begin = begin_one,
    .one_end = json_object_end, .state = write_state, .restored = read_connection, .read_back = answer_connection,
};
