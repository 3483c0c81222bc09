/*
 * One snapshot, a portion at a time, in the order of ids: two exports of the same state are the same lines. Asked as patchbay_admin, who sees no
 * box: what is sealed cannot get into the file. Only when it is sealed to somebody (--seal-to) a second session reads the boxes, as patchbay_worker and
 * in the same snapshot, and before it does the audit trail has it.
 *
 * A connection whose boxes do not open ends the export: a file that lacks secrets must not look like one that has them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/transfer.h"
#include "db/admin.h"

enum { PORTION = 200, MEMORY = 256 * 1024 * 1024 };

enum { ROW_ID, ROW_DIALECT, ROW_PUBLIC_ID, ROW_NAME, ROW_TYPE, ROW_SERVICE, ROW_EXTERNAL_ID, ROW_DESCRIPTION, ROW_ENABLED, ROW_DEPLOY, ROW_SETTINGS };
enum { BOXES_PROJECT, BOXES_ID, BOXES_KEY, BOXES_SECRETS };

static const char portion_sql[] =
    "select connection_id, dialect, public_id, name, type, service, external_id, description, enabled::text, deploy_to_worker::text, settings "
    "from patchbay.connection where project_id = $1::bigint and connection_id > $2::uuid order by connection_id limit $3::integer";
static const char boxes_sql[] = "select * from patchbay.export_boxes($1::bigint, $2::uuid, $3::integer)";

struct export {
    struct command_context *context;
    FILE *to;
    struct arena *arena;
    char project[24];
    struct envelope_recipient *recipient; /* NULL: what is sealed is left out, and so are the next two */
    struct keyring *keyring;
    struct db_admin *worker;
    struct progress progress;
    bool shows; /* progress: standard error is a terminal, and the export goes elsewhere */
};

static struct bytes cell(const struct db_result *result, int row, int column)
{
    return db_is_null(result, row, column) ? (struct bytes){NULL, 0} : db_text(result, row, column);
}

/* The envelope of a row; its settings change with it. */
static bool seal_row(const struct export *export, const struct db_result *boxes, int row, struct connection_content *content, struct bytes *sealed,
                     struct fault *fault)
{
    struct transfer_secrets secrets = {.keyring = export->keyring, .recipient = export->recipient, .id = cell(boxes, row, BOXES_ID),
                                       .boxes = cell(boxes, row, BOXES_SECRETS)};

    secrets.identity.project = db_number(boxes, row, BOXES_PROJECT);
    secrets.identity.key = (int32_t) db_number(boxes, row, BOXES_KEY);
    return db_uuid(boxes, row, BOXES_ID, secrets.identity.connection)
           && transfer_seal(&secrets, export->arena, &content->settings, sealed, fault);
}

static bool incomplete(const struct db_result *result, int row, struct fault *fault)
{
    return fault_wrap(fault, "the export is not complete: connection %.*s (%.*s)", BYTES_FORMAT(cell(result, row, ROW_ID)),
                      BYTES_FORMAT(bytes_slice(cell(result, row, ROW_NAME), 0, 200)));
}

static bool write_row(const struct export *export, const struct db_result *result, const struct db_result *boxes, int row, struct fault *fault)
{
    struct connection_content content = {
        .public_id = cell(result, row, ROW_PUBLIC_ID), .name = cell(result, row, ROW_NAME), .type = cell(result, row, ROW_TYPE),
        .service = cell(result, row, ROW_SERVICE), .external_id = cell(result, row, ROW_EXTERNAL_ID),
        .description = cell(result, row, ROW_DESCRIPTION), .enabled = bytes_is(cell(result, row, ROW_ENABLED), "true"),
        .deploy_to_worker = bytes_is(cell(result, row, ROW_DEPLOY), "true"), .settings = cell(result, row, ROW_SETTINGS)};
    struct bytes sealed = {NULL, 0};

    arena_reset(export->arena);
    if (export->recipient != NULL && !seal_row(export, boxes, row, &content, &sealed, fault)) {
        return incomplete(result, row, fault);
    }
    struct bytes line = transfer_write(cell(result, row, ROW_ID), cell(result, row, ROW_DIALECT), &content, sealed, export->arena);
    if (line.data == NULL) {
        fault_set(fault, FAULT_INTERNAL, "its settings cannot be written");
        return incomplete(result, row, fault);
    }
    return fwrite(line.data, 1, line.length, export->to) == line.length
           || fault_set(fault, FAULT_UNAVAILABLE, "cannot write the export: %s", strerror(errno));
}

