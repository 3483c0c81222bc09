#include "db/pool.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/db/toy.h"

static struct db_pool *ready_pool(unsigned connections)
{
    struct db_pool_options options = toy_options(connections);
    struct db_pool *pool = toy_pool(&options);
    toy_wait_ready(pool, connections);
    return pool;
}

static void submit(struct db_pool *pool, struct toy_call *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        db_pool_submit(pool, &calls[i].ticket);
    }
}

/* Submits, waits for all answers and frees the pool. */
static void run(struct db_pool *pool, struct toy_call *calls, size_t count)
{
    submit(pool, calls, count);
    toy_run_until(pool, calls, count);
    db_pool_free(pool);
}

START_TEST(calls_of_one_turn_leave_together)
{
    struct toy_call calls[5];
    for (size_t i = 0; i < 5; i++) {
        toy_work(&calls[i], "key", 0);
    }
    run(ready_pool(2), calls, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(calls[i].status, DB_DONE);
        ck_assert_int_eq(calls[i].count, 1);
        ck_assert_int_eq(calls[i].number, 5);
    }
    ck_assert_int_eq(toy_ask("select count(*) from toy.batch"), 1);
}
END_TEST

START_TEST(calls_that_come_while_a_connection_is_busy_leave_as_one)
{
    struct db_pool *pool = ready_pool(1);
    struct toy_call calls[8];
    toy_work(&calls[0], "first", 200);
    submit(pool, calls, 1);
    for (size_t i = 1; i < 8; i++) {
        toy_work(&calls[i], "later", 0);
        toy_run_for(pool, 10);
        submit(pool, &calls[i], 1);
    }
    toy_run_until(pool, calls, 8);
    ck_assert_int_eq(calls[0].number, 1);
    ck_assert_int_eq(calls[7].number, 7);
    ck_assert_int_eq(toy_ask("select count(*) from toy.batch"), 2);
    db_pool_free(pool);
}
END_TEST

START_TEST(a_batch_stops_at_its_limit)
{
    struct db_pool_options options = toy_options(1);
    options.batch_limit = 4;
    struct toy_call calls[10];
    for (size_t i = 0; i < 10; i++) {
        toy_work(&calls[i], "key", 0);
    }
    run(toy_pool(&options), calls, 10);
    ck_assert_int_eq(calls[0].number, 4);
    ck_assert_int_eq(calls[7].number, 4);
    ck_assert_int_eq(calls[9].number, 2);
}
END_TEST

START_TEST(large_bodies_do_not_wait_for_each_other)
{
    static char megabyte[3 << 20];
    memset(megabyte, 'x', sizeof(megabyte) - 1);
    struct toy_call calls[4];
    for (size_t i = 0; i < 4; i++) {
        toy_look(&calls[i], megabyte, 0);
    }
    run(ready_pool(1), calls, 4);
    ck_assert_int_eq(calls[0].number, 2);
    ck_assert_int_eq(calls[3].number, 2);
}
END_TEST

START_TEST(only_calls_of_one_statement_leave_together)
{
    struct toy_call calls[6];
    for (size_t i = 0; i < 6; i++) {
        toy_prepare(&calls[i], i % 2 == 0 ? &toy_work_statement : &toy_look_statement, "key", 0);
    }
    run(ready_pool(1), calls, 6);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(calls[i].number, 3);
    }
}
END_TEST

START_TEST(a_statement_that_does_not_gather_gets_all_its_rows_alone)
{
    struct toy_call calls[2];
    toy_prepare(&calls[0], &toy_list_statement, NULL, 1000);
    toy_prepare(&calls[1], &toy_list_statement, NULL, 0);
    run(ready_pool(1), calls, 2);
    ck_assert_int_eq(calls[0].count, 1000);
    ck_assert_int_eq(calls[1].status, DB_DONE);
    ck_assert_int_eq(calls[1].count, 0);
}
END_TEST

