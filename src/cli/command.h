/*
 * The admin command: `patchbay NOUN VERB ARGUMENTS --options`. A command is a row of one table (commands.c) and a handler in its
 * noun's file.
 *
 *     0 done
 *     1 failed: one line on standard error says why
 *     2 wrong usage: one line on standard error; nothing was done, no database was asked
 *
 * Parsing, help, docs/command.md's test and these promises walk the table: a new command is a row, a handler, its lines in
 * docs/command.md.
 * A handler gets what was parsed, prints what was asked for to `out`, and fills the fault when it does not end with COMMAND_DONE
 * (an empty fault: it has told everything already). Settings are read and the database is reached when first asked for, so that
 * wrong usage and `help` need neither.
 * Not here: what commands do (command_*.c), lists (listing.h).
 */
#ifndef PATCHBAY_CLI_COMMAND_H
#define PATCHBAY_CLI_COMMAND_H

#include <stdio.h>

#include "cli/listing.h"
#include "config/config.h"
#include "db/call.h"

#define COMMAND_ARGUMENTS_MAX 4
#define COMMAND_OPTIONS_MAX 12

enum command_end { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_WRONG_USAGE = 2 };

struct command_option {
    const char *name;  /* without the dashes */
    const char *value; /* what stands for its value in help, "FILE"; NULL: it has none */
    bool required;
};

struct command_context;
typedef enum command_end command_handler(struct command_context *context, struct fault *fault);

struct command {
    const char *noun;
    const char *verb; /* NULL: the noun is the whole command */
    const char *arguments[COMMAND_ARGUMENTS_MAX + 1]; /* their names in help; all must be given */
    struct command_option options[COMMAND_OPTIONS_MAX + 1];
    command_handler *run;
    const char *help; /* what it does, without a dot at the end */
};

/* A command line that was understood. Texts are borrowed from argv. */
struct command_line {
    enum { COMMAND_RUN, COMMAND_HELP, COMMAND_VERSION } ask;
    const char *noun, *verb;       /* COMMAND_HELP: about what; NULL: everything */
    const struct command *command; /* COMMAND_RUN */
    const char *arguments[COMMAND_ARGUMENTS_MAX];
    const char *values[COMMAND_OPTIONS_MAX]; /* by place in command->options; NULL: not given; a flag: "" */
    const char *config_file;                 /* --config, or NULL */
};

struct command_context {
    const struct command_line *line;
    FILE *out, *err;
    struct config *config;   /* NULL until asked for */
    struct db_admin *admin;  /* likewise */
};

/* One command line from beginning to end; `table` ends with a NULL noun. Returns the exit code. */
int command_run(const struct command *table, int argc, char *const *argv, FILE *out, FILE *err);

/* ---- for handlers ---- */

const char *command_argument(const struct command_context *context, size_t index);
/* An option of the command's row: its value, NULL when it was not given. To ask for one that the row lacks is a mistake of ours. */
const char *command_option(const struct command_context *context, const char *name);
bool command_flag(const struct command_context *context, const char *name);
/* That an argument is an id as lists show it: a number from 1 that fits. */
bool command_check_id(const char *id, struct fault *fault) __attribute__((warn_unused_result));

/* The settings, all of them right; NULL and a fault otherwise. */
const struct config *command_config(struct command_context *context, struct fault *fault);
/*
 * One statement as patchbay_admin. Whatever came from outside is one of `count` values (NULL: SQL NULL), never part of the
 * statement. *result lives until the next one.
 */
bool command_query(struct command_context *context, const char *sql, size_t count, const char *const *values,
                   struct db_result *result, struct fault *fault) __attribute__((warn_unused_result));
/* Prints a whole result as a list, with --json (which the row must have) as JSON Lines; `columns` has one for each of its columns. */
bool command_list(struct command_context *context, const struct listing_column *columns, const struct db_result *result,
                  struct fault *fault) __attribute__((warn_unused_result));
/* Prints a credential alone in its line, and makes sure that it got out. */
bool command_print_credential(struct command_context *context, struct bytes credential, struct fault *fault)
    __attribute__((warn_unused_result));

/* SQL for a column of a list: a timestamptz as RFC 3339 in UTC, `never` for infinity. */
#define COMMAND_MOMENT(column) \
    "case when isfinite(" column ") then to_char(" column " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') " \
    "when " column " is not null then 'never' end"

#endif
