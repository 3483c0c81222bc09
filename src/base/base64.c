/*
 * What is encoded here is often secret, so nothing is kept beside the arena; tables indexed by secrets are no worry here, because
 * who could watch the cache has the process already.
 */
#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Four digits, of which the last group's may be padding, to three bytes or fewer; -1 when they are none. */
static int decode_group(const char *group, bool last, char *out)
{
    int padding = !last || group[3] != '=' ? 0 : group[2] != '=' ? 1 : 2;
    uint32_t bits = 0;

    for (int i = 0; i < 4; i++) {
        int value = i < 4 - padding ? value_of(group[i]) : 0;
        if (value < 0) {
            return -1;
        }
        bits = bits << 6 | (uint32_t) value;
    }
    if ((bits & (padding == 0 ? 0 : padding == 1 ? 0xffu : 0xffffu)) != 0) {
        return -1;
    }
    for (int i = 0; i < 3 - padding; i++) {
        out[i] = (char) (bits >> (16 - 8 * i) & 0xff);
    }
    return 3 - padding;
}

bool base64_decode(struct bytes text, struct arena *arena, struct bytes *data)
{
    char *copy = arena_alloc(arena, text.length + 1); /* without blanks; decoded where it stands */
    size_t digits_given = 0;
    size_t length = 0;

    *data = (struct bytes){NULL, 0};
    if (copy == NULL) {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        if (!is_blank(text.data[i])) {
            copy[digits_given++] = text.data[i];
        }
    }
    if (digits_given % 4 != 0) {
        return false;
    }
    for (size_t at = 0; at < digits_given; at += 4) {
        int decoded = decode_group(copy + at, at + 4 == digits_given, copy + length);
        if (decoded < 0) {
            return false;
        }
        length += (size_t) decoded;
    }
    *data = (struct bytes){copy, length};
    return true;
}

struct bytes base64_encode(struct bytes data, struct arena *arena)
{
    size_t length = (data.length + 2) / 3 * 4;
    char *out = arena_alloc(arena, length + 1);
    size_t at = 0;

    if (out == NULL) {
        return (struct bytes){NULL, 0};
    }
    for (size_t i = 0; i < data.length; i += 3) {
        size_t given = data.length - i < 3 ? data.length - i : 3;
        uint32_t group = 0;
        for (size_t byte = 0; byte < 3; byte++) {
            group = group << 8 | (byte < given ? (unsigned char) data.data[i + byte] : 0);
        }
        for (size_t digit = 0; digit < 4; digit++) {
            out[at++] = digit <= given ? digits[group >> (18 - 6 * digit) & 63] : '=';
        }
    }
    return (struct bytes){out, length};
}