START_TEST(a_call_that_is_alone_shares_no_batch)
{
    struct toy_call calls[5];
    for (size_t i = 0; i < 5; i++) {
        toy_work(&calls[i], "key", 0);
    }
    calls[0].call.alone = true;
    calls[3].call.alone = true;
    run(ready_pool(1), calls, 5);
    ck_assert_int_eq(calls[0].number, 1);
    ck_assert_int_eq(calls[1].number, 3);
    ck_assert_int_eq(calls[3].number, 1);
}
END_TEST

START_TEST(calls_of_one_row_go_one_after_the_other_also_on_other_connections)
{
    struct toy_call calls[4];
    for (size_t i = 0; i < 4; i++) {
        toy_work(&calls[i], i < 3 ? "same" : "other", i < 3 ? 50 : 0);
        calls[i].call.row = i < 3 ? 7 : 8;
    }
    run(ready_pool(3), calls, 4);
    ck_assert_int_eq(calls[0].number, 2); /* with "other" */
    ck_assert_int_eq(calls[1].number, 1);
    ck_assert_int_eq(calls[2].number, 1);
    ck_assert_int_eq(toy_ask("select count(*) from toy.batch a, toy.batch b where a.ctid < b.ctid and a.began < b.ended and b.began < a.ended"), 0);
}
END_TEST

START_TEST(several_connections_work_at_the_same_time)
{
    struct db_pool *pool = ready_pool(2);
    struct toy_call calls[2];
    toy_work(&calls[0], "one", 300);
    calls[0].call.alone = true;
    toy_work(&calls[1], "two", 300);
    calls[1].call.alone = true;
    run(pool, calls, 2);
    ck_assert_int_gt(toy_ask("select count(*) from toy.batch a, toy.batch b where a.ctid < b.ctid and a.began < b.ended and b.began < a.ended"), 0);
}
END_TEST

START_TEST(a_request_without_a_row_is_done_with_no_rows)
{
    struct toy_call calls[3];
    toy_look(&calls[0], "key", 0);
    toy_look(&calls[1], "rowless", 0);
    toy_look(&calls[2], NULL, 0);
    run(ready_pool(1), calls, 3);
    ck_assert_int_eq(calls[0].count, 1);
    ck_assert_int_eq(calls[1].status, DB_DONE);
    ck_assert_int_eq(calls[1].count, 0);
    ck_assert_int_eq(calls[2].count, 1);
}
END_TEST

START_TEST(rows_that_belong_to_nobody_make_none_believed)
{
    toy_ask("create or replace function toy.look(i_key text[], i_pause int[]) returns table (ordinal bigint, size bigint) language sql as "
            "$$ select o, 1::bigint from generate_series(1, cardinality(i_key) + 1) as o $$");
    struct toy_call calls[2];
    toy_look(&calls[0], "a", 0);
    toy_look(&calls[1], "b", 0);
    run(ready_pool(1), calls, 2);
    ck_assert_int_eq(calls[0].status, DB_DONE);
    ck_assert_int_eq(calls[0].count + calls[1].count, 0);
    toy_make();
}
END_TEST

START_TEST(a_callback_may_submit_again)
{
    struct db_pool *pool = ready_pool(1);
    struct toy_call calls[3];
    toy_work(&calls[0], "first", 0);
    toy_work(&calls[1], "second", 0);
    toy_work(&calls[2], "third", 0);
    calls[0].pool = calls[1].pool = pool;
    calls[0].again = &calls[1];
    calls[1].again = &calls[2];
    submit(pool, calls, 1);
    toy_run_until(pool, calls, 3);
    ck_assert_int_eq(calls[2].number, 1);
    db_pool_free(pool);
}
END_TEST

/* Refusals */

