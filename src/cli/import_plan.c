/*
 * The first reading. It says everything that is wrong, up to a bound, and writes nothing; so that is what --dry-run runs, and --apply begins with.
 * Before it the input is put aside and looked through for ids: which line is about which connection depends on all of them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/escape.h"
#include "cli/import.h"

enum { PORTION = 1000 };

static void print_plan(struct import *import, const char *operation, struct bytes dialect, struct bytes name, struct bytes renamed, struct bytes fields)
{
    FILE *out = import->context->out;

    fprintf(out, "%s\t%.*s\t", operation, BYTES_FORMAT(dialect));
    escape_print(out, name, ESCAPE_FIELD);
    if (renamed.data != NULL) {
        fputs("\t", out);
        escape_print(out, renamed, ESCAPE_FIELD);
    }
    if (fields.length > 0) {
        fputs("\t", out);
        escape_print(out, fields, ESCAPE_FIELD);
    }
    fputc('\n', out);
}

static struct bytes lacking_message(const struct settings *settings, struct bytes lacking)
{
    long index = strtol(lacking.data, NULL, 10);
    const struct settings_need *need = settings->needs;

    for (; need != NULL && index > 0; index--) {
        need = need->next;
    }
    return need == NULL ? BYTES("a required secret is missing") : need->error.message;
}

static struct bytes missing_message(const struct settings *settings, struct bytes missing)
{
    long index = strtol(missing.data, NULL, 10);
    const struct settings_reference *reference = settings->references;

    for (; reference != NULL && index > 0; index--) {
        reference = reference->next;
    }
    return reference == NULL ? BYTES("it names a keystore or certificate that is not there") : reference->error.message;
}

/* Values that stay closed can only stay what they are. */
static bool check_closed(struct import *import, const struct transfer_line *line, const struct import_planned *planned, struct fault *fault)
{
    import->closed += line->is_closed;
    return !line->is_closed || planned->revision > 0
           || fault_set(fault, FAULT_INVALID, "the connection is new here and its secrets are sealed: the setting import_key_file must name the private key");
}

static bool plan_line(struct import *import, struct bytes text, struct import_planned *planned, struct import_outcome *outcome, struct fault *fault)
{
    struct transfer_line line;
    struct bytes name;

    if (!transfer_read(&line, text, &import->rules, import->arena, fault) || !import_match(import, &line, planned, &name, fault)
        || !check_closed(import, &line, planned, fault) || !import_write_line(import, &line, planned, false, outcome, fault)) {
        return false;
    }
    if (bytes_is(outcome->word, "secret_missing")) {
        return fault_set(fault, FAULT_INVALID, "%.*s", BYTES_FORMAT(lacking_message(&line.settings, outcome->detail)));
    }
    if (bytes_is(outcome->word, "reference_missing")) {
        return fault_set(fault, FAULT_INVALID, "%.*s", BYTES_FORMAT(missing_message(&line.settings, outcome->detail)));
    }
    if (bytes_is(outcome->word, "moved")) {
        return fault_set(fault, FAULT_UNAVAILABLE, "the connection changed in this moment; run it again");
    }
    if (bytes_is(outcome->word, "create")) {
        planned->operation = IMPORT_CREATE;
        print_plan(import, "create", line.dialect, line.content.name, (struct bytes){NULL, 0}, (struct bytes){NULL, 0});
    } else if (bytes_is(outcome->word, "update")) {
        bool renames = !bytes_equal(name, line.content.name);
        planned->operation = IMPORT_UPDATE;
        print_plan(import, renames ? "rename" : "update", line.dialect, name, renames ? line.content.name : (struct bytes){NULL, 0}, outcome->detail);
    }
    return true;
}

/* A line that is wrong is told, and the others are looked at all the same. */
static bool take_line(struct import *import, struct bytes text, off_t offset, struct fault *fault)
{
    struct import_planned planned = {.operation = IMPORT_NOTHING};
    struct import_outcome outcome;
    struct fault wrong;

    import->count++;
    arena_reset(import->arena);
    if (!plan_line(import, text, &planned, &outcome, &wrong)) {
        if (wrong.kind == FAULT_UNAVAILABLE) {
            *fault = wrong;
            return false;
        }
        import_complain(import, import->count, "%s", wrong.message);
    } else if (!import_names_claim(import, &planned, &outcome, offset, fault)) {
        return false;
    }
    import->to_do += planned.operation != IMPORT_NOTHING;
    return fwrite(&planned, sizeof planned, 1, import->plan) == 1
           || fault_set(fault, FAULT_UNAVAILABLE, "cannot keep the plan: %s", strerror(errno));
}

static bool plan_lines(struct import *import, size_t lines, struct fault *fault)
{
    bool shows = import->shows && isatty(fileno(import->context->out)) != 1; /* or they would be between the lines of the plan */
    struct bytes text;
    off_t offset = 0;

    rewind(import->spool);
    progress_begin(&import->progress, import->context->err, "lines", (int64_t) lines);
    while (import->count < lines) {
        if (import_read_line(import, import->spool, &text) != IMPORT_LINE) {
            return fault_set(fault, FAULT_UNAVAILABLE, "cannot read what was kept of the input");
        }
        if (!take_line(import, text, offset, fault)) {
            return false;
        }
        offset += (off_t) text.length + 1;
        if (shows) {
            progress_step(&import->progress, 1);
        }
    }
    if (shows) {
        progress_end(&import->progress);
    }
    return true;
}

