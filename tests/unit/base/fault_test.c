/* Faults: one line each, whatever the libraries they come from write. */
#include "base/fault.h"

#include <string.h>

#include "tests/support/unit.h"

START_TEST(a_fault_has_a_kind_and_a_message_and_returns_false)
{
    struct fault fault = {0};

    ck_assert(!fault_set(&fault, FAULT_TOO_LARGE, "%s is over %d", "body", 7));
    ck_assert_int_eq(fault.kind, FAULT_TOO_LARGE);
    ck_assert_str_eq(fault.message, "body is over 7");
}
END_TEST

START_TEST(wrapping_says_what_was_being_done_and_keeps_the_kind)
{
    struct fault fault = {0};

    fault_set(&fault, FAULT_UNAVAILABLE, "connection refused");
    ck_assert(!fault_wrap(&fault, "database %s", "patchbay"));
    ck_assert(!fault_wrap(&fault, "start"));
    ck_assert_int_eq(fault.kind, FAULT_UNAVAILABLE);
    ck_assert_str_eq(fault.message, "start: database patchbay: connection refused");
}
END_TEST

START_TEST(nobody_has_to_ask_for_the_fault)
{
    ck_assert(!fault_set(NULL, FAULT_INTERNAL, "lost"));
    ck_assert(!fault_wrap(NULL, "lost"));
}
END_TEST

START_TEST(a_message_is_one_line_without_a_dot_at_its_end)
{
    struct fault fault = {0};

    fault_set(&fault, FAULT_INTERNAL, "FATAL: no such role\n\tHINT: make\x1B[31m one.\n\n");
    ck_assert_str_eq(fault.message, "FATAL: no such role  HINT: make [31m one");
}
END_TEST

START_TEST(a_message_too_long_is_cut_and_ended)
{
    struct fault fault = {0};
    char text[2000];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    fault_set(&fault, FAULT_INTERNAL, "%s", text);
    ck_assert_uint_eq(strlen(fault.message), sizeof fault.message - 1);
    fault_wrap(&fault, "reading");
    ck_assert_uint_eq(strlen(fault.message), sizeof fault.message - 1);
    ck_assert_int_eq(strncmp(fault.message, "reading: xxx", 12), 0);
    fault_wrap(&fault, "%s", text);
    ck_assert_uint_eq(strlen(fault.message), sizeof fault.message - 1);
}
END_TEST

static Suite *fault_suite(void)
{
    Suite *suite = suite_create("fault");
    TCase *tests = tcase_create("fault");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_fault_has_a_kind_and_a_message_and_returns_false);
    tcase_add_test(tests, wrapping_says_what_was_being_done_and_keeps_the_kind);
    tcase_add_test(tests, nobody_has_to_ask_for_the_fault);
    tcase_add_test(tests, a_message_is_one_line_without_a_dot_at_its_end);
    tcase_add_test(tests, a_message_too_long_is_cut_and_ended);
    return suite;
}

int main(void)
{
    return unit_main(fault_suite());
}
