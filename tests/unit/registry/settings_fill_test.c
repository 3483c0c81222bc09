/*
 * Opened values back at their places. Boxes here are the JSON texts themselves. Texts are written with ' for ".
 */
#include "registry/settings.h"

#include <stdlib.h>
#include <string.h>

#include "json/writer.h"
#include "tests/unit/registry/settings_support.h"

struct opened {
    size_t count;
    const char *refuse; /* a place that does not open */
    size_t nulls;       /* how many came to where null stood */
};

static bool open_counting(void *context, struct bytes place, struct bytes box, const struct json_value *there, struct bytes *plaintext,
                          struct fault *fault)
{
    struct opened *opened = context;

    opened->nulls += there->kind == JSON_NULL;
    if (opened->refuse != NULL && bytes_is(place, opened->refuse)) {
        return fault_set(fault, FAULT_INTERNAL, "a box does not open");
    }
    opened->count++;
    *plaintext = box;
    return true;
}

static struct json_value *read_quoted(const char *text)
{
    char *copy = strdup(text);

    for (char *c = copy; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    struct json_value *value = json_copy(support_arena, support_read(copy));
    free(copy);
    return value;
}

static const char *fill(const char *readable, const char *boxes, struct opened *opened)
{
    struct json_value *tree = read_quoted(readable);
    struct fault fault;

    ck_assert_msg(settings_fill(tree, read_quoted(boxes), open_counting, opened, support_arena, &fault), "%s", fault.message);
    return arena_copy(support_arena, json_text(support_arena, tree)).data;
}

START_TEST(values_come_back_where_they_were)
{
    struct opened opened = {0, NULL, 0};

    ck_assert_str_eq(fill("{'a':null,'b':{'c':null,'d':1},'l':[null,{'x':null}]}",
                          "{'/a':'\\u0022p\\u0022','/b/c':'[1,2]','/l/0':'1.50','/l/1/x':'{\\u0022y\\u0022:null}'}", &opened),
                     "{\"a\":\"p\",\"b\":{\"c\":[1,2],\"d\":1},\"l\":[1.50,{\"x\":{\"y\":null}}]}");
    ck_assert_uint_eq(opened.count, 4);
}
END_TEST

START_TEST(who_opens_sees_what_stood_there)
{
    struct opened opened = {0, NULL, 0};

    ck_assert_str_eq(fill("{'a':null,'b':'a default'}", "{'/a':'1','/b':'2'}", &opened), "{\"a\":1,\"b\":2}");
    ck_assert_uint_eq(opened.count, 2);
    ck_assert_uint_eq(opened.nulls, 1);
}
END_TEST

START_TEST(items_are_found_by_name)
{
    struct opened opened = {0, NULL, 0};

    ck_assert_str_eq(
        fill("{'l':[{'name':'B','v':null},{'name':'A','v':null},{'name':'b','v':null},{'key':'B','v':null},{'v':null}]}",
             "{'/l/[a]/v':'1','/l/[b]/v':'2','/l/[b]#2/v':'3','/l/[B]/v':'4','/l/4/v':'5'}", &opened),
        "{\"l\":[{\"name\":\"B\",\"v\":2},{\"name\":\"A\",\"v\":1},{\"name\":\"b\",\"v\":3},{\"key\":\"B\",\"v\":4},{\"v\":5}]}");
    ck_assert_uint_eq(opened.count, 5);
}
END_TEST

START_TEST(places_that_begin_alike_are_told_apart)
{
    struct opened opened = {0, NULL, 0};

    ck_assert_str_eq(
        fill(
            "{'a':null,'ab':null,'a/b':null,'a~b':null,'a#2':null,'x':{'a':null,'ab':{'c':null}},'xa':null,'':null,'y':{'':null}}",
            "{'/a':'1','/ab':'2','/a~1b':'3','/a~0b':'4','/a#2':'5','/x/a':'6','/x/ab/c':'7','/xa':'8','/':'9','/y/':'10'}",
            &opened),
        "{\"a\":1,\"ab\":2,\"a/b\":3,\"a~b\":4,\"a#2\":5,\"x\":{\"a\":6,\"ab\":{\"c\":7}},\"xa\":8,\"\":9,\"y\":{\"\":10}}");
    ck_assert_uint_eq(opened.count, 10);
}
END_TEST

START_TEST(a_kept_value_comes_back_where_a_default_stands)
{
    struct opened opened = {0, NULL, 0};

    ck_assert_str_eq(fill("{'workingDir':'/','o':{'a':1}}", "{'/workingDir':'\\u0022ftp://u:p@h\\u0022','/o':'2'}", &opened),
                     "{\"workingDir\":\"ftp://u:p@h\",\"o\":2}");
}
END_TEST

START_TEST(a_box_without_a_place_is_left_alone)
{
    struct opened opened = {0, NULL, 0};

    ck_assert_str_eq(fill("{'a':null,'s':'text','n':[1]}",
                          "{'/b':'1','/a/b':'2','/s/x':'3','/n/5':'4','/n/[a]':'5','x':'6','':'7'}", &opened),
                     "{\"a\":null,\"s\":\"text\",\"n\":[1]}");
    ck_assert_uint_eq(opened.count, 0);
}
END_TEST

START_TEST(nothing_sealed_is_nothing_to_do)
{
    struct opened opened = {0, NULL, 0};
    struct json_value *tree = read_quoted("{'a':null}");
    struct fault fault;

    ck_assert_str_eq(fill("{'a':null}", "{}", &opened), "{\"a\":null}");
    ck_assert(settings_fill(tree, NULL, open_counting, &opened, support_arena, &fault));
}
END_TEST

START_TEST(a_box_that_does_not_open_fails_the_whole)
{
    struct opened opened = {0, "/b/c", 0};
    struct json_value *tree = read_quoted("{'a':null,'b':{'c':null}}");
    struct fault fault;

    ck_assert(!settings_fill(tree, read_quoted("{'/a':'1','/b/c':'2'}"), open_counting, &opened, support_arena, &fault));
    ck_assert_int_eq(fault.kind, FAULT_INTERNAL);
    ck_assert_str_eq(fault.message, "a box does not open");
}
END_TEST

START_TEST(a_value_that_is_no_json_is_told_without_showing_it)
{
    struct opened opened = {0, NULL, 0};
    struct json_value *tree = read_quoted("{'a':null}");
    struct fault fault;

    ck_assert(!settings_fill(tree, read_quoted("{'/a':'hunter2'}"), open_counting, &opened, support_arena, &fault));
    ck_assert_int_eq(fault.kind, FAULT_INTERNAL);
    ck_assert_ptr_null(strstr(fault.message, "hunter2"));
    ck_assert(!settings_fill(tree, read_quoted("{'/a':5}"), open_counting, &opened, support_arena, &fault));
    ck_assert_int_eq(fault.kind, FAULT_INTERNAL);
}
END_TEST

START_TEST(an_arena_that_overflows_is_told)
{
    struct opened opened = {0, NULL, 0};
    bool filled = false;

    for (size_t limit = 0; !filled; limit += 16) {
        struct arena *arena = arena_new(limit);
        struct fault fault = {.kind = FAULT_NONE};

        ck_assert_uint_lt(limit, 100000);
        filled = settings_fill(read_quoted("{'l':[{'name':'A','v':null}],'b':null}"), read_quoted("{'/l/[a]/v':'1','/b':'2'}"),
                               open_counting, &opened, arena, &fault);
        ck_assert(filled || fault.kind == FAULT_TOO_LARGE);
        arena_free(arena);
    }
}
END_TEST

static Suite *settings_fill_suite(void)
{
    const TTest *const tests[] = {
        values_come_back_where_they_were,         items_are_found_by_name,
        places_that_begin_alike_are_told_apart,   a_kept_value_comes_back_where_a_default_stands,
        a_box_without_a_place_is_left_alone,      nothing_sealed_is_nothing_to_do,
        a_box_that_does_not_open_fails_the_whole, a_value_that_is_no_json_is_told_without_showing_it,
        an_arena_that_overflows_is_told,          who_opens_sees_what_stood_there,
    };
    Suite *suite = suite_create("settings_fill");
    TCase *tcase = tcase_create("fill");

    support_add_fixture(tcase);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_main(settings_fill_suite());
}
