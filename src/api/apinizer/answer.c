/*
 * The forms and texts of this dialect's answers, as its documentation prints them.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/apinizer/apinizer.h"
#include "api/credential.h"
#include "api/precondition.h"
#include "json/writer.h"

static const char content_type[] = "application/json;charset=UTF-8";

enum api_step apinizer_json(struct api_exchange *exchange, int status, struct bytes body)
{
    exchange->response.status = status;
    exchange->response.content_type = content_type;
    exchange->response.body = body;
    return API_ANSWERED;
}

void apinizer_results_begin(struct json_writer *writer, struct buf *buf, struct arena *arena, size_t capacity)
{
    buf_init(buf, arena, capacity);
    json_writer_open(writer, buf);
    json_object(writer);
    json_key(writer, "success");
    json_boolean(writer, true);
    json_key(writer, "resultList");
    json_array(writer);
}

enum api_step apinizer_results_end(struct api_exchange *exchange, struct json_writer *writer, const struct buf *buf, int64_t count)
{
    json_array_end(writer);
    json_key(writer, "resultCount");
    json_integer(writer, count);
    json_object_end(writer);
    /* A failed writer means an overflowed arena, which api_begin and api_continue answer. */
    return json_writer_close(writer) ? apinizer_json(exchange, 200, buf_bytes(buf)) : API_ANSWERED;
}

static void write_error_members(struct json_writer *writer, const char *error, struct bytes description)
{
    json_key(writer, "error");
    json_string(writer, bytes_from(error));
    json_key(writer, "error_description");
    json_string(writer, description);
}

static enum api_step answer_error(struct api_exchange *exchange, int status, const char *error, struct bytes description)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, 256);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    write_error_members(&writer, error, description);
    json_object_end(&writer);
    return json_writer_close(&writer) ? apinizer_json(exchange, status, buf_bytes(&buf)) : API_ANSWERED;
}

enum api_step apinizer_error(struct api_exchange *exchange, int status, const char *error, const char *format, ...)
{
    va_list arguments;
    va_list again;
    char *text = NULL;

    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    text = length < 0 ? NULL : arena_alloc(exchange->arena, (size_t) length + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t) length + 1, format, again);
    }
    va_end(again);
    va_end(arguments);
    return answer_error(exchange, status, error, bytes_from(text));
}

enum api_step apinizer_invalid_token(struct api_exchange *exchange)
{
    http_response_add(&exchange->response, "WWW-Authenticate", BYTES("Bearer"));
    return apinizer_error(exchange, 401, "unauthorized_client", "Invalid token");
}

enum api_step apinizer_validation_failed(struct api_exchange *exchange, const struct settings_error *errors)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, 512);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    write_error_members(&writer, "validation_failed",
                        arena_printf(exchange->arena, "Validation failed: %.*s", BYTES_FORMAT(errors->message)));
    json_key(&writer, "validation_errors");
    json_array(&writer);
    for (const struct settings_error *error = errors; error != NULL; error = error->next) {
        json_object(&writer);
        json_key(&writer, "field");
        json_string(&writer, error->field);
        json_key(&writer, "message");
        json_string(&writer, error->message);
        json_object_end(&writer);
    }
    json_array_end(&writer);
    json_object_end(&writer);
    return json_writer_close(&writer) ? apinizer_json(exchange, 400, buf_bytes(&buf)) : API_ANSWERED;
}

enum api_step apinizer_failed(struct api_exchange *exchange, const char *what)
{
    api_log_failed(exchange, what);
    return apinizer_error(exchange, 500, "internal_error", "An unexpected error occurred. Please try again later.");
}

enum api_step apinizer_unreadable(struct api_exchange *exchange, const struct fault *fault)
{
    if (fault->kind == FAULT_TOO_LARGE) {
        return API_ANSWERED;
    }
    api_log_failed(exchange, fault->message);
    return apinizer_error(exchange, 500, "internal_error", API_UNREADABLE);
}

enum api_step apinizer_unavailable(struct api_exchange *exchange)
{
    http_response_add(&exchange->response, "Retry-After", BYTES("1"));
    return apinizer_error(exchange, 503, "server_error", "The service is temporarily unavailable. Please try again later.");
}

enum api_step apinizer_too_many(struct api_exchange *exchange, int64_t seconds)
{
    struct json_writer writer;
    struct buf buf;

    http_response_add(&exchange->response, "Retry-After", arena_printf(exchange->arena, "%" PRId64, seconds));
    buf_init(&buf, exchange->arena, 256);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    write_error_members(&writer, "rate_limit_exceeded", BYTES("Rate limit exceeded. Please try again later."));
    json_key(&writer, "retry_after");
    json_integer(&writer, seconds);
    json_object_end(&writer);
    return json_writer_close(&writer) ? apinizer_json(exchange, 429, buf_bytes(&buf)) : API_ANSWERED;
}

