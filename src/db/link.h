/*
 * One libpq connection, driven without blocking: opens, says hello, runs one statement at a time. Only for this room ("link", because
 * a connection is what Patchbay keeps for its users).
 *
 *     DOWN -> OPENING -> GREETING -> IDLE <-> PREPARING -> RUNNING -> IDLE
 *       ^________________ DB_LINK_LOST, from anywhere ________________/
 *
 * Ownership: the result of an event belongs to the link until db_link_release. Time limits: `due_us` is when the owner must close
 * it as lost, or (DOWN) may open it. Name resolution by libpq is the one thing that may block; sockets and addresses do not.
 * Not here: what is sent when, and to whom answers go (pool.c).
 */
#ifndef PATCHBAY_DB_LINK_H
#define PATCHBAY_DB_LINK_H

#include <libpq-fe.h>

#include "db/array.h"
#include "db/dsn.h"

#define DB_LINK_STATEMENTS_MAX 128

enum db_link_state { DB_LINK_DOWN, DB_LINK_OPENING, DB_LINK_GREETING, DB_LINK_IDLE, DB_LINK_PREPARING, DB_LINK_RUNNING };

enum db_link_event {
    DB_LINK_NOTHING,
    DB_LINK_GREETED,  /* `result` holds the answer of worker_hello(), or its error; NULL when it was not asked */
    DB_LINK_ANSWERED, /* `result` holds the statement's answer or error */
    DB_LINK_LOST,
};

struct db_link {
    PGconn *handle;
    enum db_link_state state;
    short events;                         /* to poll for */
    bool broken;                          /* the next step says DB_LINK_LOST */
    int64_t due_us;
    bool greets;                          /* the owner's: ask worker_hello() first */
    int64_t statement_limit_us;           /* the owner's: how long a statement may take before the link is given up */
    PGresult *result;
    const struct db_statement *statement; /* being prepared or run */
    struct db_arrays arrays;              /* its parameters */
    const struct db_statement *prepared[DB_LINK_STATEMENTS_MAX];
    size_t prepared_count;
};

/* From DOWN. */
void db_link_open(struct db_link *link, const struct db_dsn *dsn, int64_t now_us);
/* Closes in any state; the link is DOWN afterwards, due_us is the owner's to set. */
void db_link_close(struct db_link *link);
/* db_link_close, and frees what is kept for the next opening. */
void db_link_free(struct db_link *link);
/* From IDLE: sends the calls as one statement. Failure shows in the next step as DB_LINK_LOST. */
void db_link_send(struct db_link *link, const struct db_call *const *calls, size_t count, int64_t now_us);
/* After poll. On GREETED and ANSWERED the link is IDLE already; free the result with db_link_release. */
enum db_link_event db_link_step(struct db_link *link, short revents, int64_t now_us);
void db_link_release(struct db_link *link);
/* Why it was lost, one line, without anything that may hold data. Only before db_link_close. */
struct bytes db_link_complaint(const struct db_link *link);

#endif
