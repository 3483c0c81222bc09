/* Writing: the text to the byte, pieces that are JSON already, and calls out of order that must fail. */
#include "json/writer.h"

#include <string.h>

#include "tests/support/unit.h"

static struct arena *arena;
static struct buf buf;
static struct json_writer writer;

static void open_writer(void)
{
    arena = arena_new((size_t) 16 << 20);
    ck_assert_ptr_nonnull(arena);
    buf_init(&buf, arena, 0);
    json_writer_open(&writer, &buf);
}

static void close_arena(void)
{
    arena_free(arena);
}

static void expect(const char *text)
{
    ck_assert_msg(json_writer_close(&writer), "failed: %.*s", BYTES_FORMAT(buf_bytes(&buf)));
    unit_assert_bytes(buf_bytes(&buf), text);
    buf_init(&buf, arena, 0);
    json_writer_open(&writer, &buf);
}

static void expect_failure(void)
{
    ck_assert_msg(!json_writer_close(&writer), "written: %.*s", BYTES_FORMAT(buf_bytes(&buf)));
    buf_init(&buf, arena, 0);
    json_writer_open(&writer, &buf);
}

START_TEST(every_kind_of_value_is_written_compactly)
{
    json_object(&writer);
    json_key(&writer, "success");
    json_boolean(&writer, true);
    json_key_bytes(&writer, BYTES("items"));
    json_array(&writer);
    json_null(&writer);
    json_integer(&writer, INT64_MIN);
    json_integer(&writer, INT64_MAX);
    json_string(&writer, BYTES("text"));
    json_boolean(&writer, false);
    json_array(&writer);
    json_array_end(&writer);
    json_object(&writer);
    json_object_end(&writer);
    json_array_end(&writer);
    json_key(&writer, "");
    json_raw(&writer, BYTES("1.50e+1"));
    json_object_end(&writer);
    expect("{\"success\":true,\"items\":[null,-9223372036854775808,9223372036854775807,\"text\",false,[],{}],\"\":1.50e+1}");
    json_string(&writer, (struct bytes){NULL, 0});
    expect("\"\"");
    json_null(&writer);
    expect("null");
    json_object(&writer);
    json_key_text(&writer, "text", BYTES("some"));
    json_key_text(&writer, "empty", BYTES(""));
    json_key_text(&writer, "none", (struct bytes){NULL, 0});
    json_object_end(&writer);
    expect("{\"text\":\"some\",\"empty\":\"\",\"none\":null}");
}
END_TEST

START_TEST(strings_are_escaped_where_they_must_be_and_not_elsewhere)
{
    json_string(&writer, BYTES("\"\\/\b\f\n\r\t\x01\x1F\x7F<>&'%2F$é😀\xE2\x80\xA8"));
    expect("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F\x7F<>&'%2F$é😀\xE2\x80\xA8\"");
    json_object(&writer);
    json_key(&writer, "a\"b");
    json_null(&writer);
    json_object_end(&writer);
    expect("{\"a\\\"b\":null}");
}
END_TEST

START_TEST(text_that_is_json_already_goes_in_as_it_is)
{
    json_array(&writer);
    json_raw(&writer, BYTES("{\"a\" : [1, 2]}"));
    json_raw(&writer, BYTES("\"x\""));
    json_raw(&writer, BYTES("null"));
    json_array_end(&writer);
    expect("[{\"a\" : [1, 2]},\"x\",null]");
    json_array(&writer);
    json_raw(&writer, BYTES(""));
    json_array_end(&writer);
    expect_failure();
}
END_TEST

static void write_around(const char *members, bool before, bool after)
{
    json_object(&writer);
    if (before) {
        json_key(&writer, "b");
        json_integer(&writer, 1);
    }
    json_raw_members(&writer, bytes_from(members));
    if (after) {
        json_key(&writer, "a");
        json_integer(&writer, 2);
    }
    json_object_end(&writer);
}

START_TEST(members_are_spliced_before_between_and_after_others)
{
    static const char members[] = "{\"x\":[1,{\"y\":2}],\"z\":\"}\"}";

    write_around(members, false, false);
    expect("{\"x\":[1,{\"y\":2}],\"z\":\"}\"}");
    write_around(members, true, false);
    expect("{\"b\":1,\"x\":[1,{\"y\":2}],\"z\":\"}\"}");
    write_around(members, false, true);
    expect("{\"x\":[1,{\"y\":2}],\"z\":\"}\",\"a\":2}");
    write_around(members, true, true);
    expect("{\"b\":1,\"x\":[1,{\"y\":2}],\"z\":\"}\",\"a\":2}");
}
END_TEST

START_TEST(splicing_an_empty_object_adds_nothing)
{
    write_around("{}", false, false);
    expect("{}");
    write_around(" { \n} ", true, true);
    expect("{\"b\":1,\"a\":2}");
    write_around("{}", false, true);
    expect("{\"a\":2}");
}
END_TEST

START_TEST(splicing_takes_spaces_and_any_first_key)
{
    write_around(" {\n \"x\" :\t1 , \"y\":2 } ", true, true);
    expect("{\"b\":1,\"x\":1 , \"y\":2,\"a\":2}");
    write_around("{\"\":1}", true, false);
    expect("{\"b\":1,\"\":1}");
    write_around("{\"a\\\"b\\\\\\u00e9\":1}", true, false);
    expect("{\"b\":1,\"a\\\"b\\\\é\":1}");
    write_around("{\":\":\":\"}", true, false);
    expect("{\"b\":1,\":\":\":\"}");
}
END_TEST

