/*
 * Errands in a thread: all wait at once, and who only waits comes back in time.
 */
#include "deploy/runner.h"

#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "tests/support/unit.h"
#include "tests/unit/deploy/server.h"

#define ERRANDS 64

static struct errand *wait_for_one(struct runner *runner)
{
    struct errand *errand = runner_take(runner);

    while (errand == NULL) {
        struct pollfd fd = {.fd = runner_fd(runner), .events = POLLIN};
        ck_assert_int_eq(poll(&fd, 1, 10000), 1);
        errand = runner_take(runner);
    }
    return errand;
}

static struct runner *new_runner(void)
{
    struct runner *runner = NULL;
    struct fault fault;

    ck_assert(courier_start(&fault));
    ck_assert(runner_new(&runner, &fault));
    return runner;
}

static void claim(struct deployment_parcel *parcel, const char *url)
{
    memset(parcel, 0, sizeof *parcel);
    parcel->state = DEPLOYMENT_CLAIMED;
    parcel->present = true;
    parcel->url = url;
    parcel->body = BYTES("{}");
}

START_TEST(an_errand_delivers_what_is_claimed_and_open)
{
    struct server server = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"};
    struct runner *runner = new_runner();
    struct courier_delivery deliveries[4];
    struct deployment_parcel parcels[3];
    server_start(&server);
    for (size_t i = 0; i < 3; i++) {
        claim(&parcels[i], server.url);
    }
    parcels[1].state = DEPLOYMENT_HELD;
    parcels[2].outcome = DEPLOYMENT_REFUSED;
    struct errand errand = {.parcels = parcels, .count = 3, .deliveries = deliveries, .deadline_us = clock_monotonic_us() + 5000000};
    runner_submit(runner, &errand);
    ck_assert_ptr_eq(wait_for_one(runner), &errand);
    ck_assert_int_eq(parcels[0].outcome, DEPLOYMENT_TAKEN);
    ck_assert_int_eq(parcels[1].outcome, DEPLOYMENT_OPEN);
    ck_assert_uint_eq(server.requests, 1);
    runner_free(runner);
    server_stop(&server);
}
END_TEST

START_TEST(sixty_four_errands_wait_as_long_as_one)
{
    static struct deployment_parcel parcels[ERRANDS];
    static struct courier_delivery deliveries[ERRANDS][2];
    static struct errand errands[ERRANDS];
    struct server server = {.answer = NULL};
    struct runner *runner = new_runner();
    server_start(&server);
    int64_t began_us = clock_monotonic_us();
    for (size_t i = 0; i < ERRANDS; i++) {
        claim(&parcels[i], server.url);
        errands[i] = (struct errand){.parcels = &parcels[i], .count = 1, .deliveries = deliveries[i], .deadline_us = began_us + 400000};
        runner_submit(runner, &errands[i]);
    }
    for (size_t i = 0; i < ERRANDS; i++) {
        ck_assert_str_eq(wait_for_one(runner)->parcels->error, "timeout");
    }
    int64_t took_us = clock_monotonic_us() - began_us;
    ck_assert_msg(took_us >= 390000 && took_us < 4000000, "%lld us", (long long) took_us);
    runner_free(runner);
    server_stop(&server);
}
END_TEST

START_TEST(an_errand_without_deliveries_only_waits)
{
    struct runner *runner = new_runner();
    int64_t began_us = clock_monotonic_us();
    struct errand late = {.pause_until_us = began_us + 300000};
    struct errand soon = {.pause_until_us = began_us + 50000};
    struct errand none = {.pause_until_us = 0};
    runner_submit(runner, &late);
    runner_submit(runner, &soon);
    runner_submit(runner, &none);
    ck_assert_ptr_eq(wait_for_one(runner), &none);
    ck_assert_ptr_eq(wait_for_one(runner), &soon);
    ck_assert_ptr_eq(wait_for_one(runner), &late);
    ck_assert_int_ge(clock_monotonic_us() - began_us, 300000);
    runner_free(runner);
}
END_TEST

START_TEST(a_runner_that_ends_gives_up_what_is_under_way)
{
    struct server server = {.answer = NULL};
    struct runner *runner = new_runner();
    struct courier_delivery deliveries[2];
    struct deployment_parcel parcel;
    server_start(&server);
    claim(&parcel, server.url);
    struct errand errand = {.parcels = &parcel, .count = 1, .deliveries = deliveries, .deadline_us = clock_monotonic_us() + 60000000};
    runner_submit(runner, &errand);
    int64_t began_us = clock_monotonic_us();
    runner_free(runner);
    ck_assert_int_lt(clock_monotonic_us() - began_us, 5000000);
    server_stop(&server);
}
END_TEST

START_TEST(an_errand_can_be_run_without_a_thread)
{
    struct server server = {.answer = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"};
    struct courier_delivery deliveries[2];
    struct deployment_parcel parcel;
    struct fault fault;
    server_start(&server);
    claim(&parcel, server.url);
    struct errand errand = {.parcels = &parcel, .count = 1, .deliveries = deliveries, .deadline_us = clock_monotonic_us() + 5000000};
    ck_assert(courier_start(&fault));
    errand_run(&errand);
    ck_assert_str_eq(parcel.error, "http 503");
    server_stop(&server);
}
END_TEST

static Suite *runner_suite(void)
{
    Suite *suite = suite_create("runner");
    TCase *cases = tcase_create("errands");

    tcase_add_test(cases, an_errand_delivers_what_is_claimed_and_open);
    tcase_add_test(cases, sixty_four_errands_wait_as_long_as_one);
    tcase_add_test(cases, an_errand_without_deliveries_only_waits);
    tcase_add_test(cases, a_runner_that_ends_gives_up_what_is_under_way);
    tcase_add_test(cases, an_errand_can_be_run_without_a_thread);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(runner_suite());
}
