/* A value has one spelling but for blanks: what decodes is spelt again as it was. */
#include "base/base64.h"
#include "base/buf.h"
#include "tests/fuzz/fuzz.h"

static struct bytes without_blanks(struct bytes text, struct arena *arena)
{
    struct buf buf;

    buf_init(&buf, arena, text.length + 1);
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            buf_add_char(&buf, c);
        }
    }
    return buf.length == 0 ? BYTES("") : buf_bytes(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct bytes text = fuzz_bytes(data, size), decoded, encoded;

    if (base64_decode(text, arena, &decoded)) {
        encoded = base64_encode(decoded, arena);
        fuzz_require(encoded.data != NULL && bytes_equal(encoded, without_blanks(text, arena)));
    }
    encoded = base64_encode(text, arena);
    fuzz_require(encoded.data != NULL && base64_decode(encoded, arena, &decoded) && bytes_equal(decoded, text));
    return 0;
}
