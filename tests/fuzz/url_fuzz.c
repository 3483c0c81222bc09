/* Whatever is decoded has one spelling to others, and is text; what a query says comes out the same whichever way it is asked. */
#include <string.h>

#include "http/url.h"
#include "tests/fuzz/fuzz.h"

static void check_decoding(struct bytes text, bool plus_is_space)
{
    struct arena *arena = fuzz_arena();
    struct bytes decoded, encoded, again;

    if (!url_decode(text, plus_is_space, arena, &decoded)) {
        return;
    }
    fuzz_require(decoded.length <= text.length && bytes_utf8(decoded, NULL));
    fuzz_require(decoded.length == 0 || memchr(decoded.data, '\0', decoded.length) == NULL);
    encoded = url_encode(decoded, arena);
    fuzz_require(encoded.data != NULL && (encoded.length == 0 || memchr(encoded.data, '/', encoded.length) == NULL));
    fuzz_require(url_decode(encoded, plus_is_space, arena, &again) && bytes_equal(again, decoded));
}

/* Any bytes are spelt in a way that comes back; only text does. */
static void check_encoding(struct bytes text)
{
    struct arena *arena = fuzz_arena();
    struct bytes encoded = url_encode(text, arena), decoded;
    bool is_text = bytes_utf8(text, NULL) && (text.length == 0 || memchr(text.data, '\0', text.length) == NULL);

    fuzz_require(encoded.data != NULL);
    fuzz_require(url_decode(encoded, true, arena, &decoded) == is_text);
    fuzz_require(!is_text || bytes_equal(decoded, text));
}

static void check_query(struct bytes query)
{
    struct arena *arena = fuzz_arena();
    struct bytes rest = query, name, value, decoded, asked;
    size_t length = 0;
    bool found;

    while (url_next_parameter(&rest, &name, &value)) {
        length += name.length + value.length;
        fuzz_require(memchr(name.data, '=', name.length) == NULL && memchr(name.data, '&', name.length) == NULL);
        fuzz_require(value.length == 0 || memchr(value.data, '&', value.length) == NULL);
        if (!url_decode(name, true, arena, &decoded)) {
            return;
        }
        struct bytes as_string = arena_copy(arena, decoded);
        fuzz_require(as_string.data != NULL);
        if (url_parameter(query, as_string.data, arena, &asked, &found)) {
            fuzz_require(found && bytes_utf8(asked, NULL));
        }
    }
    fuzz_require(rest.length == 0 && length <= query.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_decoding(fuzz_bytes(data, size), false);
    check_decoding(fuzz_bytes(data, size), true);
    check_encoding(fuzz_bytes(data, size));
    check_query(fuzz_bytes(data, size));
    return 0;
}