START_TEST(one_bad_member_does_not_fail_its_batch)
{
    struct toy_call calls[5];
    for (size_t i = 0; i < 5; i++) {
        toy_work(&calls[i], i == 2 ? "poison" : "good", 0);
    }
    run(ready_pool(2), calls, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(calls[i].answers, 1);
        ck_assert_int_eq(calls[i].status, i == 2 ? DB_REFUSED : DB_DONE);
    }
    ck_assert_str_eq(calls[2].sqlstate, "22012");
    ck_assert_str_eq(calls[2].constraint, "");
    ck_assert_int_eq(calls[4].number, 1);
    ck_assert_int_eq(toy_ask("select count(*) from toy.batch"), 4);
}
END_TEST

START_TEST(a_violated_constraint_is_named)
{
    struct toy_call calls[2];
    toy_work(&calls[0], "single", 0);
    toy_work(&calls[1], "single", 0);
    run(ready_pool(1), calls, 2);
    ck_assert_int_eq(calls[0].status, DB_DONE);
    ck_assert_int_eq(calls[1].status, DB_REFUSED);
    ck_assert_str_eq(calls[1].sqlstate, "23505");
    ck_assert_str_eq(calls[1].constraint, "single_key");
}
END_TEST

START_TEST(a_deadlock_is_tried_once_more)
{
    struct toy_call calls[2];
    toy_work(&calls[0], "deadlock once", 0);
    run(ready_pool(1), calls, 1);
    ck_assert_int_eq(calls[0].status, DB_DONE);
    toy_work(&calls[1], "deadlock", 0);
    run(ready_pool(1), &calls[1], 1);
    ck_assert_int_eq(calls[1].status, DB_UNAVAILABLE);
    ck_assert_int_eq(toy_ask("select nextval('toy.attempts')"), 5);
}
END_TEST

START_TEST(a_full_disk_is_unavailable)
{
    struct toy_call call;
    toy_work(&call, "disk full", 0);
    run(ready_pool(1), &call, 1);
    ck_assert_int_eq(call.status, DB_UNAVAILABLE);
}
END_TEST

START_TEST(a_read_only_server_is_unavailable_for_writes)
{
    struct db_pool_options options = toy_options(1);
    char dsn[1024];
    snprintf(dsn, sizeof(dsn), "%s options='-c default_transaction_read_only=on'", toy_dsn());
    options.dsn = dsn;
    struct toy_call calls[2];
    toy_work(&calls[0], "key", 0);
    toy_prepare(&calls[1], &toy_list_statement, NULL, 3);
    run(toy_pool(&options), calls, 2);
    ck_assert_int_eq(calls[0].status, DB_UNAVAILABLE);
    ck_assert_int_eq(calls[1].status, DB_DONE);
}
END_TEST

START_TEST(a_function_that_is_not_there_is_refused_and_the_next_call_works)
{
    static const struct db_statement missing = {.name = "missing", .function = "toy.missing", .gathers = true, .value_count = 2,
                                                .types = {DB_TEXT, DB_INT4}};
    struct toy_call calls[3];
    toy_prepare(&calls[0], &missing, "a", 0);
    toy_prepare(&calls[1], &missing, "b", 0);
    toy_work(&calls[2], "c", 0);
    run(ready_pool(1), calls, 3);
    ck_assert_str_eq(calls[0].sqlstate, "42883");
    ck_assert_str_eq(calls[1].sqlstate, "42883");
    ck_assert_int_eq(calls[2].status, DB_DONE);
}
END_TEST

START_TEST(a_replaced_function_is_prepared_anew)
{
    struct db_pool *pool = ready_pool(1);
    struct toy_call calls[2];
    toy_prepare(&calls[0], &toy_list_statement, NULL, 2);
    toy_prepare(&calls[1], &toy_list_statement, NULL, 2);
    submit(pool, calls, 1);
    toy_run_until(pool, calls, 1);
    toy_ask("drop function toy.list");
    toy_ask("create function toy.list(i_count int[]) returns table (ordinal bigint, n bigint, more text) language sql as "
            "$$ select 1::bigint, 7::bigint, 'more' $$");
    submit(pool, &calls[1], 1);
    toy_run_until(pool, calls, 2);
    ck_assert_int_eq(calls[1].status, DB_DONE);
    ck_assert_int_eq(calls[1].number, 7);
    db_pool_free(pool);
    toy_make();
}
END_TEST

