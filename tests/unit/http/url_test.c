/* URLs: strict decoding, parameters, and encoding that decodes to what it was. */
#include "http/url.h"

#include <string.h>

#include "tests/support/unit.h"

static struct arena *arena;

static void open_arena(void)
{
    arena = arena_new((size_t) 16 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void close_arena(void)
{
    arena_free(arena);
}

static void expect_decoded(const char *text, bool plus_is_space, const char *expected)
{
    struct bytes decoded;

    ck_assert_msg(url_decode(bytes_from(text), plus_is_space, arena, &decoded), "%s", text);
    unit_assert_bytes(decoded, expected);
}

START_TEST(escapes_are_decoded_once)
{
    expect_decoded("", false, "");
    expect_decoded("my-email-connection", false, "my-email-connection");
    expect_decoded("My%20Project", false, "My Project");
    expect_decoded("a%2Fb", false, "a/b");
    expect_decoded("a%2fb", false, "a/b");
    expect_decoded("%252F", false, "%2F");
    expect_decoded("%E2%82%AC%f0%9f%98%80", false, "\xE2\x82\xAC\xF0\x9F\x98\x80");
    expect_decoded("\xC3\xA9%C3%A9", false, "\xC3\xA9\xC3\xA9");
    expect_decoded("%25", false, "%");
    expect_decoded("%01", false, "\x01");
}
END_TEST

START_TEST(a_plus_is_a_space_only_in_queries_and_forms)
{
    expect_decoded("a+b", false, "a+b");
    expect_decoded("a+b%2B", true, "a b+");
}
END_TEST

START_TEST(what_does_not_decode_to_text_is_refused)
{
    static const char *const texts[] = {"%", "%2", "a%", "%zz", "%2g", "%g2", "%%20", "%2%46", "% 20", "%+1", "%-1", "%00", "a%00b",
                                        "%ff", "%C0%80", "%ED%A0%80", "%C3", "\xFF", "%C3x", "%0x"};
    struct bytes decoded = {NULL, 0};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ck_assert_msg(!url_decode(bytes_from(texts[i]), false, arena, &decoded), "%s", texts[i]);
    ck_assert(!url_decode((struct bytes){"a\0", 2}, false, arena, &decoded));
    /* The digits would be there, but not in the text. */
    ck_assert(!url_decode((struct bytes){"%20", 2}, false, arena, &decoded));
    ck_assert(!url_decode((struct bytes){"%20", 1}, false, arena, &decoded));
    ck_assert_ptr_null(decoded.data);
}
END_TEST

START_TEST(a_piece_can_be_decoded_in_its_own_place)
{
    struct bytes text = BYTES("a%20b");

    ck_assert(url_decode(text, false, arena, &text));
    unit_assert_bytes(text, "a b");
}
END_TEST

START_TEST(parameters_come_one_by_one)
{
    struct bytes query = BYTES("&a=1&&b&=x&c=&d=e=f&"), name, value;
    static const char *const expected[][2] = {{"a", "1"}, {"b", ""}, {"", "x"}, {"c", ""}, {"d", "e=f"}};

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        ck_assert(url_next_parameter(&query, &name, &value));
        unit_assert_bytes(name, expected[i][0]);
        unit_assert_bytes(value, expected[i][1]);
    }
    ck_assert(!url_next_parameter(&query, &name, &value));
    query = (struct bytes){NULL, 0};
    ck_assert(!url_next_parameter(&query, &name, &value));
    query = BYTES("&&&");
    ck_assert(!url_next_parameter(&query, &name, &value));
}
END_TEST

START_TEST(a_parameter_is_found_by_its_decoded_name)
{
    struct bytes query = BYTES("page=2&filters%5Bservice%5D=a+b%26c&page=3&empty=&%"), value;
    bool found;

    ck_assert(url_parameter(query, "page", arena, &value, &found) && found);
    unit_assert_bytes(value, "2");
    ck_assert(url_parameter(query, "filters[service]", arena, &value, &found) && found);
    unit_assert_bytes(value, "a b&c");
    ck_assert(url_parameter(query, "empty", arena, &value, &found) && found);
    unit_assert_bytes(value, "");
    ck_assert(url_parameter(BYTES("a=1&pages=2"), "page", arena, &value, &found) && !found);
    ck_assert_ptr_null(value.data);
    ck_assert(url_parameter(BYTES(""), "page", arena, &value, &found) && !found);
    /* The bad escape at the end is met only by who looks further. */
    ck_assert(!url_parameter(query, "absent", arena, &value, &found) && !found);
    ck_assert(!url_parameter(BYTES("page=%zz"), "page", arena, &value, &found) && !found);
    ck_assert(url_parameter(BYTES("other=%zz&page=1"), "page", arena, &value, &found) && found);
}
END_TEST

START_TEST(everything_but_unreserved_characters_is_encoded)
{
    unit_assert_bytes(url_encode(BYTES("AZaz09-._~"), arena), "AZaz09-._~");
    unit_assert_bytes(url_encode(BYTES(" /%+?#&=:@[]!$'()*,;\"<>\\^`{|}\x7F"), arena),
                      "%20%2F%25%2B%3F%23%26%3D%3A%40%5B%5D%21%24%27%28%29%2A%2C%3B%22%3C%3E%5C%5E%60%7B%7C%7D%7F");
    unit_assert_bytes(url_encode(BYTES("\xC3\xA9"), arena), "%C3%A9");
    unit_assert_bytes(url_encode(BYTES(""), arena), "");
}
END_TEST

START_TEST(what_was_encoded_decodes_to_what_it_was)
{
    uint64_t seed = 30;

    for (int round = 0; round < 5000; round++) {
        char text[40];
        size_t length = unit_random_below(&seed, sizeof text);
        for (size_t i = 0; i < length; i++)
            text[i] = (char) (1 + unit_random_below(&seed, 127));
        struct bytes decoded, encoded = url_encode((struct bytes){text, length}, arena);
        ck_assert(url_decode(encoded, round % 2 == 0, arena, &decoded));
        ck_assert(bytes_equal(decoded, (struct bytes){text, length}));
        arena_reset(arena);
    }
}
END_TEST

START_TEST(a_full_arena_is_a_failure)
{
    struct arena *small = arena_new(16);
    struct bytes value;
    bool found;

    ck_assert(!url_decode(BYTES("a text of more than 16"), false, small, &value));
    ck_assert(arena_overflowed(small));
    arena_reset(small);
    ck_assert_ptr_null(url_encode(BYTES("sixteen and more"), small).data);
    arena_reset(small);
    ck_assert(!url_parameter(BYTES("name=a text of more than 16"), "name", small, &value, &found));
    arena_free(small);
}
END_TEST

static Suite *url_suite(void)
{
    Suite *suite = suite_create("url");
    TCase *tests = tcase_create("url");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, open_arena, close_arena);
    tcase_add_test(tests, escapes_are_decoded_once);
    tcase_add_test(tests, a_plus_is_a_space_only_in_queries_and_forms);
    tcase_add_test(tests, what_does_not_decode_to_text_is_refused);
    tcase_add_test(tests, a_piece_can_be_decoded_in_its_own_place);
    tcase_add_test(tests, parameters_come_one_by_one);
    tcase_add_test(tests, a_parameter_is_found_by_its_decoded_name);
    tcase_add_test(tests, everything_but_unreserved_characters_is_encoded);
    tcase_add_test(tests, what_was_encoded_decodes_to_what_it_was);
    tcase_add_test(tests, a_full_arena_is_a_failure);
    return suite;
}

int main(void)
{
    return unit_main(url_suite());
}
