/* ZIP archives, read back by hand; tests/api reads them with Python's zipfile as well. */
#include "base/zip.h"

#include <string.h>

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

static uint32_t number_at(struct bytes data, size_t at, size_t size)
{
    uint32_t number = 0;

    ck_assert_uint_le(at + size, data.length);
    while (size-- > 0) {
        number = number << 8 | (unsigned char) data.data[at + size];
    }
    return number;
}

START_TEST(files_stand_where_the_directory_says_with_their_checksums)
{
    struct bytes archive;
    struct zip zip;

    zip_open(&zip, arena);
    zip_add(&zip, BYTES("a.cer"), BYTES("123456789"));
    zip_add(&zip, BYTES("gr\xc3\xb6\xc3\x9f" "e.cer"), BYTES(""));
    ck_assert(zip_close(&zip, &archive));

    size_t end = archive.length - 22;
    ck_assert_uint_eq(number_at(archive, end, 4), 0x06054b50);
    ck_assert_uint_eq(number_at(archive, end + 8, 2), 2);
    ck_assert_uint_eq(number_at(archive, end + 10, 2), 2);
    size_t directory = number_at(archive, end + 16, 4);
    ck_assert_uint_eq(directory + number_at(archive, end + 12, 4), end);

    ck_assert_uint_eq(number_at(archive, directory, 4), 0x02014b50);
    ck_assert_uint_eq(number_at(archive, directory + 16, 4), 0xcbf43926); /* the check value of CRC-32 */
    ck_assert_uint_eq(number_at(archive, directory + 20, 4), 9);
    ck_assert_uint_eq(number_at(archive, directory + 42, 4), 0);
    unit_assert_bytes(bytes_slice(archive, directory + 46, directory + 51), "a.cer");
    size_t second = directory + 51;
    ck_assert_uint_eq(number_at(archive, second, 4), 0x02014b50);
    ck_assert_uint_eq(number_at(archive, second + 8, 2) & 0x800, 0x800);
    size_t file = number_at(archive, second + 42, 4);
    ck_assert_uint_eq(number_at(archive, file, 4), 0x04034b50);
    unit_assert_bytes(bytes_slice(archive, 30 + 5, 30 + 5 + 9), "123456789");
    unit_assert_bytes(bytes_slice(archive, file + 30, directory), "gr\xc3\xb6\xc3\x9f" "e.cer");
}
END_TEST

START_TEST(an_empty_archive_is_one)
{
    struct bytes archive;
    struct zip zip;

    zip_open(&zip, arena);
    ck_assert(zip_close(&zip, &archive));
    ck_assert_uint_eq(archive.length, 22);
}
END_TEST

START_TEST(a_name_makes_no_path)
{
    struct bytes archive;
    struct zip zip;

    zip_open(&zip, arena);
    zip_add(&zip, BYTES("../..\\a\tb"), BYTES("x"));
    ck_assert(zip_close(&zip, &archive));
    unit_assert_bytes(bytes_slice(archive, 30, 30 + 9), ".._.._a_b");
}
END_TEST

START_TEST(an_arena_that_is_full_fails_it)
{
    struct arena *small = arena_new(8192);
    static char content[6000];
    struct bytes archive;
    struct zip zip;

    zip_open(&zip, small);
    zip_add(&zip, BYTES("a"), (struct bytes){content, sizeof content});
    ck_assert(!zip_close(&zip, &archive));
    arena_free(small);
}
END_TEST

static Suite *zip_suite(void)
{
    Suite *suite = suite_create("zip");
    TCase *tests = tcase_create("zip");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, files_stand_where_the_directory_says_with_their_checksums);
    tcase_add_test(tests, an_empty_archive_is_one);
    tcase_add_test(tests, a_name_makes_no_path);
    tcase_add_test(tests, an_arena_that_is_full_fails_it);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return unit_main(zip_suite());
}