/* Time */

START_TEST(a_statement_that_takes_too_long_is_unavailable_and_its_neighbours_are_not)
{
    struct db_pool_options options = toy_options(1);
    options.statement_timeout_ms = 200;
    struct toy_call calls[3];
    toy_work(&calls[0], "quick", 0);
    toy_work(&calls[1], "slow", 5000);
    toy_work(&calls[2], "quick", 0);
    run(toy_pool(&options), calls, 3);
    ck_assert_int_eq(calls[0].status, DB_DONE);
    ck_assert_int_eq(calls[1].status, DB_UNAVAILABLE);
    ck_assert_int_eq(calls[2].status, DB_DONE);
}
END_TEST

START_TEST(a_call_waits_for_a_connection_only_so_long)
{
    struct db_pool_options options = toy_options(1);
    options.wait_ms = 100;
    struct db_pool *pool = toy_pool(&options);
    toy_wait_ready(pool, 1);
    struct toy_call calls[2];
    toy_work(&calls[0], "slow", 500);
    toy_look(&calls[1], "late", 0);
    submit(pool, calls, 2);
    toy_run_until(pool, &calls[1], 1);
    ck_assert_int_eq(calls[1].status, DB_UNAVAILABLE);
    ck_assert_int_eq(calls[0].answers, 0); /* it did not wait for the slow one */
    toy_run_until(pool, calls, 1);
    ck_assert_int_eq(calls[0].status, DB_DONE);
    db_pool_free(pool);
}
END_TEST

START_TEST(a_server_process_that_hangs_is_given_up)
{
    struct db_pool_options options = toy_options(1);
    options.statement_timeout_ms = 100; /* and two seconds of grace */
    options.wait_ms = 10000;
    struct db_pool *pool = toy_pool(&options);
    toy_wait_ready(pool, 1);
    pid_t backend = (pid_t) toy_ask("select pid from pg_stat_activity where application_name = 'patchbay'");
    ck_assert_int_eq(kill(backend, SIGSTOP), 0);
    struct toy_call calls[2];
    toy_look(&calls[0], "stuck", 0);
    toy_work(&calls[1], "waits", 0);
    submit(pool, calls, 2);
    toy_run_until(pool, calls, 2);
    ck_assert_int_eq(kill(backend, SIGCONT), 0);
    ck_assert_int_eq(calls[0].status, DB_UNAVAILABLE);
    ck_assert_int_eq(calls[1].status, DB_DONE);
    db_pool_free(pool);
}
END_TEST

/* A read that is of use for a fifth of a second only. */
static const struct db_statement brief_statement = {
    .name = "toy_brief", .function = "toy.look", .gathers = true, .limit_ms = 200, .value_count = 2, .types = {DB_TEXT, DB_INT4}};

/* All other limits are longer than the test. */
static struct db_pool *patient_pool(void)
{
    struct db_pool_options options = toy_options(1);
    options.statement_timeout_ms = 60000;
    options.wait_ms = 60000;
    return toy_pool(&options);
}

START_TEST(an_answer_that_is_of_use_for_a_moment_is_given_up_then)
{
    struct db_pool *pool = patient_pool();
    toy_wait_ready(pool, 1);
    pid_t backend = (pid_t) toy_ask("select pid from pg_stat_activity where application_name = 'patchbay'");
    struct toy_call calls[2];
    toy_prepare(&calls[0], &brief_statement, "good", 0);
    submit(pool, calls, 1);
    toy_run_until(pool, calls, 1);
    ck_assert_int_eq(calls[0].status, DB_DONE);
    ck_assert_int_eq(kill(backend, SIGSTOP), 0);
    toy_prepare(&calls[0], &brief_statement, "stuck", 0);
    toy_look(&calls[1], "waits", 0);
    submit(pool, calls, 2);
    toy_run_until(pool, calls, 2);
    ck_assert_int_eq(kill(backend, SIGCONT), 0);
    ck_assert_int_eq(calls[0].status, DB_UNAVAILABLE);
    ck_assert_int_eq(calls[1].status, DB_DONE); /* on a new connection */
    db_pool_free(pool);
}
END_TEST

