/* Arenas: zeroed and aligned memory, a limit that is exact on both sides, nothing left after a reset. */
#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

#include "tests/support/unit.h"

#define KIB ((size_t) 1024)

static bool is_zero(const unsigned char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != 0)
            return false;
    return true;
}

START_TEST(memory_is_zeroed_aligned_and_disjoint)
{
    struct arena *arena = arena_new(64 * 1024 * KIB);
    uint64_t seed = 1;
    unsigned char *pieces[500];
    size_t sizes[500];

    for (size_t i = 0; i < 500; i++) {
        sizes[i] = unit_random_below(&seed, i % 50 == 0 ? 200 * KIB : 300);
        pieces[i] = arena_alloc(arena, sizes[i]);
        ck_assert_ptr_nonnull(pieces[i]);
        ck_assert_uint_eq((uintptr_t) pieces[i] % alignof(max_align_t), 0);
        ck_assert(is_zero(pieces[i], sizes[i]));
        memset(pieces[i], (int) (i % 255) + 1, sizes[i]);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < sizes[i]; k++)
            ck_assert_uint_eq(pieces[i][k], i % 255 + 1);
    arena_free(arena);
}
END_TEST

START_TEST(one_allocation_of_exactly_the_limit_fits_and_one_byte_more_does_not)
{
    static const size_t limits[] = {1, 16, 1000, 4 * KIB, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 100 * KIB + 7, 3 * 1024 * KIB};

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct arena *arena = arena_new(limits[i]);
        ck_assert_ptr_null(arena_alloc(arena, limits[i] + 1));
        ck_assert(arena_overflowed(arena));
        arena_reset(arena);
        ck_assert_ptr_nonnull(arena_alloc(arena, limits[i]));
        ck_assert(!arena_overflowed(arena));
        ck_assert_uint_eq(arena_used(arena), limits[i]);
        ck_assert_ptr_null(arena_alloc(arena, 1));
        arena_free(arena);
    }
}
END_TEST

START_TEST(a_grant_is_exact_forgets_an_overflow_and_ends_with_the_reset)
{
    struct arena *arena = arena_new(100 * KIB);

    ck_assert_ptr_nonnull(arena_alloc(arena, 99 * KIB));
    ck_assert_ptr_null(arena_alloc(arena, 2 * KIB));
    arena_grant(arena, 3 * KIB);
    ck_assert(!arena_overflowed(arena));
    ck_assert_ptr_nonnull(arena_alloc(arena, 3 * KIB));
    ck_assert_ptr_null(arena_alloc(arena, 1));
    arena_reset(arena);
    ck_assert_ptr_null(arena_alloc(arena, 100 * KIB + 1));
    arena_reset(arena);
    arena_grant(arena, 1);
    ck_assert_ptr_nonnull(arena_alloc(arena, 100 * KIB));
    arena_grant(arena, SIZE_MAX);
    ck_assert(!arena_overflowed(arena));
    arena_free(arena);
}
END_TEST

START_TEST(many_small_allocations_reach_the_limit_exactly)
{
    size_t count = 20000, aligned = 32;
    struct arena *arena = arena_new(count * aligned);

    for (size_t i = 0; i < count - 1; i++)
        ck_assert_ptr_nonnull(arena_alloc(arena, 17)); /* the next begins 32 further on */
    ck_assert_ptr_nonnull(arena_alloc(arena, 32));
    ck_assert_uint_eq(arena_used(arena), count * aligned);
    ck_assert(!arena_overflowed(arena));
    ck_assert_ptr_null(arena_alloc(arena, 1));
    ck_assert(arena_overflowed(arena));
    arena_free(arena);
}
END_TEST

START_TEST(after_an_overflow_everything_fails_until_the_reset)
{
    struct arena *arena = arena_new(KIB);

    ck_assert_ptr_null(arena_alloc(arena, 2 * KIB));
    ck_assert_ptr_null(arena_alloc(arena, 1));
    ck_assert_ptr_null(arena_alloc(arena, 0));
    ck_assert_ptr_null(arena_copy(arena, BYTES("a")).data);
    ck_assert_ptr_null(arena_printf(arena, "a").data);
    ck_assert(arena_overflowed(arena));
    arena_reset(arena);
    ck_assert(!arena_overflowed(arena));
    ck_assert_uint_eq(arena_used(arena), 0);
    ck_assert_ptr_nonnull(arena_alloc(arena, KIB));
    arena_free(arena);
}
END_TEST

START_TEST(sizes_that_wrap_around_overflow)
{
    struct arena *arena = arena_new(KIB);

    ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX));
    arena_reset(arena);
    ck_assert_ptr_nonnull(arena_alloc(arena, 1));
    ck_assert_ptr_null(arena_alloc(arena, SIZE_MAX - 8));
    arena_reset(arena);
    ck_assert_ptr_null(arena_array(arena, 16, SIZE_MAX / 16 + 1));
    ck_assert(arena_overflowed(arena));
    arena_reset(arena);
    ck_assert_ptr_null(arena_array(arena, SIZE_MAX, SIZE_MAX));
    arena_reset(arena);
    ck_assert_ptr_null(arena_copy(arena, (struct bytes){"", SIZE_MAX}).data);
    arena_free(arena);
}
END_TEST

