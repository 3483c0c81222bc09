/*
 * News is only a reason to look, so nothing is lost when this connection is: whoever listens looks now and then anyway.
 */
#include "db/listener.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/dsn.h"

#define PAUSE_FIRST_US 50000
#define PAUSE_LAST_US 2000000
#define OPENING_LIMIT_US 15000000

enum state { DOWN, OPENING, ASKING, LISTENING };

struct db_listener {
    struct db_dsn dsn;
    char sql[80];
    PGconn *handle;
    enum state state;
    short events;
    int64_t due_us; /* DOWN: opens again; OPENING, ASKING: gives up */
    int64_t pause_us;
};

static void ignore_notice(void *context, const PGresult *result)
{
    (void) context;
    (void) result;
}

bool db_listener_new(struct db_listener **listener, const char *dsn, const char *channel, struct fault *fault)
{
    struct db_listener *made = calloc(1, sizeof(*made));

    if (made == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    if (!db_dsn_parse(&made->dsn, dsn, fault)) {
        db_listener_free(made);
        return false;
    }
    db_dsn_default(&made->dsn, "application_name", "patchbay deployer");
    db_dsn_default(&made->dsn, "tcp_user_timeout", "5000");
    db_dsn_default(&made->dsn, "keepalives_idle", "30");
    snprintf(made->sql, sizeof(made->sql), "LISTEN %s", channel);
    made->pause_us = PAUSE_FIRST_US;
    *listener = made;
    return true;
}

void db_listener_free(struct db_listener *listener)
{
    if (listener != NULL) {
        PQfinish(listener->handle);
        db_dsn_free(&listener->dsn);
        free(listener);
    }
}

static void lose(struct db_listener *listener, int64_t now_us)
{
    PQfinish(listener->handle);
    listener->handle = NULL;
    listener->state = DOWN;
    listener->due_us = now_us + listener->pause_us;
    listener->pause_us = listener->pause_us * 2 < PAUSE_LAST_US ? listener->pause_us * 2 : PAUSE_LAST_US;
}

static void open_again(struct db_listener *listener, int64_t now_us)
{
    listener->handle = PQconnectStartParams(listener->dsn.keywords, listener->dsn.values, 0);
    if (listener->handle == NULL || PQstatus(listener->handle) == CONNECTION_BAD) {
        lose(listener, now_us);
        return;
    }
    PQsetNoticeReceiver(listener->handle, ignore_notice, NULL);
    listener->state = OPENING;
    listener->events = POLLOUT;
    listener->due_us = now_us + OPENING_LIMIT_US;
}

void db_listener_prepare(struct db_listener *listener, struct pollfd *fd, int *timeout_ms)
{
    int64_t now_us = clock_monotonic_us();

    if (listener->state == DOWN && now_us >= listener->due_us) {
        open_again(listener, now_us);
    }
    *fd = (struct pollfd){.fd = listener->handle == NULL ? -1 : PQsocket(listener->handle), .events = listener->events};
    if (listener->state != LISTENING) {
        clock_lower_timeout(timeout_ms, listener->due_us, now_us);
    }
}

static void go_on_opening(struct db_listener *listener, int64_t now_us)
{
    switch (PQconnectPoll(listener->handle)) {
    case PGRES_POLLING_READING:
        listener->events = POLLIN;
        return;
    case PGRES_POLLING_WRITING:
        listener->events = POLLOUT;
        return;
    case PGRES_POLLING_OK:
        listener->state = ASKING;
        listener->events = POLLIN;
        if (PQsendQuery(listener->handle, listener->sql) == 1) {
            return;
        }
        break;
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE:
        break;
    }
    lose(listener, now_us);
}

/* True once the server has said that it tells us. */
static bool take_answer(struct db_listener *listener, int64_t now_us)
{
    while (!PQisBusy(listener->handle)) {
        PGresult *result = PQgetResult(listener->handle);
        bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
        bool end = result == NULL;
        PQclear(result);
        if (end) {
            listener->state = LISTENING;
            listener->pause_us = PAUSE_FIRST_US;
            return true;
        }
        if (!good) {
            lose(listener, now_us);
            return false;
        }
    }
    return false;
}

static bool take_news(struct db_listener *listener)
{
    bool news = false;

    for (PGnotify *notify = PQnotifies(listener->handle); notify != NULL; notify = PQnotifies(listener->handle)) {
        PQfreemem(notify);
        news = true;
    }
    return news;
}

bool db_listener_react(struct db_listener *listener, const struct pollfd *fd)
{
    int64_t now_us = clock_monotonic_us();

    if (listener->state == DOWN) {
        return false;
    }
    if (listener->state != LISTENING && now_us >= listener->due_us) {
        lose(listener, now_us);
        return false;
    }
    if (fd->revents == 0) {
        return false;
    }
    if (listener->state == OPENING) {
        go_on_opening(listener, now_us);
        return false;
    }
    /* An idle connection that is readable and brings nothing has been closed. */
    if (PQconsumeInput(listener->handle) == 0 || PQstatus(listener->handle) == CONNECTION_BAD) {
        lose(listener, now_us);
        return false;
    }
    if (listener->state == ASKING) {
        return take_answer(listener, now_us);
    }
    if (PQisBusy(listener->handle)) {
        lose(listener, now_us);
        return false;
    }
    return take_news(listener);
}
