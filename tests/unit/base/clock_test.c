/* Clocks: units and direction. */
#include "base/clock.h"

#include <time.h>

#include "tests/support/unit.h"

START_TEST(the_monotonic_clock_counts_microseconds_and_never_goes_back)
{
    struct timespec pause = {.tv_nsec = 20000000};
    int64_t before = clock_monotonic_us();

    nanosleep(&pause, NULL);
    int64_t after = clock_monotonic_us();
    ck_assert_int_ge(after - before, 20000);
    ck_assert_int_lt(after - before, 20000000);
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_monotonic_us();
        ck_assert_int_ge(now, after);
        after = now;
    }
}
END_TEST

START_TEST(the_wall_clock_agrees_with_the_system_s)
{
    int64_t difference = clock_wall_us() / 1000000 - (int64_t) time(NULL);

    ck_assert_int_ge(difference, -2);
    ck_assert_int_le(difference, 2);
}
END_TEST

START_TEST(a_timeout_is_lowered_to_what_is_due_and_rounded_up)
{
    static const struct {
        int before;
        int64_t due_us, now_us;
        int after;
    } cases[] = {
        {-1, 5000, 4000, 1}, {-1, 5001, 4000, 2}, {-1, 4001, 4000, 1}, {-1, 4000, 4000, 0}, {-1, 3000, 4000, 0}, {-1, INT64_MIN, 4000, 0},
        {7, 5000, 4000, 1}, {7, 90000, 4000, 7}, {0, 90000, 4000, 0}, {-1, INT64_MAX, 0, 86400000}, {5, INT64_MAX, 1, 5},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int timeout_ms = cases[i].before;
        clock_lower_timeout(&timeout_ms, cases[i].due_us, cases[i].now_us);
        ck_assert_int_eq(timeout_ms, cases[i].after);
    }
}
END_TEST

static Suite *clock_suite(void)
{
    Suite *suite = suite_create("clock");
    TCase *tests = tcase_create("clock");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, the_monotonic_clock_counts_microseconds_and_never_goes_back);
    tcase_add_test(tests, the_wall_clock_agrees_with_the_system_s);
    tcase_add_test(tests, a_timeout_is_lowered_to_what_is_due_and_rounded_up);
    return suite;
}

int main(void)
{
    return unit_main(clock_suite());
}
