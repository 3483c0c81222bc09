/*
 * What is told of a long command on its way.
 */
#include "cli/progress.h"

#include <string.h>

#include "tests/support/unit.h"
#include "tests/unit/cli/screen.h"

static struct screen screen;

START_TEST(elsewhere_a_plain_line_stands_at_the_end)
{
    struct progress progress;

    screen_open(&screen, SCREEN_PIPE);
    progress_begin(&progress, screen.out, "boxes", 12);
    progress_step(&progress, 5);
    progress_step(&progress, 7);
    progress_end(&progress);
    progress_end(&progress);
    ck_assert_str_eq(screen_read(&screen), "12 of 12 boxes\n");
}
END_TEST

START_TEST(a_terminal_gets_a_bar_with_rate_and_time_left)
{
    struct progress progress;

    screen_open(&screen, SCREEN_TERMINAL);
    progress_begin(&progress, screen.out, "boxes", 300);
    progress.began_us -= 10 * 1000000;
    progress.shown_us = 0;
    progress_step(&progress, 100);
    progress_interrupt(&progress);
    progress_end(&progress);
    const char *text = screen_read(&screen);
    ck_assert_ptr_nonnull(strstr(text, "\r[##########                    ] 100 of 300 boxes, 10 a second, 0:20 left"));
    ck_assert_str_eq(text + strlen(text) - 1, "\n");
}
END_TEST

START_TEST(a_bar_needs_to_know_how_much_there_is)
{
    struct progress progress;

    screen_open(&screen, SCREEN_TERMINAL);
    progress_begin(&progress, screen.out, "lines", 0);
    progress.began_us -= 10 * 1000000;
    progress.shown_us = 0;
    progress_step(&progress, 100);
    progress_end(&progress);
    const char *text = screen_read(&screen);
    ck_assert_ptr_nonnull(strstr(text, "\r100 lines, 10 a second"));
    ck_assert_ptr_null(strstr(text, "left"));
}
END_TEST

START_TEST(what_grows_on_the_way_is_never_more_than_all)
{
    struct progress progress;

    screen_open(&screen, SCREEN_PIPE);
    progress_begin(&progress, screen.out, "boxes", 1);
    progress_step(&progress, 3);
    progress_end(&progress);
    ck_assert_str_eq(screen_read(&screen), "3 of 3 boxes\n");
}
END_TEST

START_TEST(nothing_is_said_when_there_is_nothing_to_do)
{
    struct progress progress;

    screen_open(&screen, SCREEN_TERMINAL);
    progress_begin(&progress, screen.out, "boxes", 0);
    progress_end(&progress);
    ck_assert_str_eq(screen_read(&screen), "");
}
END_TEST

static Suite *progress_suite(void)
{
    Suite *suite = suite_create("progress");
    TCase *cases = tcase_create("progress");

    tcase_add_test(cases, elsewhere_a_plain_line_stands_at_the_end);
    tcase_add_test(cases, a_terminal_gets_a_bar_with_rate_and_time_left);
    tcase_add_test(cases, a_bar_needs_to_know_how_much_there_is);
    tcase_add_test(cases, what_grows_on_the_way_is_never_more_than_all);
    tcase_add_test(cases, nothing_is_said_when_there_is_nothing_to_do);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(progress_suite());
}
