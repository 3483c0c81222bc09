/*
 * Two readings of the input. The first makes the plan and remembers for each line which row it is about and at which revision; it says everything
 * that is wrong and writes nothing. The second writes, in one transaction, each row only if it is still at that revision. What is read is kept
 * beside in a file without a name, so that both readings see the same. Deletions come first and creations last: a name that one line gives up
 * may be another's.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/escape.h"
#include "cli/transfer.h"

enum { MEMORY = 256 * 1024 * 1024, COMPLAINTS_MAX = 100, HOST_NAME_SIZE = 256 };

enum operation { OPERATION_NONE, OPERATION_CREATE, OPERATION_UPDATE };

/* What a line is about. */
struct planned {
    char id[37];
    enum operation operation;
    int64_t revision; /* 0: there is no row yet */
    int32_t key;
};

struct import {
    struct command_context *context;
    struct arena *arena;
    struct type_table *types;
    struct keyring *keyring;
    FILE *spool;
    char *text; /* TRANSFER_LINE_MAX + 1 */
    char project[24];
    char host_name[HOST_NAME_SIZE];
    struct planned *lines;
    size_t count, room;
    char *gone, *gone_revisions; /* with --prune: arrays as SQL takes them; malloc'd */
    int64_t gone_count;
    int64_t complaints;
    int32_t registered; /* the key whose canary was compared last */
    bool shows;
};

/* ---- lines */

enum reading { READING_LINE, READING_END, READING_TOO_LONG };

static enum reading read_line(const struct import *import, FILE *from, struct bytes *line)
{
    size_t length = 0;
    int c;

    while ((c = getc_unlocked(from)) != EOF && c != '\n') {
        if (length == TRANSFER_LINE_MAX) {
            return READING_TOO_LONG;
        }
        import->text[length++] = (char) c;
    }
    *line = (struct bytes){import->text, length};
    return c == EOF && length == 0 ? READING_END : READING_LINE;
}

static struct planned *add_planned(struct import *import, struct fault *fault)
{
    if (import->count == import->room) {
        size_t room = import->room == 0 ? 1024 : import->room * 2;
        struct planned *lines = realloc(import->lines, room * sizeof *lines);
        if (lines == NULL) {
            (void) fault_set(fault, FAULT_INTERNAL, "out of memory");
            return NULL;
        }
        import->lines = lines;
        import->room = room;
    }
    memset(&import->lines[import->count], 0, sizeof *import->lines);
    return &import->lines[import->count++];
}

static void complain(struct import *import, size_t number, const char *what)
{
    if (++import->complaints <= COMPLAINTS_MAX) {
        fprintf(import->context->err, "%sline %zu: ", import->shows ? "\r" : "", number);
        escape_print(import->context->err, bytes_from(what), ESCAPE_MESSAGE);
        fputc('\n', import->context->err);
    }
}

static void show_progress(const struct import *import, size_t done, bool last)
{
    if (import->shows && (last || done % 64 == 0)) {
        int filled = import->count == 0 ? 30 : (int) (done * 30 / import->count);
        fprintf(import->context->err, "\r[%.*s%*s] %zu of %zu%s", filled, "##############################", 30 - filled, "", done, import->count,
                last ? "\n" : "");
        fflush(import->context->err);
    }
}

/* ---- what a line is about */

#define MATCHED "connection_id, revision, key_number, name, type, dialect from patchbay.connection where project_id = $1::bigint "

static const char match_sql[] =
    "select * from (select 1 as way, " MATCHED "and connection_id = $2::uuid "
    "union all select 2, " MATCHED "and dialect = $3 and handle = patchbay.handle_of($3, case $3 when 'apinizer' then $5 else $4 end) "
    "union all select 3, " MATCHED "and service = $6 and external_id = $7) as found order by way limit 1";

enum { MATCH_WAY, MATCH_ID, MATCH_REVISION, MATCH_KEY, MATCH_NAME, MATCH_TYPE, MATCH_DIALECT };

