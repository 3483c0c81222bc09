/* Input: any text. It is no envelope; put into one it comes out again, and comes out of nothing that is one character away from it. */
#include <stdio.h>
#include <string.h>

#include "seal/envelope.h"
#include "tests/fuzz/fuzz.h"

static const char *key_file(const char *name)
{
    static char content[4096];
    char path[4096];

    (void) snprintf(path, sizeof path, "%s/tests/keystores/%s", fuzz_source(), name);
    FILE *file = fopen(path, "re");
    fuzz_require(file != NULL);
    size_t length = fread(content, 1, sizeof content, file);
    (void) fclose(file);
    return fuzz_file((struct bytes){content, length});
}

static struct envelope_recipient *recipient;
static struct envelope_opener *opener;

static void read_keys(void)
{
    struct fault fault;

    if (opener == NULL) {
        fuzz_require(envelope_recipient_new(&recipient, key_file("server.pem"), &fault));
        fuzz_require(envelope_opener_new(&opener, "key", key_file("private-key.pem"), &fault));
    }
}

static void check_changed(struct bytes envelope, struct bytes text, size_t at, struct arena *arena)
{
    struct bytes plaintext;
    struct fault fault = {0};
    char *changed = arena_alloc(arena, envelope.length);

    fuzz_require(changed != NULL);
    memcpy(changed, envelope.data, envelope.length);
    changed[at % envelope.length] = "Aa0+"[at % 4];
    struct bytes other = {changed, envelope.length};
    /* Names in the message that nobody looks at may be others; the value is the value. */
    fuzz_require(!envelope_open(opener, other, arena, &plaintext, &fault) || bytes_equal(plaintext, text));
    fuzz_require(!envelope_open(opener, bytes_slice(envelope, 0, at % envelope.length), arena, &plaintext, &fault));
    fuzz_check_fault(&fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct bytes text = fuzz_bytes(data, size), plaintext, envelope;
    struct fault fault = {0};

    read_keys();
    if (!envelope_open(opener, text, arena, &plaintext, &fault)) { /* it may be one: anybody can make them */
        fuzz_check_fault(&fault);
    }
    if (text.length == 0) {
        fuzz_require(!envelope_seal(recipient, text, arena, &envelope, &fault)); /* they are never empty */
        return 0;
    }
    fuzz_require(envelope_seal(recipient, text, arena, &envelope, &fault));
    fuzz_require(envelope_open(opener, envelope, arena, &plaintext, &fault) && bytes_equal(plaintext, text));
    check_changed(envelope, text, (size_t) bytes_hash(text), arena);
    return 0;
}
