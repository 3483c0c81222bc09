/*
 * The forms and texts of this dialect's answers: the gateway's errors and the service's.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/catalog/catalog.h"
#include "api/credential.h"
#include "api/precondition.h"
#include "base/log.h"
#include "json/writer.h"

static const struct {
    int status;
    const char *title;
} titles[] = {{400, "BadRequestError"},         {403, "ForbiddenError"},       {404, "NotFoundError"},
              {405, "MethodNotAllowedError"},   {412, "PreconditionFailedError"}, {413, "PayloadTooLargeError"},
              {424, "FailedDependencyError"},   {429, "TooManyRequestsError"}, {503, "ServiceUnavailableError"}, {500, "InternalServerError"}};

enum api_step catalog_json(struct api_exchange *exchange, int status, struct bytes body)
{
    exchange->response.status = status;
    exchange->response.content_type = "application/json;charset=UTF-8";
    exchange->response.body = body;
    return API_ANSWERED;
}

static const char *title_of(int status)
{
    size_t i = 0;

    while (titles[i].status != status && titles[i].status != 500) {
        i++;
    }
    return titles[i].title;
}

struct bytes catalog_error_text(struct arena *arena, int status, struct bytes detail)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, arena, 256);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key(&writer, "type");
    json_string(&writer, BYTES("/placeholder/type/uri"));
    json_key(&writer, "status");
    json_integer(&writer, status);
    json_key(&writer, "title");
    json_string(&writer, bytes_from(title_of(status)));
    json_key(&writer, "detail");
    json_string(&writer, detail);
    json_object_end(&writer);
    return json_writer_close(&writer) ? buf_bytes(&buf) : (struct bytes){NULL, 0};
}

enum api_step catalog_error(struct api_exchange *exchange, int status, const char *format, ...)
{
    va_list arguments;
    va_list again;

    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length < 0 ? NULL : arena_alloc(exchange->arena, (size_t) length + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t) length + 1, format, again);
    }
    va_end(again);
    va_end(arguments);
    return catalog_json(exchange, status, catalog_error_text(exchange->arena, status, bytes_from(text)));
}

enum api_step catalog_gateway_error(struct api_exchange *exchange, const char *code, const char *message)
{
    int status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');

    return catalog_json(exchange, status, arena_printf(exchange->arena, "{\"error_code\":\"%s\",\"message\":\"%s\"}", code, message));
}

enum api_step catalog_failed(struct api_exchange *exchange, const char *what)
{
    api_log_failed(exchange, what);
    return catalog_error(exchange, 500, "An unexpected error occurred.");
}

enum api_step catalog_unreadable(struct api_exchange *exchange, const struct fault *fault)
{
    if (fault->kind == FAULT_TOO_LARGE) {
        return API_ANSWERED;
    }
    api_log_failed(exchange, fault->message);
    return catalog_error(exchange, 500, API_UNREADABLE);
}

static enum api_step answer_unavailable(struct api_exchange *exchange, const char *detail)
{
    http_response_add(&exchange->response, "Retry-After", BYTES("1"));
    return catalog_error(exchange, 503, "%s", detail);
}

enum api_step catalog_busy(struct api_exchange *exchange)
{
    return answer_unavailable(exchange, "The connection is being changed by others. Please try again.");
}

bool catalog_refused(struct api_exchange *exchange, const struct catalog_caller *caller, const struct connection_result *result)
{
    switch (result->outcome) {
    case CONNECTION_INVALID_TOKEN:
        http_response_add(&exchange->response, "WWW-Authenticate", BYTES("Bearer"));
        (void) catalog_gateway_error(exchange, "401013", "Oauth token is not valid");
        return true;
    case CONNECTION_INVALID_CLIENT:
        if (caller->has_key) {
            (void) catalog_gateway_error(exchange, "403003", "Api Key is invalid");
        } else {
            (void) catalog_gateway_error(exchange, "403000", "Api Key is required");
        }
        return true;
    case CONNECTION_UNKNOWN_PROJECT:
        if (caller->organisation.length > 0) {
            (void) catalog_gateway_error(exchange, "403025", "Profile is not valid");
        } else {
            (void) catalog_gateway_error(exchange, "400003", "Missing header");
        }
        return true;
    case CONNECTION_FORBIDDEN:
        (void) catalog_error(exchange, 403, "User does not have required permission for this operation!");
        return true;
    case CONNECTION_NOT_FOUND:
        (void) catalog_error(exchange, 404, "Connection (id: %.*s) was not found.", BYTES_FORMAT(caller->target.handle));
        return true;
    case CONNECTION_PRECONDITION_FAILED:
        (void) catalog_error(exchange, 412, "The connection is not in the version that the request asks for; nothing was changed.");
        catalog_tag(exchange, result->revision);
        return true;
    case CONNECTION_UNAVAILABLE:
        (void) answer_unavailable(exchange, "The service is temporarily unavailable.");
        return true;
    case CONNECTION_FAILED:
    case CONNECTION_WRONG_KEY:
        (void) catalog_failed(exchange, "the database refused a call");
        return true;
    default:
        return false;
    }
}

void catalog_tag(struct api_exchange *exchange, int64_t revision)
{
    precondition_tag(exchange, revision);
    http_response_add(&exchange->response, "E-Tag", arena_printf(exchange->arena, "1.0.%" PRId64, revision - 1));
}

enum api_step catalog_reference(struct api_exchange *exchange, int status, struct bytes id, int64_t revision)
{
    if (revision > 0) {
        catalog_tag(exchange, revision);
    }
    struct json_value reference = {.kind = JSON_STRING, .text = arena_printf(exchange->arena, "@/connections/%.*s", BYTES_FORMAT(id))};
    struct bytes text = json_text(exchange->arena, &reference);
    return catalog_json(exchange, status, arena_printf(exchange->arena, "[%.*s]", BYTES_FORMAT(text)));
}

static void answer_problem(struct api_exchange *exchange, enum api_problem problem)
{
    static const struct {
        int status;
        const char *detail;
    } answers[API_PROBLEMS] = {
        [API_NO_ROUTE] = {404, "There is no such resource."},
        [API_METHOD] = {405, "This resource does not support the method."},
        [API_MEDIA_TYPE] = {400, "A valid content-type must be specified"},
        [API_TOO_LARGE] = {413, "The body is larger than the limit."},
        [API_INCOMPLETE] = {400, "The body is shorter than was announced."},
        [API_BAD_PATH] = {400, "The path is not correctly percent-encoded UTF-8."},
        [API_UNAVAILABLE] = {503, "The service is temporarily unavailable."},
        [API_INTERNAL] = {500, "An unexpected error occurred."},
        [API_TOO_COMPLEX] = {413, "The request needs more memory than the limit."},
        [API_RATE] = {429, "Rate limit exceeded. Please try again later."},
    };

    if (problem == API_UNAVAILABLE) {
        (void) answer_unavailable(exchange, answers[problem].detail);
        return;
    }
    if (problem == API_RATE) {
        http_response_add(&exchange->response, "Retry-After", arena_printf(exchange->arena, "%ld", api_retry_seconds(exchange)));
    }
    (void) catalog_error(exchange, answers[problem].status, "%s", answers[problem].detail);
}

const struct api_dialect catalog_dialect = {.name = "catalog", .prefix = CATALOG_ROOT "/", .problem = answer_problem,
                                           .credential = credential_bearer, .loose = true, .revisions = &catalog_revisions};
