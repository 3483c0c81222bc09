/* Trees by hand: made, looked into, appended to, copied. */
#include "json/reader.h"

#include "json/writer.h"
#include "tests/support/unit.h"

static struct arena *arena;

static void open_arena(void)
{
    arena = arena_new((size_t) 64 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void close_arena(void)
{
    arena_free(arena);
}

static struct json_value *read_text(const char *text)
{
    static const struct json_limits limits = {.depth = JSON_DEPTH_MAX, .repeatable_key = "twice"};
    struct json_value *value;

    ck_assert(json_read(&value, bytes_from(text), &limits, arena, NULL));
    return value;
}

START_TEST(members_are_found_by_name_and_the_first_one_wins)
{
    struct json_value *object = read_text("{\"a\":1,\"twice\":2,\"twice\":3,\"\":4}");

    unit_assert_bytes(json_member(object, "a")->text, "1");
    unit_assert_bytes(json_member(object, "twice")->text, "2");
    unit_assert_bytes(json_member_bytes(object, BYTES(""))->text, "4");
    ck_assert_ptr_null(json_member(object, "A"));
    ck_assert_ptr_null(json_member_bytes(object, BYTES("b")));
}
END_TEST

START_TEST(what_is_no_object_has_no_members)
{
    ck_assert_ptr_null(json_member(NULL, "a"));
    ck_assert_ptr_null(json_member(read_text("[1]"), ""));
    ck_assert_ptr_null(json_member(read_text("\"a\""), "a"));
    ck_assert_ptr_null(json_member(read_text("null"), "a"));
}
END_TEST

START_TEST(only_integers_are_integers)
{
    int64_t number = 99;

    ck_assert(json_int64(read_text("-12"), &number));
    ck_assert_int_eq(number, -12);
    number = 99;
    ck_assert(!json_int64(read_text("1.0"), &number));
    ck_assert(!json_int64(read_text("1e2"), &number));
    ck_assert(!json_int64(read_text("\"1\""), &number));
    ck_assert(!json_int64(read_text("true"), &number));
    ck_assert(!json_int64(NULL, &number));
    ck_assert_int_eq(number, 99);
}
END_TEST

START_TEST(a_tree_made_by_hand_is_like_one_that_was_read)
{
    struct json_value *object = json_new(arena, JSON_OBJECT), *array = json_new(arena, JSON_ARRAY), *child;

    child = json_new_string(arena, BYTES("text"));
    child->key = BYTES("s");
    json_append(object, child);
    array->key = BYTES("a");
    json_append(object, array);
    json_append(array, json_new_boolean(arena, true));
    json_append(array, json_new_boolean(arena, false));
    json_append(array, json_new_integer(arena, INT64_MIN));
    json_append(array, json_new(arena, JSON_NULL));
    ck_assert_uint_eq(object->count, 2);
    ck_assert_uint_eq(array->count, 4);
    unit_assert_bytes(json_text(arena, object), "{\"s\":\"text\",\"a\":[true,false,-9223372036854775808,null]}");
}
END_TEST

START_TEST(appending_to_a_tree_that_was_read_puts_the_child_last)
{
    struct json_value *array = read_text("[1,2,[3]]");

    json_append(array, json_new_integer(arena, 4));
    json_append(array, json_new_integer(arena, 5));
    json_append(array->first->next->next, json_new_integer(arena, 6));
    ck_assert_uint_eq(array->count, 5);
    unit_assert_bytes(json_text(arena, array), "[1,2,[3,6],4,5]");
}
END_TEST

START_TEST(appending_follows_children_that_were_linked_by_hand)
{
    struct json_value *array = json_new(arena, JSON_ARRAY);

    json_append(array, json_new_integer(arena, 1));
    array->first->next = json_new_integer(arena, 2);
    array->count++;
    json_append(array, json_new_integer(arena, 3));
    unit_assert_bytes(json_text(arena, array), "[1,2,3]");
    ck_assert_uint_eq(array->count, 3);
}
END_TEST

START_TEST(a_node_that_was_a_string_can_become_an_array)
{
    struct json_value *value = read_text("\"text\"");

    value->kind = JSON_ARRAY;
    json_append(value, json_new_integer(arena, 1));
    json_append(value, json_new_integer(arena, 2));
    unit_assert_bytes(json_text(arena, value), "[1,2]");
}
END_TEST

START_TEST(appending_two_hundred_thousand_children_is_quick)
{
    struct json_value *array = read_text("[0]");

    for (int i = 0; i < 200000; i++)
        json_append(array, json_new(arena, JSON_NULL));
    ck_assert_uint_eq(array->count, 200001);
}
END_TEST

START_TEST(a_copy_is_whole_and_its_own)
{
    static const char text[] = "{\"a\":[1,2.50,\"s\\n\",null,true,{}],\"b\":{\"c\":[[]]},\"\":false}";
    struct arena *other = arena_new(100000);
    struct json_value *copy = json_copy(other, read_text(text));

    arena_reset(arena);
    ck_assert_ptr_nonnull(copy);
    unit_assert_bytes(json_text(other, copy), text);
    ck_assert_uint_eq(copy->count, 3);
    ck_assert_uint_eq(copy->first->count, 6);
    ck_assert(copy->first->first->integer);
    ck_assert(!copy->first->first->next->integer);
    json_append(copy->first, json_new(other, JSON_NULL));
    ck_assert_uint_eq(copy->first->count, 7);
    arena_free(other);
}
END_TEST

START_TEST(a_copy_of_a_member_keeps_its_key_and_leaves_its_siblings)
{
    struct json_value *object = read_text("{\"a\":1,\"b\":2}");
    struct json_value *copy = json_copy(arena, object->first);

    unit_assert_bytes(copy->key, "a");
    ck_assert_ptr_null(copy->next);
    unit_assert_bytes(json_text(arena, copy), "1");
}
END_TEST

START_TEST(nothing_is_made_in_a_full_arena)
{
    struct json_value *value = read_text("{\"a\":[1,\"text\",{\"b\":null}]}");

    for (size_t limit = 0; limit < 400; limit += 8) {
        struct arena *small = arena_new(limit);
        ck_assert_ptr_null(json_copy(small, value));
        ck_assert(arena_overflowed(small));
        ck_assert_ptr_null(json_new(small, JSON_NULL));
        ck_assert_ptr_null(json_new_string(small, BYTES("x")));
        ck_assert_ptr_null(json_new_boolean(small, true));
        ck_assert_ptr_null(json_new_integer(small, 1));
        arena_free(small);
    }
}
END_TEST

START_TEST(kinds_have_names_for_messages)
{
    ck_assert_str_eq(json_kind_name(JSON_NULL), "null");
    ck_assert_str_eq(json_kind_name(JSON_BOOLEAN), "a boolean");
    ck_assert_str_eq(json_kind_name(JSON_NUMBER), "a number");
    ck_assert_str_eq(json_kind_name(JSON_STRING), "a string");
    ck_assert_str_eq(json_kind_name(JSON_ARRAY), "an array");
    ck_assert_str_eq(json_kind_name(JSON_OBJECT), "an object");
}
END_TEST

static Suite *tree_suite(void)
{
    Suite *suite = suite_create("tree");
    TCase *tests = tcase_create("tree");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, open_arena, close_arena);
    tcase_add_test(tests, members_are_found_by_name_and_the_first_one_wins);
    tcase_add_test(tests, what_is_no_object_has_no_members);
    tcase_add_test(tests, only_integers_are_integers);
    tcase_add_test(tests, a_tree_made_by_hand_is_like_one_that_was_read);
    tcase_add_test(tests, appending_to_a_tree_that_was_read_puts_the_child_last);
    tcase_add_test(tests, appending_follows_children_that_were_linked_by_hand);
    tcase_add_test(tests, a_node_that_was_a_string_can_become_an_array);
    tcase_add_test(tests, appending_two_hundred_thousand_children_is_quick);
    tcase_add_test(tests, a_copy_is_whole_and_its_own);
    tcase_add_test(tests, a_copy_of_a_member_keeps_its_key_and_leaves_its_siblings);
    tcase_add_test(tests, nothing_is_made_in_a_full_arena);
    tcase_add_test(tests, kinds_have_names_for_messages);
    return suite;
}

int main(void)
{
    return unit_main(tree_suite());
}
