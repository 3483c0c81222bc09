/* Runs of bytes: comparing, cutting, numbers, UTF-8. */
#include "base/bytes.h"

#include <string.h>

#include "tests/support/unit.h"

static struct bytes run(const char *data, size_t length)
{
    return (struct bytes){data, length};
}

START_TEST(no_string_and_no_data_are_empty_runs)
{
    ck_assert_uint_eq(bytes_from(NULL).length, 0);
    ck_assert(bytes_equal(bytes_from(NULL), BYTES("")));
    ck_assert(bytes_is(run(NULL, 0), ""));
    ck_assert(bytes_utf8(run(NULL, 0), NULL));
    ck_assert_uint_eq(bytes_trim(run(NULL, 0)).length, 0);
    ck_assert_uint_eq(bytes_slice(run(NULL, 0), 0, 5).length, 0);
}
END_TEST

START_TEST(runs_are_compared_by_length_and_every_byte)
{
    ck_assert(bytes_is(BYTES("abc"), "abc"));
    ck_assert(!bytes_is(BYTES("abc"), "abcd"));
    ck_assert(!bytes_is(BYTES("abc"), "ab"));
    ck_assert(!bytes_is(BYTES("abc"), "abC"));
    ck_assert(bytes_equal(run("a\0b", 3), run("a\0b", 3)));
    ck_assert(!bytes_equal(run("a\0b", 3), run("a\0c", 3)));
    ck_assert(!bytes_is(run("a\0", 2), "a"));
}
END_TEST

START_TEST(letter_case_is_ignored_for_ascii_letters_only)
{
    ck_assert(bytes_is_nocase(BYTES("Content-TYPE"), "content-type"));
    ck_assert(!bytes_is_nocase(BYTES("a["), "a{"));
    ck_assert(!bytes_is_nocase(BYTES("\xC3\x84"), "\xC3\xA4"));
    ck_assert(bytes_contains_nocase(BYTES("My API Key"), "api key"));
    ck_assert(bytes_contains_nocase(BYTES("anything"), ""));
    ck_assert(!bytes_contains_nocase(BYTES("ap"), "api"));
    ck_assert(!bytes_contains_nocase(BYTES(""), "a"));
    ck_assert(!bytes_contains_nocase(BYTES("abc"), "d"));
}
END_TEST

START_TEST(beginnings_and_ends_are_found)
{
    ck_assert(bytes_starts(BYTES("/apiops/x"), "/apiops/"));
    ck_assert(bytes_starts(BYTES("abc"), "abc"));
    ck_assert(!bytes_starts(BYTES("ab"), "abc"));
    ck_assert(bytes_ends(BYTES("email.json"), ".json"));
    ck_assert(!bytes_ends(BYTES("json"), ".json"));
    ck_assert(bytes_starts(BYTES("x"), ""));
    ck_assert(bytes_ends(BYTES(""), ""));
}
END_TEST

START_TEST(spaces_and_tabs_are_trimmed_and_nothing_else)
{
    unit_assert_bytes(bytes_trim(BYTES(" \t a b\t ")), "a b");
    unit_assert_bytes(bytes_trim(BYTES(" \t ")), "");
    unit_assert_bytes(bytes_trim(BYTES("\na\r")), "\na\r");
}
END_TEST

START_TEST(a_slice_ends_where_the_run_ends)
{
    unit_assert_bytes(bytes_slice(BYTES("abcdef"), 2, 4), "cd");
    unit_assert_bytes(bytes_slice(BYTES("abc"), 1, 99), "bc");
    unit_assert_bytes(bytes_slice(BYTES("abc"), 99, 99), "");
    unit_assert_bytes(bytes_slice(BYTES("abc"), 2, 1), "");
}
END_TEST

START_TEST(cutting_gives_every_piece_and_then_ends)
{
    struct bytes rest = BYTES("a,,b"), piece;

    ck_assert(bytes_cut(&rest, ',', &piece));
    unit_assert_bytes(piece, "a");
    ck_assert(bytes_cut(&rest, ',', &piece));
    unit_assert_bytes(piece, "");
    ck_assert(bytes_cut(&rest, ',', &piece));
    unit_assert_bytes(piece, "b");
    ck_assert(!bytes_cut(&rest, ',', &piece));
    ck_assert(!bytes_cut(&rest, ',', &piece));

    rest = BYTES("a,");
    ck_assert(bytes_cut(&rest, ',', &piece));
    unit_assert_bytes(piece, "a");
    ck_assert(!bytes_cut(&rest, ',', &piece));
}
END_TEST

START_TEST(integers_are_read_to_both_ends_of_their_range)
{
    static const struct {
        const char *text;
        int64_t value;
    } rows[] = {
        {"0", 0},
        {"-0", 0},
        {"007", 7},
        {"-1", -1},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = 99;
        ck_assert_msg(bytes_to_int64(bytes_from(rows[i].text), &value), "%s", rows[i].text);
        ck_assert_int_eq(value, rows[i].value);
    }
}
END_TEST

