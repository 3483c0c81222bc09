/*
 * Two readings of the input. The first makes the plan and remembers for each line which row it is about and at which revision; it says everything
 * that is wrong and writes nothing. The second writes, in one transaction, each row only if it is still at that revision. What is read is kept
 * beside in a file that nobody else can read, so that both readings see the same. Deletions come first and creations last: a name that one line
 * gives up may be another's. Among the updates those that take such a name come last.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/commands.h"
#include "cli/import.h"
#include "seal/spool.h"

enum { MEMORY = 256 * 1024 * 1024, PORTION = 1000 };

/* ---- doing it */

/* The rows from `from` to before `to`, as two arrays. */
static bool delete_portion(struct import *import, size_t from, size_t to, struct fault *fault)
{
    static const char sql[] = "delete from patchbay.connection using unnest($2::uuid[], $3::bigint[]) as gone (id, at) "
                              "where project_id = $1::bigint and connection_id = gone.id and revision = gone.at returning 1";
    struct buf ids, revisions;
    struct db_result result;
    char id[IMPORT_UUID_SIZE];

    arena_reset(import->arena);
    buf_init(&ids, import->arena, (to - from) * IMPORT_UUID_SIZE + 2);
    buf_init(&revisions, import->arena, (to - from) * 8);
    for (size_t i = from; i < to; i++) {
        import_uuid_text(import->gone[i].id, id);
        buf_printf(&ids, "%c%s", i == from ? '{' : ',', id);
        buf_printf(&revisions, "%c%" PRId64, i == from ? '{' : ',', import->gone[i].revision);
    }
    buf_add(&ids, (struct bytes){"}", 2}); /* with its NUL */
    buf_add(&revisions, (struct bytes){"}", 2});
    const char *values[] = {import->project, buf_bytes(&ids).data, buf_bytes(&revisions).data};
    if (values[1] == NULL || values[2] == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    return command_query(import->context, sql, 3, values, &result, fault) && ((size_t) result.count == to - from || import_moved(fault));
}

static bool apply_prune(struct import *import, struct fault *fault)
{
    for (size_t from = 0; from < import->gone_count; from += PORTION) {
        size_t to = import->gone_count - from < PORTION ? import->gone_count : from + PORTION;
        if (!delete_portion(import, from, to, fault)) {
            return false;
        }
    }
    return true;
}

static bool apply_lines(struct import *import, enum import_operation operation, struct fault *fault)
{
    struct import_planned planned;
    struct bytes text;

    rewind(import->spool);
    rewind(import->plan);
    for (size_t number = 1; number <= import->count; number++) {
        if (import_read_line(import, import->spool, &text) != IMPORT_LINE || fread(&planned, sizeof planned, 1, import->plan) != 1) {
            return fault_set(fault, FAULT_UNAVAILABLE, "cannot read what was kept of the input");
        }
        if (planned.operation == operation && !planned.waits && !import_apply_line(import, number, text, &planned, fault)) {
            return false;
        }
    }
    return true;
}

/* Without a commit the transaction ends with the connection. */
static bool apply(struct import *import, struct fault *fault)
{
    struct db_result result;

    progress_begin(&import->progress, import->context->err, "connections", (int64_t) import->to_do);
    bool good = command_query(import->context, "begin", 0, NULL, &result, fault) && apply_prune(import, fault)
                && apply_lines(import, IMPORT_UPDATE, fault) && import_names_apply(import, fault)
                && apply_lines(import, IMPORT_CREATE, fault);
    progress_end(&import->progress);
    return good && command_query(import->context, "commit", 0, NULL, &result, fault);
}

/* ---- from beginning to end */

static bool open_files(struct import *import, struct fault *fault)
{
    import->spool = spool_open(fault);
    if (import->spool == NULL) {
        return false;
    }
    import->plan = tmpfile();
    import->arena = arena_new(MEMORY);
    import->text = malloc(TRANSFER_LINE_MAX + 1);
    return (import->arena != NULL && import->text != NULL && import->plan != NULL)
           || fault_set(fault, FAULT_INTERNAL, "no memory, or no room for a temporary file");
}

static bool begin_import(struct import *import, struct fault *fault)
{
    const char *name = command_option(import->context, "project");
    const struct config *config = command_config(import->context, fault);
    struct db_result result;

    if (config == NULL || !type_table_load(&import->types, config->types_dir, fault) || !keyring_new(&import->keyring, config->keyring_file, fault)
        || (config->import_key_file[0] != '\0' && !envelope_opener_new(&import->opener, "import_key_file", config->import_key_file, fault))
        || !command_query(import->context, "select project_id from patchbay.project where name = $1", 1, &name, &result, fault)) {
        return false;
    }
    if (result.count == 0) {
        return fault_set(fault, FAULT_INVALID, "there is no project %s", name);
    }
    snprintf(import->project, sizeof import->project, "%.*s", BYTES_FORMAT(db_text(&result, 0, 0)));
    gethostname(import->host_name, sizeof import->host_name - 1);
    import->rules = (struct transfer_rules){.types = import->types, .host_name = import->host_name, .opener = import->opener};
    import->shows = isatty(fileno(import->context->err)) == 1;
    return open_files(import, fault);
}

static bool run_import(struct import *import, FILE *from, struct fault *fault)
{
    bool planned = begin_import(import, fault) && import_plan(import, from, fault);

    fflush(import->context->out);
    return planned && (!command_flag(import->context, "apply") || apply(import, fault));
}

static void end_import(struct import *import)
{
    if (import->spool != NULL) {
        fclose(import->spool);
    }
    if (import->plan != NULL) {
        fclose(import->plan);
    }
    if (import->text != NULL) {
        explicit_bzero(import->text, import->longest); /* secrets may have been given plainly */
    }
    free(import->text);
    free(import->given);
    free(import->claims);
    free(import->waiting);
    free(import->gone);
    arena_free(import->arena);
    type_table_free(import->types);
    envelope_opener_free(import->opener);
    keyring_free(import->keyring);
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
    end_import(&import);
    return good ? COMMAND_DONE : COMMAND_FAILED;
}
