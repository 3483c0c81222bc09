/*
 * Deliveries over real sockets: what is sent, and what each kind of trouble is called.
 */
#include "deploy/courier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/unit.h"
#include "tests/unit/deploy/server.h"

#define OK "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"

static bool is_done;

static void note_done(struct courier_delivery *delivery)
{
    (void) delivery;
    is_done = true;
}

static void run(struct courier_delivery *delivery)
{
    struct courier *courier = NULL;
    struct fault fault;

    ck_assert(courier_start(&fault));
    ck_assert(courier_new(&courier, &fault));
    delivery->done = note_done;
    is_done = false;
    courier_send(courier, delivery);
    ck_assert_msg(!is_done, "a delivery ends in a turn, not where it is sent");
    while (!is_done) {
        courier_turn(courier, NULL, 0, 1000);
    }
    ck_assert_uint_eq(courier_under_way(courier), 0);
    courier_free(courier);
}

static struct courier_delivery to(const char *url)
{
    return (struct courier_delivery){.method = "PUT", .url = url, .body = BYTES("{\"a\":1}"), .revision = "7", .key = "x-7-1", .deadline_ms = 5000};
}

static void ask(struct server *server, struct courier_delivery *delivery)
{
    server_start(server);
    *delivery = to(server->url);
    run(delivery);
    server_stop(server);
}

