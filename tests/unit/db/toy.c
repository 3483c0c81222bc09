/* The functions write their batches into toy.batch, whose rows vanish with the transaction; toy.attempts counts also what failed. */
#include "tests/unit/db/toy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

const struct db_statement toy_work_statement = {
    .name = "toy_work", .function = "toy.work", .gathers = true, .writes = true, .value_count = 2, .types = {DB_TEXT, DB_INT4}};
const struct db_statement toy_look_statement = {
    .name = "toy_look", .function = "toy.look", .gathers = true, .value_count = 2, .types = {DB_TEXT, DB_INT4}};
const struct db_statement toy_list_statement = {.name = "toy_list", .function = "toy.list", .value_count = 1, .types = {DB_INT4}};

static const char *const schema[] = {
    "drop schema if exists toy cascade",
    "create schema toy",
    "create sequence toy.attempts",
    "create table toy.batch (size int, keys text[], began timestamptz default clock_timestamp(), ended timestamptz)",
    "create table toy.single (key text constraint single_key primary key)",
    /* What a key asks for happens to the whole statement, as a mistake in SQL would. */
    "create function toy.look(i_key text[], i_pause int[]) returns table (ordinal bigint, size bigint) language plpgsql as $$\n"
    "begin\n"
    "    perform nextval('toy.attempts');\n"
    "    perform pg_sleep((select max(p) from unnest(i_pause) as p) / 1000.0);\n"
    "    if 'poison' = any (i_key) then perform 1 / 0; end if;\n"
    "    if 'deadlock' = any (i_key) then raise 'made up' using errcode = '40P01'; end if;\n"
    "    if 'deadlock once' = any (i_key) and currval('toy.attempts') = 1 then raise 'made up' using errcode = '40P01'; end if;\n"
    "    if 'disk full' = any (i_key) then raise 'made up' using errcode = '53100'; end if;\n"
    "    return query select o, cardinality(i_key)::bigint from unnest(i_key) with ordinality as u (k, o)\n"
    "                 where k is distinct from 'rowless' order by o desc;\n"
    "end $$",
    "create function toy.work(i_key text[], i_pause int[]) returns table (ordinal bigint, size bigint) language plpgsql as $$\n"
    "begin\n"
    "    insert into toy.batch (size, keys) values (cardinality(i_key), i_key);\n"
    "    insert into toy.single select k from unnest(i_key) as k where k = 'single';\n"
    "    return query select * from toy.look(i_key, i_pause);\n"
    "    update toy.batch set ended = clock_timestamp() where keys = i_key and ended is null;\n"
    "end $$",
    "create function toy.list(i_count int[]) returns table (ordinal bigint, n bigint) language sql as $$\n"
    "    select 1::bigint, g::bigint from generate_series(1, i_count[1]) as g $$",
    NULL,
};

const char *toy_dsn(void)
{
    const char *dsn = getenv("PATCHBAY_TEST_OWNER_DSN");
    ck_assert_msg(dsn != NULL, "PATCHBAY_TEST_OWNER_DSN is not set: run this below tests/support/with-database");
    return dsn;
}

int64_t toy_ask(const char *sql)
{
    struct db_admin *admin = NULL;
    struct db_result result;
    struct fault fault = {0};
    ck_assert_msg(db_admin_new(&admin, toy_dsn(), &fault), "%s", fault.message);
    ck_assert_msg(db_admin_query(admin, sql, 0, NULL, &result, &fault), "%s: %s", sql, fault.message);
    int64_t number = 0;
    if (result.count > 0 && !bytes_to_int64(db_text(&result, 0, 0), &number)) {
        number = 0;
    }
    db_admin_free(admin);
    return number;
}

void toy_make(void)
{
    for (size_t i = 0; schema[i] != NULL; i++) {
        toy_ask(schema[i]);
    }
}

void toy_server(const char *what)
{
    const char *source = getenv("PATCHBAY_SOURCE");
    char command[1024];
    snprintf(command, sizeof(command), "%s/tests/support/database %s", source == NULL ? "." : source, what);
    ck_assert_int_eq(system(command), 0);
}

static bool accept_hello(void *context, const struct db_result *result, struct fault *fault)
{
    (void) context;
    (void) fault;
    return result->count == 1;
}

struct db_pool_options toy_options(unsigned connections)
{
    return (struct db_pool_options){.dsn = toy_dsn(),
                                    .connections = connections,
                                    .batch_limit = 16,
                                    .wait_ms = 5000,
                                    .statement_timeout_ms = 5000,
                                    .reconnect_ms_max = 200,
                                    .hello = accept_hello};
}

struct db_pool *toy_pool(const struct db_pool_options *options)
{
    struct db_pool *pool = NULL;
    struct fault fault = {0};
    ck_assert_msg(db_pool_new(&pool, options, &fault), "%s", fault.message);
    return pool;
}

static void record(struct db_ticket *ticket, const struct db_result *result)
{
    struct toy_call *call = (struct toy_call *) ticket;
    call->answers++;
    call->status = result->status;
    call->count = result->count;
    snprintf(call->sqlstate, sizeof(call->sqlstate), "%s", result->sqlstate);
    snprintf(call->constraint, sizeof(call->constraint), "%s", result->constraint);
    if (result->count > 0 && !bytes_to_int64(db_text(result, 0, 1), &call->number)) {
        call->number = -1;
    }
    if (call->again != NULL) {
        db_pool_submit(call->pool, &call->again->ticket);
    }
}

void toy_prepare(struct toy_call *call, const struct db_statement *statement, const char *key, int pause_ms)
{
    memset(call, 0, sizeof(*call));
    call->ticket.call = &call->call;
    call->ticket.done = record;
    call->call.statement = statement;
    if (statement == &toy_list_statement) {
        db_set_number(&call->call, 0, pause_ms);
        return;
    }
    db_set_text_or_null(&call->call, 0, bytes_from(key));
    db_set_number(&call->call, 1, pause_ms);
}

void toy_work(struct toy_call *call, const char *key, int pause_ms)
{
    toy_prepare(call, &toy_work_statement, key, pause_ms);
}

void toy_look(struct toy_call *call, const char *key, int pause_ms)
{
    toy_prepare(call, &toy_look_statement, key, pause_ms);
}

void toy_turn(struct db_pool *pool, int limit_ms)
{
    struct pollfd fds[64];
    int timeout_ms = limit_ms;
    size_t count = db_pool_prepare(pool, fds, 64, &timeout_ms);
    ck_assert_int_le(timeout_ms, limit_ms);
    ck_assert_int_ge(poll(fds, (nfds_t) count, timeout_ms), 0);
    db_pool_react(pool, fds, count);
}

void toy_run_until(struct db_pool *pool, const struct toy_call *calls, size_t count)
{
    int64_t end = clock_monotonic_us() + 10000000;
    for (size_t i = 0; i < count; i++) {
        while (calls[i].answers == 0) {
            ck_assert_msg(clock_monotonic_us() < end, "call %zu was never answered", i);
            toy_turn(pool, 1000);
        }
    }
}

void toy_run_for(struct db_pool *pool, int ms)
{
    for (int64_t end = clock_monotonic_us() + (int64_t) ms * 1000; clock_monotonic_us() < end;) {
        toy_turn(pool, 20);
    }
}

void toy_wait_ready(struct db_pool *pool, size_t connections)
{
    int64_t end = clock_monotonic_us() + 10000000;
    while (db_pool_ready(pool) < connections) {
        ck_assert_msg(clock_monotonic_us() < end, "%zu of %zu connections came up", db_pool_ready(pool), connections);
        toy_turn(pool, 1000);
    }
}