START_TEST(what_is_no_object_is_not_spliced)
{
    static const char *const texts[] = {"", "{", "}", "[]", "null", "\"x\"", "{x}", "{\"x\"}", "{\"x\":}", "{\"x}", "{1:2}", "{\"\\x\":1}"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_around(texts[i], false, false);
        expect_failure();
    }
    json_array(&writer);
    json_raw_members(&writer, BYTES("{\"x\":1}"));
    json_array_end(&writer);
    expect_failure();
}
END_TEST

START_TEST(calls_out_of_order_fail)
{
    expect_failure(); /* nothing at all */
    json_object(&writer);
    expect_failure(); /* not ended */
    json_object(&writer);
    json_array_end(&writer);
    expect_failure(); /* ended as something else */
    json_array(&writer);
    json_object_end(&writer);
    expect_failure();
    json_object_end(&writer);
    expect_failure(); /* nothing open */
    json_object(&writer);
    json_null(&writer);
    json_object_end(&writer);
    expect_failure(); /* a value without a key */
    json_object(&writer);
    json_string(&writer, BYTES("a"));
    json_null(&writer);
    json_object_end(&writer);
    expect_failure(); /* a string is no key */
    json_object(&writer);
    json_key(&writer, "a");
    json_object_end(&writer);
    expect_failure(); /* a key without a value */
    json_object(&writer);
    json_key(&writer, "a");
    json_key(&writer, "b");
    json_null(&writer);
    json_object_end(&writer);
    expect_failure(); /* two keys */
    json_array(&writer);
    json_key(&writer, "a");
    json_null(&writer);
    json_array_end(&writer);
    expect_failure(); /* a key in an array */
    json_key(&writer, "a");
    expect_failure(); /* a key outside */
    json_null(&writer);
    json_null(&writer);
    expect_failure(); /* two values */
    json_null(&writer);
    expect("null"); /* none of it lasts */
}
END_TEST

static void write_levels(unsigned levels)
{
    for (unsigned i = 0; i < levels; i++)
        json_array(&writer);
    for (unsigned i = 0; i < levels; i++)
        json_array_end(&writer);
}

START_TEST(as_deep_as_yajl_writes_and_no_deeper)
{
    write_levels(JSON_WRITER_LEVELS - 1);
    ck_assert(json_writer_close(&writer));
    ck_assert_uint_eq(buf_bytes(&buf).length, 2 * (JSON_WRITER_LEVELS - 1));
    buf_init(&buf, arena, 0);
    json_writer_open(&writer, &buf);
    write_levels(JSON_WRITER_LEVELS);
    expect_failure();
    write_levels(100000);
    expect_failure();
    ck_assert_uint_lt(JSON_DEPTH_MAX, JSON_WRITER_LEVELS - 1);
}
END_TEST

START_TEST(a_full_arena_fails_at_the_close)
{
    struct arena *small = arena_new(200);
    struct buf small_buf;

    buf_init(&small_buf, small, 0);
    json_writer_open(&writer, &small_buf);
    json_array(&writer);
    for (int i = 0; i < 1000; i++)
        json_string(&writer, BYTES("text"));
    json_array_end(&writer);
    ck_assert(!json_writer_close(&writer));
    ck_assert_ptr_null(buf_bytes(&small_buf).data);
    ck_assert_ptr_null(json_text(small, json_new(arena, JSON_NULL)).data);
    arena_free(small);
}
END_TEST

START_TEST(one_value_as_text_costs_little_more_than_its_text)
{
    size_t before = arena_used(arena);
    struct json_value *value = json_new_string(arena, BYTES("a secret"));

    for (int i = 0; i < 1000; i++)
        unit_assert_bytes(json_text(arena, value), "\"a secret\"");
    ck_assert_uint_lt(arena_used(arena) - before, 100 * 1024);
}
END_TEST

static Suite *writer_suite(void)
{
    Suite *suite = suite_create("writer");
    TCase *tests = tcase_create("writer");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, open_writer, close_arena);
    tcase_add_test(tests, every_kind_of_value_is_written_compactly);
    tcase_add_test(tests, strings_are_escaped_where_they_must_be_and_not_elsewhere);
    tcase_add_test(tests, text_that_is_json_already_goes_in_as_it_is);
    tcase_add_test(tests, members_are_spliced_before_between_and_after_others);
    tcase_add_test(tests, splicing_an_empty_object_adds_nothing);
    tcase_add_test(tests, splicing_takes_spaces_and_any_first_key);
    tcase_add_test(tests, what_is_no_object_is_not_spliced);
    tcase_add_test(tests, calls_out_of_order_fail);
    tcase_add_test(tests, as_deep_as_yajl_writes_and_no_deeper);
    tcase_add_test(tests, a_full_arena_fails_at_the_close);
    tcase_add_test(tests, one_value_as_text_costs_little_more_than_its_text);
    return suite;
}

int main(void)
{
    return unit_main(writer_suite());
}