START_TEST(a_put_carries_body_credential_revision_and_key)
{
    struct server server = {.answer = OK};
    server_start(&server);
    struct courier_delivery delivery = to(server.url);
    delivery.authorization = "Bearer sesame";
    run(&delivery);
    server_stop(&server);
    ck_assert_int_eq(delivery.end, COURIER_ANSWERED);
    ck_assert_int_eq(delivery.status, 204);
    ck_assert_ptr_nonnull(strstr(server.request, "PUT /connections/x HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(server.request, "\r\nAuthorization: Bearer sesame\r\n"));
    ck_assert_ptr_nonnull(strstr(server.request, "\r\nX-Patchbay-Revision: 7\r\n"));
    ck_assert_ptr_nonnull(strstr(server.request, "\r\nIdempotency-Key: x-7-1\r\n"));
    ck_assert_ptr_nonnull(strstr(server.request, "\r\nContent-Type: application/json\r\n"));
    ck_assert_ptr_nonnull(strstr(server.request, "\r\n\r\n{\"a\":1}"));
    ck_assert_ptr_null(strstr(server.request, "Expect"));
}
END_TEST

START_TEST(a_delete_has_no_body)
{
    struct server server = {.answer = OK};
    server_start(&server);
    struct courier_delivery delivery = to(server.url);
    delivery.method = "DELETE";
    delivery.body = (struct bytes){NULL, 0};
    run(&delivery);
    server_stop(&server);
    ck_assert_int_eq(delivery.status, 204);
    ck_assert_ptr_nonnull(strstr(server.request, "DELETE /connections/x HTTP/1.1\r\n"));
    ck_assert_ptr_null(strstr(server.request, "Content-"));
}
END_TEST

START_TEST(a_redirect_is_told_not_followed)
{
    struct server server = {.answer = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"};
    struct courier_delivery delivery;
    ask(&server, &delivery);
    ck_assert_int_eq(delivery.status, 302);
    ck_assert_uint_eq(server.requests, 1);
}
END_TEST

START_TEST(where_nobody_listens_is_connect)
{
    struct server server = {.answer = OK};
    server_start(&server);
    server_stop(&server);
    struct courier_delivery delivery = to(server.url);
    run(&delivery);
    ck_assert_int_eq(delivery.end, COURIER_CONNECT);
    ck_assert(!delivery.sent);
}
END_TEST

START_TEST(a_host_that_does_not_exist_is_dns)
{
    struct courier_delivery delivery = to("http://no-such-host.invalid/");
    run(&delivery);
    ck_assert_int_eq(delivery.end, COURIER_DNS);
}
END_TEST

START_TEST(a_server_that_breaks_off_is_reset)
{
    struct server server = {.breaks_off = true};
    struct courier_delivery delivery;
    ask(&server, &delivery);
    ck_assert_int_eq(delivery.end, COURIER_RESET);
    ck_assert_msg(delivery.sent, "it may have arrived");
}
END_TEST

START_TEST(what_does_not_speak_http_is_reset)
{
    struct server server = {.answer = "SSH-2.0-OpenSSH_9.2\r\n"};
    struct courier_delivery delivery;
    ask(&server, &delivery);
    ck_assert_int_eq(delivery.end, COURIER_RESET);
}
END_TEST

START_TEST(silence_ends_with_the_deadline)
{
    struct server server = {.answer = NULL};
    server_start(&server);
    struct courier_delivery delivery = to(server.url);
    delivery.deadline_ms = 300;
    int64_t began_us = clock_monotonic_us();
    run(&delivery);
    int64_t took_us = clock_monotonic_us() - began_us;
    server_stop(&server);
    ck_assert_int_eq(delivery.end, COURIER_TIMEOUT);
    ck_assert(delivery.sent);
    ck_assert_msg(took_us >= 290000 && took_us < 5000000, "%lld us", (long long) took_us);
}
END_TEST

/* A turn that waited here would wait for the whole minute, and the suite's time limit for this test is shorter. */
START_TEST(a_deadline_that_passed_between_turns_is_not_waited_for)
{
    struct server server = {.answer = NULL};
    struct courier *courier = NULL;
    struct fault fault;
    server_start(&server);
    struct courier_delivery delivery = to(server.url);
    delivery.deadline_ms = 100;
    delivery.done = note_done;
    is_done = false;
    ck_assert(courier_start(&fault) && courier_new(&courier, &fault));
    courier_send(courier, &delivery);
    courier_turn(courier, NULL, 0, 0);
    usleep(200000);
    courier_turn(courier, NULL, 0, 60000);
    ck_assert(is_done);
    ck_assert_int_eq(delivery.end, COURIER_TIMEOUT);
    courier_free(courier);
    server_stop(&server);
}
END_TEST

START_TEST(a_plain_server_that_is_asked_for_tls_is_tls)
{
    struct server server = {.answer = OK, .hasty = true};
    server_start(&server);
    char url[80];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", server.port);
    struct courier_delivery delivery = to(url);
    run(&delivery);
    server_stop(&server);
    ck_assert_int_eq(delivery.end, COURIER_TLS);
    ck_assert(!delivery.sent);
}
END_TEST

START_TEST(an_answer_without_end_is_cut_and_counts)
{
    struct server server = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", .endless = SERVER_ENDLESS};
    struct courier_delivery delivery;
    ask(&server, &delivery);
    ck_assert_int_eq(delivery.end, COURIER_ANSWERED);
    ck_assert_int_eq(delivery.status, 200);
}
END_TEST

START_TEST(other_protocols_are_not_spoken)
{
    struct courier_delivery delivery = to("file:///etc/passwd");
    run(&delivery);
    ck_assert_int_ne(delivery.end, COURIER_ANSWERED);
    ck_assert(!delivery.sent);
}
END_TEST

START_TEST(no_proxy_of_the_environment_is_asked)
{
    struct server server = {.answer = OK};
    struct courier_delivery delivery;
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("all_proxy", "http://127.0.0.1:1/", 1);
    ask(&server, &delivery);
    ck_assert_int_eq(delivery.status, 204);
}
END_TEST

START_TEST(deliveries_under_way_are_given_up_at_the_end)
{
    struct server server = {.answer = NULL};
    struct courier *courier = NULL;
    struct fault fault;
    server_start(&server);
    struct courier_delivery deliveries[3];
    ck_assert(courier_start(&fault) && courier_new(&courier, &fault));
    is_done = false;
    for (size_t i = 0; i < 3; i++) {
        deliveries[i] = to(server.url);
        deliveries[i].done = note_done;
        courier_send(courier, &deliveries[i]);
    }
    courier_turn(courier, NULL, 0, 50);
    ck_assert_uint_eq(courier_under_way(courier), 3);
    courier_free(courier);
    ck_assert(!is_done);
    server_stop(&server);
}
END_TEST

static Suite *courier_suite(void)
{
    Suite *suite = suite_create("courier");
    TCase *cases = tcase_create("deliveries");

    tcase_add_test(cases, a_put_carries_body_credential_revision_and_key);
    tcase_add_test(cases, a_delete_has_no_body);
    tcase_add_test(cases, a_redirect_is_told_not_followed);
    tcase_add_test(cases, where_nobody_listens_is_connect);
    tcase_add_test(cases, a_host_that_does_not_exist_is_dns);
    tcase_add_test(cases, a_server_that_breaks_off_is_reset);
    tcase_add_test(cases, what_does_not_speak_http_is_reset);
    tcase_add_test(cases, silence_ends_with_the_deadline);
    tcase_add_test(cases, a_deadline_that_passed_between_turns_is_not_waited_for);
    tcase_add_test(cases, a_plain_server_that_is_asked_for_tls_is_tls);
    tcase_add_test(cases, an_answer_without_end_is_cut_and_counts);
    tcase_add_test(cases, other_protocols_are_not_spoken);
    tcase_add_test(cases, no_proxy_of_the_environment_is_asked);
    tcase_add_test(cases, deliveries_under_way_are_given_up_at_the_end);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(courier_suite());
}
