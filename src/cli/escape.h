/*
 * Text as people and scripts get to see it: whatever a value holds, a line stays a line and a terminal is told nothing.
 *
 * Escaped are C0 and C1 control characters, DEL, line and paragraph separators, the marks that turn the direction of writing
 * (they make a line read as another one) and bytes that are no UTF-8. Everything else is written as it is.
 * Not here: which values are shown (listing.h), quoting for a shell.
 */
#ifndef PATCHBAY_CLI_ESCAPE_H
#define PATCHBAY_CLI_ESCAPE_H

#include <stdio.h>

#include "base/bytes.h"

enum escape_form {
    ESCAPE_FIELD,   /* of a list: \t, \n, \\, others \xNN a byte; can be turned back */
    ESCAPE_MESSAGE, /* for people: as a field, but a backslash stays one */
    ESCAPE_JSON,    /* text that is JSON already: \uNNNN, so it stays the same JSON */
};

/* Writes the text; returns how many columns of a terminal it takes. `out` NULL: only counts. */
size_t escape_print(FILE *out, struct bytes text, enum escape_form form);

#endif