START_TEST(so_is_one_that_waits_for_a_connection)
{
    struct db_pool *pool = patient_pool();
    toy_wait_ready(pool, 1);
    struct toy_call calls[2];
    toy_work(&calls[0], "slow", 1000);
    toy_prepare(&calls[1], &brief_statement, "behind it", 0);
    submit(pool, calls, 2);
    toy_run_until(pool, &calls[1], 1);
    ck_assert_int_eq(calls[1].status, DB_UNAVAILABLE);
    ck_assert_int_eq(calls[0].answers, 0);
    toy_run_until(pool, calls, 1);
    ck_assert_int_eq(calls[0].status, DB_DONE);
    db_pool_free(pool);
}
END_TEST

/* Lost connections */

static void terminate_sessions(void)
{
    toy_ask("select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where application_name = 'patchbay'");
}

START_TEST(a_read_whose_connection_breaks_is_repeated)
{
    struct db_pool *pool = ready_pool(1);
    struct toy_call call;
    toy_look(&call, "key", 400);
    submit(pool, &call, 1);
    toy_run_for(pool, 100);
    terminate_sessions();
    toy_run_until(pool, &call, 1);
    ck_assert_int_eq(call.status, DB_DONE);
    ck_assert_int_eq(toy_ask("select nextval('toy.attempts')"), 3);
    db_pool_free(pool);
}
END_TEST

START_TEST(a_write_whose_connection_breaks_is_not_repeated)
{
    struct db_pool *pool = ready_pool(1);
    struct toy_call calls[3];
    toy_work(&calls[0], "one", 400);
    toy_work(&calls[1], "two", 400);
    toy_work(&calls[2], "three", 0);
    submit(pool, calls, 2);
    toy_run_for(pool, 100);
    submit(pool, &calls[2], 1);
    terminate_sessions();
    toy_run_until(pool, calls, 3);
    ck_assert_int_eq(calls[0].status, DB_UNAVAILABLE);
    ck_assert_int_eq(calls[1].status, DB_UNAVAILABLE);
    ck_assert_int_eq(calls[2].status, DB_DONE); /* had not left yet */
    ck_assert_int_eq(toy_ask("select nextval('toy.attempts')"), 3);
    db_pool_free(pool);
}
END_TEST

START_TEST(an_idle_connection_that_breaks_is_replaced_before_it_costs_a_write)
{
    struct db_pool *pool = ready_pool(2);
    terminate_sessions();
    toy_turn(pool, 1000);
    struct toy_call call;
    toy_work(&call, "key", 0);
    submit(pool, &call, 1);
    toy_run_until(pool, &call, 1);
    ck_assert_int_eq(call.status, DB_DONE);
    toy_wait_ready(pool, 2);
    db_pool_free(pool);
}
END_TEST

START_TEST(while_the_server_is_away_calls_are_unavailable_and_afterwards_they_work)
{
    struct db_pool_options options = toy_options(2);
    options.wait_ms = 200;
    struct db_pool *pool = toy_pool(&options);
    toy_wait_ready(pool, 2);
    toy_server("stop");
    for (int i = 0; i < 3; i++) {
        struct toy_call call;
        toy_look(&call, "key", 0);
        submit(pool, &call, 1);
        toy_run_until(pool, &call, 1);
        ck_assert_int_eq(call.status, DB_UNAVAILABLE);
    }
    ck_assert_uint_eq(db_pool_ready(pool), 0);
    toy_server("start");
    struct toy_call call;
    toy_run_for(pool, 300); /* longer than reconnect_ms_max */
    toy_wait_ready(pool, 2);
    toy_work(&call, "key", 0);
    run(pool, &call, 1);
    ck_assert_int_eq(call.status, DB_DONE);
}
END_TEST

