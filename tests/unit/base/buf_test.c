/* Text that grows: the same as if it had been written at once, and a failure that sticks. */
#include "base/buf.h"

#include <string.h>

#include "tests/support/unit.h"

START_TEST(text_grows_by_runs_strings_characters_and_printing)
{
    struct arena *arena = arena_new(100000);
    struct buf buf;

    buf_init(&buf, arena, 0);
    unit_assert_bytes(buf_bytes(&buf), "");
    buf_add(&buf, BYTES("run "));
    buf_add(&buf, (struct bytes){NULL, 0});
    buf_add_string(&buf, "string ");
    buf_add_string(&buf, NULL);
    buf_add_char(&buf, 'c');
    buf_printf(&buf, " %d%s", 7, "!");
    unit_assert_bytes(buf_bytes(&buf), "run string c 7!");
    arena_free(arena);
}
END_TEST

START_TEST(growing_keeps_every_byte)
{
    struct arena *arena = arena_new(10000000);
    struct buf buf;
    static char expected[300000];
    size_t length = 0;
    uint64_t seed = 2;

    buf_init(&buf, arena, 1);
    while (length < 200000) {
        char piece[2000];
        size_t size = unit_random_below(&seed, 3) == 0 ? unit_random_below(&seed, sizeof piece) : unit_random_below(&seed, 20);
        for (size_t i = 0; i < size; i++)
            piece[i] = (char) ('a' + unit_random_below(&seed, 26));
        if (unit_random_below(&seed, 2) == 0)
            buf_add(&buf, (struct bytes){piece, size});
        else
            buf_printf(&buf, "%.*s", (int) size, piece);
        memcpy(expected + length, piece, size);
        length += size;
    }
    ck_assert_uint_eq(buf_bytes(&buf).length, length);
    ck_assert_mem_eq(buf_bytes(&buf).data, expected, length);
    arena_free(arena);
}
END_TEST

START_TEST(printing_fits_whatever_room_is_left)
{
    for (size_t room = 0; room < 70; room++) {
        struct arena *arena = arena_new(10000);
        struct buf buf;
        buf_init(&buf, arena, 64);
        for (size_t i = 0; i + room < 64; i++)
            buf_add_char(&buf, 'x');
        size_t before = buf.length;
        buf_printf(&buf, "%s", "0123456789");
        ck_assert_uint_eq(buf_bytes(&buf).length, before + 10);
        ck_assert_mem_eq(buf_bytes(&buf).data + before, "0123456789", 10);
        arena_free(arena);
    }
}
END_TEST

START_TEST(a_buf_that_knows_its_size_takes_no_more_than_that)
{
    struct arena *arena = arena_new(1000);
    struct buf buf;

    buf_init(&buf, arena, 1000);
    for (int i = 0; i < 1000; i++)
        buf_add_char(&buf, 'x');
    ck_assert_uint_eq(buf_bytes(&buf).length, 1000);
    ck_assert(!arena_overflowed(arena));
    arena_free(arena);
}
END_TEST

START_TEST(a_failure_sticks_and_gives_no_half_text)
{
    struct arena *arena = arena_new(1000);
    struct buf buf;

    buf_init(&buf, arena, 10);
    for (int i = 0; i < 1000; i++)
        buf_add_string(&buf, "0123456789");
    ck_assert(buf.failed);
    ck_assert_ptr_null(buf_bytes(&buf).data);
    ck_assert_uint_eq(buf_bytes(&buf).length, 0);
    arena_reset(arena);
    buf_add_char(&buf, 'x');
    buf_printf(&buf, "x");
    ck_assert_ptr_null(buf_bytes(&buf).data);

    ck_assert_ptr_null(arena_alloc(arena, 2000));
    buf_init(&buf, arena, 10);
    buf_add_char(&buf, 'x');
    buf_printf(&buf, "x");
    ck_assert(buf.failed);
    arena_free(arena);
}
END_TEST

static Suite *buf_suite(void)
{
    Suite *suite = suite_create("buf");
    TCase *tests = tcase_create("buf");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, text_grows_by_runs_strings_characters_and_printing);
    tcase_add_test(tests, growing_keeps_every_byte);
    tcase_add_test(tests, printing_fits_whatever_room_is_left);
    tcase_add_test(tests, a_buf_that_knows_its_size_takes_no_more_than_that);
    tcase_add_test(tests, a_failure_sticks_and_gives_no_half_text);
    return suite;
}

int main(void)
{
    return unit_main(buf_suite());
}
