/* What was read is written, and reads back as the same; and is written the same. */
#include <string.h>

#include "json/writer.h"
#include "tests/fuzz/fuzz.h"

static bool same(const struct json_value *a, const struct json_value *b)
{
    const struct json_value *x = a->first, *y = b->first;

    if (a->kind != b->kind || a->count != b->count || a->boolean != b->boolean || a->integer != b->integer || !bytes_equal(a->key, b->key)) {
        return false;
    }
    if ((a->kind == JSON_STRING || a->kind == JSON_NUMBER) && !bytes_equal(a->text, b->text)) {
        return false;
    }
    for (; x != NULL && y != NULL; x = x->next, y = y->next) {
        if (!same(x, y)) {
            return false;
        }
    }
    return x == NULL && y == NULL;
}

/* What others rely on without looking again. */
static void check_node(const struct json_value *value)
{
    size_t count = 0;
    int64_t number;

    fuzz_require(bytes_utf8(value->key, NULL));
    fuzz_require(value->key.length == 0 || memchr(value->key.data, '\0', value->key.length) == NULL);
    if (value->kind == JSON_STRING) {
        fuzz_require(bytes_utf8(value->text, NULL));
        fuzz_require(value->text.length == 0 || memchr(value->text.data, '\0', value->text.length) == NULL);
    }
    if (value->kind == JSON_NUMBER) {
        fuzz_require(value->text.length > 0);
        fuzz_require(json_int64(value, &number) == value->integer);
    }
    for (const struct json_value *child = value->first; child != NULL; child = child->next, count++) {
        check_node(child);
        if (value->kind == JSON_OBJECT) {
            fuzz_require(json_member_bytes(value, child->key) == child); /* no key twice */
        }
    }
    fuzz_require(value->kind == JSON_ARRAY || value->kind == JSON_OBJECT ? count == value->count : count == 0);
}

static void check_round_trip(struct bytes text)
{
    static const struct json_limits limits = {.depth = 32};
    struct arena *arena = fuzz_arena();
    struct json_value *value, *again, *copied;
    struct fault fault = {0};

    if (!json_read(&value, text, &limits, arena, &fault)) {
        fuzz_check_fault(&fault);
        return;
    }
    check_node(value);
    struct bytes written = fuzz_text(arena, value);
    fuzz_require(json_read(&again, written, &limits, arena, &fault));
    fuzz_require(same(value, again));
    copied = json_copy(arena, value);
    fuzz_require(copied != NULL && same(value, copied));
    fuzz_require(bytes_equal(fuzz_text(arena, again), written));
}

/* Where little memory is left there is a fault, whatever the text is. */
static void check_overflow(struct bytes text)
{
    static const struct json_limits limits = {.depth = 32, .repeatable_key = "type"};
    struct arena *arena = arena_new(text.length + 256);
    struct json_value *value;
    struct fault fault = {0};

    fuzz_require(arena != NULL);
    if (!json_read(&value, text, &limits, arena, &fault)) {
        fuzz_check_fault(&fault);
        fuzz_require(fault.kind == FAULT_INVALID || arena_overflowed(arena));
    }
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_round_trip(fuzz_bytes(data, size));
    check_overflow(fuzz_bytes(data, size));
    return 0;
}