bool apinizer_refused(struct api_exchange *exchange, const struct connection_target *target, const struct connection_result *result)
{
    switch (result->outcome) {
    case CONNECTION_INVALID_TOKEN:
        (void) apinizer_invalid_token(exchange);
        return true;
    case CONNECTION_UNKNOWN_PROJECT:
        (void) apinizer_error(exchange, 404, "not_found", "Project '%.*s' not found", BYTES_FORMAT(target->project));
        return true;
    case CONNECTION_FORBIDDEN:
        (void) apinizer_error(exchange, 403, "forbidden", "User does not have required permission for this operation!");
        return true;
    case CONNECTION_PRECONDITION_FAILED:
        (void) apinizer_error(exchange, 412, "precondition_failed", "The connection is not in the revision that If-Match asks for; nothing was changed");
        if (result->revision > 0) {
            precondition_tag(exchange, result->revision);
        }
        return true;
    case CONNECTION_UNAVAILABLE:
        (void) apinizer_unavailable(exchange);
        return true;
    case CONNECTION_FAILED:
        (void) apinizer_failed(exchange, "the database refused a call");
        return true;
    case CONNECTION_WRONG_KEY:
        (void) apinizer_failed(exchange, "the keyring's active key is not the database's key of that number");
        return true;
    default:
        return false;
    }
}

void apinizer_write_warnings(struct json_writer *writer, const struct settings_place *warnings)
{
    if (warnings == NULL) {
        return;
    }
    json_key(writer, "warnings");
    json_array(writer);
    for (const struct settings_place *warning = warnings; warning != NULL; warning = warning->next) {
        json_string(writer, warning->place);
    }
    json_array_end(writer);
}

enum api_step apinizer_written(struct api_exchange *exchange, bool deployed, const struct settings_place *warnings, int64_t revision)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, 128);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key(&writer, "success");
    json_boolean(&writer, true);
    if (deployed) {
        json_key(&writer, "deploymentResult");
        json_object(&writer);
        json_key(&writer, "success");
        json_boolean(&writer, true);
        json_object_end(&writer);
    }
    apinizer_write_warnings(&writer, warnings);
    json_object_end(&writer);
    if (revision > 0) {
        precondition_tag(exchange, revision);
    }
    return json_writer_close(&writer) ? apinizer_json(exchange, 200, buf_bytes(&buf)) : API_ANSWERED;
}

static void answer_problem(struct api_exchange *exchange, enum api_problem problem)
{
    static const struct {
        int status;
        const char *error;
        const char *description;
    } answers[API_PROBLEMS] = {
        [API_NO_ROUTE] = {404, "not_found", "There is no such resource"},
        [API_METHOD] = {405, "method_not_allowed", "This resource does not support the method"},
        [API_TOO_LARGE] = {413, "payload_too_large", "The body is larger than the limit"},
        [API_INCOMPLETE] = {400, "bad_request", "The body is shorter than its Content-Length"},
        [API_BAD_PATH] = {400, "bad_request", "The path is not correctly percent-encoded UTF-8"},
        [API_INTERNAL] = {500, "internal_error", "An unexpected error occurred. Please try again later."},
        [API_TOO_COMPLEX] = {413, "payload_too_large", "The request needs more memory than the limit"},
    };

    if (problem == API_UNAVAILABLE) {
        (void) apinizer_unavailable(exchange);
    } else if (problem == API_RATE) {
        (void) apinizer_too_many(exchange, api_retry_seconds(exchange));
    } else if (problem == API_MEDIA_TYPE) {
        (void) apinizer_error(exchange, 415, "unsupported_media_type", "The body must be %s", exchange->route->media_types);
    } else {
        (void) apinizer_error(exchange, answers[problem].status, answers[problem].error, "%s", answers[problem].description);
    }
}

const struct api_dialect apinizer_dialect = {
    .name = "apinizer", .prefix = "/apiops/", .problem = answer_problem, .credential = credential_bearer,
    .revisions = &apinizer_revisions};

bool apinizer_target(struct api_exchange *exchange, struct connection_target *target)
{
    unsigned char *digest = arena_alloc(exchange->arena, DIGEST_SHA256_SIZE);

    *target = (struct connection_target){
        .token = digest, .dialect = apinizer_dialect.name, .project = exchange->parameters[APINIZER_PROJECT],
        .handle = exchange->parameters[APINIZER_CONNECTION], .request_id = exchange->request->request_id};
    if (digest == NULL) {
        return false;
    }
    if (!credential_bearer(exchange, digest)) {
        (void) apinizer_invalid_token(exchange);
        return false;
    }
    return true;
}
