/*
 * The first reading. It says everything that is wrong, up to a bound, and writes nothing; so that is what --dry-run runs, and --apply begins with.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/escape.h"
#include "cli/import.h"

enum { COMPLAINTS_MAX = 100, PORTION = 1000 };

/* Room for one more of an array that doubles. */
static bool make_room(void **array, size_t size, size_t count, size_t *room, struct fault *fault)
{
    if (count < *room) {
        return true;
    }
    size_t more = *room == 0 ? 1024 : *room * 2;
    void *grown = reallocarray(*array, more, size);
    if (grown == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    *array = grown;
    *room = more;
    return true;
}

static void complain(struct import *import, size_t number, const char *what)
{
    if (++import->complaints <= COMPLAINTS_MAX) {
        progress_interrupt(&import->progress);
        fprintf(import->context->err, "line %zu: ", number);
        escape_print(import->context->err, bytes_from(what), ESCAPE_MESSAGE);
        fputc('\n', import->context->err);
    }
}

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

static bool plan_line(struct import *import, struct bytes text, struct import_planned *planned, struct fault *fault)
{
    struct transfer_line line;
    struct bytes name;
    struct bytes outcome[2];

    if (!transfer_read(&line, text, &import->rules, import->arena, fault) || !import_match(import, &line, planned, &name, fault)
        || !check_closed(import, &line, planned, fault) || !import_write_line(import, &line, planned, false, outcome, fault)) {
        return false;
    }
    if (bytes_is(outcome[0], "secret_missing")) {
        return fault_set(fault, FAULT_INVALID, "%.*s", BYTES_FORMAT(lacking_message(&line.settings, outcome[1])));
    }
    if (bytes_is(outcome[0], "reference_missing")) {
        return fault_set(fault, FAULT_INVALID, "%.*s", BYTES_FORMAT(missing_message(&line.settings, outcome[1])));
    }
    if (bytes_is(outcome[0], "moved")) {
        return fault_set(fault, FAULT_UNAVAILABLE, "the connection changed in this moment; run it again");
    }
    if (bytes_is(outcome[0], "create")) {
        planned->operation = IMPORT_CREATE;
        print_plan(import, "create", line.dialect, line.content.name, (struct bytes){NULL, 0}, (struct bytes){NULL, 0});
    } else if (bytes_is(outcome[0], "update")) {
        bool renames = !bytes_equal(name, line.content.name);
        planned->operation = IMPORT_UPDATE;
        print_plan(import, renames ? "rename" : "update", line.dialect, name, renames ? line.content.name : (struct bytes){NULL, 0}, outcome[1]);
    }
    return true;
}

static bool keep_line(struct import *import, struct bytes text, const struct import_planned *planned, struct fault *fault)
{
    void *ids = import->ids;

    if (!make_room(&ids, sizeof *import->ids, import->count, &import->room, fault)) {
        return false;
    }
    import->ids = ids;
    memcpy(import->ids[import->count++], planned->id, sizeof planned->id);
    return (fwrite(text.data, 1, text.length, import->spool) == text.length && fputc('\n', import->spool) != EOF
            && fwrite(planned, sizeof *planned, 1, import->plan) == 1)
           || fault_set(fault, FAULT_UNAVAILABLE, "cannot keep the input: %s", strerror(errno));
}

static bool plan_lines(struct import *import, FILE *from, struct fault *fault)
{
    bool shows = import->shows && isatty(fileno(import->context->out)) != 1; /* or they would be between the lines of the plan */
    enum import_reading reading;
    struct bytes text;

    progress_begin(&import->progress, import->context->err, "lines", 0);
    while ((reading = import_read_line(import, from, &text)) == IMPORT_LINE) {
        struct import_planned planned = {.operation = IMPORT_NOTHING};
        struct fault wrong;
        arena_reset(import->arena);
        if (!plan_line(import, text, &planned, &wrong)) {
            if (wrong.kind == FAULT_UNAVAILABLE) {
                *fault = wrong;
                return false;
            }
            complain(import, import->count + 1, wrong.message);
        }
        if (!keep_line(import, text, &planned, fault)) {
            return false;
        }
        import->to_do += planned.operation != IMPORT_NOTHING;
        if (shows) {
            progress_step(&import->progress, 1);
        }
    }
    if (shows) {
        progress_end(&import->progress);
    }
    if (reading == IMPORT_TOO_LONG) {
        return fault_set(fault, FAULT_TOO_LARGE, "line %zu is longer than %d bytes", import->count + 1, TRANSFER_LINE_MAX);
    }
    return !ferror(from) || fault_set(fault, FAULT_UNAVAILABLE, "cannot read the input: %s", strerror(errno));
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(unsigned char[16]));
}

/* Two lines about one connection contradict each other. */
static bool check_once(struct import *import, struct fault *fault)
{
    char text[IMPORT_UUID_SIZE];

    if (import->count == 0) {
        return true;
    }
    qsort(import->ids, import->count, sizeof *import->ids, compare_ids);
    for (size_t i = 1; i < import->count; i++) {
        if (compare_ids(import->ids[i - 1], import->ids[i]) == 0) {
            import_uuid_text(import->ids[i], text);
            return fault_set(fault, FAULT_INVALID, "two lines are about the connection %s; nothing was done", text);
        }
    }
    return true;
}

enum { GONE_ID, GONE_REVISION, GONE_DIALECT, GONE_NAME };

static bool plan_deletion(struct import *import, const struct db_result *result, int row, struct fault *fault)
{
    struct import_gone gone;
    void *array = import->gone;

    (void) db_uuid(result, row, GONE_ID, gone.id);
    if (import->count > 0 && bsearch(gone.id, import->ids, import->count, sizeof *import->ids, compare_ids) != NULL) {
        return true;
    }
    if (!make_room(&array, sizeof gone, import->gone_count, &import->gone_room, fault)) {
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
    if (!plan_lines(import, from, fault)) {
        return false;
    }
    if (import->complaints > 0) {
        return fault_set(fault, FAULT_INVALID, "%" PRId64 " of %zu lines are wrong; nothing was done", import->complaints, import->count);
    }
    if (!check_once(import, fault) || (command_flag(import->context, "prune") && !plan_prune(import, fault))) {
        return false;
    }
    if (import->closed > 0) {
        fprintf(import->context->err, "%" PRId64 " connections have sealed values that were not opened and stay as they are stored: "
                "there is no import_key_file\n", import->closed);
    }
    return true;
}
