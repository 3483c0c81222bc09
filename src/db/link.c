/*
 * libpq is asked only questions that it answers at once. Whatever goes wrong with the socket makes the link `broken`, and the owner hears
 * of it in one way only, as DB_LINK_LOST of the next step; so there is one place that decides what becomes of calls under way.
 */
#include "db/link.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* A host that does not answer must not keep the link for minutes; several hosts in the connection string share this time. */
#define OPENING_LIMIT_US 15000000

static void ignore_notice(void *context, const PGresult *result)
{
    (void) context;
    (void) result;
}

void db_link_open(struct db_link *link, const struct db_dsn *dsn, int64_t now_us)
{
    assert(link->state == DB_LINK_DOWN && link->handle == NULL);
    link->state = DB_LINK_OPENING;
    link->due_us = now_us + OPENING_LIMIT_US;
    link->events = POLLOUT;
    link->handle = PQconnectStartParams(dsn->keywords, dsn->values, 0);
    if (link->handle == NULL || PQstatus(link->handle) == CONNECTION_BAD) {
        link->broken = true;
        return;
    }
    /* Notices may quote data, and nobody would read them. */
    PQsetNoticeReceiver(link->handle, ignore_notice, NULL);
}

void db_link_release(struct db_link *link)
{
    PQclear(link->result);
    link->result = NULL;
}

void db_link_close(struct db_link *link)
{
    db_link_release(link);
    PQfinish(link->handle);
    link->handle = NULL;
    link->state = DB_LINK_DOWN;
    link->events = 0;
    link->broken = false;
    link->due_us = 0;
    link->statement = NULL;
    link->prepared_count = 0;
}

void db_link_free(struct db_link *link)
{
    db_link_close(link);
    db_arrays_free(&link->arrays);
}

static void rest(struct db_link *link)
{
    link->state = DB_LINK_IDLE;
    link->events = POLLIN; /* an idle connection that the server closes becomes readable */
    link->due_us = 0;
    link->statement = NULL;
}

/* Sends what libpq holds back; asks for POLLOUT while the socket does not take it all. */
static void flush_output(struct db_link *link)
{
    int rest_left = PQflush(link->handle);
    link->broken = link->broken || rest_left < 0;
    link->events = (short) (POLLIN | (rest_left > 0 ? POLLOUT : 0));
}

static bool is_prepared(const struct db_link *link, const struct db_statement *statement)
{
    for (size_t i = 0; i < link->prepared_count; i++) {
        if (link->prepared[i] == statement) {
            return true;
        }
    }
    return false;
}

static bool send_prepare(struct db_link *link)
{
    const struct db_statement *statement = link->statement;
    char sql[512];
    Oid oids[DB_VALUES_MAX];
    size_t length = (size_t) snprintf(sql, sizeof(sql), "SELECT * FROM %s(", statement->function);
    for (size_t i = 0; i < statement->value_count; i++) {
        assert(length < sizeof(sql) - 8);
        length += (size_t) snprintf(sql + length, sizeof(sql) - length, "%s$%zu", i == 0 ? "" : ",", i + 1);
        oids[i] = db_array_oid(statement->types[i]);
    }
    assert(length < sizeof(sql) - 2);
    memcpy(sql + length, ")", 2);
    link->state = DB_LINK_PREPARING;
    return PQsendPrepare(link->handle, statement->name, sql, (int) statement->value_count, oids) == 1;
}

static bool send_run(struct db_link *link)
{
    link->state = DB_LINK_RUNNING;
    return PQsendQueryPrepared(link->handle, link->statement->name, (int) link->arrays.count, link->arrays.values, link->arrays.lengths,
                               link->arrays.formats, 0) == 1;
}

void db_link_send(struct db_link *link, const struct db_call *const *calls, size_t count, int64_t now_us)
{
    assert(link->state == DB_LINK_IDLE && count > 0);
    link->statement = calls[0]->statement;
    link->due_us = now_us + link->statement_limit_us;
    if (link->statement->command != NULL) {
        link->state = DB_LINK_RUNNING;
        if (PQsendQuery(link->handle, link->statement->command) != 1) {
            link->broken = true;
            return;
        }
        flush_output(link);
        return;
    }
    bool prepared = is_prepared(link, link->statement);
    if (!db_arrays_encode(&link->arrays, calls, count) || !(prepared ? send_run(link) : send_prepare(link))) {
        link->state = DB_LINK_RUNNING;
        link->broken = true;
        return;
    }
    flush_output(link);
}

