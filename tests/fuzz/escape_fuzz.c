/* Input: what somebody named a connection. Shown to an administrator it is one line, and tells the terminal nothing; in JSON it stays the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/escape.h"
#include "json/writer.h"
#include "tests/fuzz/fuzz.h"

static struct bytes escaped(struct bytes text, enum escape_form form, struct arena *arena)
{
    char *data = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&data, &length);

    fuzz_require(out != NULL);
    size_t columns = escape_print(out, text, form);
    fuzz_require(fclose(out) == 0 && columns == escape_print(NULL, text, form));
    struct bytes copy = arena_copy(arena, (struct bytes){data, length});
    free(data);
    fuzz_require(copy.data != NULL && bytes_utf8(copy, NULL));
    for (size_t i = 0; i < copy.length; i++) {
        fuzz_require((unsigned char) copy.data[i] >= ' ' && copy.data[i] != 0x7f);
        fuzz_require(copy.data[i] != '\xc2' || (unsigned char) copy.data[i + 1] >= 0xa0); /* C1; there is a NUL at the end */
    }
    return copy;
}

/* Fields can be turned back, so no two texts look alike. */
static void check_turning_back(struct bytes field, struct bytes text)
{
    size_t at = 0;

    for (size_t i = 0; i < field.length; i++, at++) {
        char c = field.data[i];
        if (c == '\\') {
            c = field.data[++i];
            c = c == 't' ? '\t' : c == 'n' ? '\n' : c;
            if (c == 'x') {
                char digits[3] = {field.data[i + 1], field.data[i + 2], '\0'};
                c = (char) strtol(digits, NULL, 16);
                i += 2;
            }
        }
        fuzz_require(at < text.length && text.data[at] == c);
    }
    fuzz_require(at == text.length);
}

static void check_json(struct bytes text, struct arena *arena)
{
    struct json_value *value = fuzz_json(text, arena), *again;

    if (value != NULL) {
        struct bytes compact = fuzz_text(arena, value);
        again = fuzz_json(escaped(compact, ESCAPE_JSON, arena), arena);
        fuzz_require(again != NULL && bytes_equal(fuzz_text(arena, again), compact));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct bytes text = fuzz_bytes(data, size);

    check_turning_back(escaped(text, ESCAPE_FIELD, arena), text);
    (void) escaped(text, ESCAPE_MESSAGE, arena);
    check_json(text, arena);
    return 0;
}
