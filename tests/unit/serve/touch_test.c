#include "serve/touch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/admin.h"
#include "registry/token.h"
#include "tests/support/unit.h"

static struct db_admin *owner;
static struct db_pool *pool;
static struct touch_table *table;

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    ck_assert_msg(value != NULL, "%s is not set: run this below tests/support/with-database", name);
    return value;
}

static struct bytes ask(const char *sql)
{
    struct db_result result;
    struct fault fault = {0};
    ck_assert_msg(db_admin_query(owner, sql, 0, NULL, &result, &fault), "%s: %s", sql, fault.message);
    return result.count == 0 ? BYTES("") : db_text(&result, 0, 0);
}

static void open_world(void)
{
    struct fault fault = {0};
    const struct db_pool_options options = {.dsn = variable("PATCHBAY_TEST_DSN"), .connections = 1, .batch_limit = 1, .wait_ms = 200,
                                            .statement_timeout_ms = 5000, .reconnect_ms_max = 200};
    ck_assert_msg(db_admin_new(&owner, variable("PATCHBAY_TEST_OWNER_DSN"), &fault), "%s", fault.message);
    ck_assert_msg(db_pool_new(&pool, &options, &fault), "%s", fault.message);
    ck_assert_msg(touch_table_new(&table, &fault), "%s", fault.message);
}

static void close_world(void)
{
    touch_table_free(table);
    db_pool_free(pool);
    db_admin_free(owner);
}

static void turn(void)
{
    struct pollfd fds[1];
    int timeout_ms = 100;
    size_t count = db_pool_prepare(pool, fds, 1, &timeout_ms);
    ck_assert_int_ge(poll(fds, (nfds_t) count, timeout_ms), 0);
    db_pool_react(pool, fds, count);
}

/* A new token, and as if a request had just come with it. */
static void use_new_token(const char *name)
{
    char sql[256];
    unsigned char digest[DIGEST_SHA256_SIZE];
    snprintf(sql, sizeof(sql), "select patchbay.token_issue('touched', '%s', array['CONNECTIONS:VIEW'])", name);
    digest_sha256(ask(sql), digest);
    token_used(table, digest);
}

START_TEST(what_was_used_is_written_down_at_the_stop)
{
    struct touch touch;
    ask("select patchbay.project_create('touched')");
    use_new_token("one");
    use_new_token("two");
    ck_assert(touch_open(&touch, table, INT64_C(3600000000)));
    touch_turn(&touch, pool, false, clock_monotonic_us());
    ck_assert(!touch.under_way); /* not due */
    touch_turn(&touch, pool, true, clock_monotonic_us());
    ck_assert(!touch_is_over(&touch));
    for (int i = 0; i < 100 && !touch_is_over(&touch); i++) {
        turn();
    }
    ck_assert(touch_is_over(&touch));
    unit_assert_bytes(ask("select count(*) from patchbay.token where last_used_at > now() - interval '1 minute'"), "2");
    touch_close(&touch);
}
END_TEST

START_TEST(nothing_used_asks_nothing)
{
    struct touch touch;
    ck_assert(touch_open(&touch, table, 1));
    touch_turn(&touch, pool, false, clock_monotonic_us() + 2);
    ck_assert(!touch.under_way);
    touch_turn(&touch, pool, true, clock_monotonic_us());
    ck_assert(touch_is_over(&touch));
    touch_close(&touch);
}
END_TEST

START_TEST(a_database_that_is_away_does_not_hold_up_the_stop)
{
    struct touch touch;
    struct fault fault = {0};
    unsigned char digest[DIGEST_SHA256_SIZE] = {0};
    const struct db_pool_options options = {.dsn = "host=/nowhere dbname=none", .connections = 1, .batch_limit = 1, .wait_ms = 200,
                                            .statement_timeout_ms = 5000, .reconnect_ms_max = 200};
    db_pool_free(pool);
    ck_assert_msg(db_pool_new(&pool, &options, &fault), "%s", fault.message);
    token_used(table, digest);
    ck_assert(touch_open(&touch, table, 1000000));
    touch_turn(&touch, pool, true, clock_monotonic_us());
    for (int i = 0; i < 20 && !touch_is_over(&touch); i++) {
        turn();
    }
    ck_assert(touch_is_over(&touch));
    touch_close(&touch);
}
END_TEST

static Suite *touch_suite(void)
{
    Suite *suite = suite_create("serve/touch");
    TCase *touches = tcase_create("touches");
    tcase_add_checked_fixture(touches, open_world, close_world);
    tcase_add_test(touches, what_was_used_is_written_down_at_the_stop);
    tcase_add_test(touches, nothing_used_asks_nothing);
    tcase_add_test(touches, a_database_that_is_away_does_not_hold_up_the_stop);
    suite_add_tcase(suite, touches);
    return suite;
}

int main(void)
{
    return unit_main(touch_suite());
}
