/* Answers: fields in order, nothing that could end the head early. */
#include "http/response.h"

#include <signal.h>

#include "tests/support/unit.h"

START_TEST(fields_keep_their_order)
{
    struct http_response response = {.status = 405};

    http_response_add(&response, "Allow", BYTES("GET, PUT"));
    http_response_add(&response, "ETag", BYTES("\"7\""));
    http_response_add(&response, "X-Empty", (struct bytes){NULL, 0});
    ck_assert_uint_eq(response.field_count, 3);
    ck_assert_str_eq(response.fields[0].name, "Allow");
    unit_assert_bytes(response.fields[0].value, "GET, PUT");
    ck_assert_str_eq(response.fields[1].name, "ETag");
    unit_assert_bytes(response.fields[1].value, "\"7\"");
}
END_TEST

/* Each aborts: a bug of ours, not a request's. */
START_TEST(a_control_character_in_a_value_is_a_bug)
{
    static const char *const values[] = {"a\r\nSet-Cookie: b", "a\n", "\t", "\x7F"};
    struct http_response response = {0};

    http_response_add(&response, "X-Test", bytes_from(values[_i]));
}
END_TEST

START_TEST(a_nul_in_a_value_is_a_bug)
{
    struct http_response response = {0};

    http_response_add(&response, "X-Test", (struct bytes){"a\0b", 3});
}
END_TEST

START_TEST(more_fields_than_there_is_room_for_is_a_bug)
{
    struct http_response response = {0};

    for (int i = 0; i < HTTP_RESPONSE_FIELDS_MAX; i++)
        http_response_add(&response, "X-Test", BYTES("value"));
    ck_assert_uint_eq(response.field_count, HTTP_RESPONSE_FIELDS_MAX);
    http_response_add(&response, "X-Test", BYTES("value"));
}
END_TEST

START_TEST(every_status_that_is_answered_has_a_reason)
{
    static const int statuses[] = {200, 201, 204, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 424, 429, 500, 503};

    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        ck_assert_str_ne(http_status_reason(statuses[i]), "Unknown");
    ck_assert_str_eq(http_status_reason(200), "OK");
    ck_assert_str_eq(http_status_reason(404), "Not Found");
    ck_assert_str_eq(http_status_reason(299), "Unknown");
    ck_assert_str_eq(http_status_reason(0), "Unknown");
    ck_assert_str_eq(http_status_reason(-1), "Unknown");
}
END_TEST

static Suite *response_suite(void)
{
    Suite *suite = suite_create("response");
    TCase *tests = tcase_create("response");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, fields_keep_their_order);
    tcase_add_loop_test_raise_signal(tests, a_control_character_in_a_value_is_a_bug, SIGABRT, 0, 4);
    tcase_add_test_raise_signal(tests, a_nul_in_a_value_is_a_bug, SIGABRT);
    tcase_add_test_raise_signal(tests, more_fields_than_there_is_room_for_is_a_bug, SIGABRT);
    tcase_add_test(tests, every_status_that_is_answered_has_a_reason);
    return suite;
}

int main(void)
{
    return unit_main(response_suite());
}