START_TEST(a_pool_waits_for_a_server_that_is_not_there_yet)
{
    toy_server("stop");
    struct db_pool_options options = toy_options(1);
    struct db_pool *pool = toy_pool(&options);
    toy_run_for(pool, 300);
    toy_server("start");
    toy_wait_ready(pool, 1);
    db_pool_free(pool);
}
END_TEST

START_TEST(a_pool_with_calls_under_way_can_be_freed)
{
    struct db_pool *pool = ready_pool(1);
    struct toy_call calls[2];
    toy_work(&calls[0], "under way", 1000);
    toy_look(&calls[1], "waiting", 0);
    submit(pool, calls, 2);
    toy_run_for(pool, 50);
    db_pool_free(pool);
    ck_assert_int_eq(calls[0].answers + calls[1].answers, 0);
}
END_TEST

/* The hello and the session */

static bool refuse_hello(void *context, const struct db_result *result, struct fault *fault)
{
    ck_assert_ptr_nonnull(context);
    ck_assert_int_eq(db_number(result, 0, 0), 1);
    return fault_set(fault, FAULT_INVALID, "wrong key");
}

START_TEST(a_refused_hello_is_reported_and_nobody_waits_any_longer)
{
    struct db_pool_options options = toy_options(2);
    struct fault fault = {0};
    options.hello = refuse_hello;
    options.context = &options;
    struct db_pool *pool = toy_pool(&options);
    ck_assert(!db_pool_hello_fault(pool, &fault));
    struct toy_call call;
    toy_work(&call, "key", 0);
    submit(pool, &call, 1);
    toy_run_until(pool, &call, 1);
    ck_assert_int_eq(call.status, DB_UNAVAILABLE);
    ck_assert(db_pool_hello_fault(pool, &fault));
    ck_assert_str_eq(fault.message, "wrong key");
    ck_assert_uint_eq(db_pool_ready(pool), 0);
    db_pool_free(pool);
}
END_TEST

START_TEST(a_role_without_rights_is_told_so)
{
    struct db_pool_options options = toy_options(1);
    struct fault fault = {0};
    char dsn[1024];
    toy_ask("do $$ begin create role toy_stranger login; exception when duplicate_object then end $$");
    snprintf(dsn, sizeof(dsn), "%s user=toy_stranger", toy_dsn());
    options.dsn = dsn;
    struct db_pool *pool = toy_pool(&options);
    for (int i = 0; i < 100 && !db_pool_hello_fault(pool, &fault); i++) {
        toy_turn(pool, 100);
    }
    ck_assert_ptr_nonnull(strstr(fault.message, "SQLSTATE 42501"));
    db_pool_free(pool);
}
END_TEST

START_TEST(sessions_keep_the_options_of_the_connection_string)
{
    static const struct db_statement settings = {.name = "settings", .function = "toy.setting", .gathers = true, .value_count = 1,
                                                 .types = {DB_TEXT}};
    toy_ask("create or replace function toy.setting(i_name text[]) returns table (ordinal bigint, matches bigint) language sql as $$ "
            "select o, (current_setting(split_part(n, '=', 1)) = split_part(n, '=', 2))::int::bigint from unnest(i_name) with ordinality as u (n, o) $$");
    struct db_pool_options options = toy_options(1);
    char dsn[1024];
    snprintf(dsn, sizeof(dsn), "%s options='-c work_mem=123kB -c jit=on' application_name=mine client_encoding=LATIN1", toy_dsn());
    options.dsn = dsn;
    static const char *const expected[] = {"work_mem=123kB",     "jit=off", "application_name=mine", "plan_cache_mode=force_generic_plan",
                                           "enable_seqscan=off", "join_collapse_limit=1", "statement_timeout=5s", "lock_timeout=5s", "client_encoding=UTF8"};
    enum { COUNT = sizeof(expected) / sizeof(expected[0]) };
    struct toy_call calls[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        toy_prepare(&calls[i], &toy_list_statement, NULL, 0);
        calls[i].call.statement = &settings;
        db_set_text(&calls[i].call, 0, bytes_from(expected[i]));
    }
    run(toy_pool(&options), calls, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert_msg(calls[i].number == 1, "%s", expected[i]);
    }
}
END_TEST

