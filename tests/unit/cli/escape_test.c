/*
 * Whatever a value holds: a line stays a line, a terminal is told nothing, and a field can be turned back.
 */
#include "cli/escape.h"

#include <stdlib.h>
#include <string.h>

#include "json/reader.h"
#include "tests/support/unit.h"
#include "tests/unit/cli/screen.h"

static struct screen screen;

static size_t print(struct bytes text, enum escape_form form)
{
    screen_open(&screen, SCREEN_MEMORY);
    size_t columns = escape_print(screen.out, text, form);
    ck_assert_uint_eq(columns, escape_print(NULL, text, form));
    screen_read(&screen);
    return columns;
}

static void expect(enum escape_form form, const char *text, const char *expected)
{
    print(bytes_from(text), form);
    ck_assert_str_eq(screen.text, expected);
}

START_TEST(ordinary_text_is_printed_as_it_is)
{
    expect(ESCAPE_FIELD, "", "");
    expect(ESCAPE_FIELD, "My Project (2) \"x\"", "My Project (2) \"x\"");
    expect(ESCAPE_FIELD, "Çağrı 日本 😀 e\xcc\x81", "Çağrı 日本 😀 e\xcc\x81");
}
END_TEST

START_TEST(tabs_newlines_and_backslashes_of_a_field_have_short_escapes)
{
    expect(ESCAPE_FIELD, "a\tb\nc\\d", "a\\tb\\nc\\\\d");
}
END_TEST

START_TEST(a_message_keeps_its_backslashes)
{
    expect(ESCAPE_MESSAGE, "C:\\x\ny", "C:\\x\\ny");
}
END_TEST

START_TEST(control_characters_are_shown_as_bytes)
{
    expect(ESCAPE_FIELD, "\x1b[31m", "\\x1b[31m");
    expect(ESCAPE_FIELD, "\r\a\x7f", "\\x0d\\x07\\x7f");
    expect(ESCAPE_FIELD, "\xc2\x9b" "31m \xc2\x85", "\\xc2\\x9b31m \\xc2\\x85");
}
END_TEST

START_TEST(a_nul_is_shown_as_a_byte)
{
    print(BYTES("a\0b"), ESCAPE_FIELD);
    ck_assert_str_eq(screen.text, "a\\x00b");
}
END_TEST

START_TEST(marks_that_make_a_line_read_otherwise_are_shown_as_bytes)
{
    static const char *const marks[] = {"\xe2\x80\xa8", "\xe2\x80\xa9", "\xd8\x9c",     "\xe2\x80\x8e", "\xe2\x80\x8f",
                                        "\xe2\x80\xaa", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        print(bytes_from(marks[i]), ESCAPE_FIELD);
        ck_assert_msg(strncmp(screen.text, "\\x", 2) == 0, "mark %zu is printed raw", i);
    }
}
END_TEST

START_TEST(bytes_that_are_no_utf8_are_shown_one_by_one)
{
    expect(ESCAPE_FIELD, "a\xff\xc3", "a\\xff\\xc3");
    expect(ESCAPE_FIELD, "\xe6\x97\xa5\xe6\x97", "日\\xe6\\x97");
}
END_TEST

START_TEST(width_is_counted_in_columns_of_a_terminal)
{
    ck_assert_uint_eq(print(BYTES("abc"), ESCAPE_FIELD), 3);
    ck_assert_uint_eq(print(BYTES("Çağrı"), ESCAPE_FIELD), 5);
    ck_assert_uint_eq(print(BYTES("日本"), ESCAPE_FIELD), 4);
    ck_assert_uint_eq(print(BYTES("e\xcc\x81"), ESCAPE_FIELD), 1);
    ck_assert_uint_eq(print(BYTES("😀"), ESCAPE_FIELD), 2);
    ck_assert_uint_eq(print(BYTES("\t"), ESCAPE_FIELD), 2);
    ck_assert_uint_eq(print(BYTES("\xc2\x9b"), ESCAPE_FIELD), 8);
}
END_TEST

START_TEST(escaped_json_is_the_same_json)
{
    static const struct json_limits limits = {.depth = 4};
    struct arena *arena = arena_new(1024 * 1024);
    struct json_value *value = NULL;

    expect(ESCAPE_JSON, "{\"a\\\\b\":\"\x7f \xc2\x9b \xe2\x80\xae\"}", "{\"a\\\\b\":\"\\u007f \\u009b \\u202e\"}");
    ck_assert(json_read(&value, bytes_from(screen.text), &limits, arena, NULL));
    unit_assert_bytes(value->first->text, "\x7f \xc2\x9b \xe2\x80\xae");
    unit_assert_bytes(value->first->key, "a\\b");
    arena_free(arena);
}
END_TEST

/* The inverse of ESCAPE_FIELD, as a script would write it. */
static size_t unescape(const char *text, char *out)
{
    size_t length = 0;

    for (; *text != '\0'; length++) {
        if (*text != '\\') {
            out[length] = *text++;
        } else if (text[1] == 'x') {
            char digits[3] = {text[2], text[3], '\0'};
            out[length] = (char) strtol(digits, NULL, 16);
            text += 4;
        } else {
            out[length] = text[1] == 't' ? '\t' : text[1] == 'n' ? '\n' : text[1];
            text += 2;
        }
    }
    return length;
}

START_TEST(any_bytes_can_be_turned_back_and_hold_no_control_character)
{
    uint64_t state = 42;

    for (int round = 0; round < 2000; round++) {
        char bytes[64], back[64];
        size_t length = (size_t) unit_random_below(&state, sizeof(bytes));
        for (size_t i = 0; i < length; i++) {
            bytes[i] = (char) (unit_random_below(&state, 3) == 0 ? "\\\t\nx0"[unit_random_below(&state, 5)] : (char) unit_random(&state));
        }
        print((struct bytes){bytes, length}, ESCAPE_FIELD);
        for (const char *c = screen.text; *c != '\0'; c++) {
            ck_assert_msg((unsigned char) *c >= 0x20 && *c != 0x7f, "a control character was printed");
        }
        ck_assert(bytes_utf8(bytes_from(screen.text), NULL));
        ck_assert_uint_eq(unescape(screen.text, back), length);
        ck_assert_mem_eq(back, bytes, length);
    }
}
END_TEST

static Suite *escape_suite(void)
{
    Suite *suite = suite_create("escape");
    TCase *cases = tcase_create("escape");

    tcase_add_test(cases, ordinary_text_is_printed_as_it_is);
    tcase_add_test(cases, tabs_newlines_and_backslashes_of_a_field_have_short_escapes);
    tcase_add_test(cases, a_message_keeps_its_backslashes);
    tcase_add_test(cases, control_characters_are_shown_as_bytes);
    tcase_add_test(cases, a_nul_is_shown_as_a_byte);
    tcase_add_test(cases, marks_that_make_a_line_read_otherwise_are_shown_as_bytes);
    tcase_add_test(cases, bytes_that_are_no_utf8_are_shown_one_by_one);
    tcase_add_test(cases, width_is_counted_in_columns_of_a_terminal);
    tcase_add_test(cases, escaped_json_is_the_same_json);
    tcase_add_test(cases, any_bytes_can_be_turned_back_and_hold_no_control_character);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(escape_suite());
}
