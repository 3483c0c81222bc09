/*
 * A toy schema for the tests of src/db: functions that echo, wait, fail on demand and write down in which company they were called.
 *
 *     struct toy_call call;
 *     toy_work(&call, "a key", 0);
 *     db_pool_submit(pool, &call.ticket);
 *     toy_run_until(pool, &call, 1);        -> call.status, call.number, ...
 */
#ifndef PATCHBAY_TESTS_UNIT_DB_TOY_H
#define PATCHBAY_TESTS_UNIT_DB_TOY_H

#include "db/admin.h"
#include "db/pool.h"
#include "tests/support/unit.h"

struct toy_call {
    struct db_ticket ticket; /* first */
    struct db_call call;
    struct db_pool *pool;    /* where `again` is submitted */
    struct toy_call *again;  /* submitted from the callback */
    int answers;             /* how often the callback came */
    enum db_status status;
    int count;
    int64_t number;          /* column 1 of the first row, when that is a number */
    char sqlstate[6];
    char constraint[64];
};

extern const struct db_statement toy_work_statement; /* gathers, writes: (key, pause in ms) -> size of its batch */
extern const struct db_statement toy_look_statement; /* gathers, reads: the same */
extern const struct db_statement toy_list_statement; /* does not gather: (count) -> that many rows */

/* An unchecked fixture: makes the schema in the cluster that the test was given; fails when it was given none. */
void toy_make(void);
/* The superuser's connection string. */
const char *toy_dsn(void);
/* Runs one statement as the superuser; returns the first column of the first row as a number, 0 without a row. */
int64_t toy_ask(const char *sql);
/* Starts and stops the whole server: "stop", "start", "restart". */
void toy_server(const char *what);

struct db_pool_options toy_options(unsigned connections);
struct db_pool *toy_pool(const struct db_pool_options *options);

void toy_prepare(struct toy_call *call, const struct db_statement *statement, const char *key, int pause_ms);
void toy_work(struct toy_call *call, const char *key, int pause_ms);
void toy_look(struct toy_call *call, const char *key, int pause_ms);
/* One turn of the pool that waits at most `limit_ms`. */
void toy_turn(struct db_pool *pool, int limit_ms);
/* Turns until all were answered; fails the test after ten seconds. */
void toy_run_until(struct db_pool *pool, const struct toy_call *calls, size_t count);
/* Turns for that long. */
void toy_run_for(struct db_pool *pool, int ms);
void toy_wait_ready(struct db_pool *pool, size_t connections);

#endif
