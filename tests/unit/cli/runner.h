/*
 * Runs a whole command line in the test's process and keeps what it printed.
 */
#ifndef PATCHBAY_TESTS_UNIT_CLI_RUNNER_H
#define PATCHBAY_TESTS_UNIT_CLI_RUNNER_H

#include "cli/command.h"

extern char runner_out[65536], runner_err[65536];

/* `words` parted by '|', without the program's name. Returns the exit code. */
int runner_run(const struct command *table, const char *words);
/* That standard error is one line and says `reason`, and that nothing was printed. */
void runner_expect_error(const char *reason);

/* A folder of the test's own, with a file in it; both for checked fixtures. */
extern char runner_folder[64];
void runner_make_folder(void);
void runner_remove_folder(void);
void runner_write(const char *name, const char *text, unsigned mode);

#endif