static enum db_link_event greet(struct db_link *link, int64_t now_us)
{
    if (PQsetnonblocking(link->handle, 1) != 0) {
        return DB_LINK_LOST;
    }
    if (!link->greets) {
        rest(link);
        return DB_LINK_GREETED;
    }
    link->state = DB_LINK_GREETING;
    link->due_us = now_us + link->statement_limit_us;
    if (PQsendQuery(link->handle, "SELECT * FROM patchbay.worker_hello()") != 1) {
        return DB_LINK_LOST;
    }
    flush_output(link);
    return DB_LINK_NOTHING;
}

static enum db_link_event go_on_opening(struct db_link *link, int64_t now_us)
{
    switch (PQconnectPoll(link->handle)) {
    case PGRES_POLLING_READING:
        link->events = POLLIN;
        return DB_LINK_NOTHING;
    case PGRES_POLLING_WRITING:
        link->events = POLLOUT;
        return DB_LINK_NOTHING;
    case PGRES_POLLING_OK:
        return greet(link, now_us);
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE:
        break;
    }
    return DB_LINK_LOST;
}

/* A statement is over: the server said that it is ready for another, or libpq made up an error because it will never say so. */
static enum db_link_event finish(struct db_link *link)
{
    ExecStatusType status = PQresultStatus(link->result);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!good && PQstatus(link->handle) == CONNECTION_BAD) {
        return DB_LINK_LOST;
    }
    if (good && link->state == DB_LINK_PREPARING) {
        assert(link->prepared_count < DB_LINK_STATEMENTS_MAX); /* statements are static: there is a fixed number of them */
        link->prepared[link->prepared_count++] = link->statement;
        db_link_release(link);
        if (!send_run(link)) {
            return DB_LINK_LOST;
        }
        flush_output(link);
        return DB_LINK_NOTHING;
    }
    enum db_link_event event = link->state == DB_LINK_GREETING ? DB_LINK_GREETED : DB_LINK_ANSWERED;
    rest(link);
    return event;
}

/*
 * Takes every result that is there; of several the last is kept. Rows alone prove nothing: the commit comes after them, and fails as an
 * error after them. Only the end of the results does.
 */
static enum db_link_event collect(struct db_link *link)
{
    while (!PQisBusy(link->handle)) {
        PGresult *result = PQgetResult(link->handle);
        if (result == NULL) {
            return link->result == NULL ? DB_LINK_LOST : finish(link);
        }
        db_link_release(link);
        link->result = result;
    }
    return DB_LINK_NOTHING;
}

/*
 * Parses what the server said on its own: notices, changed parameters, its farewell. After a farewell comes the end of the connection; reading
 * once more finds it before a call is sent into the void.
 */
static enum db_link_event listen_idle(const struct db_link *link)
{
    bool gone = PQisBusy(link->handle) || PQconsumeInput(link->handle) == 0 || PQstatus(link->handle) == CONNECTION_BAD;
    return gone ? DB_LINK_LOST : DB_LINK_NOTHING;
}

enum db_link_event db_link_step(struct db_link *link, short revents, int64_t now_us)
{
    if (link->broken) {
        return DB_LINK_LOST;
    }
    if (revents == 0) {
        return DB_LINK_NOTHING;
    }
    if (link->state == DB_LINK_OPENING) {
        return go_on_opening(link, now_us);
    }
    bool failed = (revents & ~POLLOUT) != 0 && PQconsumeInput(link->handle) == 0;
    if (!failed && (link->events & POLLOUT) != 0) {
        flush_output(link);
    }
    /* What was read before the socket failed may hold a whole answer; that one still counts. */
    enum db_link_event event = link->state == DB_LINK_IDLE ? listen_idle(link) : collect(link);
    if (failed && event == DB_LINK_NOTHING) {
        return DB_LINK_LOST;
    }
    link->broken = link->broken || failed;
    return event;
}

struct bytes db_link_complaint(const struct db_link *link)
{
    /* While a statement is under way libpq's message may hold the server's words about its data. */
    if (link->state == DB_LINK_GREETING || link->state == DB_LINK_PREPARING || link->state == DB_LINK_RUNNING) {
        return BYTES("the connection broke while a statement was under way");
    }
    const char *message = link->handle == NULL ? "out of memory" : PQerrorMessage(link->handle);
    struct bytes line = {message, strcspn(message, "\n")};
    return line.length > 0 ? line : BYTES("the server closed the connection");
}

