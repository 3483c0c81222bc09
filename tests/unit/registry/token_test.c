/* Which tokens were used since the last writing. */
#include "registry/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/unit.h"

static struct touch_table *table;
static struct arena *arena;

static void open_all(void)
{
    struct fault fault;

    ck_assert_msg(touch_table_new(&table, &fault), "%s", fault.message);
    arena = arena_new((size_t) 4 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void close_all(void)
{
    touch_table_free(table);
    arena_free(arena);
}

static void use_number(int number)
{
    char text[32];
    unsigned char digest[DIGEST_SHA256_SIZE];

    snprintf(text, sizeof text, "token %d", number);
    digest_sha256(bytes_from(text), digest);
    token_used(table, digest);
}

/* Digests with the same beginning: they want the same slot. */
static void use_crowded(int number)
{
    unsigned char digest[DIGEST_SHA256_SIZE];

    memset(digest, 0xff, sizeof digest);
    memcpy(digest + 20, &number, sizeof number);
    token_used(table, digest);
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* How many are in the call; each well-formed and no two equal. */
static size_t count_in_call(const struct db_call *call)
{
    struct bytes rest = call->values[0].data, hex;
    size_t count = 0;
    char seen[4200][65];

    ck_assert_str_eq(call->statement->function, "patchbay.token_touch");
    ck_assert_uint_eq(call->statement->value_count, 1);
    ck_assert_int_eq(call->statement->types[0], DB_TEXT);
    ck_assert(!call->statement->gathers);
    ck_assert(call->values[0].present);
    while (bytes_cut(&rest, ',', &hex)) {
        ck_assert_uint_eq(hex.length, 64);
        ck_assert_uint_lt(count, 4200);
        snprintf(seen[count], 65, "%.*s", BYTES_FORMAT(hex));
        ck_assert_uint_eq(strspn(seen[count], "0123456789abcdef"), 64);
        count++;
    }
    qsort(seen, count, sizeof seen[0], compare_text);
    for (size_t i = 1; i < count; i++)
        ck_assert_str_ne(seen[i - 1], seen[i]);
    return count;
}

START_TEST(nobody_called_nothing_to_write)
{
    struct db_call call;

    ck_assert(!token_touch_call(table, arena, &call));
}
END_TEST

START_TEST(a_used_token_is_written_as_hex)
{
    unsigned char digest[DIGEST_SHA256_SIZE];
    struct db_call call;

    for (size_t i = 0; i < sizeof digest; i++)
        digest[i] = (unsigned char) (i * 8 + 7);
    token_used(table, digest);
    ck_assert(token_touch_call(table, arena, &call));
    ck_assert(bytes_is(call.values[0].data, "070f171f272f373f474f575f676f777f878f979fa7afb7bfc7cfd7dfe7eff7ff"));
}
END_TEST

START_TEST(many_uses_of_a_token_are_one)
{
    struct db_call call;

    for (int i = 0; i < 1000; i++)
        use_number(i % 3);
    ck_assert(token_touch_call(table, arena, &call));
    ck_assert_uint_eq(count_in_call(&call), 3);
}
END_TEST

START_TEST(what_was_written_is_forgotten_and_noted_again_when_used_again)
{
    struct db_call call;

    use_number(1);
    use_number(2);
    ck_assert(token_touch_call(table, arena, &call));
    ck_assert(!token_touch_call(table, arena, &call));
    use_number(2);
    ck_assert(token_touch_call(table, arena, &call));
    ck_assert_uint_eq(count_in_call(&call), 1);
}
END_TEST

START_TEST(at_most_4096_are_noted_and_the_rest_later)
{
    struct db_call call;

    for (int i = 0; i < 5000; i++)
        use_number(i);
    ck_assert(token_touch_call(table, arena, &call));
    ck_assert_uint_eq(count_in_call(&call), 4096);
    use_number(4999);
    ck_assert(token_touch_call(table, arena, &call));
    ck_assert_uint_eq(count_in_call(&call), 1);
}
END_TEST

START_TEST(digests_that_want_the_same_slot_are_all_noted)
{
    struct db_call call;

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 100; i++)
            use_crowded(i);
    }
    ck_assert(token_touch_call(table, arena, &call));
    ck_assert_uint_eq(count_in_call(&call), 100);
}
END_TEST

START_TEST(without_memory_for_the_call_they_stay_noted)
{
    struct arena *small = arena_new(1024);
    struct db_call call;

    for (int i = 0; i < 500; i++)
        use_number(i);
    ck_assert(!token_touch_call(table, small, &call));
    ck_assert(token_touch_call(table, arena, &call));
    ck_assert_uint_eq(count_in_call(&call), 500);
    arena_free(small);
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
    touch_table_free(NULL);
}
END_TEST

static Suite *token_suite(void)
{
    Suite *suite = suite_create("token");
    TCase *cases = tcase_create("touch");

    tcase_add_checked_fixture(cases, open_all, close_all);
    tcase_add_test(cases, nobody_called_nothing_to_write);
    tcase_add_test(cases, a_used_token_is_written_as_hex);
    tcase_add_test(cases, many_uses_of_a_token_are_one);
    tcase_add_test(cases, what_was_written_is_forgotten_and_noted_again_when_used_again);
    tcase_add_test(cases, at_most_4096_are_noted_and_the_rest_later);
    tcase_add_test(cases, digests_that_want_the_same_slot_are_all_noted);
    tcase_add_test(cases, without_memory_for_the_call_they_stay_noted);
    tcase_add_test(cases, freeing_nothing_is_fine);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(token_suite());
}
