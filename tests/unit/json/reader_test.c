/* Reading: what is accepted reads back as sent, what is refused is refused for the right reason at the right byte. */
#include "json/reader.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/support/unit.h"

static struct arena *arena;
static const struct json_limits limits = {.depth = 32};

static void open_arena(void)
{
    arena = arena_new((size_t) 128 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void close_arena(void)
{
    arena_free(arena);
}

static struct json_value *read_bytes(struct bytes text)
{
    struct json_value *value = NULL;
    struct fault fault = {0};

    ck_assert_msg(json_read(&value, text, &limits, arena, &fault), "%.*s: %s", BYTES_FORMAT(text), fault.message);
    ck_assert_ptr_nonnull(value);
    return value;
}

static struct json_value *read_text(const char *text)
{
    return read_bytes(bytes_from(text));
}

/* The text is copied to a place of exactly its size, so that AddressSanitizer sees a step beyond. */
static void expect_refusal(struct bytes text, const struct json_limits *given, const char *message)
{
    struct json_value *value = NULL;
    struct fault fault = {0};
    char *copy = malloc(text.length > 0 ? text.length : 1);

    if (text.length > 0)
        memcpy(copy, text.data, text.length);
    ck_assert_msg(!json_read(&value, (struct bytes){copy, text.length}, given, arena, &fault), "accepted: %.*s", BYTES_FORMAT(text));
    free(copy);
    ck_assert_ptr_null(value);
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    ck_assert_str_eq(fault.message, message);
}

struct refusal {
    const char *text;
    const char *message;
};

static void expect_refusals(const struct refusal *refusals, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_refusal(bytes_from(refusals[i].text), &limits, refusals[i].message);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- what is accepted ---- */

START_TEST(each_kind_of_value_is_read)
{
    struct json_value *value = read_text(" {\"n\":null,\"t\":true,\"f\":false,\"i\":-12,\"d\":1.50e+1,\"s\":\"x\",\"a\":[],\"o\":{}} \r\n");

    ck_assert_int_eq(value->kind, JSON_OBJECT);
    ck_assert_uint_eq(value->count, 8);
    ck_assert_int_eq(json_member(value, "n")->kind, JSON_NULL);
    ck_assert(json_member(value, "t")->kind == JSON_BOOLEAN && json_member(value, "t")->boolean);
    ck_assert(json_member(value, "f")->kind == JSON_BOOLEAN && !json_member(value, "f")->boolean);
    ck_assert(json_member(value, "i")->kind == JSON_NUMBER && json_member(value, "i")->integer);
    ck_assert(json_member(value, "d")->kind == JSON_NUMBER && !json_member(value, "d")->integer);
    unit_assert_bytes(json_member(value, "i")->text, "-12");
    unit_assert_bytes(json_member(value, "d")->text, "1.50e+1");
    ck_assert_int_eq(json_member(value, "s")->kind, JSON_STRING);
    unit_assert_bytes(json_member(value, "s")->text, "x");
    ck_assert(json_member(value, "a")->kind == JSON_ARRAY && json_member(value, "a")->count == 0);
    ck_assert(json_member(value, "o")->kind == JSON_OBJECT && json_member(value, "o")->first == NULL);
    unit_assert_bytes(json_member(value, "o")->key, "o");
}
END_TEST

START_TEST(children_come_in_the_order_of_the_text)
{
    struct json_value *value = read_text("[3,[1],2,{\"z\":0,\"a\":1},\"\"]");
    const char *expected[] = {"3", NULL, "2", NULL, ""};
    size_t i = 0;

    ck_assert_uint_eq(value->count, 5);
    for (struct json_value *child = value->first; child != NULL; child = child->next, i++)
        if (expected[i] != NULL)
            unit_assert_bytes(child->text, expected[i]);
    ck_assert_uint_eq(i, 5);
    struct json_value *object = value->first->next->next->next;
    unit_assert_bytes(object->first->key, "z");
    unit_assert_bytes(object->first->next->key, "a");
}
END_TEST

START_TEST(a_value_needs_no_container_and_no_end)
{
    unit_assert_bytes(read_text("12")->text, "12");
    unit_assert_bytes(read_text("\"a\"")->text, "a");
    ck_assert_int_eq(read_text("null")->kind, JSON_NULL);
    ck_assert(read_text(" true ")->boolean);
    /* The byte behind the text is not the reader's. */
    unit_assert_bytes(read_bytes((struct bytes){"123", 2})->text, "12");
    unit_assert_bytes(read_bytes((struct bytes){"1.5e10", 3})->text, "1.5");
}
END_TEST

START_TEST(strings_are_decoded)
{
    unit_assert_bytes(read_text("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")->text, "\"\\/\b\f\n\r\t");
    unit_assert_bytes(read_text("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"")->text, "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    unit_assert_bytes(read_text("\"\\\\u0000 \\\\ud800\"")->text, "\\u0000 \\ud800");
    unit_assert_bytes(read_text("\"\\uFFFF\\u0001\"")->text, "\xEF\xBF\xBF\x01");
    unit_assert_bytes(read_text("\"%2F $ {x} \x7F \xE2\x80\xA8\"")->text, "%2F $ {x} \x7F \xE2\x80\xA8");
    unit_assert_bytes(read_text("{\"\\u0061\\n\":1}")->first->key, "a\n");
    unit_assert_bytes(read_text("{\"\":1}")->first->key, "");
}
END_TEST

START_TEST(escaped_strings_side_by_side_stay_apart)
{
    struct json_value *value = read_text("[\"\\n\",\"\\\"\",\"ab\",\"\\u00e9\",\"\",\"\\\\\",{\"\\t\":\"\\t\"}]");
    const char *expected[] = {"\n", "\"", "ab", "\xC3\xA9", "", "\\"};
    struct json_value *child = value->first;

    for (size_t i = 0; i < COUNT(expected); i++, child = child->next)
        unit_assert_bytes(child->text, expected[i]);
    unit_assert_bytes(child->first->key, "\t");
    unit_assert_bytes(child->first->text, "\t");
}
END_TEST

START_TEST(the_tree_lives_without_the_text)
{
    char *text = strdup("{\"key\":[\"value\",12,\"esc\\n\"]}");
    struct json_value *value = read_text(text);

    memset(text, 'x', strlen(text));
    free(text);
    unit_assert_bytes(value->first->key, "key");
    unit_assert_bytes(value->first->first->text, "value");
    unit_assert_bytes(value->first->first->next->text, "12");
    unit_assert_bytes(value->first->first->next->next->text, "esc\n");
}
END_TEST

/* ---- numbers ---- */

START_TEST(integers_are_those_of_64_bits)
{
    static const struct refusal wrong[] = {
        {"9223372036854775808", "a number out of range at byte 1"},
        {"[-9223372036854775809]", "a number out of range at byte 2"},
        {"[1,18446744073709551615]", "a number out of range at byte 4"},
        {"100000000000000000000000000000000000000000000", "a number out of range at byte 1"},
    };
    int64_t number;

    ck_assert(json_int64(read_text("9223372036854775807"), &number));
    ck_assert_int_eq(number, INT64_MAX);
    ck_assert(json_int64(read_text("-9223372036854775808"), &number));
    ck_assert_int_eq(number, INT64_MIN);
    ck_assert(json_int64(read_text("-0"), &number));
    ck_assert_int_eq(number, 0);
    expect_refusals(wrong, COUNT(wrong));
}
END_TEST

START_TEST(other_numbers_are_those_of_a_finite_double_and_may_be_tiny)
{
    static const char *const right[] = {"1.7976931348623157e308", "-1.7976931348623157e308", "4.9e-324", "1e-400", "-1e-16383", "0.1e-16382", "0e999999",
                                        "1.0", "0.1", "-0.0", "1E+2", "0.00000000000000000000000000000000000001", "1e0"};
    static const struct refusal wrong[] = {
        {"1e309", "a number out of range at byte 1"},
        {"[0,-1e309]", "a number out of range at byte 4"},
        {"1.7976931348623159e308", "a number out of range at byte 1"},
        {"{\"a\":1e99999999999999999999}", "a number out of range at byte 6"},
        {"1e-16384", "a number out of range at byte 1"},
        {"0.1e-16383", "a number out of range at byte 1"},
        {"0e-16384", "a number out of range at byte 1"},
        {"1e-99999999999999999999", "a number out of range at byte 1"},
    };

    for (size_t i = 0; i < COUNT(right); i++) {
        struct json_value *value = read_text(right[i]);
        ck_assert_int_eq(value->kind, JSON_NUMBER);
        ck_assert(!value->integer);
        unit_assert_bytes(value->text, right[i]);
    }
    expect_refusals(wrong, COUNT(wrong));
}
END_TEST

START_TEST(numbers_do_not_depend_on_the_locale)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        setlocale(LC_ALL, "");
    unit_assert_bytes(read_text("1.5")->text, "1.5");
    expect_refusal(BYTES("1.5e309"), &limits, "a number out of range at byte 1");
}
END_TEST

START_TEST(a_number_of_a_million_digits_is_refused)
{
    static char text[1000010];

    memset(text, '7', 1000000);
    expect_refusal((struct bytes){text, 1000000}, &limits, "a number out of range at byte 1");
    text[1000000] = '.';
    text[1000001] = '5';
    expect_refusal((struct bytes){text, 1000002}, &limits, "a number out of range at byte 1");
    text[1] = '.';
    text[1000000] = '7';
    expect_refusal((struct bytes){text, 1000002}, &limits, "a number out of range at byte 1");
}
END_TEST

/* ---- what is refused ---- */

START_TEST(malformed_text_is_refused)
{
    static const char *const texts[] = {
        "   ", "\n", "{", "[", "\"", "\"abc", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[1", "[1,", "tru", "nul", "-", "1.", "1e", "1.5e+",
        "01", "+1", ".5", "0x10", "NaN", "Infinity", "-Infinity", "nan", "True", "{,}", "[,]", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}",
        "{1:2}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[1 2]", "]", "}", "[}", "{]", ":", ",", "'a'", "\"a\tb\"", "\"a\nb\"", "\"\\x41\"", "\"\\u12G4\"",
        "\"\\u12\"", "\"\\u\"", "\"\\", "\"\\\"", "\\u0041", "// comment", "/* comment */ 1", "1 // comment", "[1/**/]", "\xEF\xBB\xBF{}", "\x01", "1 2",
        "{} {}", "[1],", "\"a\" \"b\"", "null,", "{}x", "[1]]", "{}}", "true false", "\x7F", "\xC2\xA0 1",
    };
    struct json_value *value;
    struct fault fault;

    for (size_t i = 0; i < COUNT(texts); i++) {
        fault = (struct fault){0};
        ck_assert_msg(!json_read(&value, bytes_from(texts[i]), &limits, arena, &fault), "accepted: %s", texts[i]);
        ck_assert_int_eq(fault.kind, FAULT_INVALID);
        ck_assert_msg(strncmp(fault.message, "malformed JSON: ", 16) == 0, "%s: %s", texts[i], fault.message);
        const char *place = strstr(fault.message, " at byte ");
        ck_assert_msg(place != NULL && strtoul(place + 9, NULL, 10) >= 1, "%s: %s", texts[i], fault.message);
        ck_assert_msg(strtoul(place + 9, NULL, 10) <= strlen(texts[i]), "%s: %s", texts[i], fault.message);
    }
}
END_TEST

START_TEST(messages_say_what_and_where)
{
    static const struct refusal wrong[] = {
        {"", "malformed JSON: the text is empty"},
        {"  ", "malformed JSON: the text ends too early, at byte 2"},
        {"{\"a\":1", "malformed JSON: the text ends too early, at byte 6"},
        {"{\"a\":x}", "malformed JSON: invalid char in json text at byte 6"},
        {"[1,]", "malformed JSON: unallowed token at this point in JSON text at byte 4"},
        {"[1]]", "malformed JSON: trailing garbage at byte 4"},
    };

    expect_refusals(wrong, COUNT(wrong));
    expect_refusal((struct bytes){NULL, 0}, &limits, "malformed JSON: the text is empty");
}
END_TEST

START_TEST(a_message_never_holds_text_of_the_body)
{
    static const char *const texts[] = {"{\"hunter2\":hunter2}", "[\"hunter2\", hunter2]", "{\"hunter2\":1,\"hunter2\":2}", "\"hunter2", "\"hunter2\\x\"",
                                        "\"hunter2\\ud800\"", "\"hunter2\xFF\"", "hunter2", "{\"hunter2\" \"hunter2\"}", "\"hunter2\" hunter2"};
    struct json_value *value;
    struct fault fault;

    for (size_t i = 0; i < COUNT(texts); i++) {
        fault = (struct fault){0};
        ck_assert(!json_read(&value, bytes_from(texts[i]), &limits, arena, &fault));
        ck_assert_msg(strstr(fault.message, "hunter") == NULL, "%s", fault.message);
    }
}
END_TEST

START_TEST(a_repeated_key_is_refused)
{
    static const struct refusal wrong[] = {
        {"{\"a\":1,\"a\":2}", "repeated key at byte 8"},
        {"{\"a\":1,\"b\":2,\"a\":1,\"b\":1}", "repeated key at byte 14"},
        {"[{\"x\":{\"\":1,\"\":1}}]", "repeated key at byte 13"},
        {"{\"type\":1,\"type\":2}", "repeated key at byte 11"},
        {"{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}],\"a\":3}", "repeated key at byte 36"},
    };

    expect_refusals(wrong, COUNT(wrong));
}
END_TEST

START_TEST(a_key_is_repeated_whatever_its_escapes)
{
    struct json_value *value;
    struct fault fault = {0};

    ck_assert(!json_read(&value, BYTES("{\"a\":1,\"\\u0061\":2}"), &limits, arena, &fault));
    ck_assert_int_eq(strncmp(fault.message, "repeated key at byte ", 21), 0);
    ck_assert(!json_read(&value, BYTES("{\"\\u0061\":1,\"a\":2}"), &limits, arena, &fault));
    ck_assert_str_eq(fault.message, "repeated key at byte 13");
    ck_assert(!json_read(&value, BYTES("{\"\\/\":1,\"/\":2}"), &limits, arena, &fault));
}
END_TEST

START_TEST(keys_that_differ_are_not_repeated)
{
    ck_assert_uint_eq(read_text("{\"a\":1,\"A\":2,\"a \":3,\"\":4,\"aa\":5,\"\\u0001\":6,\"ä\":7,\"a\\u0308\":8}")->count, 8);
    ck_assert_uint_eq(read_text("[{\"a\":1},{\"a\":1}]")->count, 2);
    ck_assert_uint_eq(read_text("{\"a\":{\"a\":{\"a\":1}}}")->count, 1);
}
END_TEST

START_TEST(the_repeatable_key_may_come_twice_in_the_outermost_object)
{
    static const struct json_limits with_type = {.depth = 32, .repeatable_key = "type"};
    struct json_value *value;
    struct fault fault = {0};

    ck_assert_msg(json_read(&value, BYTES("{\"type\":\"elasticsearch\",\"x\":1,\"\\u0074ype\":\"READ\"}"), &with_type, arena, &fault), "%s", fault.message);
    ck_assert_uint_eq(value->count, 3);
    unit_assert_bytes(value->first->text, "elasticsearch");
    unit_assert_bytes(value->first->next->next->key, "type");
    unit_assert_bytes(value->first->next->next->text, "READ");
    unit_assert_bytes(json_member(value, "type")->text, "elasticsearch");

    expect_refusal(BYTES("{\"type\":1,\"type\":2,\"type\":3}"), &with_type, "repeated key at byte 20");
    expect_refusal(BYTES("{\"x\":{\"type\":1,\"type\":2}}"), &with_type, "repeated key at byte 16");
    expect_refusal(BYTES("[{\"type\":1,\"type\":2}]"), &with_type, "repeated key at byte 12");
    expect_refusal(BYTES("{\"type\":1,\"type\":2,\"x\":1,\"x\":1}"), &with_type, "repeated key at byte 26");
}
END_TEST

static struct bytes make_object(size_t keys, bool repeat_last)
{
    struct buf buf;

    buf_init(&buf, arena, keys * 48);
    buf_add_char(&buf, '{');
    for (size_t i = 0; i < keys; i++)
        buf_printf(&buf, "%s\"a long beginning that all keys share %06zu\":%zu", i == 0 ? "" : ",", i * 7919 % keys, i);
    buf_printf(&buf, "%s}", repeat_last ? ",\"a long beginning that all keys share 000000\":0" : "");
    return buf_bytes(&buf);
}

START_TEST(a_hundred_thousand_keys_are_compared_quickly)
{
    struct bytes text = make_object(100000, false), wrong = make_object(100000, true);
    char message[100];

    ck_assert_uint_eq(read_bytes(text)->count, 100000);
    snprintf(message, sizeof message, "repeated key at byte %zu", wrong.length - sizeof "\"a long beginning that all keys share 000000\":0}" + 2);
    expect_refusal(wrong, &limits, message);
}
END_TEST

START_TEST(repeated_keys_are_found_in_objects_of_any_size)
{
    for (size_t keys = 1; keys < 60; keys++) {
        struct json_value *value;
        struct fault fault = {0};
        ck_assert_uint_eq(read_bytes(make_object(keys, false))->count, keys);
        ck_assert_msg(!json_read(&value, make_object(keys, true), &limits, arena, &fault), "%zu keys", keys);
    }
}
END_TEST

START_TEST(nul_and_lone_surrogates_are_refused)
{
    static const struct refusal wrong[] = {
        {"\"\\u0000\"", "the character U+0000 at byte 2"},
        {"{\"\\u0000\":1}", "the character U+0000 at byte 3"},
        {"[\"ab\\\\\\u0000\"]", "the character U+0000 at byte 7"},
        {"\"\\ud800\"", "a lone surrogate at byte 2"},
        {"\"\\uD800x\"", "a lone surrogate at byte 2"},
        {"\"\\udbff\\n\"", "a lone surrogate at byte 2"},
        {"\"\\udc00\"", "a lone surrogate at byte 2"},
        {"\"\\uDFFF\\ud800\"", "a lone surrogate at byte 2"},
        {"\"\\ud800\\ud800\\udc00\"", "a lone surrogate at byte 2"},
        {"\"\\ud83d\\ude00\\ude00\"", "a lone surrogate at byte 14"},
        {"\"\\ud800\\u0041\"", "a lone surrogate at byte 2"},
        {"\"\\ud800\\", "a lone surrogate at byte 2"},
        {"\"\\ud800\\udc0", "a lone surrogate at byte 2"},
        {"\"\\ud800", "a lone surrogate at byte 2"},
        {"{\"\\udead\":1}", "a lone surrogate at byte 3"},
    };
    struct json_value *value;

    expect_refusals(wrong, COUNT(wrong));
    ck_assert(!json_read(&value, (struct bytes){"\"a\0b\"", 5}, &limits, arena, NULL));
    ck_assert(!json_read(&value, (struct bytes){"1\0", 2}, &limits, arena, NULL));
    ck_assert(!json_read(&value, (struct bytes){"\0", 1}, &limits, arena, NULL));
}
END_TEST

START_TEST(invalid_utf_8_is_refused_wherever_it_is)
{
    static const struct refusal wrong[] = {
        {"\"\xFF\"", "invalid UTF-8 at byte 2"},
        {"\"a\xC0\x80\"", "invalid UTF-8 at byte 3"},
        {"\"\xED\xA0\x80\"", "invalid UTF-8 at byte 2"},
        {"\"\xF4\x90\x80\x80\"", "invalid UTF-8 at byte 2"},
        {"\"\xE2\x82\"", "invalid UTF-8 at byte 2"},
        {"{\"\x80\":1}", "invalid UTF-8 at byte 3"},
        {"{} \xC3", "invalid UTF-8 at byte 4"},
    };

    expect_refusals(wrong, COUNT(wrong));
}
END_TEST

static struct bytes nest(size_t depth, const char *open, const char *close)
{
    struct buf buf;

    buf_init(&buf, arena, depth * 8);
    for (size_t i = 0; i < depth; i++)
        buf_add_string(&buf, open);
    buf_add_string(&buf, "0");
    for (size_t i = 0; i < depth; i++)
        buf_add_string(&buf, close);
    return buf_bytes(&buf);
}

START_TEST(nesting_is_refused_from_one_level_beyond_the_limit)
{
    read_bytes(nest(32, "[", "]"));
    read_bytes(nest(32, "{\"a\":", "}"));
    read_bytes(nest(16, "[{\"a\":", "}]"));
    expect_refusal(nest(33, "[", "]"), &limits, "nesting deeper than 32 levels at byte 33");
    expect_refusal(nest(33, "{\"a\":", "}"), &limits, "nesting deeper than 32 levels at byte 161");
    expect_refusal(nest(17, "[{\"a\":", "}]"), &limits, "nesting deeper than 32 levels at byte 97");
    expect_refusal(BYTES("[]"), &(struct json_limits){.depth = 0}, "nesting deeper than 0 levels at byte 1");
    expect_refusal(nest(JSON_DEPTH_MAX + 1, "[", "]"), &(struct json_limits){.depth = 100000}, "nesting deeper than 100 levels at byte 101");
}
END_TEST

START_TEST(neighbours_do_not_add_to_nesting)
{
    ck_assert_uint_eq(read_text("[[],[],[],{},{\"a\":[],\"b\":{}},[[]]]")->count, 6);
    struct buf buf;
    buf_init(&buf, arena, 0);
    for (int i = 0; i < 1000; i++)
        buf_printf(&buf, "%s[{}]", i == 0 ? "[" : ",");
    buf_add_char(&buf, ']');
    ck_assert_uint_eq(read_bytes(buf_bytes(&buf))->count, 1000);
}
END_TEST

START_TEST(ten_thousand_levels_are_refused_at_once)
{
    static char open[1000000];

    memset(open, '[', sizeof open);
    expect_refusal((struct bytes){open, 10000}, &limits, "nesting deeper than 32 levels at byte 33");
    expect_refusal((struct bytes){open, sizeof open}, &limits, "nesting deeper than 32 levels at byte 33");
}
END_TEST

/* ---- memory ---- */

START_TEST(a_tree_that_does_not_fit_is_too_large)
{
    static char text[20001];
    struct json_value *value;

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 == 0 ? ',' : '0';
    text[0] = '[';
    text[sizeof text - 1] = ']';
    /* Whichever allocation is the one that fails. */
    for (size_t limit = 0; limit < 30000; limit += 97) {
        struct arena *small = arena_new(limit);
        struct fault fault = {0};
        ck_assert(!json_read(&value, (struct bytes){text, sizeof text}, &limits, small, &fault));
        ck_assert_int_eq(fault.kind, FAULT_TOO_LARGE);
        ck_assert(arena_overflowed(small));
        arena_free(small);
    }
    static const char object[] = "{\"a\":1,\"b\":[],\"c\":{},\"d\":\"\\n\",\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1,\"m\":1,"
                                 "\"n\":1,\"o\":1,\"p\":null,\"q\":true}";
    bool fitted = false;
    for (size_t limit = 0; !fitted; limit++) {
        struct arena *small = arena_new(limit);
        struct fault fault = {0};
        fitted = json_read(&value, BYTES(object), &limits, small, &fault);
        if (!fitted)
            ck_assert_int_eq(fault.kind, FAULT_TOO_LARGE);
        arena_free(small);
    }
}
END_TEST

START_TEST(a_string_of_a_mebibyte_is_read_with_and_without_escapes)
{
    size_t size = (size_t) 1 << 20;
    char *text = malloc(size);

    memset(text, 'x', size);
    text[0] = text[size - 1] = '"';
    ck_assert_uint_eq(read_bytes((struct bytes){text, size})->text.length, size - 2);
    for (size_t i = 1; i + 2 < size; i += 2)
        memcpy(text + i, "\\\"", 2);
    struct json_value *value = read_bytes((struct bytes){text, size});
    ck_assert_uint_eq(value->text.length, size / 2 - 1);
    for (size_t i = 0; i < value->text.length; i++)
        ck_assert(value->text.data[i] == '"');
    free(text);
}
END_TEST

START_TEST(every_prefix_of_a_text_is_handled)
{
    static const char text[] = " { \"a\\u00e9\\ud83d\\ude00\\n\" : [ 1.5e+3 , -12 , true , false , null , \"x\\\\\" , { } ] , \"b\" : \"\xC3\xA9\" } ";

    for (size_t length = 0; length < sizeof text - 1; length++) {
        char *copy = malloc(length > 0 ? length : 1);
        struct json_value *value;
        struct fault fault = {0};
        memcpy(copy, text, length);
        bool whole = length >= sizeof text - 2;
        ck_assert_msg(json_read(&value, (struct bytes){copy, length}, &limits, arena, &fault) == whole, "%zu", length);
        free(copy);
    }
}
END_TEST

START_TEST(bytes_changed_at_random_never_do_harm)
{
    static const char text[] = "{\"a\\u00e9\\ud83d\\ude00\\n\":[1.5e+3,-12,true,false,null,\"x\\\\\",{}],\"b\":\"\xC3\xA9\",\"c\":{\"d\":{\"e\":0}}}";
    static const char palette[] = "{}[]\",:\\u0dD8eE+-.1tfn \xFF\xC3\xA9/";
    uint64_t seed = 3;
    size_t accepted = 0;

    for (int round = 0; round < 20000; round++) {
        size_t length = sizeof text - 1;
        char *copy = malloc(length);
        struct json_value *value;
        struct fault fault = {0};
        memcpy(copy, text, length);
        for (uint64_t changes = 1 + unit_random_below(&seed, 4); changes > 0; changes--)
            copy[unit_random_below(&seed, length)] = palette[unit_random_below(&seed, sizeof palette)];
        if (json_read(&value, (struct bytes){copy, length}, &limits, arena, &fault))
            accepted++;
        else
            ck_assert(fault.kind == FAULT_INVALID && fault.message[0] != '\0');
        free(copy);
        arena_reset(arena);
    }
    ck_assert_uint_gt(accepted, 100);
}
END_TEST

static Suite *reader_suite(void)
{
    Suite *suite = suite_create("reader");
    TCase *accepted = tcase_create("accepted"), *numbers = tcase_create("numbers"), *refused = tcase_create("refused"), *memory = tcase_create("memory");
    TCase *all[] = {accepted, numbers, refused, memory};

    for (size_t i = 0; i < COUNT(all); i++) {
        tcase_add_checked_fixture(all[i], open_arena, close_arena);
        suite_add_tcase(suite, all[i]);
    }
    tcase_add_test(accepted, each_kind_of_value_is_read);
    tcase_add_test(accepted, children_come_in_the_order_of_the_text);
    tcase_add_test(accepted, a_value_needs_no_container_and_no_end);
    tcase_add_test(accepted, strings_are_decoded);
    tcase_add_test(accepted, escaped_strings_side_by_side_stay_apart);
    tcase_add_test(accepted, the_tree_lives_without_the_text);
    tcase_add_test(numbers, integers_are_those_of_64_bits);
    tcase_add_test(numbers, other_numbers_are_those_of_a_finite_double_and_may_be_tiny);
    tcase_add_test(numbers, numbers_do_not_depend_on_the_locale);
    tcase_add_test(numbers, a_number_of_a_million_digits_is_refused);
    tcase_add_test(refused, malformed_text_is_refused);
    tcase_add_test(refused, messages_say_what_and_where);
    tcase_add_test(refused, a_message_never_holds_text_of_the_body);
    tcase_add_test(refused, a_repeated_key_is_refused);
    tcase_add_test(refused, a_key_is_repeated_whatever_its_escapes);
    tcase_add_test(refused, keys_that_differ_are_not_repeated);
    tcase_add_test(refused, the_repeatable_key_may_come_twice_in_the_outermost_object);
    tcase_add_test(refused, a_hundred_thousand_keys_are_compared_quickly);
    tcase_add_test(refused, repeated_keys_are_found_in_objects_of_any_size);
    tcase_add_test(refused, nul_and_lone_surrogates_are_refused);
    tcase_add_test(refused, invalid_utf_8_is_refused_wherever_it_is);
    tcase_add_test(refused, nesting_is_refused_from_one_level_beyond_the_limit);
    tcase_add_test(refused, neighbours_do_not_add_to_nesting);
    tcase_add_test(refused, ten_thousand_levels_are_refused_at_once);
    tcase_add_test(memory, a_tree_that_does_not_fit_is_too_large);
    tcase_add_test(memory, a_string_of_a_mebibyte_is_read_with_and_without_escapes);
    tcase_add_test(memory, every_prefix_of_a_text_is_handled);
    tcase_add_test(memory, bytes_changed_at_random_never_do_harm);
    return suite;
}

int main(void)
{
    return unit_main(reader_suite());
}
