/*
 * One grammar for names, the same at every entrance; the database has it as a constraint (connection_name_grammar).
 */
#include <locale.h>
#include <string.h>
#include <wctype.h>

#include "registry/connection.h"

/* C0, DEL, C1, and the two separators that break lines: what no terminal and no log should meet in a name. */
static bool is_control_at(struct bytes name, size_t i)
{
    unsigned char c = (unsigned char) name.data[i];

    if (c < 0x20 || c == 0x7f) {
        return true;
    }
    if (c == 0xc2 && i + 1 < name.length) {
        return (unsigned char) name.data[i + 1] < 0xa0;
    }
    return c == 0xe2 && i + 2 < name.length && (unsigned char) name.data[i + 1] == 0x80
           && ((unsigned char) name.data[i + 2] == 0xa8 || (unsigned char) name.data[i + 2] == 0xa9);
}

bool connection_label_is_valid(struct bytes label)
{
    size_t characters;

    if (!bytes_utf8(label, &characters) || characters < 1 || characters > 255 || label.data[0] == ' ' || label.data[label.length - 1] == ' ') {
        return false;
    }
    for (size_t i = 0; i < label.length; i++) {
        if (is_control_at(label, i)) {
            return false;
        }
    }
    return true;
}

bool connection_name_is_valid(struct bytes name)
{
    return connection_label_is_valid(name) && memchr(name.data, '/', name.length) == NULL;
}

/* The next code point of valid UTF-8. */
static wint_t next_character(struct bytes *text)
{
    unsigned char first = (unsigned char) text->data[0];
    size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    wint_t character = length == 1 ? first : first & (0x7fu >> length);

    for (size_t i = 1; i < length && i < text->length; i++) {
        character = (character << 6) | ((unsigned char) text->data[i] & 0x3fu);
    }
    *text = bytes_slice(*text, length < text->length ? length : text->length, text->length);
    return character;
}

bool connection_name_same(struct bytes a, struct bytes b)
{
    static locale_t unicode;

    if (bytes_equal(a, b)) {
        return true;
    }
    if (!bytes_utf8(a, NULL) || !bytes_utf8(b, NULL)) {
        return false;
    }
    if (unicode == NULL) {
        unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    }
    while (a.length > 0 && b.length > 0) {
        wint_t x = next_character(&a);
        wint_t y = next_character(&b);
        if (x != y && (unicode == NULL || towlower_l(x, unicode) != towlower_l(y, unicode))) {
            return false;
        }
    }
    return a.length == 0 && b.length == 0;
}