/* Both sessions see the same snapshot, so they see the same rows. */
static bool read_portion(const struct export *export, const char *after, struct db_result *result, struct db_result *boxes, struct fault *fault)
{
    char most[16];
    const char *values[] = {export->project, after, most};

    snprintf(most, sizeof most, "%d", PORTION);
    if (!command_query(export->context, portion_sql, 3, values, result, fault)) {
        return false;
    }
    if (export->recipient == NULL) {
        return true;
    }
    if (!db_admin_query(export->worker, boxes_sql, 3, values, boxes, fault)) {
        return false;
    }
    bool same = boxes->count == result->count;
    for (int row = 0; row < result->count && same; row++) {
        same = bytes_equal(cell(result, row, ROW_ID), cell(boxes, row, BOXES_ID));
    }
    return same || fault_set(fault, FAULT_INTERNAL, "the settings admin_database and database lead to different databases");
}

static bool write_rows(struct export *export, struct fault *fault)
{
    char after[40] = "00000000-0000-0000-0000-000000000000";
    struct db_result result, boxes = {.count = 0};

    do {
        if (!read_portion(export, after, &result, &boxes, fault)) {
            return false;
        }
        for (int row = 0; row < result.count; row++) {
            if (!write_row(export, &result, &boxes, row, fault)) {
                return false;
            }
        }
        if (result.count > 0) {
            snprintf(after, sizeof after, "%.*s", BYTES_FORMAT(db_text(&result, result.count - 1, ROW_ID)));
        }
        if (export->shows) {
            progress_step(&export->progress, result.count);
        }
    } while (result.count == PORTION);
    return true;
}

static bool write_all(struct export *export, struct fault *fault)
{
    const char *values[] = {export->project};
    struct db_result result;

    if (!command_query(export->context, "select count(*) from patchbay.connection where project_id = $1::bigint", 1, values, &result, fault)) {
        return false;
    }
    progress_begin(&export->progress, export->context->err, "connections", db_number(&result, 0, 0));
    bool written = write_rows(export, fault);
    progress_end(&export->progress);
    return written;
}

static bool find_project(struct export *export, struct fault *fault)
{
    const char *name = command_option(export->context, "project");
    struct db_result result;

    if (!command_query(export->context, "select project_id from patchbay.project where name = $1", 1, &name, &result, fault)) {
        return false;
    }
    if (result.count == 0) {
        return fault_set(fault, FAULT_INVALID, "there is no project %s", name);
    }
    snprintf(export->project, sizeof export->project, "%.*s", BYTES_FORMAT(db_text(&result, 0, 0)));
    return true;
}

/* A portion is read along the index and not, where statistics are missing, found by sorting all that is left. */
static bool begin_reading(const struct export *export, struct fault *fault)
{
    static const char sql[] = "select set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)";
    struct db_result result;

    return command_query(export->context, "begin isolation level repeatable read read only", 0, NULL, &result, fault)
           && command_query(export->context, sql, 0, NULL, &result, fault);
}

/* What sealing needs, and the note of it. */
static bool prepare_sealing(struct export *export, struct fault *fault)
{
    const char *file = command_option(export->context, "seal-to");
    const struct config *config = command_config(export->context, fault);
    struct db_result result;

    if (config == NULL || !envelope_recipient_new(&export->recipient, file, fault) || !keyring_new(&export->keyring, config->keyring_file, fault)) {
        return false;
    }
    if (!db_admin_new(&export->worker, config->database, fault)) {
        return fault_wrap(fault, "no connection to the database (database)");
    }
    const char *values[] = {export->project, envelope_recipient_digest(export->recipient)};
    return command_query(export->context, "select patchbay.export_record($1::bigint, $2)", 2, values, &result, fault);
}

