/*
 * One way in and one way out for every command: what went wrong is printed here and nowhere else, and "done" is said only once
 * everything that was printed has left the program, so that `patchbay project list >file` on a full disk is a failure.
 */
#include "cli/command.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/escape.h"
#include "cli/help.h"
#include "cli/options.h"
#include "db/admin.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

/* ---- for handlers ---- */

const char *command_argument(const struct command_context *context, size_t index)
{
    assert(index < COMMAND_ARGUMENTS_MAX && context->line->arguments[index] != NULL);
    return context->line->arguments[index];
}

const char *command_option(const struct command_context *context, const char *name)
{
    const struct command_option *options = context->line->command->options;
    size_t i = 0;

    while (options[i].name != NULL && strcmp(options[i].name, name) != 0) {
        i++;
    }
    assert(options[i].name != NULL);
    return context->line->values[i];
}

bool command_flag(const struct command_context *context, const char *name)
{
    return command_option(context, name) != NULL;
}

bool command_check_id(const char *id, struct fault *fault)
{
    int64_t number = 0;

    return (bytes_to_int64(bytes_from(id), &number) && number > 0) ||
           fault_set(fault, FAULT_INVALID, "an id is a number, as the list shows it");
}

/* The first mistake of the settings, and how many there are. */
struct mistakes {
    struct fault *fault;
    size_t count;
};

static void note_mistake(void *context, const char *source, int line, const char *message)
{
    struct mistakes *mistakes = context;

    if (mistakes->count++ > 0) {
        return;
    }
    if (line > 0) {
        fault_set(mistakes->fault, FAULT_INVALID, "%s:%d: %s", source, line, message);
    } else {
        fault_set(mistakes->fault, FAULT_INVALID, "%s: %s", source, message);
    }
}

const struct config *command_config(struct command_context *context, struct fault *fault)
{
    struct mistakes mistakes = {.fault = fault};

    if (context->config != NULL) {
        return context->config;
    }
    struct config *config = calloc(1, sizeof(*config));
    if (config == NULL) {
        fault_set(fault, FAULT_INTERNAL, "out of memory");
        return NULL;
    }
    if (!config_load(config, context->line->config_file, note_mistake, &mistakes)) {
        if (mistakes.count > 1) {
            fault_wrap(fault, "%zu mistakes in the settings, patchbay check-config names them all; the first is", mistakes.count);
        }
        free(config);
        return NULL;
    }
    context->config = config;
    return config;
}

/*
 * Functions of sql/ say in words what is wrong, but what only a constraint forbids would be told by its name alone. Its comment
 * is written for people.
 */
static bool explain_constraint(struct db_admin *admin, const char *refused_by, struct fault *fault)
{
    static const char sql[] = "select obj_description(oid, 'pg_constraint') from pg_constraint"
                              " where conname = $1 and connamespace = 'patchbay'::regnamespace order by oid limit 1";
    char name[128];
    const char *values[] = {name};
    struct db_result result;
    struct fault unimportant;

    snprintf(name, sizeof(name), "%s", refused_by);
    if (name[0] == '\0' || !db_admin_query(admin, sql, 1, values, &result, &unimportant) || result.count == 0 || db_is_null(&result, 0, 0)) {
        return false;
    }
    return fault_set(fault, FAULT_INVALID, "refused by the constraint %s: %.*s", name, BYTES_FORMAT(db_text(&result, 0, 0)));
}

bool command_query(struct command_context *context, const char *sql, size_t count, const char *const *values,
                   struct db_result *result, struct fault *fault)
{
    const struct config *config = command_config(context, fault);

    if (config == NULL) {
        return false;
    }
    if (context->admin == NULL && !db_admin_new(&context->admin, config->admin_database, fault)) {
        return fault_wrap(fault, "no connection to the database (admin_database)");
    }
    return db_admin_query(context->admin, sql, count, values, result, fault) ||
           (result->status == DB_REFUSED && explain_constraint(context->admin, result->constraint, fault));
}

bool command_list(struct command_context *context, const struct listing_column *columns, const struct db_result *result,
                  struct fault *fault)
{
    struct listing listing;
    struct bytes cells[LISTING_COLUMNS_MAX] = {{NULL, 0}};

    listing_open(&listing, context->out, columns, command_flag(context, "json"));
    assert((size_t) db_columns(result) == listing.count);
    for (int row = 0; row < result->count; row++) {
        for (int column = 0; column < db_columns(result); column++) {
            cells[column] = db_is_null(result, row, column) ? (struct bytes){NULL, 0} : db_text(result, row, column);
        }
        listing_add(&listing, cells);
    }
    return listing_close(&listing, fault);
}

static bool flush(FILE *out, struct fault *fault)
{
    errno = 0;
    if (fflush(out) != 0 || ferror(out)) {
        return fault_set(fault, FAULT_UNAVAILABLE, "cannot write to standard output: %s", strerror(errno == 0 ? EIO : errno));
    }
    return true;
}

bool command_print_credential(struct command_context *context, struct bytes credential, struct fault *fault)
{
    fwrite(credential.data, 1, credential.length, context->out);
    fputc('\n', context->out);
    return flush(context->out, fault) || fault_wrap(fault, "it was made, but is lost now; revoke it");
}

/* ---- from beginning to end ---- */

static int complain(FILE *err, const struct fault *fault, enum command_end end)
{
    if (fault->kind != FAULT_NONE) {
        fputs("patchbay: ", err);
        escape_print(err, bytes_from(fault->message), ESCAPE_MESSAGE);
        fputc('\n', err);
    }
    return (int) end;
}

static void free_context(struct command_context *context)
{
    db_admin_free(context->admin);
    free(context->config);
}

static enum command_end answer(const struct command *table, const struct command_line *line, FILE *out, FILE *err, struct fault *fault)
{
    struct command_context context = {.line = line, .out = out, .err = err};
    enum command_end end = COMMAND_DONE;

    switch (line->ask) {
    case COMMAND_HELP:
        help_print(out, table, line->noun, line->verb);
        break;
    case COMMAND_VERSION:
        fprintf(out, "patchbay %s\n", PACKAGE_VERSION);
        break;
    case COMMAND_RUN:
        end = line->command->run(&context, fault);
        free_context(&context);
        break;
    }
    return end == COMMAND_DONE && !flush(out, fault) ? COMMAND_FAILED : end;
}

int command_run(const struct command *table, int argc, char *const *argv, FILE *out, FILE *err)
{
    struct fault fault = {.kind = FAULT_NONE};
    struct command_line line;

    if (!options_parse(&line, table, argc, argv, &fault)) {
        return complain(err, &fault, COMMAND_WRONG_USAGE);
    }
    enum command_end end = answer(table, &line, out, err, &fault);
    return complain(err, &fault, end);
}
