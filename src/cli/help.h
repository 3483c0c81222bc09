/*
 * What `patchbay help` prints, from the table of commands.
 */
#ifndef PATCHBAY_CLI_HELP_H
#define PATCHBAY_CLI_HELP_H

#include "cli/command.h"

/* "project add NAME [--ims-org ORG]", without a newline. */
void help_usage(FILE *out, const struct command *command);
/* All commands, or those of a noun, or one; nothing else is in it when there are none. */
void help_print(FILE *out, const struct command *table, const char *noun, const char *verb);

#endif
