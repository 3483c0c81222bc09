/*
 * What is the same for every route: finding it, refusing what HTTP itself refuses, and turning an overflowed arena into an answer.
 * Each dialect says these things in its own form (api_dialect.problem).
 */
#include "api/api.h"

#include <assert.h>
#include <string.h>

#include "api/route.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/uuid.h"
#include "deploy/errand.h"

/* For an answer that something is wrong: there may be no memory left for one, or next to none. */
enum { ANSWER_MEMORY = 16 * 1024 };

void api_connection_text(const struct api_exchange *exchange, char text[UUID_TEXT_SIZE])
{
    static const unsigned char nobody[sizeof exchange->connection];

    text[0] = '\0';
    if (memcmp(exchange->connection, nobody, sizeof nobody) != 0) {
        uuid_format(exchange->connection, text);
    }
}

void api_log_failed(const struct api_exchange *exchange, const char *what)
{
    char connection[UUID_TEXT_SIZE];

    api_connection_text(exchange, connection);
    log_write(LOG_ERROR, "failed", (const struct log_field[]){
        LOG_FIELD_TEXT("request_id", exchange->request->request_id),
        LOG_FIELD_TEXT("what", bytes_from(what)),
        LOG_FIELD_TEXT("route", bytes_from(exchange->route->pattern)),
        connection[0] == '\0' ? LOG_FIELD_END : LOG_FIELD_TEXT("connection", bytes_from(connection)),
        LOG_FIELD_END,
    });
}

static enum api_step answer_problem(struct api_exchange *exchange, const struct api_dialect *dialect, enum api_problem problem)
{
    arena_grant(exchange->arena, ANSWER_MEMORY);
    dialect->problem(exchange, problem);
    return API_ANSWERED;
}

/* Nothing that was half written may go out when memory for the request ran out. */
static enum api_step checked(struct api_exchange *exchange, enum api_step step)
{
    if (arena_overflowed(exchange->arena) && !exchange->streaming) {
        memset(&exchange->response, 0, sizeof exchange->response);
        return answer_problem(exchange, exchange->route->dialect, API_TOO_COMPLEX);
    }
    if (step == API_CALL || step == API_PART) {
        exchange->calls++;
    }
    return step;
}

static enum api_step check_body(struct api_context *context, struct api_exchange *exchange)
{
    const struct http_request *request = exchange->request;

    if (request->body_too_large) {
        return answer_problem(exchange, exchange->route->dialect, API_TOO_LARGE);
    }
    if (exchange->route->media_types != NULL) {
        if (request->body_incomplete) {
            return answer_problem(exchange, exchange->route->dialect, API_INCOMPLETE);
        }
        if (request->body.length > 0 && strcmp(exchange->route->media_types, "*") != 0
            && !http_request_has_type(request, exchange->route->media_types)) {
            return answer_problem(exchange, exchange->route->dialect, API_MEDIA_TYPE);
        }
    }
    return checked(exchange, exchange->route->begin(context, exchange));
}

static bool may_ask_now(struct api_context *context, struct api_exchange *exchange)
{
    unsigned char digest[DIGEST_SHA256_SIZE];

    exchange->rate.allowed = true;
    if (context->rates != NULL && !exchange->inner && exchange->route->dialect->credential(exchange, digest)) {
        rate_take(context->rates, digest, clock_monotonic_us(), &exchange->rate);
    }
    return exchange->rate.allowed;
}

long api_retry_seconds(const struct api_exchange *exchange)
{
    return exchange->rate.wait_us <= 1000000 ? 1 : (exchange->rate.wait_us + 999999) / 1000000;
}

enum api_step api_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct bytes allow;
    enum route_match match = route_find(exchange, &allow);

    if (arena_overflowed(exchange->arena)) { /* the body took it all; what was found is not to be trusted */
        return answer_problem(exchange, route_dialect(exchange->request->path), exchange->request->body_too_large ? API_TOO_LARGE : API_TOO_COMPLEX);
    }
    switch (match) {
    case ROUTE_NO_PATH:
        return answer_problem(exchange, route_dialect(exchange->request->path), API_NO_ROUTE);
    case ROUTE_NO_METHOD:
        if (exchange->request->method == HTTP_OPTIONS) {
            exchange->response.status = 204;
        } else {
            (void) answer_problem(exchange, exchange->route->dialect, API_METHOD);
        }
        http_response_add(&exchange->response, "Allow", allow);
        return API_ANSWERED;
    case ROUTE_BAD_PATH:
        return answer_problem(exchange, exchange->route->dialect, API_BAD_PATH);
    case ROUTE_FOUND:
        break;
    }
    if (!may_ask_now(context, exchange)) {
        return answer_problem(exchange, exchange->route->dialect, API_RATE);
    }
    return check_body(context, exchange);
}

enum api_step api_continue(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    api_continue_handler *next = exchange->next != NULL ? exchange->next : exchange->route->next;

    /*
     * What was decoded may have been committed by now: delivering and answering it must not fail for memory. Reading it back from the database
     * and writing it takes about as much as decoding and sealing it did; twice that is well beyond it.
     */
    if (!exchange->extended && !exchange->inner) {
        exchange->extended = true;
        arena_grant(exchange->arena, 2 * (size_t) context->config->request_memory);
    }
    return checked(exchange, next(context, exchange, result));
}

struct handling {
    struct api_context *context;
    struct api_exchange *exchange;
    enum api_step step;
};

static void continue_handling(void *argument, const struct db_result *result)
{
    struct handling *handling = argument;

    handling->step = api_continue(handling->context, handling->exchange, result);
}

void api_handle(struct api_context *context, struct api_exchange *exchange, struct db_session *session)
{
    struct handling handling = {context, exchange, api_begin(context, exchange)};
    struct buf whole;

    buf_init(&whole, exchange->arena, 0);
    while (handling.step != API_ANSWERED) {
        if (handling.step == API_WORK) {
            exchange->work(exchange);
            continue_handling(&handling, NULL);
            continue;
        }
        if (handling.step == API_ERRAND) {
            errand_run(exchange->errand);
            continue_handling(&handling, NULL);
            continue;
        }
        if (handling.step == API_PART) {
            buf_add(&whole, exchange->part);
        }
        db_session_run(session, &exchange->call, continue_handling, &handling);
    }
    db_session_release(session, &exchange->hold);
    if (exchange->streaming) {
        buf_add(&whole, exchange->response.body);
        exchange->response.body = buf_bytes(&whole);
    }
}
