/*
 * What surrounds connections: the caller's projects, their environments, and the test endpoints.
 *
 * The documentation prints "status":"SUCCESS" for projects in every generation, "success":true for environments.
 */
#include <string.h>

#include "api/apinizer/apinizer.h"
#include "api/credential.h"
#include "json/writer.h"
#include "registry/caller.h"
#include "registry/token.h"

/* The target of requests about no connection. */
static struct connection_target *take_target(struct api_exchange *exchange)
{
    struct connection_target *target = ARENA_NEW(exchange->arena, struct connection_target);

    exchange->state = target;
    return target != NULL && apinizer_target(exchange, target) ? target : NULL;
}

/* ---- GET /apiops/projects/ */

enum api_step apinizer_projects_begin(struct api_context *context, struct api_exchange *exchange)
{
    const struct connection_target *target = take_target(exchange);

    (void) context;
    if (target == NULL) {
        return API_ANSWERED;
    }
    project_list_call(target->token, &exchange->call);
    return API_CALL;
}

enum api_step apinizer_projects_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct connection_target *target = exchange->state;
    struct connection_result access = {.outcome = project_list_outcome(result)};
    struct json_writer writer;
    struct buf buf;
    int64_t count = 0;

    if (apinizer_refused(exchange, target, &access)) {
        return API_ANSWERED;
    }
    token_used(context->touched, target->token);
    buf_init(&buf, exchange->arena, 1024);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key_text(&writer, "status", BYTES("SUCCESS"));
    json_key(&writer, "resultList");
    json_array(&writer);
    for (int i = 0; i < result->count; i++) {
        struct project_row row;
        project_list_row(result, i, &row);
        if (row.name.data != NULL) {
            json_object(&writer);
            json_key_text(&writer, "name", row.name);
            json_key_text(&writer, "description", row.description);
            json_object_end(&writer);
            count++;
        }
    }
    return apinizer_results_end(exchange, &writer, &buf, count);
}

/* ---- GET /apiops/environments/, /apiops/environments/{project}, /apiops/projects/{project}/environments/ */

/* The list of all has words of its own, whatever is wrong with the token. */
static enum api_step no_administrator(struct api_exchange *exchange)
{
    return apinizer_error(exchange, 401, "unauthorized_client", "Invalid token or insufficient permissions");
}

static enum api_step no_token_for_all(struct api_exchange *exchange)
{
    http_response_add(&exchange->response, "WWW-Authenticate", BYTES("Bearer"));
    return no_administrator(exchange);
}

enum api_step apinizer_environments_begin(struct api_context *context, struct api_exchange *exchange)
{
    unsigned char digest[DIGEST_SHA256_SIZE];
    const struct connection_target *target;

    (void) context;
    if (exchange->parameters[APINIZER_PROJECT].data == NULL && !credential_bearer(exchange, digest)) {
        return no_token_for_all(exchange);
    }
    target = take_target(exchange);
    if (target == NULL) {
        return API_ANSWERED;
    }
    environment_list_call(target, &exchange->call);
    return API_CALL;
}

static void write_environment(struct json_writer *writer, const struct environment_row *row)
{
    json_object(writer);
    json_key(writer, "id");
    json_integer(writer, row->id);
    json_key_text(writer, "name", row->name);
    json_key_text(writer, "description", row->description);
    json_key_text(writer, "type", row->type);
    json_key_text(writer, "status", row->status);
    json_key_text(writer, "accessUrl", row->access_url);
    json_object_end(writer);
}

enum api_step apinizer_environments_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct connection_target *target = exchange->state;
    struct connection_result access = {.outcome = environment_list_outcome(result)};
    struct json_writer writer;
    struct buf buf;
    int64_t count = 0;

    if (access.outcome == CONNECTION_UNKNOWN_PROJECT) {
        return apinizer_error(exchange, 400, "bad_request", "Project (%.*s) is not found or user does not have privilege to access it!",
                              BYTES_FORMAT(target->project));
    }
    if (access.outcome == CONNECTION_FORBIDDEN) {
        return no_administrator(exchange);
    }
    if (access.outcome == CONNECTION_INVALID_TOKEN && target->project.data == NULL) {
        return no_token_for_all(exchange);
    }
    if (apinizer_refused(exchange, target, &access)) {
        return API_ANSWERED;
    }
    token_used(context->touched, target->token);
    apinizer_results_begin(&writer, &buf, exchange->arena, 1024);
    for (int i = 0; i < result->count; i++) {
        struct environment_row row;
        environment_list_row(result, i, &row);
        if (row.name.data != NULL) {
            write_environment(&writer, &row);
            count++;
        }
    }
    return apinizer_results_end(exchange, &writer, &buf, count);
}

/* ---- GET /apiops/test/healthcheck, /apiops/test/hello/{name} */

static enum api_step answer_text(struct api_exchange *exchange, int status, struct bytes text)
{
    exchange->response.status = status;
    exchange->response.content_type = "text/plain;charset=UTF-8";
    exchange->response.body = text;
    return API_ANSWERED;
}

enum api_step apinizer_healthcheck_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    health_check_call(&exchange->call);
    return API_CALL;
}

enum api_step apinizer_healthcheck_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    (void) context;
    if (health_check_outcome(result) == CONNECTION_OK) {
        return answer_text(exchange, 200, BYTES("OK"));
    }
    http_response_add(&exchange->response, "Retry-After", BYTES("1"));
    return answer_text(exchange, 503, BYTES("The database does not answer"));
}

enum api_step apinizer_hello_begin(struct api_context *context, struct api_exchange *exchange)
{
    const struct connection_target *target = take_target(exchange);

    (void) context;
    if (target == NULL) {
        return API_ANSWERED;
    }
    caller_check_call(target->token, &exchange->call);
    return API_CALL;
}

enum api_step apinizer_hello_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct connection_target *target = exchange->state;
    struct connection_result access = {.outcome = caller_check_outcome(result)};

    if (apinizer_refused(exchange, target, &access)) {
        return API_ANSWERED;
    }
    token_used(context->touched, target->token);
    return answer_text(exchange, 200, arena_printf(exchange->arena, "Hello %.*s", BYTES_FORMAT(exchange->parameters[0])));
}
