/* Input: [document, patch]. A patch leaves itself alone, and makes a tree that is one: it writes, reads back, and nests no deeper than allowed. */
#include "json/patch.h"
#include "json/writer.h"
#include "tests/fuzz/fuzz.h"

enum { DEPTH = 32 };

static const struct json_patch_limits limits = {.depth = DEPTH, .steps = 100000};

static struct json_value *member(struct arena *arena, struct json_value *object, const char *key, struct json_value *value)
{
    value->key = bytes_from(key);
    json_append(object, value);
    (void) arena;
    return object;
}

/* What came out is itself, in the words of a patch. */
static void check_test_holds(struct json_value *document, struct arena *arena)
{
    struct json_value *patch = json_new(arena, JSON_ARRAY), *operation = json_new(arena, JSON_OBJECT);
    struct json_value *copied = json_copy(arena, document), *applied;
    struct fault fault = {0};

    fuzz_require(patch != NULL && operation != NULL && copied != NULL);
    member(arena, operation, "op", json_new_string(arena, BYTES("test")));
    member(arena, operation, "path", json_new_string(arena, BYTES("")));
    member(arena, operation, "value", copied);
    json_append(patch, operation);
    applied = document;
    fuzz_require(json_patch(&applied, patch, &(struct json_patch_limits){DEPTH, SIZE_MAX}, arena, &fault));
    fuzz_require(applied == document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct json_limits read_limits = {.depth = DEPTH};
    struct arena *arena = fuzz_arena();
    struct json_value *both = fuzz_json(fuzz_bytes(data, size), arena), *document, *again;
    struct fault fault = {0};

    if (both == NULL || both->kind != JSON_ARRAY || both->count != 2) {
        return 0;
    }
    const struct json_value *patch = both->first->next;
    struct bytes patch_text = fuzz_text(arena, patch);
    document = json_copy(arena, both->first);
    fuzz_require(document != NULL);
    bool was_shallow = json_read(&again, fuzz_text(arena, document), &read_limits, arena, &fault);
    bool patched = json_patch(&document, patch, &limits, arena, &fault);
    if (arena_overflowed(arena)) {
        return 0;
    }
    fuzz_require(bytes_equal(fuzz_text(arena, patch), patch_text));
    if (!patched) {
        fuzz_check_fault(&fault);
        fuzz_require(fault.kind == FAULT_INVALID);
        return 0;
    }
    struct bytes text = fuzz_text(arena, document);
    if (was_shallow) {
        fuzz_require(json_read(&again, text, &read_limits, arena, &fault));
        fuzz_require(bytes_equal(fuzz_text(arena, again), text));
    }
    check_test_holds(document, arena);
    return 0;
}
