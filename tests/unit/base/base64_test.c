/* Base64, there and back. */
#include "base/base64.h"

#include "tests/support/unit.h"

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(1 << 20);
}

static void tear_down(void)
{
    arena_free(arena);
}

START_TEST(the_examples_of_the_rfc_go_both_ways)
{
    static const char *const examples[][2] = {{"", ""},         {"f", "Zg=="},     {"fo", "Zm8="},       {"foo", "Zm9v"},
                                              {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};

    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct bytes data;
        unit_assert_bytes(base64_encode(bytes_from(examples[i][0]), arena), examples[i][1]);
        ck_assert(base64_decode(bytes_from(examples[i][1]), arena, &data));
        unit_assert_bytes(data, examples[i][0]);
    }
}
END_TEST

START_TEST(line_breaks_and_blanks_are_passed_over)
{
    struct bytes data;

    ck_assert(base64_decode(BYTES("Zm9v\r\nYmFy\n"), arena, &data));
    unit_assert_bytes(data, "foobar");
    ck_assert(base64_decode(BYTES(" Z m\t9vYg\n=\n= "), arena, &data));
    unit_assert_bytes(data, "foob");
    ck_assert(base64_decode(BYTES(" \n "), arena, &data));
    ck_assert_uint_eq(data.length, 0);
}
END_TEST

START_TEST(what_is_no_base64_is_refused)
{
    static const char *const wrong[] = {"Z",     "Zg",    "Zg=",   "Zm9",   "Zm9v=", "Zg==Zg==", "Zm8=Zm9v", "=m9v",     "Z===",     "====",
                                        "Zm9v!", "Zm-v",  "Zm_v",  "Zh==",  "Zm9=",  "Zm8==",    "Z=m8",     "Zm\xc3\xb6", "data:,Zm9v"};
    struct bytes data;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_msg(!base64_decode(bytes_from(wrong[i]), arena, &data), "%s was taken", wrong[i]);
    }
    ck_assert(!base64_decode((struct bytes){"Zm\0v", 4}, arena, &data));
}
END_TEST

START_TEST(random_bytes_come_back)
{
    uint64_t state = 7;

    for (int round = 0; round < 500; round++) {
        char bytes[100];
        struct bytes given = {bytes, (size_t) unit_random_below(&state, sizeof bytes)};
        struct bytes data;
        for (size_t i = 0; i < given.length; i++) {
            bytes[i] = (char) unit_random(&state);
        }
        ck_assert(base64_decode(base64_encode(given, arena), arena, &data));
        ck_assert(bytes_equal(data, given));
        arena_reset(arena);
    }
}
END_TEST

START_TEST(an_arena_that_is_full_fails_it)
{
    struct arena *small = arena_new(64);
    struct bytes data;
    char long_text[400];

    for (size_t i = 0; i < sizeof long_text; i++) {
        long_text[i] = 'A';
    }
    ck_assert(!base64_decode((struct bytes){long_text, sizeof long_text}, small, &data));
    ck_assert_ptr_null(base64_encode((struct bytes){long_text, sizeof long_text}, small).data);
    arena_free(small);
}
END_TEST

static Suite *base64_suite(void)
{
    Suite *suite = suite_create("base64");
    TCase *tests = tcase_create("base64");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, the_examples_of_the_rfc_go_both_ways);
    tcase_add_test(tests, line_breaks_and_blanks_are_passed_over);
    tcase_add_test(tests, what_is_no_base64_is_refused);
    tcase_add_test(tests, random_bytes_come_back);
    tcase_add_test(tests, an_arena_that_is_full_fails_it);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return unit_main(base64_suite());
}
