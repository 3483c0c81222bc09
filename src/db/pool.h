/*
 * A few libpq connections, kept busy without blocking; calls that wait together leave together.
 *
 * The owner polls: db_pool_prepare fills pollfds and tells how long to wait at most, db_pool_react does what can be done and
 * calls back. A call waits in one queue; when a connection is idle it takes the oldest call and gathers those behind it with the
 * same statement (up to batch_limit; never two of the same row; never one that is `alone`). A call whose row is under way on another
 * connection waits for it: it would only wait for that one's lock. When a gathered batch is refused its
 * members are sent again one by one, so that each gets its own answer.
 * A new connection: connects, asks `patchbay.worker_hello()`, shows the answer to `hello` (schema version, canaries), then is idle. Statements are
 * prepared where they are first needed. A lost connection is opened again after 50 ms, doubling up to `reconnect_ms_max`.
 * Calls that wait longer than wait_ms for a connection, because there is none or because all are busy, are answered DB_UNAVAILABLE. What was
 * under way on a lost connection: reads are queued again (once), writes are answered DB_UNAVAILABLE. A deadlock is tried once more. A connection
 * that has not answered within the statement's time (statement_timeout_ms and some grace, or limit_ms of what it was asked) counts as lost.
 * A hold keeps one connection from db_begin to db_commit or db_rollback, for calls that must be one transaction. All but one connection may be held at
 * once (of one: that one), so other calls never wait for long; further holds wait in the queue. A held call is never repeated: what is refused has
 * ended the transaction but for db_rollback (db_commit then is DB_REFUSED), and once the connection is lost all further calls of the hold are
 * DB_UNAVAILABLE at once. A transaction left idle is ended by the server after ten seconds.
 * Not here: what the calls mean.
 */
#ifndef PATCHBAY_DB_POOL_H
#define PATCHBAY_DB_POOL_H

#include <poll.h>

#include "base/fault.h"
#include "db/call.h"

struct db_pool;

struct db_ticket {
    const struct db_call *call;
    void (*done)(struct db_ticket *ticket, const struct db_result *result); /* may submit again; result is borrowed for the call only */
    /* the pool's own: */
    struct db_ticket *next;
    int64_t since_us;
    bool alone;   /* resent after its batch failed */
    bool retried; /* sent anew once: after its connection broke (a read), a deadlock, or a statement that was stale */
};

struct db_pool_options {
    const char *dsn;
    unsigned connections;      /* 1 to 64 */
    unsigned batch_limit;      /* 1 to 256 */
    int wait_ms;               /* longest wait for a connection */
    int statement_timeout_ms;  /* the session's statement_timeout; lock_timeout is the same */
    int reconnect_ms_max;
    /* Judges the answer of worker_hello(): false with a fault closes the connection and is reported by db_pool_hello_fault. */
    bool (*hello)(void *context, const struct db_result *result, struct fault *fault);
    void *context;
};

bool db_pool_new(struct db_pool **pool, const struct db_pool_options *options, struct fault *fault) __attribute__((warn_unused_result));
void db_pool_free(struct db_pool *pool); /* tickets still waiting are dropped without a callback */
void db_pool_submit(struct db_pool *pool, struct db_ticket *ticket);

/* Gives back what a hold still has, whatever was done is rolled back. No call of it may be under way. */
void db_pool_release(struct db_pool *pool, struct db_hold *hold);

/* Fills up to `room` pollfds, returns how many; *timeout_ms is lowered to when the pool wants to be called again (-1: no wish). */
size_t db_pool_prepare(struct db_pool *pool, struct pollfd *fds, size_t room, int *timeout_ms);
void db_pool_react(struct db_pool *pool, const struct pollfd *fds, size_t count);

size_t db_pool_ready(const struct db_pool *pool);   /* connections that said hello */
bool db_pool_hello_fault(const struct db_pool *pool, struct fault *fault); /* true when `hello` refused: the process should stop */

/* One call, blocking, on a connection of its own: for tests, tools and api_handle. Opens the connection lazily, and again when it was lost. */
struct db_session;
bool db_session_new(struct db_session **session, const struct db_pool_options *options, struct fault *fault) __attribute__((warn_unused_result));
void db_session_free(struct db_session *session);
void db_session_release(struct db_session *session, struct db_hold *hold);
void db_session_run(struct db_session *session, const struct db_call *call, void (*done)(void *context, const struct db_result *result), void *context);

#endif
