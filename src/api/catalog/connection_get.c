/*
 * GET one connection, several by their ids, and what hangs on one. One is shown in full to who may manage connections; several are a list, and lists
 * have no secrets.
 */
#include <string.h>

#include "api/catalog/catalog.h"
#include "http/url.h"
#include "json/writer.h"
#include "registry/caller.h"
#include "registry/identity.h"
#include "registry/token.h"

struct getting {
    struct catalog_caller caller;
    struct connection_read read;
    struct catalog_shape shape;
};

/* The query's `properties`; false when it is badly encoded. */
static bool read_properties(struct api_exchange *exchange, struct bytes *properties)
{
    bool found;

    *properties = (struct bytes){NULL, 0};
    if (!url_parameter(exchange->request->query, "properties", exchange->arena, properties, &found)) {
        return false;
    }
    if (!found) {
        *properties = (struct bytes){NULL, 0};
    }
    return true;
}

enum api_step catalog_get_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct getting *getting;

    if (memchr(exchange->parameters[0].data, ',', exchange->parameters[0].length) != NULL) {
        return catalog_list_begin(context, exchange);
    }
    getting = ARENA_NEW(exchange->arena, struct getting);
    if (getting == NULL || !catalog_caller_read(exchange, &getting->caller)) {
        return API_ANSWERED;
    }
    exchange->state = getting;
    getting->shape.organisation = getting->caller.organisation;
    getting->read.target = getting->caller.target;
    getting->read.secrets = exchange->request->method != HTTP_HEAD;
    connection_read_call(&getting->read, &exchange->call);
    return API_CALL;
}

static enum api_step answer_connection(struct api_exchange *exchange, const struct getting *getting, const struct connection_row *row, struct bytes settings)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, settings.length + 768);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    bool written = catalog_write_connection(&writer, &getting->shape, row, settings, exchange->arena);
    json_object_end(&writer);
    if (!json_writer_close(&writer) || !written) {
        return arena_overflowed(exchange->arena) ? API_ANSWERED : catalog_failed(exchange, "stored settings cannot be read");
    }
    catalog_tag(exchange, row->result.revision);
    return catalog_json(exchange, 200, buf_bytes(&buf));
}

enum api_step catalog_get_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    struct getting *getting = exchange->state;
    const struct connection_target *target;
    struct connection_row row;
    struct bytes settings;
    struct fault fault;

    if (memchr(exchange->parameters[0].data, ',', exchange->parameters[0].length) != NULL) {
        return catalog_list_next(context, exchange, result);
    }
    target = &getting->caller.target;
    connection_read_outcome(result, &row);
    if (catalog_refused(exchange, &getting->caller, &row.result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, target->token);
    if (!read_properties(exchange, &getting->shape.properties)) {
        return catalog_error(exchange, 400, "The query is not correctly percent-encoded UTF-8.");
    }
    memcpy(exchange->connection, row.result.identity.connection, sizeof exchange->connection);
    identity_learn(context->identities, target->dialect, target->project, target->handle, &row.result.identity);
    if (!connection_open(&row, context->keyring, exchange->arena, &settings, &fault)) {
        return catalog_unreadable(exchange, &fault);
    }
    return answer_connection(exchange, getting, &row, settings);
}

/* ---- GET /connections/{id}/dataSets: none are kept here, so every connection has none. */

enum api_step catalog_data_sets_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct getting *getting = ARENA_NEW(exchange->arena, struct getting);

    (void) context;
    if (getting == NULL || !catalog_caller_read(exchange, &getting->caller)) {
        return API_ANSWERED;
    }
    exchange->state = getting;
    getting->read.target = getting->caller.target;
    connection_read_call(&getting->read, &exchange->call);
    return API_CALL;
}

enum api_step catalog_data_sets_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct getting *getting = exchange->state;
    struct connection_row row;

    connection_read_outcome(result, &row);
    if (catalog_refused(exchange, &getting->caller, &row.result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, getting->caller.target.token);
    return catalog_json(exchange, 200, BYTES("{}"));
}

/* ---- GET /: where things are */

enum api_step catalog_links_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct catalog_caller *caller = ARENA_NEW(exchange->arena, struct catalog_caller);

    (void) context;
    if (caller == NULL || !catalog_caller_read(exchange, caller)) {
        return API_ANSWERED;
    }
    exchange->state = caller;
    caller_enter_call(&caller->target, NULL, &exchange->call);
    return API_CALL;
}

enum api_step catalog_links_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct catalog_caller *caller = exchange->state;
    struct connection_result entered = {.outcome = caller_enter_outcome(result)};

    if (catalog_refused(exchange, caller, &entered)) {
        return API_ANSWERED;
    }
    token_used(context->touched, caller->target.token);
    return catalog_json(exchange, 200, BYTES("{\"connector\":\"@/connectors\",\"dataSet\":\"@/dataSets\",\"dataSource\":\"@/connections\","
                                             "\"transform\":\"@/transforms\"}"));
}
