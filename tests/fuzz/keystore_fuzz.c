/*
 * Input: a password and an alias, a line each (an empty one: none), then a keystore. Whatever it is, it is judged within the effort that is
 * allowed; a JKS that opens does so with its password only, and with nothing missing at its end.
 */
#include <string.h>

#include "seal/keystore.h"
#include "tests/fuzz/fuzz.h"

enum { EFFORT = 50000 };

static struct bytes or_none(struct bytes text)
{
    return text.length > 0 && bytes_utf8(text, NULL) && memchr(text.data, '\0', text.length) == NULL ? text : (struct bytes){NULL, 0};
}

static bool opens(struct keystore keystore, struct arena *arena)
{
    int64_t effort = EFFORT;
    enum keystore_part part = (enum keystore_part) -1;
    struct fault fault = {0};

    bool opened = keystore_open(&keystore, &effort, &part, arena, &fault);
    fuzz_require(effort >= 0 && effort <= EFFORT);
    fuzz_require(!opened || keystore.format == keystore_recognise(keystore.content));
    if (!opened) {
        fuzz_check_fault(&fault);
        fuzz_require(fault.kind == FAULT_INVALID && (part == KEYSTORE_FILE || part == KEYSTORE_TYPE || part == KEYSTORE_PASSWORD || part == KEYSTORE_ALIAS));
        fuzz_require(part != KEYSTORE_ALIAS || keystore.alias.data != NULL);
    }
    return opened;
}

static void check_jks(struct keystore keystore, struct arena *arena)
{
    struct keystore other = keystore;

    if (!opens(keystore, arena)) {
        return;
    }
    other.content.length--;
    fuzz_require(!opens(other, arena));
    other = keystore;
    other.alias = BYTES("no entry has such a long name");
    fuzz_require(!opens(other, arena));
    if (keystore.password.data != NULL) {
        other = keystore;
        other.password = arena_printf(arena, "%.*sx", BYTES_FORMAT(keystore.password));
        fuzz_require(!opens(other, arena));
        other = keystore;
        other.password = (struct bytes){NULL, 0};
        fuzz_require(opens(other, arena));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct bytes content = fuzz_bytes(data, size);
    struct keystore keystore = {.password = or_none(fuzz_line(&content))};

    keystore.alias = or_none(fuzz_line(&content));
    keystore.content = content;
    keystore.format = keystore_recognise(content);
    if (keystore.format == KEYSTORE_JKS) {
        check_jks(keystore, arena);
        keystore.password = (struct bytes){NULL, 0}; /* then the checksum at the end does not stop us */
        check_jks(keystore, arena);
        keystore.format = KEYSTORE_PKCS12;
        fuzz_require(!opens(keystore, arena));
    } else {
        (void) opens(keystore, arena);
        keystore.format = KEYSTORE_JKS;
        fuzz_require(!opens(keystore, arena));
    }
    return 0;
}
