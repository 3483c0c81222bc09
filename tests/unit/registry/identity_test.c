/* The cache of identities: what it remembers, what it forgets, and that it never mixes two keys up. */
#include "registry/identity.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

/* AddressSanitizer ends a program that asks for too much; here it is to say no, as malloc does. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static struct identity_cache *cache;

static void open_cache(size_t entries)
{
    struct fault fault;

    ck_assert_msg(identity_cache_new(&cache, entries, &fault), "%s", fault.message);
}

static void close_cache(void)
{
    identity_cache_free(cache);
    cache = NULL;
}

static struct seal_identity make_identity(int64_t number)
{
    struct seal_identity identity = {.project = number, .key = (int32_t) (number % 7 + 1)};

    memcpy(identity.connection, &number, sizeof number);
    memcpy(identity.connection + 8, &number, sizeof number);
    return identity;
}

static void learn(const char *dialect, const char *where, const char *name, int64_t number)
{
    struct seal_identity identity = make_identity(number);

    identity_learn(cache, dialect, bytes_from(where), bytes_from(name), &identity);
}

/* The number under which it was learned, or -1. */
static int64_t find(const char *dialect, const char *where, const char *name)
{
    struct seal_identity identity, expected;

    memset(&identity, 0x55, sizeof identity);
    expected = identity;
    if (!identity_find(cache, dialect, bytes_from(where), bytes_from(name), &identity)) {
        ck_assert_msg(memcmp(&identity, &expected, sizeof identity) == 0, "something was handed out");
        return -1;
    }
    expected = make_identity(identity.project);
    ck_assert_int_eq(identity.key, expected.key);
    ck_assert_mem_eq(identity.connection, expected.connection, 16);
    return identity.project;
}

START_TEST(what_was_learned_is_found)
{
    open_cache(64);
    ck_assert_int_eq(find("apinizer", "MyProject", "mail"), -1);
    learn("apinizer", "MyProject", "mail", 5);
    ck_assert_int_eq(find("apinizer", "MyProject", "mail"), 5);
    close_cache();
}
END_TEST

START_TEST(what_was_learned_last_counts)
{
    open_cache(64);
    learn("apinizer", "MyProject", "mail", 5);
    learn("apinizer", "MyProject", "mail", 6);
    ck_assert_int_eq(find("apinizer", "MyProject", "mail"), 6);
    close_cache();
}
END_TEST

START_TEST(what_was_forgotten_is_not_found_and_its_neighbours_are)
{
    open_cache(4); /* one bucket: all are neighbours */
    learn("apinizer", "p", "a", 1);
    learn("apinizer", "p", "b", 2);
    learn("apinizer", "p", "c", 3);
    identity_forget(cache, "apinizer", BYTES("p"), BYTES("b"));
    identity_forget(cache, "apinizer", BYTES("p"), BYTES("never learned"));
    ck_assert_int_eq(find("apinizer", "p", "a"), 1);
    ck_assert_int_eq(find("apinizer", "p", "b"), -1);
    ck_assert_int_eq(find("apinizer", "p", "c"), 3);
    close_cache();
}
END_TEST

START_TEST(dialect_place_and_name_are_each_part_of_the_key)
{
    static const char *const keys[][3] = {
        {"apinizer", "p", "n"}, {"catalog", "p", "n"}, {"apinizer", "q", "n"}, {"apinizer", "p", "m"}, {"apinizer", "p", ""},
        {"apinizer", "", "p"},  {"apinizer", "", ""},  {"apinizer", "pn", ""}, {"apinizer", "", "pn"}, {"apinizerp", "", "n"},
        {"apinizer", "p", "N"}, {"apinizer", "P", "n"}, {"apinizer", "n", "p"},
    };
    const int count = (int) (sizeof keys / sizeof keys[0]);

    open_cache(4096);
    for (int i = 0; i < count; i++)
        learn(keys[i][0], keys[i][1], keys[i][2], i);
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(find(keys[i][0], keys[i][1], keys[i][2]), i);
    close_cache();
}
END_TEST

START_TEST(names_may_hold_any_byte_and_be_long)
{
    static char name[100000];
    struct seal_identity identity = make_identity(9), found;

    open_cache(64);
    name[50000] = 'x';
    identity_learn(cache, "apinizer", BYTES("a\0b"), (struct bytes){name, sizeof name}, &identity);
    ck_assert(identity_find(cache, "apinizer", BYTES("a\0b"), (struct bytes){name, sizeof name}, &found));
    ck_assert_int_eq(found.project, 9);
    ck_assert(!identity_find(cache, "apinizer", BYTES("a\0c"), (struct bytes){name, sizeof name}, &found));
    ck_assert(!identity_find(cache, "apinizer", BYTES("a\0b"), (struct bytes){name, sizeof name - 1}, &found));
    close_cache();
}
END_TEST