/* Whatever else is wrong with a line, its first reading tells. */
static bool take_id(struct import *import, struct bytes text, struct fault *fault)
{
    void *given = import->given;

    arena_reset(import->arena);
    struct bytes id = transfer_id(text, import->arena);
    if (id.data == NULL) {
        return true;
    }
    if (!import_make_room(&given, sizeof *import->given, import->given_count, &import->given_room, fault)) {
        return false;
    }
    import->given = given;
    import_read_uuid(id, import->given[import->given_count++]);
    return true;
}

/* Keeps the input and the ids in it. */
static bool gather_lines(struct import *import, FILE *from, size_t *lines, struct fault *fault)
{
    enum import_reading reading;
    struct bytes text;

    for (*lines = 0; (reading = import_read_line(import, from, &text)) == IMPORT_LINE; ++*lines) {
        if (*lines == UINT32_MAX) {
            return fault_set(fault, FAULT_TOO_LARGE, "there are more than %" PRIu32 " lines", UINT32_MAX);
        }
        if (!take_id(import, text, fault)) {
            return false;
        }
        if (fwrite(text.data, 1, text.length, import->spool) != text.length || fputc('\n', import->spool) == EOF) {
            return fault_set(fault, FAULT_UNAVAILABLE, "cannot keep the input: %s", strerror(errno));
        }
    }
    if (reading == IMPORT_TOO_LONG) {
        return fault_set(fault, FAULT_TOO_LARGE, "line %zu is longer than %d bytes", *lines + 1, TRANSFER_LINE_MAX);
    }
    if (ferror(from) || fflush(import->spool) != 0) {
        return fault_set(fault, FAULT_UNAVAILABLE, "cannot %s the input: %s", ferror(from) ? "read" : "keep", strerror(errno));
    }
    if (import->given_count > 0) {
        qsort(import->given, import->given_count, sizeof *import->given, import_compare_ids);
    }
    return true;
}

enum { GONE_ID, GONE_REVISION, GONE_DIALECT, GONE_NAME };

static bool plan_deletion(struct import *import, const struct db_result *result, int row, struct fault *fault)
{
    struct import_gone gone;
    void *array = import->gone;

    (void) db_uuid(result, row, GONE_ID, gone.id);
    if (import->claim_count > 0 && bsearch(gone.id, import->claims, import->claim_count, sizeof *import->claims, import_compare_ids) != NULL) {
        return true;
    }
    if (!import_make_room(&array, sizeof gone, import->gone_count, &import->gone_room, fault)) {
        return false;
    }
    import->gone = array;
    gone.revision = db_number(result, row, GONE_REVISION);
    import->gone[import->gone_count++] = gone;
    print_plan(import, "delete", db_text(result, row, GONE_DIALECT), db_text(result, row, GONE_NAME), (struct bytes){NULL, 0},
               (struct bytes){NULL, 0});
    return true;
}

static bool plan_prune(struct import *import, struct fault *fault)
{
    static const char sql[] = "select connection_id, revision, dialect, name from patchbay.connection "
                              "where project_id = $1::bigint and connection_id > $2::uuid order by connection_id limit $3::integer";
    char after[IMPORT_UUID_SIZE] = "00000000-0000-0000-0000-000000000000";
    char most[16];
    const char *values[] = {import->project, after, most};
    struct db_result result;

    snprintf(most, sizeof most, "%d", PORTION);
    /* Along the index, also where statistics are missing. */
    if (!command_query(import->context, "select set_config('enable_sort', 'off', false), set_config('enable_bitmapscan', 'off', false)", 0, NULL, &result,
                       fault)) {
        return false;
    }
    do {
        if (!command_query(import->context, sql, 3, values, &result, fault)) {
            return false;
        }
        for (int row = 0; row < result.count; row++) {
            if (!plan_deletion(import, &result, row, fault)) {
                return false;
            }
        }
        if (result.count > 0) {
            snprintf(after, sizeof after, "%.*s", BYTES_FORMAT(db_text(&result, result.count - 1, GONE_ID)));
        }
    } while (result.count == PORTION);
    return true;
}

bool import_plan(struct import *import, FILE *from, struct fault *fault)
{
    bool prunes = command_flag(import->context, "prune");
    size_t lines;

    if (!gather_lines(import, from, &lines, fault) || !plan_lines(import, lines, fault)) {
        return false;
    }
    import_names_check(import, prunes);
    if (import->complaints > 0) {
        return fault_set(fault, FAULT_INVALID, "%" PRId64 " of %zu lines are wrong; nothing was done", import->complaints, import->count);
    }
    if (prunes && !plan_prune(import, fault)) {
        return false;
    }
    if (import->closed > 0) {
        fprintf(import->context->err, "%" PRId64 " connections have sealed values that were not opened and stay as they are stored: "
                "there is no import_key_file\n", import->closed);
    }
    return true;
}
