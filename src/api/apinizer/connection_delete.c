/*
 * DELETE one connection. What it was stays in the history; its name is free at once.
 */
#include <string.h>

#include "api/apinizer/apinizer.h"
#include "api/precondition.h"
#include "registry/identity.h"
#include "registry/token.h"

/* Another request in the same batch may have been about the same row. */
enum { ATTEMPTS_MAX = 32 };

enum api_step apinizer_delete_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct connection_delete *delete = ARENA_NEW(exchange->arena, struct connection_delete);

    (void) context;
    if (delete == NULL || !apinizer_target(exchange, &delete->target)) {
        return API_ANSWERED;
    }
    delete->if_match = precondition_revisions(exchange->request, exchange->arena);
    exchange->state = delete;
    connection_delete_call(delete, &exchange->call);
    return API_CALL;
}

enum api_step apinizer_delete_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct connection_delete *delete = exchange->state;
    const struct connection_target *target = &delete->target;
    struct connection_result deleted;

    connection_delete_outcome(result, &deleted);
    if (apinizer_refused(exchange, target, &deleted)) {
        return API_ANSWERED;
    }
    token_used(context->touched, target->token);
    identity_forget(context->identities, target->dialect, target->project, target->handle);
    memcpy(exchange->connection, deleted.identity.connection, sizeof exchange->connection);
    switch (deleted.outcome) {
    case CONNECTION_NOT_FOUND:
        if (bytes_trim(target->handle).length == 0) {
            return apinizer_error(exchange, 400, "bad_request", "Connection name can not be empty!");
        }
        return apinizer_error(exchange, 400, "bad_request", "Connection (name: %.*s) was not found!", BYTES_FORMAT(target->handle));
    case CONNECTION_AGAIN:
        return exchange->calls < ATTEMPTS_MAX ? API_CALL : apinizer_failed(exchange, "a deletion was never its row's turn");
    case CONNECTION_DELETED:
        return deleted.deploys ? apinizer_deploy(context, exchange, &deleted, NULL, 0) : apinizer_written(exchange, true, NULL, 0);
    default:
        return apinizer_failed(exchange, "a deletion came to no known outcome");
    }
}