static const char *text_or_null(struct import *import, struct bytes text)
{
    return text.data == NULL ? NULL : arena_copy(import->arena, text).data;
}

static bool match(struct import *import, const struct transfer_line *line, struct planned *planned, struct bytes *name, struct fault *fault)
{
    const struct connection_content *content = &line->content;
    const char *values[] = {import->project, text_or_null(import, line->id), text_or_null(import, line->dialect),
                            text_or_null(import, content->public_id), text_or_null(import, content->name),
                            text_or_null(import, content->service), text_or_null(import, content->external_id)};
    struct db_result result;

    if (!command_query(import->context, match_sql, 7, values, &result, fault)) {
        return false;
    }
    if (result.count == 0) {
        unsigned char uuid[16];
        planned->key = keyring_active(import->keyring);
        if (line->id.data != NULL) {
            snprintf(planned->id, sizeof planned->id, "%.*s", BYTES_FORMAT(line->id));
            return true;
        }
        digest_uuid(uuid);
        for (size_t i = 0, at = 0; i < 16; i++) {
            at += (size_t) snprintf(planned->id + at, sizeof planned->id - at, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
        }
        return true;
    }
    snprintf(planned->id, sizeof planned->id, "%.*s", BYTES_FORMAT(db_text(&result, 0, MATCH_ID)));
    (void) bytes_to_int64(db_text(&result, 0, MATCH_REVISION), &planned->revision);
    planned->key = (int32_t) strtol(db_text(&result, 0, MATCH_KEY).data, NULL, 10);
    *name = arena_copy(import->arena, db_text(&result, 0, MATCH_NAME));
    if (!bytes_equal(db_text(&result, 0, MATCH_TYPE), content->type) || !bytes_equal(db_text(&result, 0, MATCH_DIALECT), line->dialect)) {
        return fault_set(fault, FAULT_INVALID, "the type and the dialect of a connection cannot change");
    }
    return true;
}

/* Nothing is sealed with a key that is not the database's of that number. */
static bool register_key(struct import *import, int32_t number, struct fault *fault)
{
    struct db_result result;
    struct bytes canary;
    char text[16];

    if (import->registered == number) {
        return true;
    }
    snprintf(text, sizeof text, "%ld", (long) number);
    if (!seal_canary(import->keyring, number, import->arena, &canary, fault)) {
        return false;
    }
    const char *values[] = {text, arena_copy(import->arena, canary).data};
    if (!command_query(import->context, "select patchbay.key_register($1::integer, $2)", 2, values, &result, fault)) {
        return false;
    }
    import->registered = number;
    return true;
}

static bool seal_line(struct import *import, const struct transfer_line *line, const struct planned *planned, struct bytes *boxes, struct fault *fault)
{
    struct seal_identity identity = {.key = planned->key};
    char byte[3] = "";
    size_t at = 0;

    (void) bytes_to_int64(bytes_from(import->project), &identity.project);
    for (size_t i = 0; i < 16; i++, at += 2) {
        at += planned->id[at] == '-';
        memcpy(byte, planned->id + at, 2);
        identity.connection[i] = (unsigned char) strtoul(byte, NULL, 16);
    }
    return connection_seal(&line->settings, import->keyring, &identity, import->arena, boxes, fault);
}

static const char *flag_text(bool flag)
{
    return flag ? "true" : "false";
}

/* import_write for one line; *outcome and *detail are copied into the arena. */
static bool write_line(struct import *import, const struct transfer_line *line, const struct planned *planned, bool apply, struct bytes outcome[2],
                       struct fault *fault)
{
    static const char sql[] = "select outcome, detail from patchbay.import_write($1::boolean, $2::bigint, $3::uuid, $4::bigint, $5, $6, $7, $8, $9, "
                              "$10, $11, $12::boolean, $13::boolean, $14::json, $15::integer, $16::jsonb, $17::jsonb, $18::jsonb, $19::jsonb)";
    const struct connection_content *content = &line->content;
    struct bytes boxes, keep, needs;
    struct db_result result;
    char revision[24], key[16];

    if (!seal_line(import, line, planned, &boxes, fault)) {
        return false;
    }
    if (apply && (boxes.data != NULL || planned->revision == 0) && !register_key(import, planned->key, fault)) {
        return false;
    }
    if (!connection_keep_text(&line->settings, import->arena, &keep) || !connection_needs_text(&line->settings, import->arena, &needs)) {
        return fault_set(fault, FAULT_TOO_LARGE, "it is too large");
    }
    snprintf(revision, sizeof revision, "%" PRId64, planned->revision);
    snprintf(key, sizeof key, "%ld", (long) planned->key);
    const char *values[] = {flag_text(apply), import->project, planned->id, revision, text_or_null(import, line->dialect),
                            text_or_null(import, content->public_id), text_or_null(import, content->name), text_or_null(import, content->type),
                            text_or_null(import, content->service), text_or_null(import, content->external_id),
                            text_or_null(import, content->description), flag_text(content->enabled), flag_text(content->deploy_to_worker),
                            text_or_null(import, content->settings), key, text_or_null(import, boxes), text_or_null(import, keep),
                            text_or_null(import, needs), text_or_null(import, content->references)};
    if (arena_overflowed(import->arena)) {
        return fault_set(fault, FAULT_TOO_LARGE, "it is too large");
    }
    if (!command_query(import->context, sql, 19, values, &result, fault)) {
        return false;
    }
    outcome[0] = arena_copy(import->arena, db_text(&result, 0, 0));
    outcome[1] = arena_copy(import->arena, db_text(&result, 0, 1));
    return true;
}

/* ---- the plan */

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

static struct bytes missing_message(const struct settings *settings, struct bytes missing)
{
    long index = strtol(missing.data, NULL, 10);
    const struct settings_reference *reference = settings->references;

    for (; reference != NULL && index > 0; index--) {
        reference = reference->next;
    }
    return reference == NULL ? BYTES("it names a keystore or certificate that is not there") : reference->error.message;
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

static bool plan_line(struct import *import, struct bytes text, struct planned *planned, struct fault *fault)
{
    struct transfer_line line;
    struct bytes name = {NULL, 0};
    struct bytes outcome[2];

    if (!transfer_read(&line, text, import->types, import->host_name, import->arena, fault) || !match(import, &line, planned, &name, fault)
        || !write_line(import, &line, planned, false, outcome, fault)) {
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
        planned->operation = OPERATION_CREATE;
        print_plan(import, "create", line.dialect, line.content.name, (struct bytes){NULL, 0}, (struct bytes){NULL, 0});
    } else if (bytes_is(outcome[0], "update")) {
        bool renames = !bytes_equal(name, line.content.name);
        planned->operation = OPERATION_UPDATE;
        print_plan(import, renames ? "rename" : "update", line.dialect, name, renames ? line.content.name : (struct bytes){NULL, 0}, outcome[1]);
    }
    return true;
}

static bool plan_lines(struct import *import, FILE *from, struct fault *fault)
{
    struct bytes text;
    enum reading reading;

    while ((reading = read_line(import, from, &text)) == READING_LINE) {
        struct planned *planned = add_planned(import, fault);
        struct fault wrong;
        if (planned == NULL) {
            return false;
        }
        if (fwrite(text.data, 1, text.length, import->spool) != text.length || fputc('\n', import->spool) == EOF) {
            return fault_set(fault, FAULT_UNAVAILABLE, "cannot keep the input: %s", strerror(errno));
        }
        arena_reset(import->arena);
        if (!plan_line(import, text, planned, &wrong)) {
            if (wrong.kind == FAULT_UNAVAILABLE) {
                *fault = wrong;
                return false;
            }
            complain(import, import->count, wrong.message);
        }
    }
    if (reading == READING_TOO_LONG) {
        return fault_set(fault, FAULT_TOO_LARGE, "line %zu is longer than %d bytes", import->count + 1, TRANSFER_LINE_MAX);
    }
    return !ferror(from) || fault_set(fault, FAULT_UNAVAILABLE, "cannot read the input: %s", strerror(errno));
}

static int compare_ids(const void *a, const void *b)
{
    const struct planned *const *first = a;
    const struct planned *const *second = b;

    return strcmp((*first)->id, (*second)->id);
}

/* Two lines about one connection contradict each other. Also makes the array of all ids, which --prune spares. */
static bool check_once(struct import *import, char **all, struct fault *fault)
{
    const struct planned **sorted = calloc(import->count + 1, sizeof *sorted);
    size_t length = 1;
    bool good = true;

    *all = malloc(import->count * 37 + 3);
    if (sorted == NULL || *all == NULL) {
        free(sorted);
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    strcpy(*all, "{");
    for (size_t i = 0; i < import->count; i++) {
        sorted[i] = &import->lines[i];
        if (sorted[i]->id[0] != '\0') {
            length += (size_t) sprintf(*all + length, "%s%s", length > 1 ? "," : "", sorted[i]->id);
        }
    }
    strcpy(*all + length, "}");
    qsort(sorted, import->count, sizeof *sorted, compare_ids);
    for (size_t i = 1; i < import->count && good; i++) {
        if (sorted[i]->id[0] != '\0' && strcmp(sorted[i]->id, sorted[i - 1]->id) == 0) {
            good = fault_set(fault, FAULT_INVALID, "two lines are about the connection %s; nothing was done", sorted[i]->id);
        }
    }
    free(sorted);
    return good;
}

static bool plan_prune(struct import *import, const char *all, struct fault *fault)
{
    static const char sql[] = "select connection_id, revision, dialect, name, (array_agg(connection_id) over ())::text, (array_agg(revision) over ())::text "
                              "from patchbay.connection where project_id = $1::bigint and connection_id not in (select unnest($2::uuid[])) order by 3, 4";
    const char *values[] = {import->project, all};
    struct db_result result;

    if (!command_query(import->context, sql, 2, values, &result, fault)) {
        return false;
    }
    import->gone_count = result.count;
    for (int row = 0; row < result.count; row++) {
        print_plan(import, "delete", db_text(&result, row, 2), db_text(&result, row, 3), (struct bytes){NULL, 0}, (struct bytes){NULL, 0});
    }
    if (result.count > 0) {
        import->gone = strdup(db_text(&result, 0, 4).data);
        import->gone_revisions = strdup(db_text(&result, 0, 5).data);
    }
    return result.count == 0 || (import->gone != NULL && import->gone_revisions != NULL) || fault_set(fault, FAULT_INTERNAL, "out of memory");
}

/* ---- doing it */

static bool moved(struct fault *fault)
{
    return fault_set(fault, FAULT_UNAVAILABLE, "a connection changed since the plan was made; nothing was done, run it again");
}

static bool apply_prune(struct import *import, struct fault *fault)
{
    static const char sql[] = "delete from patchbay.connection using unnest($2::uuid[], $3::bigint[]) as gone (id, at) "
                              "where project_id = $1::bigint and connection_id = gone.id and revision = gone.at returning 1";
    const char *values[] = {import->project, import->gone, import->gone_revisions};
    struct db_result result;

    return import->gone_count == 0
           || (command_query(import->context, sql, 3, values, &result, fault) && (result.count == import->gone_count || moved(fault)));
}

static bool apply_lines(struct import *import, enum operation operation, size_t *done, struct fault *fault)
{
    struct bytes text;

    rewind(import->spool);
    for (size_t i = 0; i < import->count; i++) {
        struct transfer_line line;
        struct bytes outcome[2];
        if (read_line(import, import->spool, &text) != READING_LINE) {
            return fault_set(fault, FAULT_UNAVAILABLE, "cannot read what was kept of the input");
        }
        if (import->lines[i].operation != operation) {
            continue;
        }
        arena_reset(import->arena);
        if (!transfer_read(&line, text, import->types, import->host_name, import->arena, fault)
            || !write_line(import, &line, &import->lines[i], true, outcome, fault)) {
            return fault_wrap(fault, "line %zu; nothing was done", i + 1);
        }
        if (bytes_is(outcome[0], "moved") || bytes_is(outcome[0], "secret_missing") || bytes_is(outcome[0], "reference_missing")) {
            return moved(fault);
        }
        show_progress(import, ++*done, false);
    }
    return true;
}

/* Without a commit the transaction ends with the connection. */
static bool apply(struct import *import, struct fault *fault)
{
    struct db_result result;
    size_t done = 0;

    if (!command_query(import->context, "begin", 0, NULL, &result, fault) || !apply_prune(import, fault)
        || !apply_lines(import, OPERATION_UPDATE, &done, fault) || !apply_lines(import, OPERATION_CREATE, &done, fault)) {
        return false;
    }
    show_progress(import, import->count, true);
    return command_query(import->context, "commit", 0, NULL, &result, fault);
}

static bool begin_import(struct import *import, struct fault *fault)
{
    const char *name = command_option(import->context, "project");
    const struct config *config = command_config(import->context, fault);
    struct db_result result;

    if (config == NULL || !type_table_load(&import->types, config->types_dir, fault) || !keyring_new(&import->keyring, config->keyring_file, fault)
        || !command_query(import->context, "select project_id from patchbay.project where name = $1", 1, &name, &result, fault)) {
        return false;
    }
    if (result.count == 0) {
        return fault_set(fault, FAULT_INVALID, "there is no project %s", name);
    }
    snprintf(import->project, sizeof import->project, "%.*s", BYTES_FORMAT(db_text(&result, 0, 0)));
    gethostname(import->host_name, sizeof import->host_name - 1);
    import->shows = isatty(fileno(import->context->err)) == 1;
    import->arena = arena_new(MEMORY);
    import->text = malloc(TRANSFER_LINE_MAX + 1);
    import->spool = tmpfile();
    return (import->arena != NULL && import->text != NULL && import->spool != NULL)
           || fault_set(fault, FAULT_INTERNAL, "no memory, or no room for a temporary file");
}

static bool run_import(struct import *import, FILE *from, struct fault *fault)
{
    char *all = NULL;
    bool good = begin_import(import, fault) && plan_lines(import, from, fault);

    if (good && import->complaints > 0) {
        good = fault_set(fault, FAULT_INVALID, "%" PRId64 " of %zu lines are wrong; nothing was done", import->complaints, import->count);
    }
    good = good && check_once(import, &all, fault) && (!command_flag(import->context, "prune") || plan_prune(import, all, fault));
    free(all);
    fflush(import->context->out);
    return good && (!command_flag(import->context, "apply") || apply(import, fault));
}

enum command_end command_import(struct command_context *context, struct fault *fault)
{
    struct import import = {.context = context};
    const char *file = command_option(context, "in");
    FILE *from = stdin;

    if (command_flag(context, "apply") == command_flag(context, "dry-run")) {
        fault_set(fault, FAULT_INVALID, "either --dry-run or --apply must be given");
        return COMMAND_WRONG_USAGE;
    }
    if (file != NULL && (from = fopen(file, "r")) == NULL) {
        fault_set(fault, FAULT_UNAVAILABLE, "%s: %s", file, strerror(errno));
        return COMMAND_FAILED;
    }
    bool good = run_import(&import, from, fault);
    if (from != stdin) {
        fclose(from);
    }
    if (import.spool != NULL) {
        fclose(import.spool);
    }
    free(import.gone);
    free(import.gone_revisions);
    free(import.text);
    free(import.lines);
    arena_free(import.arena);
    type_table_free(import.types);
    keyring_free(import.keyring);
    return good ? COMMAND_DONE : COMMAND_FAILED;
}
