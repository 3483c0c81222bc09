/* OpenSSL's allocations through our own functions. Nothing in this program uses OpenSSL before. */
#include "seal/memory.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "tests/support/unit.h"

static bool was_in_time;

/* That it is wiped cannot be looked at from here without reading what was freed; tests/faults/secrets_at_rest looks from outside. */
START_TEST(before_openssl_is_used_is_in_time)
{
    ck_assert(was_in_time);
}
END_TEST

START_TEST(what_grows_keeps_its_content)
{
    char *block = OPENSSL_malloc(10);

    memcpy(block, "123456789", 10);
    for (size_t size = 11; size < 100000; size = size * 3 / 2) {
        block = OPENSSL_realloc(block, size);
        ck_assert_ptr_nonnull(block);
        ck_assert_str_eq(block, "123456789");
    }
    block = OPENSSL_realloc(block, 10);
    ck_assert_str_eq(block, "123456789");
    OPENSSL_free(block);
    OPENSSL_free(NULL);
    block = OPENSSL_realloc(NULL, 5);
    ck_assert_ptr_nonnull(block);
    ck_assert_ptr_null(OPENSSL_realloc(block, 0));
}
END_TEST

static Suite *memory_suite(void)
{
    Suite *suite = suite_create("memory");
    TCase *tests = tcase_create("memory");

    tcase_add_test(tests, before_openssl_is_used_is_in_time);
    tcase_add_test(tests, what_grows_keeps_its_content);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    was_in_time = memory_wipe_freed();
    return unit_main(memory_suite());
}
