/*
 * What --expires takes: each accepted text with the moment it means, each text that looks like one and is none.
 */
#include "cli/expiry.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/unit.h"

static int64_t parse(const char *text)
{
    struct fault fault = {.kind = FAULT_NONE};
    int64_t expiry = 0;

    ck_assert_msg(expiry_parse(bytes_from(text), &expiry, &fault), "%s: %s", text, fault.message);
    return expiry;
}

static const struct {
    const char *text, *moment;
} taken[] = {
    {"never", "infinity"},
    /* a day ends with the next one's beginning */
    {"2026-12-31", "2027-01-01T00:00:00.000000Z"},
    {"2027-02-28", "2027-03-01T00:00:00.000000Z"},
    {"2028-02-28", "2028-02-29T00:00:00.000000Z"},
    {"2028-02-29", "2028-03-01T00:00:00.000000Z"},
    {"2000-02-29", "2000-03-01T00:00:00.000000Z"},
    {"2100-02-28", "2100-03-01T00:00:00.000000Z"},
    {"1970-01-01", "1970-01-02T00:00:00.000000Z"},
    {"1969-12-31", "1970-01-01T00:00:00.000000Z"},
    {"0001-01-01", "0001-01-02T00:00:00.000000Z"},
    {"9999-12-31", "10000-01-01T00:00:00.000000Z"},
    /* moments */
    {"2027-02-28T12:34:56Z", "2027-02-28T12:34:56.000000Z"},
    {"2027-02-28t12:34:56z", "2027-02-28T12:34:56.000000Z"},
    {"2027-02-28T00:00:00Z", "2027-02-28T00:00:00.000000Z"},
    {"2027-02-28T12:34:56.5Z", "2027-02-28T12:34:56.500000Z"},
    {"2027-02-28T12:34:56.123456Z", "2027-02-28T12:34:56.123456Z"},
    {"2027-02-28T12:34:56.1234569999999999999999999Z", "2027-02-28T12:34:56.123456Z"},
    {"2027-02-28T12:34:56+00:00", "2027-02-28T12:34:56.000000Z"},
    {"2027-02-28T12:34:56-00:00", "2027-02-28T12:34:56.000000Z"},
    {"2027-03-01T00:30:00+01:00", "2027-02-28T23:30:00.000000Z"},
    {"2027-02-28T23:30:00-01:00", "2027-03-01T00:30:00.000000Z"},
    {"2027-01-01T05:29:59.75+05:30", "2026-12-31T23:59:59.750000Z"},
    {"2027-06-15T12:00:00+23:59", "2027-06-14T12:01:00.000000Z"},
    {"9999-12-31T23:59:59-23:59", "10000-01-01T23:58:59.000000Z"},
    /* leap seconds */
    {"2026-12-31T23:59:60Z", "2027-01-01T00:00:00.000000Z"},
    {"2026-12-31T23:59:60.25Z", "2027-01-01T00:00:00.250000Z"},
    {"2027-01-01T00:59:60+01:00", "2027-01-01T00:00:00.000000Z"},
};

START_TEST(what_is_taken_means_this_moment)
{
    char text[EXPIRY_TEXT_SIZE];

    expiry_format(parse(taken[_i].text), text);
    ck_assert_msg(strcmp(text, taken[_i].moment) == 0, "%s is read as %s, expected %s", taken[_i].text, text, taken[_i].moment);
}
END_TEST

static const char *const refused[] = {
    "", " ", "Never", "NEVER", "never ", "infinity", "now", "tomorrow", "today", "epoch", "allballs", "1d", "90", "1767225600",
    /* days that are none */
    "2026-02-29", "2026-02-30", "2100-02-29", "2026-04-31", "2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "0000-00-00",
    /* shapes that are others' */
    "2026-1-1", "26-01-01", "02026-01-01", "12026-01-01", "2026/01/01", "01.02.2026", "20260101", "2026-01", "2026-W01-1", "2026-001", "+2026-01-01",
    "-2026-01-01", "2026-01-01 ", " 2026-01-01", "2026-01-01Z", "2026-01-01+00:00", "2026-01-01T", "2026- 1-01",
    /* moments with something missing or too much */
    "2026-01-01T12", "2026-01-01T12:00", "2026-01-01T12:00Z", "2026-01-01T12:00:00", "2026-01-01T12:00:00+01", "2026-01-01T12:00:00+0100",
    "2026-01-01T12:00:00+1:00", "2026-01-01T12:00:00 Z", "2026-01-01 12:00:00Z", "2026-01-01T12:00:00.Z", "2026-01-01T12:00:00,5Z",
    "2026-01-01T12:00:00Z ", "2026-01-01T12:00:00ZZ", "2026-01-01T12:00:00UTC", "2026-01-01T12:00:00Europe/Berlin", "2026-01-01T12:00:00.5",
    "2026-02-30T12:00:00Z", "2026-01-01T1:00:00Z",
    /* times that are none */
    "2026-01-01T24:00:00Z", "2026-01-01T12:60:00Z", "2026-01-01T12:00:61Z", "2026-01-01T12:00:60Z", "2026-01-01T23:59:60+01:00",
    "2026-01-01T12:00:00+24:00", "2026-01-01T12:00:00+01:60", "2026-01-01T-1:00:00Z",
    /* characters that only look like digits */
    "２０２６-01-01", "2026-01-0\xd9\xa1",
};

