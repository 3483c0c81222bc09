/*
 * The three forms of a list, each where it belongs.
 */
#include "cli/listing.h"

#include <string.h>

#include "tests/support/unit.h"
#include "tests/unit/cli/screen.h"

static const struct listing_column columns[] = {{"id", LISTING_NUMBER},   {"name", LISTING_TEXT}, {"enabled", LISTING_BOOLEAN},
                                                {"preset", LISTING_JSON}, {"note", LISTING_TEXT}, {NULL, LISTING_TEXT}};

static struct screen screen;

static const struct bytes missing = {NULL, 0};

static void print_list(enum screen_kind kind, bool json)
{
    struct listing listing;

    screen_open(&screen, kind);
    listing_open(&listing, screen.out, columns, json);
    listing_add(&listing, (struct bytes[]){BYTES("1"), BYTES("日本"), BYTES("true"), BYTES("[1,\"x\"]"), BYTES("a\tb\x1b[0m")});
    listing_add(&listing, (struct bytes[]){BYTES("1000"), BYTES("a \"b\" \\c"), BYTES("false"), missing, missing});
    listing_add(&listing, (struct bytes[]){BYTES("-7"), BYTES(""), missing, BYTES("{}"), BYTES("\xc2\x9b")});
    ck_assert(listing_close(&listing, NULL));
    screen_read(&screen);
}

START_TEST(a_pipe_gets_tabs)
{
    print_list(SCREEN_PIPE, false);
    ck_assert_str_eq(screen.text, "id\tname\tenabled\tpreset\tnote\n"
                                  "1\t日本\ttrue\t[1,\"x\"]\ta\\tb\\x1b[0m\n"
                                  "1000\ta \"b\" \\\\c\tfalse\t\t\n"
                                  "-7\t\t\t{}\t\\xc2\\x9b\n");
}
END_TEST

START_TEST(a_stream_in_memory_gets_tabs)
{
    print_list(SCREEN_MEMORY, false);
    ck_assert_ptr_nonnull(strstr(screen.text, "id\tname\t"));
}
END_TEST

START_TEST(a_terminal_gets_aligned_columns_and_no_spaces_at_the_end)
{
    print_list(SCREEN_TERMINAL, false);
    ck_assert_str_eq(screen.text, "id    name       enabled  preset   note\n"
                                  "1     日本       true     [1,\"x\"]  a\\tb\\x1b[0m\n"
                                  "1000  a \"b\" \\\\c  false\n"
                                  "-7                        {}       \\xc2\\x9b\n");
}
END_TEST

START_TEST(json_lines_are_the_same_on_a_terminal_and_in_a_pipe)
{
    static const char expected[] = "{\"id\":1,\"name\":\"日本\",\"enabled\":true,\"preset\":[1,\"x\"],\"note\":\"a\\tb\\u001B[0m\"}\n"
                                   "{\"id\":1000,\"name\":\"a \\\"b\\\" \\\\c\",\"enabled\":false,\"preset\":null,\"note\":null}\n"
                                   "{\"id\":-7,\"name\":\"\",\"enabled\":null,\"preset\":{},\"note\":\"\\u009b\"}\n";
    print_list(SCREEN_PIPE, true);
    ck_assert_str_eq(screen.text, expected);
    print_list(SCREEN_TERMINAL, true);
    ck_assert_str_eq(screen.text, expected);
}
END_TEST

static const char *print_nothing(enum screen_kind kind, bool json)
{
    struct listing listing;

    screen_open(&screen, kind);
    listing_open(&listing, screen.out, columns, json);
    ck_assert(listing_close(&listing, NULL));
    return screen_read(&screen);
}

START_TEST(an_empty_list_has_its_header_but_in_json_no_line)
{
    ck_assert_str_eq(print_nothing(SCREEN_PIPE, false), "id\tname\tenabled\tpreset\tnote\n");
    ck_assert_str_eq(print_nothing(SCREEN_TERMINAL, false), "id  name  enabled  preset  note\n");
    ck_assert_str_eq(print_nothing(SCREEN_PIPE, true), "");
}
END_TEST

START_TEST(many_lines_are_aligned_by_the_widest)
{
    struct listing listing;
    char number[32];
    static const struct listing_column two[] = {{"id", LISTING_NUMBER}, {"name", LISTING_TEXT}, {NULL, LISTING_TEXT}};

    screen_open(&screen, SCREEN_TERMINAL);
    listing_open(&listing, screen.out, two, false);
    for (int i = 1; i <= 100; i++) {
        snprintf(number, sizeof(number), "%d", i);
        listing_add(&listing, (struct bytes[]){bytes_from(number), BYTES("x")}); /* the cell is overwritten afterwards */
    }
    ck_assert(listing_close(&listing, NULL));
    screen_read(&screen);
    ck_assert_ptr_nonnull(strstr(screen.text, "id   name\n1    x\n2    x\n"));
    ck_assert_ptr_nonnull(strstr(screen.text, "99   x\n100  x\n"));
}
END_TEST

static Suite *listing_suite(void)
{
    Suite *suite = suite_create("listing");
    TCase *cases = tcase_create("listing");

    tcase_add_test(cases, a_pipe_gets_tabs);
    tcase_add_test(cases, a_stream_in_memory_gets_tabs);
    tcase_add_test(cases, a_terminal_gets_aligned_columns_and_no_spaces_at_the_end);
    tcase_add_test(cases, json_lines_are_the_same_on_a_terminal_and_in_a_pipe);
    tcase_add_test(cases, an_empty_list_has_its_header_but_in_json_no_line);
    tcase_add_test(cases, many_lines_are_aligned_by_the_widest);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(listing_suite());
}