/* The worker's session takes the administrator's snapshot. Its name must stand in the statement as a literal. */
static bool share_snapshot(const struct export *export, struct fault *fault)
{
    struct db_result result;
    char sql[128];

    if (!command_query(export->context, "select pg_export_snapshot()", 0, NULL, &result, fault)) {
        return false;
    }
    struct bytes name = db_text(&result, 0, 0);
    if (name.length == 0 || name.length > 64 || strspn(name.data, "0123456789ABCDEF-") != name.length) {
        return fault_set(fault, FAULT_INTERNAL, "the database's snapshot has an unexpected name");
    }
    snprintf(sql, sizeof sql, "set transaction snapshot '%.*s'", BYTES_FORMAT(name));
    return db_admin_query(export->worker, "begin isolation level repeatable read read only", 0, NULL, &result, fault)
           && (db_admin_query(export->worker, sql, 0, NULL, &result, fault)
               || fault_wrap(fault, "the settings admin_database and database must lead to the same database"));
}

static bool export_to(struct command_context *context, FILE *to, struct fault *fault)
{
    struct export export = {.context = context, .to = to, .arena = arena_new(MEMORY)};
    bool seals = command_option(context, "seal-to") != NULL;
    struct db_result result;

    export.shows = isatty(fileno(context->err)) == 1 && isatty(fileno(to)) != 1;
    bool good = export.arena != NULL || fault_set(fault, FAULT_INTERNAL, "out of memory");
    good = good && find_project(&export, fault) && (!seals || prepare_sealing(&export, fault))
           && begin_reading(&export, fault)
           && (!seals || share_snapshot(&export, fault)) && write_all(&export, fault)
           && command_query(context, "commit", 0, NULL, &result, fault);
    db_admin_free(export.worker);
    keyring_free(export.keyring);
    envelope_recipient_free(export.recipient);
    arena_free(export.arena);
    return good;
}

/* A new file beside it, for its owner alone, which takes the name once it is whole. */
static bool export_to_new(struct command_context *context, const char *file, struct fault *fault)
{
    char beside[4096];

    if (snprintf(beside, sizeof beside, "%s.XXXXXX", file) >= (int) sizeof beside) {
        return fault_set(fault, FAULT_INVALID, "the name of the file is too long");
    }
    int descriptor = mkstemp(beside); /* mode 0600 */
    if (descriptor < 0) {
        return fault_set(fault, FAULT_UNAVAILABLE, "%s: %s", beside, strerror(errno));
    }
    FILE *to = fdopen(descriptor, "w");
    bool good = to != NULL ? export_to(context, to, fault) : fault_set(fault, FAULT_UNAVAILABLE, "%s: %s", beside, strerror(errno));
    if (good && (fflush(to) != 0 || fsync(descriptor) != 0)) {
        good = fault_set(fault, FAULT_UNAVAILABLE, "%s: %s", beside, strerror(errno));
    }
    (void) (to != NULL ? fclose(to) : close(descriptor));
    if (good && rename(beside, file) != 0) {
        good = fault_set(fault, FAULT_UNAVAILABLE, "%s: %s", file, strerror(errno));
    }
    if (!good) {
        unlink(beside);
    }
    return good;
}

/* Pipes and devices are written to, never replaced: root may rename over /dev/null. */
static bool export_to_special(struct command_context *context, const char *file, struct fault *fault)
{
    FILE *to = fopen(file, "we");

    if (to == NULL) {
        return fault_set(fault, FAULT_UNAVAILABLE, "%s: %s", file, strerror(errno));
    }
    bool good = export_to(context, to, fault);
    return (fclose(to) == 0 || !good || fault_set(fault, FAULT_UNAVAILABLE, "%s: %s", file, strerror(errno))) && good;
}

static bool export_to_file(struct command_context *context, const char *file, struct fault *fault)
{
    char *target = realpath(file, NULL); /* a link stays, what it leads to is replaced */
    struct stat status;
    bool special = target != NULL && stat(target, &status) == 0 && !S_ISREG(status.st_mode);
    bool good = special ? export_to_special(context, target, fault) : export_to_new(context, target != NULL ? target : file, fault);

    free(target);
    return good;
}

enum command_end command_export(struct command_context *context, struct fault *fault)
{
    const char *file = command_option(context, "out");
    bool good = file == NULL ? export_to(context, context->out, fault) : export_to_file(context, file, fault);

    return good ? COMMAND_DONE : COMMAND_FAILED;
}
