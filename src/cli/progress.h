/*
 * How far a long command has come, on standard error: on a terminal a bar with the rate and the time that is left, drawn over itself;
 * elsewhere a plain line every few seconds and one at the end.
 *
 *     [############                  ] 41200 of 100000 boxes, 5120 a second, 0:11 left
 *     41200 lines, 5120 a second                                                           when nobody knows how many there will be
 *
 * Not here: results, which go to standard output once progress_end was called.
 */
#ifndef PATCHBAY_CLI_PROGRESS_H
#define PATCHBAY_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *err;
    const char *what;   /* "boxes" */
    int64_t total;      /* 0: not known; what there was to do at the beginning; others may do some of it, or add more */
    int64_t done;
    int64_t began_us, shown_us;
    bool draws;         /* on a terminal */
    bool line_is_open;  /* something was drawn, and no newline behind it */
};

void progress_begin(struct progress *progress, FILE *err, const char *what, int64_t total);
void progress_step(struct progress *progress, int64_t count);
/* Before a message of its own line. */
void progress_interrupt(struct progress *progress);
/* The last state stays on the screen. Nothing is said of what had nothing to do, or was ended already. */
void progress_end(struct progress *progress);

#endif
