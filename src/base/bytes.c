/*
 * Runs of bytes. Letter case is ASCII's everywhere here, whatever the process's locale: what must ignore case as people
 * understand it (names) is compared by PostgreSQL.
 */
#include "base/bytes.h"

#include <string.h>

static char lower_ascii(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

struct bytes bytes_from(const char *string)
{
    return string == NULL ? (struct bytes){NULL, 0} : (struct bytes){string, strlen(string)};
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool bytes_is(struct bytes a, const char *string)
{
    return bytes_equal(a, bytes_from(string));
}

bool bytes_is_nocase(struct bytes a, const char *string)
{
    return bytes_equal_nocase(a, bytes_from(string));
}

bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (lower_ascii(a.data[i]) != lower_ascii(b.data[i]))
            return false;
    return true;
}

bool bytes_starts(struct bytes a, const char *prefix)
{
    size_t length = strlen(prefix);
    return a.length >= length && bytes_is(bytes_slice(a, 0, length), prefix);
}

bool bytes_ends(struct bytes a, const char *suffix)
{
    size_t length = strlen(suffix);
    return a.length >= length && bytes_is(bytes_slice(a, a.length - length, a.length), suffix);
}

bool bytes_contains_nocase(struct bytes a, const char *lowercase_needle)
{
    size_t length = strlen(lowercase_needle);

    if (a.length < length)
        return false;
    for (size_t from = 0; from <= a.length - length; from++)
        if (bytes_is_nocase(bytes_slice(a, from, from + length), lowercase_needle))
            return true;
    return false;
}

struct bytes bytes_trim(struct bytes a)
{
    size_t from = 0, to = a.length;

    while (from < to && (a.data[from] == ' ' || a.data[from] == '\t'))
        from++;
    while (to > from && (a.data[to - 1] == ' ' || a.data[to - 1] == '\t'))
        to--;
    return bytes_slice(a, from, to);
}

struct bytes bytes_slice(struct bytes a, size_t from, size_t to)
{
    if (to > a.length)
        to = a.length;
    if (from > to)
        from = to;
    return a.data == NULL ? a : (struct bytes){a.data + from, to - from};
}

bool bytes_cut(struct bytes *rest, char separator, struct bytes *piece)
{
    if (rest->length == 0)
        return false;

    const char *found = memchr(rest->data, separator, rest->length);
    size_t length = found == NULL ? rest->length : (size_t) (found - rest->data);

    *piece = bytes_slice(*rest, 0, length);
    *rest = bytes_slice(*rest, length + 1, rest->length);
    return true;
}

bool bytes_to_int64(struct bytes a, int64_t *value)
{
    bool negative = a.length > 0 && a.data[0] == '-';
    int64_t number = 0;

    if (a.length == (negative ? 1 : 0))
        return false;
    for (size_t i = negative ? 1 : 0; i < a.length; i++) {
        int digit = a.data[i] - '0';
        /* Counting downwards for negative numbers, so that the smallest one is reached without passing the largest. */
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, negative ? -digit : digit, &number))
            return false;
    }
    *value = number;
    return true;
}

static bool is_continuation(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

size_t bytes_utf8_step(struct bytes a)
{
    const unsigned char *c = (const unsigned char *) a.data;

    if (a.length == 0)
        return 0;
    if (c[0] < 0x80)
        return 1;
    if (a.length >= 2 && c[0] >= 0xC2 && c[0] <= 0xDF && is_continuation(c[1]))
        return 2;
    if (a.length >= 3 && (c[0] & 0xF0) == 0xE0 && is_continuation(c[1]) && is_continuation(c[2])) {
        bool overlong = c[0] == 0xE0 && c[1] < 0xA0;
        bool surrogate = c[0] == 0xED && c[1] >= 0xA0;
        return overlong || surrogate ? 0 : 3;
    }
    if (a.length >= 4 && c[0] >= 0xF0 && c[0] <= 0xF4 && is_continuation(c[1]) && is_continuation(c[2]) && is_continuation(c[3])) {
        bool overlong = c[0] == 0xF0 && c[1] < 0x90;
        bool too_high = c[0] == 0xF4 && c[1] >= 0x90;
        return overlong || too_high ? 0 : 4;
    }
    return 0;
}

/* How many leading bytes are ASCII, looked at eight at a time: nearly all text is ASCII nearly all through. */
static size_t count_ascii(struct bytes a)
{
    size_t count = 0;

    for (uint64_t eight; count + sizeof(eight) <= a.length; count += sizeof(eight)) {
        memcpy(&eight, a.data + count, sizeof(eight));
        if ((eight & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (count < a.length && ((unsigned char) a.data[count]) < 0x80)
        count++;
    return count;
}

size_t bytes_utf8_valid(struct bytes a, size_t *characters)
{
    size_t at = 0, count = 0;

    while (at < a.length) {
        struct bytes rest = bytes_slice(a, at, a.length);
        size_t ascii = count_ascii(rest);
        size_t step = ascii > 0 ? ascii : bytes_utf8_step(rest);

        if (step == 0)
            break;
        count += ascii > 0 ? ascii : 1;
        at += step;
    }
    if (characters != NULL)
        *characters = count;
    return at;
}

bool bytes_utf8(struct bytes a, size_t *characters)
{
    return bytes_utf8_valid(a, characters) == a.length;
}

uint64_t bytes_hash(struct bytes a)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    for (size_t i = 0; i < a.length; i++)
        hash = (hash ^ (unsigned char) a.data[i]) * UINT64_C(0x100000001B3);
    return hash;
}
