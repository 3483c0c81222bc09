/*
 * A script must get the same bytes whoever runs it, so the form depends on nothing but --json and on whether a terminal listens:
 * not on the locale, not on the width of a window. Nothing is cut to fit.
 */
#include "cli/listing.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "cli/escape.h"
#include "json/writer.h"

#define LISTING_MEMORY ((size_t) 1024 * 1024 * 1024)
#define GAP 2 /* between two aligned columns */

struct listing_line {
    struct listing_line *next;
    struct bytes cells[];
};

static size_t count_columns(const struct listing_column *columns)
{
    size_t count = 0;

    while (columns[count].name != NULL) {
        count++;
    }
    assert(count > 0 && count <= LISTING_COLUMNS_MAX);
    return count;
}

/* ---- tabs ---- */

static void print_with_tabs(const struct listing *listing, const struct bytes *cells)
{
    for (size_t i = 0; i < listing->count; i++) {
        if (i > 0) {
            fputc('\t', listing->out);
        }
        escape_print(listing->out, cells[i], ESCAPE_FIELD);
    }
    fputc('\n', listing->out);
}

/* ---- aligned ---- */

static void keep_line(struct listing *listing, const struct bytes *cells)
{
    struct listing_line *line = arena_alloc(listing->arena, sizeof(*line) + listing->count * sizeof(line->cells[0]));

    if (line == NULL) {
        listing->failed = true;
        return;
    }
    for (size_t i = 0; i < listing->count; i++) {
        size_t width = escape_print(NULL, cells[i], ESCAPE_FIELD);
        if (width > listing->widths[i]) {
            listing->widths[i] = width;
        }
        line->cells[i] = arena_copy(listing->arena, cells[i]);
    }
    line->next = NULL;
    *(listing->last == NULL ? &listing->first : &listing->last->next) = line;
    listing->last = line;
}

static void print_aligned(const struct listing *listing, const struct listing_line *line)
{
    size_t owed = 0; /* spaces that are due before the next text: so no line ends in one */

    for (size_t i = 0; i < listing->count; i++) {
        size_t width = 0;
        if (line->cells[i].length > 0) {
            fprintf(listing->out, "%*s", (int) owed, "");
            owed = 0;
            width = escape_print(listing->out, line->cells[i], ESCAPE_FIELD);
        }
        owed += listing->widths[i] - width + GAP;
    }
    fputc('\n', listing->out);
}

/* ---- JSON ---- */

static void write_member(struct json_writer *writer, const struct listing_column *column, struct bytes cell)
{
    json_key(writer, column->name);
    if (cell.data == NULL) {
        json_null(writer);
    } else if (column->kind == LISTING_TEXT) {
        json_string(writer, cell);
    } else {
        json_raw(writer, cell);
    }
}

static void print_json(struct listing *listing, const struct bytes *cells)
{
    struct json_writer writer;
    struct buf line;

    arena_reset(listing->arena);
    buf_init(&line, listing->arena, 512);
    json_writer_open(&writer, &line);
    json_object(&writer);
    for (size_t i = 0; i < listing->count; i++) {
        write_member(&writer, &listing->columns[i], cells[i]);
    }
    json_object_end(&writer);
    if (!json_writer_close(&writer)) {
        listing->failed = true;
        return;
    }
    escape_print(listing->out, buf_bytes(&line), ESCAPE_JSON);
    fputc('\n', listing->out);
}

/* ---- all of them ---- */

static void print_header(struct listing *listing)
{
    struct bytes names[LISTING_COLUMNS_MAX] = {{NULL, 0}};

    for (size_t i = 0; i < listing->count; i++) {
        names[i] = bytes_from(listing->columns[i].name);
    }
    listing_add(listing, names);
}

static bool is_terminal(FILE *out)
{
    int descriptor = fileno(out); /* -1: a stream in memory */
    return descriptor >= 0 && isatty(descriptor) == 1;
}

void listing_open(struct listing *listing, FILE *out, const struct listing_column *columns, bool json)
{
    *listing = (struct listing){.out = out, .columns = columns, .count = count_columns(columns)};
    listing->form = json ? LISTING_JSON_LINES : is_terminal(out) ? LISTING_ALIGNED : LISTING_TABS;
    listing->arena = arena_new(LISTING_MEMORY);
    listing->failed = listing->arena == NULL;
    if (listing->form != LISTING_JSON_LINES) {
        print_header(listing);
    }
}

void listing_add(struct listing *listing, const struct bytes *cells)
{
    if (listing->failed) {
        return;
    }
    switch (listing->form) {
    case LISTING_ALIGNED:
        keep_line(listing, cells);
        break;
    case LISTING_TABS:
        print_with_tabs(listing, cells);
        break;
    case LISTING_JSON_LINES:
        print_json(listing, cells);
        break;
    }
}

void listing_show(struct listing *listing)
{
    if (!listing->failed && listing->form == LISTING_ALIGNED && !arena_overflowed(listing->arena)) {
        for (const struct listing_line *line = listing->first; line != NULL; line = line->next) {
            print_aligned(listing, line);
        }
        listing->first = listing->last = NULL;
        arena_reset(listing->arena);
    }
    fflush(listing->out);
}

bool listing_close(struct listing *listing, struct fault *fault)
{
    bool failed = listing->failed || arena_overflowed(listing->arena);

    for (const struct listing_line *line = failed ? NULL : listing->first; line != NULL; line = line->next) {
        print_aligned(listing, line);
    }
    arena_free(listing->arena);
    listing->arena = NULL;
    return failed ? fault_set(fault, FAULT_INTERNAL, "the list is too long for memory") : true;
}
