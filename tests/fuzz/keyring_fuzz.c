/* Input: a keyring file. A keyring that is taken has keys that can seal; what is said about one that is refused holds no digit of a key. */
#include <ctype.h>

#include "seal/keyring.h"
#include "seal/seal.h"
#include "tests/fuzz/fuzz.h"

enum { TELLING_DIGITS = 6 };

static void check_message(const struct fault *fault)
{
    size_t digits = 0;

    fuzz_check_fault(fault);
    for (const char *c = fault->message; *c != '\0'; c++) {
        bool number_range = bytes_starts(bytes_from(c), "2147483647");
        c += number_range ? sizeof "2147483647" - 2 : 0;
        digits = !number_range && isxdigit((unsigned char) *c) ? digits + 1 : 0;
        fuzz_require(digits < TELLING_DIGITS);
    }
}

static void check_keyring(const struct keyring *keyring, struct arena *arena)
{
    bool has_active = false;
    struct bytes box;
    struct fault fault;

    fuzz_require(keyring_count(keyring) >= 1 && keyring_count(keyring) <= KEYRING_KEYS_MAX);
    for (size_t i = 0; i < keyring_count(keyring); i++) {
        int32_t number = keyring_number(keyring, i);
        fuzz_require(number >= 1 && (i == 0 || number > keyring_number(keyring, i - 1)));
        fuzz_require(keyring_key(keyring, number) != NULL);
        has_active = has_active || number == keyring_active(keyring);
    }
    fuzz_require(has_active);
    fuzz_require(seal_canary(keyring, keyring_active(keyring), arena, &box, &fault));
    fuzz_require(seal_canary_check(keyring, keyring_active(keyring), box, arena, &fault));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keyring *keyring;
    struct fault fault = {0};

    if (keyring_new(&keyring, fuzz_file(fuzz_bytes(data, size)), &fault)) {
        check_keyring(keyring, fuzz_arena());
        keyring_free(keyring);
    } else {
        check_message(&fault);
    }
    return 0;
}