START_TEST(what_is_no_day_and_no_moment_is_refused)
{
    struct fault fault = {.kind = FAULT_NONE};
    int64_t expiry = 0;

    ck_assert_msg(!expiry_parse(bytes_from(refused[_i]), &expiry, &fault), "\"%s\" is taken", refused[_i]);
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    ck_assert_ptr_nonnull(strstr(fault.message, "2031-12-31T23:59:59Z"));
}
END_TEST

START_TEST(nothing_behind_a_nul_is_overlooked)
{
    int64_t expiry = 0;

    ck_assert(!expiry_parse(BYTES("2026-01-01\0"), &expiry, NULL));
    ck_assert(!expiry_parse(BYTES("never\0"), &expiry, NULL));
}
END_TEST

START_TEST(a_moment_is_past_from_that_moment_on)
{
    int64_t noon = parse("2027-02-28T12:00:00Z");

    ck_assert(!expiry_is_past(noon, noon - 1));
    ck_assert(expiry_is_past(noon, noon));
    ck_assert(expiry_is_past(noon, noon + 1));
}
END_TEST

START_TEST(a_day_is_past_when_the_next_begins)
{
    int64_t day = parse("2027-02-28");

    ck_assert(!expiry_is_past(day, parse("2027-02-28T00:00:00Z")));
    ck_assert(!expiry_is_past(day, parse("2027-02-28T23:59:59.999999Z")));
    ck_assert(expiry_is_past(day, parse("2027-03-01T00:00:00Z")));
}
END_TEST

START_TEST(never_is_never_past)
{
    ck_assert(!expiry_is_past(EXPIRY_NEVER, parse("9999-12-31T23:59:59Z")));
}
END_TEST

/* The C library's calendar as witness. */
START_TEST(every_day_of_eight_centuries_agrees_with_the_library)
{
    for (time_t day = -126144000; day < (time_t) 25245561600; day += 86400) {
        char text[40], moment[EXPIRY_TEXT_SIZE], expected[40];
        struct tm parts;
        time_t next = day + 86400;

        ck_assert_ptr_nonnull(gmtime_r(&day, &parts));
        strftime(text, sizeof(text), "%Y-%m-%d", &parts);
        ck_assert_ptr_nonnull(gmtime_r(&next, &parts));
        strftime(expected, sizeof(expected), "%Y-%m-%dT00:00:00.000000Z", &parts);
        int64_t expiry = parse(text);
        ck_assert_int_eq(expiry, (int64_t) next * 1000000);
        expiry_format(expiry, moment);
        ck_assert_str_eq(moment, expected);
    }
}
END_TEST

START_TEST(what_is_printed_is_read_as_the_same_moment)
{
    uint64_t state = 7;

    for (int i = 0; i < 20000; i++) {
        char text[EXPIRY_TEXT_SIZE];
        int64_t moment = (int64_t) unit_random_below(&state, UINT64_C(253402300800000000)) - INT64_C(62135596800000000);

        expiry_format(moment, text);
        ck_assert_int_eq(parse(text), moment);
    }
}
END_TEST

static Suite *expiry_suite(void)
{
    Suite *suite = suite_create("expiry");
    TCase *cases = tcase_create("expiry");

    tcase_add_loop_test(cases, what_is_taken_means_this_moment, 0, (int) (sizeof(taken) / sizeof(taken[0])));
    tcase_add_loop_test(cases, what_is_no_day_and_no_moment_is_refused, 0, (int) (sizeof(refused) / sizeof(refused[0])));
    tcase_add_test(cases, nothing_behind_a_nul_is_overlooked);
    tcase_add_test(cases, a_moment_is_past_from_that_moment_on);
    tcase_add_test(cases, a_day_is_past_when_the_next_begins);
    tcase_add_test(cases, never_is_never_past);
    tcase_add_test(cases, every_day_of_eight_centuries_agrees_with_the_library);
    tcase_add_test(cases, what_is_printed_is_read_as_the_same_moment);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(expiry_suite());
}
