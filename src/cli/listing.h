/*
 * A list on standard output, in one of three forms:
 *
 *     aligned    on a terminal: a header line, then a line each, columns under each other
 *     tabs       elsewhere: the same lines, one tab between two columns
 *     JSON       when asked for (--json): an object a line (JSON Lines), no header; its members are named as the columns
 *
 * Text is escaped (escape.h). What is not there is an empty field, in JSON null.
 * Cells are copied when they must be kept; aligned lines are held back until listing_close, the other forms go out at once.
 * Failure is sticky: add on, listing_close tells. Limits: LISTING_COLUMNS_MAX columns.
 * Not here: where rows come from.
 */
#ifndef PATCHBAY_CLI_LISTING_H
#define PATCHBAY_CLI_LISTING_H

#include <stdio.h>

#include "base/arena.h"
#include "base/fault.h"

#define LISTING_COLUMNS_MAX 16

enum listing_kind {
    LISTING_TEXT,
    LISTING_NUMBER,  /* the cell is its decimal text */
    LISTING_BOOLEAN, /* "true" or "false" */
    LISTING_JSON,    /* JSON text as it is */
};

struct listing_column {
    const char *name;
    enum listing_kind kind;
};

enum listing_form { LISTING_ALIGNED, LISTING_TABS, LISTING_JSON_LINES };

struct listing {
    FILE *out;
    enum listing_form form;
    const struct listing_column *columns; /* ended by a NULL name, the id first */
    size_t count;
    struct arena *arena; /* aligned: the lines held back; JSON: the line being written */
    struct listing_line *first, *last;
    size_t widths[LISTING_COLUMNS_MAX];
    bool failed;
};

/* Begins a list; listing_close must follow, whatever happens. `columns` must live until then. */
void listing_open(struct listing *listing, FILE *out, const struct listing_column *columns, bool json);
/* One cell a column; data == NULL: not there. */
void listing_add(struct listing *listing, const struct bytes *cells);
/* Shows what was added so far, for a list that goes on growing: further lines are aligned with it as far as they fit. */
void listing_show(struct listing *listing);
/* Ends it. False when memory ran out; whether the stream took everything is for the caller to ask. */
bool listing_close(struct listing *listing, struct fault *fault) __attribute__((warn_unused_result));

#endif
