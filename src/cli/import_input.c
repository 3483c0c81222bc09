/*
 * Lines as they come, and what can be said of them before anybody knows what they are about. A line that had secrets in it leaves none of them behind:
 * import->longest tells how much is to be wiped.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "cli/escape.h"
#include "cli/import.h"

enum { COMPLAINTS_MAX = 100 };

enum import_reading import_read_line(struct import *import, FILE *from, struct bytes *line)
{
    size_t length = 0;
    int c;

    while ((c = getc_unlocked(from)) != EOF && c != '\n') {
        if (length == TRANSFER_LINE_MAX) {
            import->longest = length;
            return IMPORT_TOO_LONG;
        }
        import->text[length++] = (char) c;
    }
    import->longest = length > import->longest ? length : import->longest;
    *line = (struct bytes){import->text, length};
    return c == EOF && length == 0 ? IMPORT_END : IMPORT_LINE;
}

bool import_make_room(void **array, size_t size, size_t count, size_t *room, struct fault *fault)
{
    if (count < *room) {
        return true;
    }
    size_t more = *room == 0 ? 1024 : *room * 2;
    void *grown = reallocarray(*array, more, size);
    if (grown == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    *array = grown;
    *room = more;
    return true;
}

void import_complain(struct import *import, size_t number, const char *format, ...)
{
    char text[FAULT_MESSAGE_SIZE];
    va_list values;

    if (++import->complaints > COMPLAINTS_MAX) {
        return;
    }
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    progress_interrupt(&import->progress);
    fprintf(import->context->err, "line %zu: ", number);
    escape_print(import->context->err, bytes_from(text), ESCAPE_MESSAGE);
    fputc('\n', import->context->err);
}
