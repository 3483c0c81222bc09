/*
 * GET one connection. The stored settings are JSON text already: without secrets to fill in they are spliced, not parsed.
 */
#include <string.h>

#include "api/apinizer/apinizer.h"
#include "api/precondition.h"
#include "json/writer.h"
#include "registry/identity.h"
#include "registry/token.h"

enum api_step apinizer_get_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct connection_read *read = ARENA_NEW(exchange->arena, struct connection_read);

    (void) context;
    if (read == NULL || !apinizer_target(exchange, &read->target)) {
        return API_ANSWERED;
    }
    read->secrets = exchange->request->method != HTTP_HEAD;
    exchange->state = read;
    connection_read_call(read, &exchange->call);
    return API_CALL;
}

void apinizer_write_connection(struct json_writer *writer, const struct connection_row *row, struct bytes settings)
{
    json_object(writer);
    json_key_text(writer, "type", row->result.type);
    json_key_text(writer, "name", row->name);
    json_key_text(writer, "description", row->description);
    json_key(writer, "deployToWorker");
    json_boolean(writer, row->deploy_to_worker);
    json_key(writer, "enabled");
    json_boolean(writer, row->enabled);
    json_raw_members(writer, settings);
    json_object_end(writer);
}

static enum api_step answer_connection(struct api_exchange *exchange, const struct connection_row *row, struct bytes settings)
{
    struct json_writer writer;
    struct buf buf;

    apinizer_results_begin(&writer, &buf, exchange->arena, settings.length + 512);
    apinizer_write_connection(&writer, row, settings);
    precondition_tag(exchange, row->result.revision);
    return apinizer_results_end(exchange, &writer, &buf, 1);
}

enum api_step apinizer_get_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct connection_read *read = exchange->state;
    const struct connection_target *target = &read->target;
    struct connection_row row;
    struct bytes settings;
    struct fault fault;

    connection_read_outcome(result, &row);
    if (bytes_trim(target->handle).length == 0 && row.result.outcome == CONNECTION_NOT_FOUND) {
        return apinizer_error(exchange, 400, "bad_request", "Connection name can not be empty!");
    }
    if (row.result.outcome == CONNECTION_NOT_FOUND && memchr(target->handle.data, '/', target->handle.length) != NULL) {
        return apinizer_error(exchange, 400, "bad_request", "Connection name can not contain a slash!");
    }
    if (apinizer_refused(exchange, target, &row.result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, target->token);
    if (row.result.outcome == CONNECTION_NOT_FOUND) {
        return apinizer_error(exchange, 404, "not_found", "Connection (name: %.*s) was not found!", BYTES_FORMAT(target->handle));
    }
    memcpy(exchange->connection, row.result.identity.connection, sizeof exchange->connection);
    identity_learn(context->identities, target->dialect, target->project, target->handle, &row.result.identity);
    if (!connection_open(&row, context->keyring, exchange->arena, &settings, &fault)) {
        return apinizer_unreadable(exchange, &fault);
    }
    return answer_connection(exchange, &row, settings);
}
