/*
 * Random trees, written and read again: the same tree; written again: the same text. And written by a naive writer of our own
 * with every spelling that JSON allows (escapes, spaces): still the same tree.
 */
#include "json/writer.h"

#include <string.h>

#include "tests/support/unit.h"

enum { ROUNDS = 3000, DEPTH = 6 };

static struct arena *arena;
static const struct json_limits limits = {.depth = 32};

static void open_arena(void)
{
    arena = arena_new((size_t) 64 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void close_arena(void)
{
    arena_free(arena);
}

/* ---- random trees ---- */

static void add_code_point(struct buf *buf, uint32_t code)
{
    if (code < 0x80)
        buf_add_char(buf, (char) code);
    else if (code < 0x800)
        buf_printf(buf, "%c%c", (int) (0xC0 | code >> 6), (int) (0x80 | (code & 63)));
    else if (code < 0x10000)
        buf_printf(buf, "%c%c%c", (int) (0xE0 | code >> 12), (int) (0x80 | (code >> 6 & 63)), (int) (0x80 | (code & 63)));
    else
        buf_printf(buf, "%c%c%c%c", (int) (0xF0 | code >> 18), (int) (0x80 | (code >> 12 & 63)), (int) (0x80 | (code >> 6 & 63)),
                   (int) (0x80 | (code & 63)));
}

/* Any character but NUL and surrogates, those that need care more often than others. */
static uint32_t random_code_point(uint64_t *seed)
{
    static const uint32_t delicate[] = {'"', '\\', '/', '\n', 0x01, 0x1F, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF, 0x2028};
    uint32_t code;

    switch (unit_random_below(seed, 4)) {
    case 0: return delicate[unit_random_below(seed, sizeof delicate / sizeof delicate[0])];
    case 1:
        do
            code = 1 + (uint32_t) unit_random_below(seed, 0x10FFFF);
        while (code >= 0xD800 && code <= 0xDFFF);
        return code;
    default: return (uint32_t) (' ' + unit_random_below(seed, 95));
    }
}

static struct bytes random_string(uint64_t *seed)
{
    struct buf buf;

    buf_init(&buf, arena, 0);
    for (uint64_t left = unit_random_below(seed, 12); left > 0; left--)
        add_code_point(&buf, random_code_point(seed));
    return buf_bytes(&buf);
}

static struct json_value *random_number(uint64_t *seed)
{
    struct json_value *value;

    if (unit_random_below(seed, 2) == 0)
        return json_new_integer(arena, (int64_t) unit_random(seed) >> unit_random_below(seed, 64));
    value = json_new(arena, JSON_NUMBER);
    value->text = arena_printf(arena, "%s%u.%u%s%u", unit_random_below(seed, 2) == 0 ? "-" : "", (unsigned) unit_random_below(seed, 100000),
                               (unsigned) unit_random_below(seed, 100000), unit_random_below(seed, 2) == 0 ? "E+" : "e-",
                               (unsigned) unit_random_below(seed, 300));
    return value;
}

static struct json_value *random_tree(uint64_t *seed, unsigned depth)
{
    struct json_value *value;
    uint64_t kind = unit_random_below(seed, depth == 0 ? 4 : 7);

    if (kind == 0)
        return json_new(arena, JSON_NULL);
    if (kind == 1)
        return json_new_boolean(arena, unit_random_below(seed, 2) == 0);
    if (kind == 2)
        return random_number(seed);
    if (kind == 3)
        return json_new_string(arena, random_string(seed));
    value = json_new(arena, kind == 4 ? JSON_ARRAY : JSON_OBJECT);
    for (uint64_t left = unit_random_below(seed, 7); left > 0; left--) {
        struct json_value *child = random_tree(seed, depth - 1);
        if (value->kind == JSON_OBJECT) {
            child->key = random_string(seed);
            if (json_member_bytes(value, child->key) != NULL)
                continue;
        }
        json_append(value, child);
    }
    return value;
}

/* ---- comparing ---- */

static void expect_same(const struct json_value *a, const struct json_value *b)
{
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert(bytes_equal(a->key, b->key));
    ck_assert_uint_eq(a->count, b->count);
    if (a->kind == JSON_BOOLEAN)
        ck_assert(a->boolean == b->boolean);
    if (a->kind == JSON_NUMBER)
        ck_assert(a->integer == b->integer);
    if (a->kind == JSON_NUMBER || a->kind == JSON_STRING)
        ck_assert(bytes_equal(a->text, b->text));
    const struct json_value *child = a->first, *other = b->first;
    for (; child != NULL && other != NULL; child = child->next, other = other->next)
        expect_same(child, other);
    ck_assert(child == NULL && other == NULL);
}

static struct json_value *read_text(struct bytes text)
{
    struct json_value *value = NULL;
    struct fault fault = {0};

    ck_assert_msg(json_read(&value, text, &limits, arena, &fault), "%s: %.*s", fault.message, BYTES_FORMAT(text));
    return value;
}

/* ---- a writer that spells as oddly as it may ---- */

static void spell_space(struct buf *buf, uint64_t *seed)
{
    while (unit_random_below(seed, 4) == 0)
        buf_add_char(buf, " \t\r\n"[unit_random_below(seed, 4)]);
}

static void spell_unit(struct buf *buf, uint64_t *seed, uint32_t unit)
{
    buf_printf(buf, unit_random_below(seed, 2) == 0 ? "\\u%04x" : "\\u%04X", unit);
}

static uint32_t decode_character(struct bytes text, size_t length)
{
    static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code = (unsigned char) text.data[0] & masks[length];

    for (size_t i = 1; i < length; i++)
        code = code << 6 | ((unsigned char) text.data[i] & 63);
    return code;
}

static void spell_string(struct buf *buf, uint64_t *seed, struct bytes text)
{
    buf_add_char(buf, '"');
    while (text.length > 0) {
        size_t length = bytes_utf8_step(text);
        uint32_t code = decode_character(text, length);
        bool must = code < 0x20 || code == '"' || code == '\\';
        if (!must && unit_random_below(seed, 3) != 0)
            buf_add(buf, bytes_slice(text, 0, length));
        else if ((code == '"' || code == '\\' || code == '/') && unit_random_below(seed, 2) == 0)
            buf_printf(buf, "\\%c", (int) code);
        else if (code >= 0x10000) {
            spell_unit(buf, seed, 0xD800 + ((code - 0x10000) >> 10));
            spell_unit(buf, seed, 0xDC00 + ((code - 0x10000) & 0x3FF));
        } else
            spell_unit(buf, seed, code);
        text = bytes_slice(text, length, text.length);
    }
    buf_add_char(buf, '"');
}

static void spell(struct buf *buf, uint64_t *seed, const struct json_value *value)
{
    spell_space(buf, seed);
    if (value->kind == JSON_STRING)
        spell_string(buf, seed, value->text);
    else if (value->kind == JSON_ARRAY || value->kind == JSON_OBJECT) {
        buf_add_char(buf, value->kind == JSON_ARRAY ? '[' : '{');
        spell_space(buf, seed);
        for (const struct json_value *child = value->first; child != NULL; child = child->next) {
            if (child != value->first)
                buf_add_char(buf, ',');
            if (value->kind == JSON_OBJECT) {
                spell_space(buf, seed);
                spell_string(buf, seed, child->key);
                spell_space(buf, seed);
                buf_add_char(buf, ':');
            }
            spell(buf, seed, child);
        }
        buf_add_char(buf, value->kind == JSON_ARRAY ? ']' : '}');
    } else if (value->kind == JSON_NUMBER)
        buf_add(buf, value->text);
    else
        buf_add_string(buf, value->kind == JSON_NULL ? "null" : value->boolean ? "true" : "false");
    spell_space(buf, seed);
}

/* ---- tests ---- */

START_TEST(what_is_written_reads_back_the_same_and_is_written_the_same)
{
    uint64_t seed = 20;

    for (int round = 0; round < ROUNDS; round++) {
        struct json_value *value = random_tree(&seed, DEPTH);
        struct bytes text = json_text(arena, value);
        ck_assert_ptr_nonnull(text.data);
        struct json_value *back = read_text(text);
        expect_same(value, back);
        ck_assert(bytes_equal(text, json_text(arena, back)));
        arena_reset(arena);
    }
}
END_TEST

START_TEST(every_spelling_of_a_value_reads_as_that_value)
{
    uint64_t seed = 21;

    for (int round = 0; round < ROUNDS; round++) {
        struct json_value *value = random_tree(&seed, DEPTH);
        struct buf buf;
        buf_init(&buf, arena, 0);
        spell(&buf, &seed, value);
        expect_same(value, read_text(buf_bytes(&buf)));
        arena_reset(arena);
    }
}
END_TEST

START_TEST(a_copy_is_the_same)
{
    uint64_t seed = 22;

    for (int round = 0; round < ROUNDS; round++) {
        struct json_value *value = random_tree(&seed, DEPTH);
        expect_same(value, json_copy(arena, value));
        arena_reset(arena);
    }
}
END_TEST

START_TEST(members_spliced_as_text_are_those_that_were_written)
{
    uint64_t seed = 23;

    for (int round = 0; round < ROUNDS; round++) {
        struct json_value *value = random_tree(&seed, DEPTH);
        struct json_writer writer;
        struct buf spelled, buf;
        if (value->kind != JSON_OBJECT)
            continue;
        buf_init(&spelled, arena, 0);
        spell(&spelled, &seed, value);
        buf_init(&buf, arena, 0);
        json_writer_open(&writer, &buf);
        json_object(&writer);
        json_raw_members(&writer, buf_bytes(&spelled));
        json_object_end(&writer);
        ck_assert(json_writer_close(&writer));
        expect_same(value, read_text(buf_bytes(&buf)));
        arena_reset(arena);
    }
}
END_TEST

static Suite *round_trip_suite(void)
{
    Suite *suite = suite_create("round_trip");
    TCase *tests = tcase_create("round_trip");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, open_arena, close_arena);
    tcase_add_test(tests, what_is_written_reads_back_the_same_and_is_written_the_same);
    tcase_add_test(tests, every_spelling_of_a_value_reads_as_that_value);
    tcase_add_test(tests, a_copy_is_the_same);
    tcase_add_test(tests, members_spliced_as_text_are_those_that_were_written);
    return suite;
}

int main(void)
{
    return unit_main(round_trip_suite());
}
