#include "db/array.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/unit.h"

static const struct db_statement one_text = {.name = "t", .function = "f", .gathers = true, .value_count = 1, .types = {DB_TEXT}};
static const struct db_statement one_jsonb = {.name = "j", .function = "f", .gathers = true, .value_count = 1, .types = {DB_JSONB}};
static const struct db_statement numbers = {.name = "n", .function = "f", .gathers = true, .value_count = 3, .types = {DB_BOOL, DB_INT4, DB_INT8}};

static void assert_parameter(const struct db_arrays *arrays, size_t index, const char *expected, size_t length)
{
    ck_assert_int_eq(arrays->lengths[index], (int) length);
    ck_assert_mem_eq(arrays->values[index], expected, length);
    ck_assert_int_eq(arrays->formats[index], 1);
}

START_TEST(an_array_is_a_header_and_its_elements)
{
    struct db_call first = {.statement = &one_text};
    struct db_call second = {.statement = &one_text};
    const struct db_call *calls[] = {&first, &second};
    struct db_arrays arrays = {0};
    db_set_text(&first, 0, BYTES("abc"));
    db_set_text(&second, 0, BYTES(""));
    ck_assert(db_arrays_encode(&arrays, calls, 2));
    ck_assert_uint_eq(arrays.count, 1);
    static const char expected[] = "\0\0\0\1" "\0\0\0\0" "\0\0\0\x19" "\0\0\0\2" "\0\0\0\1" "\0\0\0\3" "abc" "\0\0\0\0";
    assert_parameter(&arrays, 0, expected, sizeof(expected) - 1);
    db_arrays_free(&arrays);
}
END_TEST

START_TEST(a_null_is_flagged_and_has_length_minus_one)
{
    struct db_call call = {.statement = &one_text};
    const struct db_call *calls[] = {&call};
    struct db_arrays arrays = {0};
    db_set_text_or_null(&call, 0, (struct bytes){NULL, 0});
    ck_assert(db_arrays_encode(&arrays, calls, 1));
    static const char expected[] = "\0\0\0\1" "\0\0\0\1" "\0\0\0\x19" "\0\0\0\1" "\0\0\0\1" "\xff\xff\xff\xff";
    assert_parameter(&arrays, 0, expected, sizeof(expected) - 1);
    db_arrays_free(&arrays);
}
END_TEST

START_TEST(jsonb_begins_with_its_version)
{
    struct db_call call = {.statement = &one_jsonb};
    const struct db_call *calls[] = {&call};
    struct db_arrays arrays = {0};
    db_set_text(&call, 0, BYTES("{}"));
    ck_assert(db_arrays_encode(&arrays, calls, 1));
    static const char expected[] = "\0\0\0\1" "\0\0\0\0" "\0\0\x0e\xda" "\0\0\0\1" "\0\0\0\1" "\0\0\0\3" "\1{}";
    assert_parameter(&arrays, 0, expected, sizeof(expected) - 1);
    db_arrays_free(&arrays);
}
END_TEST

START_TEST(numbers_are_big_endian)
{
    struct db_call call = {.statement = &numbers};
    const struct db_call *calls[] = {&call};
    struct db_arrays arrays = {0};
    db_set_number(&call, 0, 1);
    db_set_number(&call, 1, -2);
    db_set_number(&call, 2, INT64_C(0x0102030405060708));
    ck_assert(db_arrays_encode(&arrays, calls, 1));
    ck_assert_mem_eq(arrays.values[0] + 20, "\0\0\0\1\1", 5);
    ck_assert_mem_eq(arrays.values[1] + 20, "\0\0\0\4\xff\xff\xff\xfe", 8);
    ck_assert_mem_eq(arrays.values[2] + 20, "\0\0\0\x08\1\2\3\4\5\6\7\x08", 12);
    db_arrays_free(&arrays);
}
END_TEST

START_TEST(the_block_is_used_again_and_a_large_one_is_given_back)
{
    struct db_call call = {.statement = &one_text};
    const struct db_call *calls[] = {&call};
    struct db_arrays arrays = {0};
    char *large = calloc(1, 4 << 20);
    ck_assert_ptr_nonnull(large);
    db_set_text(&call, 0, (struct bytes){large, 4 << 20});
    ck_assert(db_arrays_encode(&arrays, calls, 1));
    ck_assert_uint_ge(arrays.capacity, 4 << 20);
    db_set_text(&call, 0, BYTES("small"));
    ck_assert(db_arrays_encode(&arrays, calls, 1));
    ck_assert_uint_lt(arrays.capacity, 1 << 20);
    const char *block = arrays.data;
    ck_assert(db_arrays_encode(&arrays, calls, 1));
    ck_assert_ptr_eq(block, arrays.data);
    free(large);
    db_arrays_free(&arrays);
}
END_TEST

START_TEST(what_would_pass_the_servers_limit_is_refused)
{
    struct db_call call = {.statement = &one_text};
    const struct db_call *calls[] = {&call};
    struct db_arrays arrays = {0};
    db_set_text(&call, 0, (struct bytes){"never read", (size_t) 1 << 30});
    ck_assert(!db_arrays_encode(&arrays, calls, 1));
    db_arrays_free(&arrays);
}
END_TEST

static Suite *array_suite(void)
{
    Suite *suite = suite_create("db/array");
    TCase *arrays = tcase_create("arrays");
    tcase_add_test(arrays, an_array_is_a_header_and_its_elements);
    tcase_add_test(arrays, a_null_is_flagged_and_has_length_minus_one);
    tcase_add_test(arrays, jsonb_begins_with_its_version);
    tcase_add_test(arrays, numbers_are_big_endian);
    tcase_add_test(arrays, the_block_is_used_again_and_a_large_one_is_given_back);
    tcase_add_test(arrays, what_would_pass_the_servers_limit_is_refused);
    suite_add_tcase(suite, arrays);
    return suite;
}

int main(void)
{
    return unit_main(array_suite());
}
