/*
 * Holds of a pool: a transaction over several calls, on a connection of its own.
 */
#include "db/pool.h"

#include <string.h>

#include "tests/unit/db/toy.h"

static struct db_pool *ready_pool(unsigned connections)
{
    struct db_pool_options options = toy_options(connections);
    struct db_pool *pool = toy_pool(&options);
    toy_wait_ready(pool, connections);
    return pool;
}

static void answer(struct db_pool *pool, struct toy_call *call)
{
    db_pool_submit(pool, &call->ticket);
    toy_run_until(pool, call, 1);
}

/* Sends a command of the hold and waits; returns how it came out. */
static enum db_status command(struct db_pool *pool, struct db_hold *hold, const struct db_statement *statement)
{
    struct toy_call call;
    toy_work(&call, "command", 0);
    call.call.statement = statement;
    call.call.hold = hold;
    answer(pool, &call);
    return call.status;
}

static enum db_status work(struct db_pool *pool, struct db_hold *hold, const char *key, int pause_ms)
{
    struct toy_call call;
    toy_work(&call, key, pause_ms);
    call.call.hold = hold;
    answer(pool, &call);
    return call.status;
}

static int64_t batches(void)
{
    return toy_ask("select count(*) from toy.batch");
}

START_TEST(calls_of_a_hold_are_one_transaction)
{
    struct db_pool *pool = ready_pool(2);
    struct db_hold hold = {NULL};
    ck_assert_int_eq(command(pool, &hold, &db_begin), DB_DONE);
    ck_assert_int_eq(work(pool, &hold, "one", 0), DB_DONE);
    ck_assert_int_eq(work(pool, &hold, "two", 0), DB_DONE);
    ck_assert_int_eq(batches(), 0);
    ck_assert_int_eq(command(pool, &hold, &db_commit), DB_DONE);
    ck_assert_int_eq(batches(), 2);
    ck_assert_ptr_null(hold.slot);
    db_pool_free(pool);
}
END_TEST

START_TEST(what_is_rolled_back_leaves_nothing)
{
    struct db_pool *pool = ready_pool(1);
    struct db_hold hold = {NULL};
    ck_assert_int_eq(command(pool, &hold, &db_begin), DB_DONE);
    ck_assert_int_eq(work(pool, &hold, "one", 0), DB_DONE);
    ck_assert_int_eq(command(pool, &hold, &db_rollback), DB_DONE);
    ck_assert_int_eq(work(pool, NULL, "after", 0), DB_DONE);
    ck_assert_int_eq(batches(), 1);
    db_pool_free(pool);
}
END_TEST

START_TEST(others_are_served_while_a_connection_is_held)
{
    struct db_pool *pool = ready_pool(2);
    struct db_hold hold = {NULL};
    struct db_hold second = {NULL};
    struct toy_call waiting;
    ck_assert_int_eq(command(pool, &hold, &db_begin), DB_DONE);
    ck_assert_int_eq(work(pool, NULL, "other", 0), DB_DONE);
    ck_assert_int_eq(batches(), 1);

    /* One connection is always left: a second hold waits for the first. */
    toy_work(&waiting, "begin", 0);
    waiting.call.statement = &db_begin;
    waiting.call.hold = &second;
    db_pool_submit(pool, &waiting.ticket);
    ck_assert_int_eq(work(pool, NULL, "another", 0), DB_DONE);
    ck_assert_int_eq(waiting.answers, 0);
    ck_assert_int_eq(command(pool, &hold, &db_commit), DB_DONE);
    toy_run_until(pool, &waiting, 1);
    ck_assert_int_eq(waiting.status, DB_DONE);
    ck_assert_int_eq(command(pool, &second, &db_rollback), DB_DONE);
    db_pool_free(pool);
}
END_TEST

START_TEST(a_hold_that_was_not_ended_is_given_back)
{
    struct db_pool *pool = ready_pool(1);
    struct db_hold hold = {NULL};
    ck_assert_int_eq(command(pool, &hold, &db_begin), DB_DONE);
    ck_assert_int_eq(work(pool, &hold, "lost", 0), DB_DONE);
    db_pool_release(pool, &hold);
    ck_assert_ptr_null(hold.slot);
    db_pool_release(pool, &hold);
    ck_assert_int_eq(work(pool, NULL, "after", 0), DB_DONE);
    ck_assert_int_eq(batches(), 1);
    db_pool_free(pool);
}
END_TEST

START_TEST(a_transaction_that_failed_is_not_committed)
{
    static const struct db_statement nowhere = {
        .name = "nowhere", .function = "toy.nowhere", .gathers = true, .writes = true, .value_count = 2, .types = {DB_TEXT, DB_INT4}};
    struct db_pool *pool = ready_pool(1);
    struct db_hold hold = {NULL};
    ck_assert_int_eq(command(pool, &hold, &db_begin), DB_DONE);
    ck_assert_int_eq(work(pool, &hold, "one", 0), DB_DONE);
    ck_assert_int_eq(command(pool, &hold, &nowhere), DB_REFUSED);
    ck_assert_int_eq(command(pool, &hold, &db_commit), DB_REFUSED);
    ck_assert_ptr_null(hold.slot);
    ck_assert_int_eq(batches(), 0);
    db_pool_free(pool);
}
END_TEST

START_TEST(once_the_connection_is_lost_every_call_of_the_hold_is_unavailable)
{
    struct db_pool *pool = ready_pool(2);
    struct db_hold hold = {NULL};
    ck_assert_int_eq(command(pool, &hold, &db_begin), DB_DONE);
    ck_assert_int_eq(work(pool, &hold, "lost", 0), DB_DONE);
    toy_ask("select count(pg_terminate_backend(pid)) from pg_stat_activity where state = 'idle in transaction'");
    toy_run_for(pool, 200);
    ck_assert_int_eq(work(pool, &hold, "more", 0), DB_UNAVAILABLE);
    ck_assert_int_eq(command(pool, &hold, &db_commit), DB_UNAVAILABLE);
    ck_assert_int_eq(work(pool, NULL, "other", 0), DB_DONE);
    ck_assert_int_eq(batches(), 1);
    db_pool_free(pool);
}
END_TEST

static void empty_tables(void)
{
    toy_ask("truncate toy.batch, toy.single");
}

static Suite *hold_suite(void)
{
    Suite *suite = suite_create("db/hold");
    TCase *holds = tcase_create("holds");
    tcase_add_unchecked_fixture(holds, toy_make, NULL);
    tcase_add_checked_fixture(holds, empty_tables, NULL);
    tcase_add_test(holds, calls_of_a_hold_are_one_transaction);
    tcase_add_test(holds, what_is_rolled_back_leaves_nothing);
    tcase_add_test(holds, others_are_served_while_a_connection_is_held);
    tcase_add_test(holds, a_hold_that_was_not_ended_is_given_back);
    tcase_add_test(holds, a_transaction_that_failed_is_not_committed);
    tcase_add_test(holds, once_the_connection_is_lost_every_call_of_the_hold_is_unavailable);
    suite_add_tcase(suite, holds);
    return suite;
}

int main(void)
{
    return unit_main(hold_suite());
}