START_TEST(a_wrong_connection_string_is_refused_without_quoting_a_password)
{
    struct db_pool_options options = toy_options(1);
    struct db_pool *pool = NULL;
    struct fault fault = {0};
    options.dsn = "host=/tmp colour=blue";
    ck_assert(!db_pool_new(&pool, &options, &fault));
    ck_assert_ptr_nonnull(strstr(fault.message, "colour"));
    options.dsn = "host=/tmp password=a secret of ours";
    ck_assert(!db_pool_new(&pool, &options, &fault));
    ck_assert_ptr_null(strstr(fault.message, "secret"));
}
END_TEST

static void empty_tables(void)
{
    toy_ask("truncate toy.batch, toy.single");
    toy_ask("alter sequence toy.attempts restart");
}

static void add_group(Suite *suite, const char *name, const TTest *const *tests, size_t count)
{
    TCase *group = tcase_create(name);
    tcase_add_unchecked_fixture(group, toy_make, NULL);
    tcase_add_checked_fixture(group, empty_tables, NULL);
    for (size_t i = 0; i < count; i++) {
        tcase_add_test(group, tests[i]);
    }
    suite_add_tcase(suite, group);
}

#define ADD_GROUP(suite, name, ...)                                                           \
    do {                                                                                      \
        const TTest *const tests[] = {__VA_ARGS__};                                           \
        add_group((suite), (name), tests, sizeof(tests) / sizeof(tests[0]));                  \
    } while (0)

static Suite *pool_suite(void)
{
    Suite *suite = suite_create("db/pool");
    ADD_GROUP(suite, "gathering", calls_of_one_turn_leave_together, calls_that_come_while_a_connection_is_busy_leave_as_one,
              a_batch_stops_at_its_limit, large_bodies_do_not_wait_for_each_other, only_calls_of_one_statement_leave_together,
              a_statement_that_does_not_gather_gets_all_its_rows_alone, a_call_that_is_alone_shares_no_batch,
              calls_of_one_row_go_one_after_the_other_also_on_other_connections, several_connections_work_at_the_same_time,
              a_request_without_a_row_is_done_with_no_rows, rows_that_belong_to_nobody_make_none_believed, a_callback_may_submit_again);
    ADD_GROUP(suite, "refusals", one_bad_member_does_not_fail_its_batch, a_violated_constraint_is_named, a_deadlock_is_tried_once_more,
              a_full_disk_is_unavailable, a_read_only_server_is_unavailable_for_writes,
              a_function_that_is_not_there_is_refused_and_the_next_call_works, a_replaced_function_is_prepared_anew);
    ADD_GROUP(suite, "time", a_statement_that_takes_too_long_is_unavailable_and_its_neighbours_are_not,
              a_call_waits_for_a_connection_only_so_long, a_server_process_that_hangs_is_given_up,
              an_answer_that_is_of_use_for_a_moment_is_given_up_then, so_is_one_that_waits_for_a_connection);
    ADD_GROUP(suite, "lost connections", a_read_whose_connection_breaks_is_repeated, a_write_whose_connection_breaks_is_not_repeated,
              an_idle_connection_that_breaks_is_replaced_before_it_costs_a_write,
              while_the_server_is_away_calls_are_unavailable_and_afterwards_they_work, a_pool_waits_for_a_server_that_is_not_there_yet,
              a_pool_with_calls_under_way_can_be_freed);
    ADD_GROUP(suite, "hello and session", a_refused_hello_is_reported_and_nobody_waits_any_longer, a_role_without_rights_is_told_so,
              sessions_keep_the_options_of_the_connection_string, a_wrong_connection_string_is_refused_without_quoting_a_password);
    return suite;
}

int main(void)
{
    return unit_main(pool_suite());
}
