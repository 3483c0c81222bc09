/*
 * Decoding is strict: what does not decode to text that the rest of Patchbay takes (UTF-8 without NUL) is refused here, so
 * that no name or filter has two spellings that different rooms read differently.
 */
#include "http/url.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool url_decode(struct bytes text, bool plus_is_space, struct arena *arena, struct bytes *decoded)
{
    char *out = arena_alloc(arena, text.length);
    size_t length = 0;

    if (out == NULL)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.length ? hex_digit(text.data[i + 1]) : -1;
            int low = i + 2 < text.length ? hex_digit(text.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char) (high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space)
            c = ' ';
        if (c == '\0')
            return false;
        out[length++] = c;
    }
    if (!bytes_utf8((struct bytes){out, length}, NULL))
        return false;
    *decoded = (struct bytes){out, length};
    return true;
}

bool url_next_parameter(struct bytes *query, struct bytes *name, struct bytes *value)
{
    struct bytes piece;

    do
        if (!bytes_cut(query, '&', &piece))
            return false;
    while (piece.length == 0);

    const char *equals = memchr(piece.data, '=', piece.length);
    size_t name_length = equals == NULL ? piece.length : (size_t) (equals - piece.data);
    *name = bytes_slice(piece, 0, name_length);
    *value = bytes_slice(piece, name_length + 1, piece.length);
    return true;
}

bool url_parameter(struct bytes query, const char *name, struct arena *arena, struct bytes *value, bool *found)
{
    struct bytes raw_name, raw_value, decoded;

    *value = (struct bytes){NULL, 0};
    *found = false;
    while (url_next_parameter(&query, &raw_name, &raw_value)) {
        if (!url_decode(raw_name, true, arena, &decoded))
            return false;
        if (bytes_is(decoded, name)) {
            *found = url_decode(raw_value, true, arena, value);
            return *found;
        }
    }
    return true;
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

struct bytes url_encode(struct bytes text, struct arena *arena)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_array(arena, 3, text.length);
    size_t length = 0;

    if (out == NULL)
        return (struct bytes){NULL, 0};
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char) text.data[i];
        if (is_unreserved(text.data[i]))
            out[length++] = text.data[i];
        else {
            out[length++] = '%';
            out[length++] = digits[c >> 4];
            out[length++] = digits[c & 15];
        }
    }
    return (struct bytes){out, length};
}
