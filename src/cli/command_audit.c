/*
 * The audit trail on the command line. Verifying lays the chains first, so that little waits; what still does is counted and said.
 * Following goes by transactions, not by times: only what is older than every open transaction is shown, so nothing commits behind the place reached.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/listing.h"

enum { PORTION = 10000 };

#define PORTION_TEXT "10000"
#define LINES_DEFAULT "1000"

/* ---- verify */

bool command_audit_lay(struct command_context *context, struct fault *fault)
{
    static const char sql[] = "select patchbay.audit_lay($1::bigint)";
    const char *values[] = {PORTION_TEXT};
    struct db_result result;

    do {
        if (!command_query(context, sql, 1, values, &result, fault)) {
            return false;
        }
    } while (db_number(&result, 0, 0) >= PORTION);
    return true;
}

/* The first that is wrong, in words. */
static bool judge(const struct db_result *result, int column_name, int column_problems, int column_first, struct fault *fault)
{
    int64_t problems = 0;
    int bad = -1;

    for (int row = 0; row < result->count; row++) {
        problems += db_number(result, row, column_problems);
        bad = bad < 0 && db_number(result, row, column_problems) > 0 ? row : bad;
    }
    return bad < 0
           || fault_set(fault, FAULT_INVALID, "%lld problems; the first: %.*s: %.*s", (long long) problems,
                        BYTES_FORMAT(db_text(result, bad, column_name)), BYTES_FORMAT(db_text(result, bad, column_first)));
}

enum command_end command_audit_verify(struct command_context *context, struct fault *fault)
{
    enum { ID, NAME, LINKED, PURGED, RESEALED, WAITING, PROBLEMS, HEAD, FIRST };
    static const struct listing_column columns[] = {
        {"id", LISTING_NUMBER}, {"project", LISTING_TEXT}, {"linked", LISTING_NUMBER}, {"purged", LISTING_NUMBER}, {"resealed", LISTING_NUMBER},
        {"waiting", LISTING_NUMBER}, {"problems", LISTING_NUMBER}, {"head", LISTING_TEXT}, {"first", LISTING_TEXT}, {NULL, LISTING_TEXT}};
    static const char sql[] =
        "select project_id, name, linked, purged, resealed, waiting, problems, head, first from patchbay.audit_verify($1) order by project_id";
    const char *values[] = {command_option(context, "project")};
    struct db_result result;

    if (!command_audit_lay(context, fault) || !command_query(context, sql, 1, values, &result, fault) || !command_list(context, columns, &result, fault)
        || !judge(&result, NAME, PROBLEMS, FIRST, fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

/* ---- tail */

static void add_rows(struct listing *listing, const struct db_result *result, int columns)
{
    struct bytes cells[LISTING_COLUMNS_MAX] = {{NULL, 0}};

    for (int row = 0; row < result->count; row++) {
        for (int column = 0; column < columns; column++) {
            cells[column] = db_is_null(result, row, column) ? (struct bytes){NULL, 0} : db_text(result, row, column);
        }
        listing_add(listing, cells);
    }
}

#define TRAIL COMMAND_MOMENT("happened_at") ", project, actor, action, connection_id, connection, revision, request_id, detail"
#define TRAIL_ORDER " order by xact_id, happened_at, event_id, connection_id, revision"

/* Everything older than this has ended. */
static bool ask_horizon(struct command_context *context, char horizon[32], struct fault *fault)
{
    struct db_result result;

    if (!command_query(context, "select pg_snapshot_xmin(pg_current_snapshot())", 0, NULL, &result, fault)) {
        return false;
    }
    snprintf(horizon, 32, "%.*s", BYTES_FORMAT(db_text(&result, 0, 0)));
    return true;
}

static bool follow(struct command_context *context, struct listing *listing, char from[32], struct fault *fault)
{
    static const char sql[] = "select " TRAIL " from patchbay.audit_trail where xact_id >= $1::xid8 and xact_id < $2::xid8" TRAIL_ORDER;
    struct db_result result;
    char until[32];

    for (;;) {
        sleep(1);
        if (!ask_horizon(context, until, fault)) {
            return false;
        }
        const char *values[] = {from, until};
        if (!command_query(context, sql, 2, values, &result, fault)) {
            return false;
        }
        add_rows(listing, &result, (int) listing->count);
        listing_show(listing);
        if (ferror(context->out)) {
            return true; /* told at the end */
        }
        memcpy(from, until, sizeof until);
    }
}

enum command_end command_audit_tail(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"happened_at", LISTING_TEXT}, {"project", LISTING_TEXT}, {"actor", LISTING_TEXT}, {"action", LISTING_TEXT}, {"connection_id", LISTING_TEXT},
        {"connection", LISTING_TEXT}, {"revision", LISTING_NUMBER}, {"request_id", LISTING_TEXT}, {"detail", LISTING_JSON}, {NULL, LISTING_TEXT}};
    static const char all[] = "select " TRAIL " from (select * from patchbay.audit_trail order by xact_id desc limit $1::bigint) as trail" TRAIL_ORDER;
    static const char ended[] =
        "select " TRAIL " from (select * from patchbay.audit_trail where xact_id < $2::xid8 order by xact_id desc limit $1::bigint) as trail" TRAIL_ORDER;
    const char *lines = command_option(context, "lines");
    bool follows = command_flag(context, "follow");
    struct db_result result;
    struct listing listing;
    char horizon[32];
    int64_t count;

    if (lines != NULL && (!bytes_to_int64(bytes_from(lines), &count) || count < 0)) {
        fault_set(fault, FAULT_INVALID, "--lines: a whole number from 0");
        return COMMAND_WRONG_USAGE;
    }
    const char *values[] = {lines == NULL ? LINES_DEFAULT : lines, horizon};
    if (!ask_horizon(context, horizon, fault) || !command_query(context, follows ? ended : all, follows ? 2 : 1, values, &result, fault)) {
        return COMMAND_FAILED;
    }
    listing_open(&listing, context->out, columns, command_flag(context, "json"));
    add_rows(&listing, &result, (int) listing.count);
    if (follows) {
        listing_show(&listing);
    }
    bool followed = !follows || follow(context, &listing, horizon, fault);
    return listing_close(&listing, followed ? fault : &(struct fault){.kind = FAULT_NONE}) && followed ? COMMAND_DONE : COMMAND_FAILED;
}
