/* Input: a place, a line feed, a text. The text is no box, unless it is the one that its content makes; sealed it is one that opens, until anything of it or of its place is another. */
#include <string.h>

#include "seal/seal.h"
#include "tests/fuzz/fuzz.h"

static const struct keyring *the_keyring(void)
{
    static struct keyring *keyring;
    struct fault fault;

    if (keyring == NULL) {
        const char *path = fuzz_file(BYTES("7:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"));
        fuzz_require(keyring_new(&keyring, path, &fault));
    }
    return keyring;
}

static void check_changed(const struct seal_context *context, struct bytes place, struct bytes box, size_t at, struct arena *arena)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    struct bytes changed = arena_copy(arena, box), plaintext;
    struct fault fault = {0};
    char *text = arena_alloc(arena, box.length);

    fuzz_require(text != NULL && changed.data != NULL);
    memcpy(text, box.data, box.length);
    text[at % box.length] = digits[at % (sizeof digits - 1)];
    changed = (struct bytes){text, box.length};
    fuzz_require(bytes_equal(changed, box) || !seal_open(context, place, changed, arena, &plaintext, &fault));
    fuzz_require(!seal_open(context, place, bytes_slice(box, 0, at % box.length), arena, &plaintext, &fault));
    fuzz_check_fault(&fault);
}

static void check_moved(const struct seal_context *context, struct bytes place, struct bytes box, struct arena *arena)
{
    struct bytes elsewhere = arena_printf(arena, "%.*s/", BYTES_FORMAT(place)), plaintext;
    struct seal_context other;
    struct seal_identity identity = context->identity;
    struct fault fault = {0};

    if (bytes_equal(elsewhere, place)) {
        return; /* a NUL cut it short */
    }
    fuzz_require(!seal_open(context, elsewhere, box, arena, &plaintext, &fault));
    identity.connection[place.length % 16]++;
    fuzz_require(seal_begin(&other, the_keyring(), &identity, &fault));
    fuzz_require(!seal_open(&other, place, box, arena, &plaintext, &fault));
    seal_end(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct seal_identity identity = {.project = 1, .connection = {2}, .key = 7};
    struct arena *arena = fuzz_arena();
    struct bytes text = fuzz_bytes(data, size), place = fuzz_line(&text), box, again, plaintext;
    struct seal_context context;
    struct fault fault = {0};

    fuzz_require(seal_begin(&context, the_keyring(), &identity, &fault));
    if (seal_open(&context, place, text, arena, &plaintext, &fault)) {
        fuzz_require(seal_box(&context, place, plaintext, arena, &box, &fault) && bytes_equal(box, text));
    } else {
        fuzz_check_fault(&fault);
    }
    if (!seal_canary_check(the_keyring(), 7, text, arena, &fault)) {
        fuzz_check_fault(&fault);
    }
    fuzz_require(seal_box(&context, place, text, arena, &box, &fault) && seal_box(&context, place, text, arena, &again, &fault));
    fuzz_require(bytes_equal(box, again));
    fuzz_require(seal_open(&context, place, box, arena, &plaintext, &fault) && bytes_equal(plaintext, text));
    check_changed(&context, place, box, size, arena);
    check_moved(&context, place, box, arena);
    seal_end(&context);
    return 0;
}