START_TEST(what_is_no_integer_is_refused_and_leaves_the_value_alone)
{
    static const char *const texts[] = {"",   "-",   "+1", " 1", "1 ", "1.0", "1e3", "0x10", "--1", "9223372036854775808", "-9223372036854775809",
                                        "99999999999999999999999999", "1\n", "\xD9\xA1"};
    int64_t value = 99;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ck_assert_msg(!bytes_to_int64(bytes_from(texts[i]), &value), "%s", texts[i]);
    ck_assert(!bytes_to_int64(run("1\0", 2), &value));
    ck_assert_int_eq(value, 99);
}
END_TEST

/* The definition of RFC 3629, written down once more in another way: decode, then judge the number. */
static bool is_character(const unsigned char *c, size_t length)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code;

    if (length == 1)
        return c[0] < 0x80;
    if (length == 2 && (c[0] & 0xE0) == 0xC0)
        code = c[0] & 0x1F;
    else if (length == 3 && (c[0] & 0xF0) == 0xE0)
        code = c[0] & 0x0F;
    else if (length == 4 && (c[0] & 0xF8) == 0xF0)
        code = c[0] & 0x07;
    else
        return false;
    for (size_t i = 1; i < length; i++) {
        if ((c[i] & 0xC0) != 0x80)
            return false;
        code = code << 6 | (c[i] & 0x3F);
    }
    return code >= smallest[length] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

START_TEST(exactly_the_characters_of_rfc_3629_are_valid)
{
    /* Every pair of leading bytes, each with tails that matter. */
    static const unsigned char tails[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};

    for (unsigned first = 0; first < 256; first++)
        for (unsigned second = 0; second < 256; second++)
            for (size_t i = 0; i < sizeof tails; i++)
                for (size_t length = 1; length <= 4; length++) {
                    unsigned char c[4] = {(unsigned char) first, (unsigned char) second, tails[i], 0x80};
                    size_t step = bytes_utf8_step(run((const char *) c, length));
                    size_t expected = 0;
                    for (size_t n = 1; n <= length && expected == 0; n++)
                        expected = is_character(c, n) ? n : 0;
                    ck_assert_msg(step == expected, "%02x %02x %02x %02x of %zu: %zu", c[0], c[1], c[2], c[3], length, step);
                }
}
END_TEST

START_TEST(characters_are_counted_and_the_first_bad_byte_is_found)
{
    size_t characters;

    ck_assert(bytes_utf8(BYTES("aä€😀z"), &characters));
    ck_assert_uint_eq(characters, 5);
    ck_assert(bytes_utf8(run("a\0b", 3), &characters));
    ck_assert_uint_eq(characters, 3);
    ck_assert_uint_eq(bytes_utf8_valid(BYTES("twelve bytes\xFFtail"), &characters), 12);
    ck_assert_uint_eq(characters, 12);
    ck_assert_uint_eq(bytes_utf8_valid(BYTES("ää\xE2\x82"), &characters), 4);
    ck_assert_uint_eq(characters, 2);
    ck_assert(!bytes_utf8(BYTES("\xC0\x80"), NULL));
    ck_assert_uint_eq(bytes_utf8_step(BYTES("")), 0);
    ck_assert(!bytes_utf8(BYTES("\xED\xA0\x80"), NULL));
}
END_TEST

START_TEST(a_bad_byte_is_found_at_any_offset)
{
    char text[40];

    for (size_t at = 0; at < sizeof text; at++) {
        memset(text, 'a', sizeof text);
        text[at] = (char) 0x80;
        ck_assert_uint_eq(bytes_utf8_valid(run(text, sizeof text), NULL), at);
    }
}
END_TEST

START_TEST(the_hash_is_fnv_1a)
{
    ck_assert_uint_eq(bytes_hash(BYTES("")), UINT64_C(0xcbf29ce484222325));
    ck_assert_uint_eq(bytes_hash(BYTES("a")), UINT64_C(0xaf63dc4c8601ec8c));
    ck_assert_uint_eq(bytes_hash(BYTES("foobar")), UINT64_C(0x85944171f73967e8));
}
END_TEST

static Suite *bytes_suite(void)
{
    Suite *suite = suite_create("bytes");
    TCase *tests = tcase_create("bytes");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, no_string_and_no_data_are_empty_runs);
    tcase_add_test(tests, runs_are_compared_by_length_and_every_byte);
    tcase_add_test(tests, letter_case_is_ignored_for_ascii_letters_only);
    tcase_add_test(tests, beginnings_and_ends_are_found);
    tcase_add_test(tests, spaces_and_tabs_are_trimmed_and_nothing_else);
    tcase_add_test(tests, a_slice_ends_where_the_run_ends);
    tcase_add_test(tests, cutting_gives_every_piece_and_then_ends);
    tcase_add_test(tests, integers_are_read_to_both_ends_of_their_range);
    tcase_add_test(tests, what_is_no_integer_is_refused_and_leaves_the_value_alone);
    tcase_add_test(tests, exactly_the_characters_of_rfc_3629_are_valid);
    tcase_add_test(tests, characters_are_counted_and_the_first_bad_byte_is_found);
    tcase_add_test(tests, a_bad_byte_is_found_at_any_offset);
    tcase_add_test(tests, the_hash_is_fnv_1a);
    return suite;
}

int main(void)
{
    return unit_main(bytes_suite());
}
