/*
 * The same text is escaped for a terminal and for a pipe: what is piped is often looked at later, and a script that undoes the
 * escapes should not care where its input was made.
 *
 * Widths are those of glibc's own UTF-8 locale, whatever locale the caller has, since what is written is always UTF-8.
 */
#include "cli/escape.h"

#include <locale.h>
#include <wchar.h>

/* The code point of a character that bytes_utf8_step found to be valid. */
static uint32_t decode(struct bytes character)
{
    static const unsigned char marks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t point = (unsigned char) character.data[0] & marks[character.length];

    for (size_t i = 1; i < character.length; i++) {
        point = (point << 6) | ((unsigned char) character.data[i] & 0x3F);
    }
    return point;
}

static bool is_harmful(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point <= 0x9F)               /* controls */
           || point == 0x2028 || point == 0x2029                          /* separators of lines and paragraphs */
           || point == 0x061C || point == 0x200E || point == 0x200F       /* direction: marks, */
           || (point >= 0x202A && point <= 0x202E)                        /* embeddings and overrides, */
           || (point >= 0x2066 && point <= 0x2069);                       /* isolates */
}

static size_t print_bytes(FILE *out, struct bytes bytes)
{
    for (size_t i = 0; out != NULL && i < bytes.length; i++) {
        fprintf(out, "\\x%02x", (unsigned char) bytes.data[i]);
    }
    return 4 * bytes.length;
}

static size_t print_short(FILE *out, const char *escape)
{
    if (out != NULL) {
        fputs(escape, out);
    }
    return 2;
}

static size_t print_escaped(FILE *out, struct bytes character, uint32_t point, enum escape_form form)
{
    if (form == ESCAPE_JSON) {
        if (out != NULL) {
            fprintf(out, "\\u%04x", (unsigned) point);
        }
        return 6;
    }
    switch (point) {
    case '\t':
        return print_short(out, "\\t");
    case '\n':
        return print_short(out, "\\n");
    case '\\':
        return print_short(out, "\\\\");
    default:
        return print_bytes(out, character);
    }
}

/* Kept for the life of the program: to load it again for every field would cost more than the field. */
static locale_t utf8_locale(void)
{
    static locale_t locale;

    if (locale == (locale_t) 0) {
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
    }
    return locale;
}

static size_t columns_of(uint32_t point)
{
    if (point < 0x80 || utf8_locale() == (locale_t) 0) {
        return 1;
    }
    locale_t before = uselocale(utf8_locale());
    int width = wcwidth((wchar_t) point);
    uselocale(before);
    return width < 0 ? 1 : (size_t) width;
}

size_t escape_print(FILE *out, struct bytes text, enum escape_form form)
{
    size_t columns = 0;

    while (text.length > 0) {
        size_t step = bytes_utf8_step(text);
        struct bytes character = bytes_slice(text, 0, step == 0 ? 1 : step);
        uint32_t point = step == 0 ? 0 : decode(character);

        if (step == 0) {
            columns += print_bytes(out, character);
        } else if (is_harmful(point) || (point == '\\' && form == ESCAPE_FIELD)) {
            columns += print_escaped(out, character, point, form);
        } else {
            columns += columns_of(point);
            if (out != NULL) {
                fwrite(character.data, 1, character.length, out);
            }
        }
        text = bytes_slice(text, character.length, text.length);
    }
    return columns;
}