START_TEST(a_full_bucket_forgets_what_was_of_no_use_for_longest)
{
    open_cache(4); /* one bucket */
    learn("apinizer", "p", "a", 1);
    learn("apinizer", "p", "b", 2);
    learn("apinizer", "p", "c", 3);
    learn("apinizer", "p", "d", 4);
    ck_assert_int_eq(find("apinizer", "p", "a"), 1); /* of use again */
    learn("apinizer", "p", "e", 5);
    ck_assert_int_eq(find("apinizer", "p", "b"), -1);
    ck_assert_int_eq(find("apinizer", "p", "a"), 1);
    ck_assert_int_eq(find("apinizer", "p", "c"), 3);
    ck_assert_int_eq(find("apinizer", "p", "d"), 4);
    ck_assert_int_eq(find("apinizer", "p", "e"), 5);
    learn("apinizer", "p", "a", 11); /* learning anew is use, and takes no second entry */
    learn("apinizer", "p", "f", 6);
    ck_assert_int_eq(find("apinizer", "p", "c"), -1);
    ck_assert_int_eq(find("apinizer", "p", "a"), 11);
    close_cache();
}
END_TEST

START_TEST(a_working_set_of_half_the_size_is_nearly_all_remembered)
{
    char name[32];
    int found = 0;

    open_cache(4096);
    for (int i = 0; i < 2048; i++) {
        snprintf(name, sizeof name, "connection-%d", i);
        learn("apinizer", "MyProject", name, i);
    }
    for (int i = 0; i < 2048; i++) {
        snprintf(name, sizeof name, "connection-%d", i);
        int64_t number = find("apinizer", "MyProject", name);
        ck_assert(number == -1 || number == i);
        found += number == i;
    }
    ck_assert_int_gt(found, 1850); /* chance puts five into about one bucket of nineteen; 1,970 is usual */
    close_cache();
}
END_TEST

START_TEST(memory_does_not_grow)
{
    char name[300];

    struct mallinfo2 without = mallinfo2();
    open_cache(1024);
    struct mallinfo2 before = mallinfo2();
    ck_assert_uint_lt(before.uordblks - without.uordblks, 1024 * 48 + 1024);
    memset(name, 'n', sizeof name);
    for (int i = 0; i < 100000; i++) {
        snprintf(name, 12, "%011d", i);
        struct seal_identity identity = make_identity(i);
        identity_learn(cache, "apinizer", BYTES("p"), (struct bytes){name, sizeof name}, &identity);
    }
    ck_assert_uint_eq(mallinfo2().uordblks, before.uordblks);
    close_cache();
}
END_TEST

START_TEST(a_cache_of_any_small_size_works)
{
    char name[16];

    for (size_t entries = 1; entries < 20; entries++) {
        open_cache(entries);
        for (int i = 0; i < 100; i++) {
            snprintf(name, sizeof name, "%d", i);
            learn("apinizer", "p", name, i);
            ck_assert_int_eq(find("apinizer", "p", name), i);
        }
        close_cache();
    }
}
END_TEST

START_TEST(a_cache_of_no_entries_remembers_nothing)
{
    open_cache(0);
    learn("apinizer", "p", "n", 1);
    ck_assert_int_eq(find("apinizer", "p", "n"), -1);
    identity_forget(cache, "apinizer", BYTES("p"), BYTES("n"));
    close_cache();
}
END_TEST

START_TEST(a_cache_that_is_too_large_for_the_machine_is_a_fault)
{
    struct fault fault = {.kind = FAULT_NONE};

    ck_assert(!identity_cache_new(&cache, SIZE_MAX, &fault));
    ck_assert_int_eq(fault.kind, FAULT_INTERNAL);
    ck_assert_ptr_null(cache);
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
    identity_cache_free(NULL);
}
END_TEST

static Suite *identity_suite(void)
{
    Suite *suite = suite_create("identity");
    TCase *cases = tcase_create("cache");

    tcase_add_test(cases, what_was_learned_is_found);
    tcase_add_test(cases, what_was_learned_last_counts);
    tcase_add_test(cases, what_was_forgotten_is_not_found_and_its_neighbours_are);
    tcase_add_test(cases, dialect_place_and_name_are_each_part_of_the_key);
    tcase_add_test(cases, names_may_hold_any_byte_and_be_long);
    tcase_add_test(cases, a_full_bucket_forgets_what_was_of_no_use_for_longest);
    tcase_add_test(cases, a_working_set_of_half_the_size_is_nearly_all_remembered);
    tcase_add_test(cases, memory_does_not_grow);
    tcase_add_test(cases, a_cache_of_any_small_size_works);
    tcase_add_test(cases, a_cache_of_no_entries_remembers_nothing);
    tcase_add_test(cases, a_cache_that_is_too_large_for_the_machine_is_a_fault);
    tcase_add_test(cases, freeing_nothing_is_fine);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(identity_suite());
}
