/*
 * One snapshot, a portion at a time, in the order of ids: two exports of the same state are the same bytes. Asked as patchbay_admin, who sees no
 * box: what is sealed cannot get into the file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/transfer.h"

enum { PORTION = 200, MEMORY = 256 * 1024 * 1024 };

enum { ROW_ID, ROW_DIALECT, ROW_PUBLIC_ID, ROW_NAME, ROW_TYPE, ROW_SERVICE, ROW_EXTERNAL_ID, ROW_DESCRIPTION, ROW_ENABLED, ROW_DEPLOY, ROW_SETTINGS };

static const char portion_sql[] =
    "select connection_id, dialect, public_id, name, type, service, external_id, description, enabled::text, deploy_to_worker::text, settings "
    "from patchbay.connection where project_id = $1::bigint and connection_id > $2::uuid order by connection_id limit 200";

static struct bytes cell(const struct db_result *result, int row, int column)
{
    return db_is_null(result, row, column) ? (struct bytes){NULL, 0} : db_text(result, row, column);
}

static bool write_row(FILE *to, const struct db_result *result, int row, struct arena *arena, struct fault *fault)
{
    struct connection_content content = {
        .public_id = cell(result, row, ROW_PUBLIC_ID), .name = cell(result, row, ROW_NAME), .type = cell(result, row, ROW_TYPE),
        .service = cell(result, row, ROW_SERVICE), .external_id = cell(result, row, ROW_EXTERNAL_ID),
        .description = cell(result, row, ROW_DESCRIPTION), .enabled = bytes_is(cell(result, row, ROW_ENABLED), "true"),
        .deploy_to_worker = bytes_is(cell(result, row, ROW_DEPLOY), "true"), .settings = cell(result, row, ROW_SETTINGS)};

    arena_reset(arena);
    struct bytes line = transfer_write(cell(result, row, ROW_ID), cell(result, row, ROW_DIALECT), &content, arena);
    if (line.data == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "the settings of connection %.*s cannot be written", BYTES_FORMAT(cell(result, row, ROW_ID)));
    }
    return fwrite(line.data, 1, line.length, to) == line.length
           || fault_set(fault, FAULT_UNAVAILABLE, "cannot write the export: %s", strerror(errno));
}

static bool write_rows(struct command_context *context, const char *project, FILE *to, struct arena *arena, struct fault *fault)
{
    char after[40] = "00000000-0000-0000-0000-000000000000";
    const char *values[] = {project, after};
    bool shows = isatty(fileno(context->err)) == 1 && isatty(fileno(to)) != 1;
    struct db_result result;
    long long count = 0;

    do {
        if (!command_query(context, portion_sql, 2, values, &result, fault)) {
            return false;
        }
        for (int row = 0; row < result.count; row++) {
            if (!write_row(to, &result, row, arena, fault)) {
                return false;
            }
        }
        if (result.count > 0) {
            snprintf(after, sizeof after, "%.*s", BYTES_FORMAT(db_text(&result, result.count - 1, ROW_ID)));
        }
        count += result.count;
        if (shows) {
            fprintf(context->err, "\r%lld connections%s", count, result.count < PORTION ? "\n" : "");
        }
    } while (result.count == PORTION);
    return true;
}

static bool export_to(struct command_context *context, FILE *to, struct fault *fault)
{
    const char *name = command_option(context, "project");
    struct arena *arena = arena_new(MEMORY);
    struct db_result result;
    char project[24] = "";

    bool good = arena != NULL || fault_set(fault, FAULT_INTERNAL, "out of memory");
    good = good && command_query(context, "begin isolation level repeatable read read only", 0, NULL, &result, fault)
           && command_query(context, "select project_id from patchbay.project where name = $1", 1, &name, &result, fault);
    if (good && result.count == 0) {
        good = fault_set(fault, FAULT_INVALID, "there is no project %s", name);
    } else if (good) {
        snprintf(project, sizeof project, "%.*s", BYTES_FORMAT(db_text(&result, 0, 0)));
        good = write_rows(context, project, to, arena, fault) && command_query(context, "commit", 0, NULL, &result, fault);
    }
    arena_free(arena);
    return good;
}

/* A new file beside it, for its owner alone, which takes the name once it is whole. */
static bool export_to_file(struct command_context *context, const char *file, struct fault *fault)
{
    char beside[4096];

    if (snprintf(beside, sizeof beside, "%s.XXXXXX", file) >= (int) sizeof beside) {
        return fault_set(fault, FAULT_INVALID, "the name of the file is too long");
    }
    int descriptor = mkstemp(beside); /* mode 0600 */
    FILE *to = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (to == NULL) {
        return fault_set(fault, FAULT_UNAVAILABLE, "%s: %s", beside, strerror(errno));
    }
    bool good = export_to(context, to, fault);
    if (good && (fflush(to) != 0 || fsync(descriptor) != 0)) {
        good = fault_set(fault, FAULT_UNAVAILABLE, "%s: %s", beside, strerror(errno));
    }
    fclose(to);
    if (good && rename(beside, file) != 0) {
        good = fault_set(fault, FAULT_UNAVAILABLE, "%s: %s", file, strerror(errno));
    }
    if (!good) {
        unlink(beside);
    }
    return good;
}

enum command_end command_export(struct command_context *context, struct fault *fault)
{
    const char *file = command_option(context, "out");
    bool good = file == NULL ? export_to(context, context->out, fault) : export_to_file(context, file, fault);

    return good ? COMMAND_DONE : COMMAND_FAILED;
}