START_TEST(memory_is_zero_again_after_a_reset)
{
    struct arena *arena = arena_new(8 * 1024 * KIB);

    for (int round = 0; round < 5; round++) {
        for (size_t i = 0; i < 200; i++) {
            size_t size = 100 + 37 * i;
            unsigned char *piece = arena_alloc(arena, size);
            ck_assert(is_zero(piece, size));
            memset(piece, 0xAA, size);
        }
        arena_reset(arena);
    }
    arena_free(arena);
}
END_TEST

START_TEST(nothing_allocated_is_a_pointer_all_the_same)
{
    struct arena *arena = arena_new(KIB);

    ck_assert_ptr_nonnull(arena_alloc(arena, 0));
    ck_assert_ptr_nonnull(ARENA_ARRAY(arena, int, 0));
    ck_assert_uint_eq(arena_used(arena), 0);
    arena_free(arena);
    arena_free(NULL);
}
END_TEST

START_TEST(copies_end_with_a_nul_that_is_not_counted)
{
    struct arena *arena = arena_new(KIB);
    struct bytes copy = arena_copy(arena, (struct bytes){"a\0b", 3});

    ck_assert_uint_eq(copy.length, 3);
    ck_assert_mem_eq(copy.data, "a\0b\0", 4);
    copy = arena_copy(arena, (struct bytes){NULL, 0});
    ck_assert_ptr_nonnull(copy.data);
    ck_assert_uint_eq(copy.length, 0);
    ck_assert_str_eq(copy.data, "");
    arena_free(arena);
}
END_TEST

START_TEST(printing_takes_what_it_needs)
{
    struct arena *arena = arena_new(10 * KIB);
    struct bytes text = arena_printf(arena, "%s-%05d", "name", 42);

    unit_assert_bytes(text, "name-00042");
    ck_assert_int_eq(text.data[text.length], 0);
    unit_assert_bytes(arena_printf(arena, "%s", ""), "");
    ck_assert_uint_eq(arena_printf(arena, "%5000d", 1).length, 5000);
    ck_assert_ptr_null(arena_printf(arena, "%9000d", 1).data);
    arena_free(arena);
}
END_TEST

START_TEST(rewinding_gives_back_what_came_after_the_mark_and_nothing_else)
{
    struct arena *arena = arena_new(16 * 1024 * KIB);
    uint64_t seed = 4;
    unsigned char *before = arena_alloc(arena, 1000);

    memset(before, 1, 1000);
    struct arena_mark mark = arena_mark(arena);
    size_t used = arena_used(arena);
    for (int round = 0; round < 50; round++) {
        unsigned char *kept = arena_alloc(arena, 1000);
        memset(kept, 2, 1000);
        struct arena_mark inner = arena_mark(arena);
        for (int i = 0; i < 20; i++) {
            size_t size = unit_random_below(&seed, i % 5 == 0 ? 100 * KIB : 3000);
            unsigned char *piece = arena_alloc(arena, size);
            ck_assert_ptr_nonnull(piece);
            ck_assert(is_zero(piece, size));
            memset(piece, 0xAA, size);
        }
        arena_rewind(arena, inner);
        ck_assert_int_eq(kept[0], 2);
        ck_assert_int_eq(kept[999], 2);
        arena_rewind(arena, mark);
        ck_assert_uint_eq(arena_used(arena), used);
    }
    ck_assert_int_eq(before[0], 1);
    ck_assert_int_eq(before[999], 1);
    arena_reset(arena);
    ck_assert_uint_eq(arena_used(arena), 0);
    arena_free(arena);
}
END_TEST

START_TEST(the_limit_is_exact_after_a_rewind_and_an_overflow_stays)
{
    struct arena *arena = arena_new(100 * KIB);

    ck_assert_ptr_nonnull(arena_alloc(arena, 16));
    struct arena_mark mark = arena_mark(arena);
    ck_assert_ptr_nonnull(arena_alloc(arena, 100 * KIB - 16));
    arena_rewind(arena, mark);
    ck_assert_ptr_nonnull(arena_alloc(arena, 100 * KIB - 16));
    arena_rewind(arena, mark);
    ck_assert_ptr_null(arena_alloc(arena, 100 * KIB - 15));
    arena_rewind(arena, mark);
    ck_assert(arena_overflowed(arena));
    ck_assert_ptr_null(arena_alloc(arena, 1));
    arena_free(arena);
}
END_TEST

static Suite *arena_suite(void)
{
    Suite *suite = suite_create("arena");
    TCase *tests = tcase_create("arena");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, memory_is_zeroed_aligned_and_disjoint);
    tcase_add_test(tests, one_allocation_of_exactly_the_limit_fits_and_one_byte_more_does_not);
    tcase_add_test(tests, a_grant_is_exact_forgets_an_overflow_and_ends_with_the_reset);
    tcase_add_test(tests, many_small_allocations_reach_the_limit_exactly);
    tcase_add_test(tests, after_an_overflow_everything_fails_until_the_reset);
    tcase_add_test(tests, sizes_that_wrap_around_overflow);
    tcase_add_test(tests, memory_is_zero_again_after_a_reset);
    tcase_add_test(tests, rewinding_gives_back_what_came_after_the_mark_and_nothing_else);
    tcase_add_test(tests, the_limit_is_exact_after_a_rewind_and_an_overflow_stays);
    tcase_add_test(tests, nothing_allocated_is_a_pointer_all_the_same);
    tcase_add_test(tests, copies_end_with_a_nul_that_is_not_counted);
    tcase_add_test(tests, printing_takes_what_it_needs);
    return suite;
}

int main(void)
{
    return unit_main(arena_suite());
}
