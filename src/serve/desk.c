/*
 * Requests are read and answered where they stand, since web servers send and take them whole; only the database, work in threads and
 * deliveries are waited for. Whatever a step needs next is handed on here, and whoever has it calls back or is asked.
 */
#include "serve/desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/uuid.h"

/* A request in hand, or room for one. */
struct job {
    struct db_ticket ticket; /* first */
    struct work_item work;
    struct desk *desk;
    struct job *next;        /* in the free list */
    struct fcgi_connection *connection;
    struct arena *arena;     /* made at the first use, kept for the next request */
    struct api_exchange exchange;
    int64_t began_us;
    size_t bytes_out;
    bool head_sent;
};

static void log_request(const struct job *job, int64_t now_us)
{
    const struct api_exchange *exchange = &job->exchange;
    char connection[UUID_TEXT_SIZE];

    api_connection_text(exchange, connection);
    log_write(LOG_INFO, "request", (const struct log_field[]){
        LOG_FIELD_TEXT("request_id", exchange->request->request_id),
        LOG_FIELD_TEXT("method", bytes_from(http_method_name(exchange->request->method))),
        LOG_FIELD_TEXT("route", bytes_from(exchange->route == NULL ? "" : exchange->route->pattern)),
        LOG_FIELD_NUMBER("status", exchange->response.status),
        LOG_FIELD_NUMBER("us", now_us - job->began_us),
        LOG_FIELD_NUMBER("calls", exchange->calls),
        LOG_FIELD_NUMBER("bytes_in", (int64_t) exchange->request->body.length),
        LOG_FIELD_NUMBER("bytes_out", (int64_t) job->bytes_out),
        connection[0] == '\0' ? LOG_FIELD_END : LOG_FIELD_TEXT("connection", bytes_from(connection)),
        LOG_FIELD_END,
    });
}

static void put_aside(struct job *job)
{
    struct desk *desk = job->desk;
    arena_reset(job->arena);
    job->next = desk->free;
    desk->free = job;
    desk->in_hand--;
}

static void finish(struct job *job, bool whole)
{
    int64_t now_us = clock_monotonic_us();
    log_request(job, now_us);
    db_pool_release(job->desk->pool, &job->exchange.hold);
    if (whole && fcgi_request_end(job->connection)) {
        waiting_add(job->desk->waiting, job->connection, false, now_us);
    } else {
        fcgi_connection_free(job->connection);
    }
    job->connection = NULL;
    put_aside(job);
}

/* False when nothing more need be sent: the peer is gone, or it asked for the head only. */
static bool send_part(struct job *job, struct bytes part)
{
    const struct http_request *request = job->exchange.request;
    if (!job->head_sent) {
        job->head_sent = true;
        if (!fcgi_answer_begin(job->connection, request, &job->exchange.response)) {
            return false;
        }
    }
    if (request->method == HTTP_HEAD) {
        return false;
    }
    job->bytes_out += part.length;
    return fcgi_answer_part(job->connection, part);
}

static void answer(struct job *job)
{
    struct api_exchange *exchange = &job->exchange;
    if (exchange->streaming) {
        bool whole = !exchange->aborted;
        if (whole) {
            send_part(job, exchange->response.body);
        }
        finish(job, whole);
        return;
    }
    job->bytes_out = exchange->response.body.length;
    fcgi_answer(job->connection, exchange->request, &exchange->response);
    finish(job, true);
}

static void advance(struct job *job, enum api_step step)
{
    switch (step) {
    case API_ANSWERED:
        answer(job);
        return;
    case API_WORK:
        job->work.computes = job->exchange.work_computes;
        work_submit(job->desk->crew, &job->work);
        return;
    case API_ERRAND:
        job->exchange.errand->context = job;
        runner_submit(job->desk->runner, job->exchange.errand);
        return;
    case API_PART:
        if (!send_part(job, job->exchange.part)) {
            finish(job, true);
            return;
        }
        break;
    case API_CALL:
        break;
    }
    db_pool_submit(job->desk->pool, &job->ticket);
}

static void take_result(struct db_ticket *ticket, const struct db_result *result)
{
    struct job *job = (struct job *) ticket;
    advance(job, api_continue(job->desk->context, &job->exchange, result));
}

/* In a thread of the crew. */
static void run_work(struct work_item *item)
{
    struct job *job = (struct job *) ((char *) item - offsetof(struct job, work));
    job->exchange.work(&job->exchange);
}

void desk_take_work(struct desk *desk)
{
    for (struct work_item *item = work_take(desk->crew); item != NULL; item = work_take(desk->crew)) {
        struct job *job = (struct job *) ((char *) item - offsetof(struct job, work));
        advance(job, api_continue(desk->context, &job->exchange, NULL));
    }
}

void desk_take_errands(struct desk *desk)
{
    for (struct errand *errand = runner_take(desk->runner); errand != NULL; errand = runner_take(desk->runner)) {
        struct job *job = errand->context;
        advance(job, api_continue(desk->context, &job->exchange, NULL));
    }
}

bool desk_begin(void *context, struct fcgi_connection *connection)
{
    struct desk *desk = context;
    const struct config *config = desk->context->config;
    struct job *job = desk->free;
    struct http_request *request = NULL;
    if (job == NULL) {
        return false;
    }
    if (job->arena == NULL) {
        job->arena = arena_new((size_t) config->request_memory);
    }
    if (job->arena == NULL) {
        log_say(LOG_ERROR, "request_dropped", "out of memory");
        fcgi_connection_free(connection);
        return true;
    }
    desk->free = job->next;
    desk->in_hand++;
    job->began_us = clock_monotonic_us();
    if (fcgi_read_request(connection, (size_t) config->body_limit, job->arena, &request) == FCGI_READ_CLOSED) {
        fcgi_connection_free(connection);
        put_aside(job);
        return true;
    }
    memset(&job->exchange, 0, sizeof(job->exchange));
    job->exchange.arena = job->arena;
    job->exchange.request = request;
    job->connection = connection;
    job->bytes_out = 0;
    job->head_sent = false;
    job->ticket = (struct db_ticket){.call = &job->exchange.call, .done = take_result};
    job->work.run = run_work;
    advance(job, api_begin(desk->context, &job->exchange));
    return true;
}

bool desk_open(struct desk *desk, size_t limit)
{
    desk->limit = limit;
    desk->jobs = calloc(limit, sizeof(desk->jobs[0]));
    if (desk->jobs == NULL) {
        return false;
    }
    for (size_t i = limit; i-- > 0;) {
        desk->jobs[i].desk = desk;
        desk->jobs[i].next = desk->free;
        desk->free = &desk->jobs[i];
    }
    return true;
}

void desk_close(struct desk *desk)
{
    for (size_t i = 0; desk->jobs != NULL && i < desk->limit; i++) {
        if (desk->jobs[i].connection != NULL) {
            fcgi_connection_free(desk->jobs[i].connection);
        }
        arena_free(desk->jobs[i].arena);
    }
    free(desk->jobs);
    desk->jobs = NULL;
}

bool desk_has_room(const struct desk *desk)
{
    return desk->free != NULL;
}
