/*
 * GET the deployments of one connection: what each worker is to hold and what it is known to hold.
 */
#include <string.h>

#include "api/apinizer/apinizer.h"
#include "json/writer.h"
#include "registry/deployment.h"
#include "registry/token.h"

enum api_step apinizer_deployments_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct connection_target *target = ARENA_NEW(exchange->arena, struct connection_target);

    (void) context;
    if (target == NULL || !apinizer_target(exchange, target)) {
        return API_ANSWERED;
    }
    exchange->state = target;
    deployment_list_call(target, &exchange->call);
    return API_CALL;
}

static void write_item(struct json_writer *writer, const struct deployment_item *item)
{
    json_object(writer);
    json_key(writer, "environmentName");
    json_string(writer, item->environment);
    json_key(writer, "workerName");
    json_string(writer, item->worker);
    json_key(writer, "wantedRevision");
    json_integer(writer, item->wanted_revision);
    json_key(writer, "appliedRevision");
    if (item->applied_revision == 0) {
        json_null(writer);
    } else {
        json_integer(writer, item->applied_revision);
    }
    json_key(writer, "state");
    json_string(writer, item->state);
    json_key_text(writer, "error", item->error);
    json_key(writer, "age");
    json_integer(writer, item->age);
    json_object_end(writer);
}

enum api_step apinizer_deployments_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct connection_target *target = exchange->state;
    struct connection_result outcome;
    struct json_writer writer;
    struct buf buf;
    int64_t count = 0;

    deployment_list_outcome(result, &outcome);
    if (apinizer_refused(exchange, target, &outcome)) {
        return API_ANSWERED;
    }
    token_used(context->touched, target->token);
    if (outcome.outcome == CONNECTION_NOT_FOUND) {
        if (bytes_trim(target->handle).length == 0) {
            return apinizer_error(exchange, 400, "bad_request", "Connection name can not be empty!");
        }
        return apinizer_error(exchange, 404, "not_found", "Connection (name: %.*s) was not found!", BYTES_FORMAT(target->handle));
    }
    memcpy(exchange->connection, outcome.identity.connection, sizeof exchange->connection);
    apinizer_results_begin(&writer, &buf, exchange->arena, 512);
    for (int row = 0; row < result->count; row++) {
        struct deployment_item item;
        deployment_list_item(result, row, &item);
        if (item.worker.data != NULL) {
            write_item(&writer, &item);
            count++;
        }
    }
    return apinizer_results_end(exchange, &writer, &buf, count);
}
