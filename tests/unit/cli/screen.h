/*
 * Where the command's output goes in tests: a stream in memory, a pipe, or a terminal of its own.
 */
#ifndef PATCHBAY_TESTS_UNIT_CLI_SCREEN_H
#define PATCHBAY_TESTS_UNIT_CLI_SCREEN_H

#include <stdio.h>

enum screen_kind { SCREEN_MEMORY, SCREEN_PIPE, SCREEN_TERMINAL };

struct screen {
    enum screen_kind kind;
    FILE *out;
    int other_end;
    char *memory;
    size_t memory_size;
    char text[65536]; /* what was printed, once screen_read was called */
};

void screen_open(struct screen *screen, enum screen_kind kind);
/* Closes it; returns screen->text. */
const char *screen_read(struct screen *screen);

#endif
