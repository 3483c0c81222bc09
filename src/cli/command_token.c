/*
 * What can be judged without the database is judged first, as wrong usage: a token with a misspelt permission or a misread
 * expiry would be noticed too late.
 */
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/expiry.h"
#include "cli/permission.h"

/* The expiry as PostgreSQL reads it. */
static enum command_end read_expiry(const char *when, char text[EXPIRY_TEXT_SIZE], struct fault *fault)
{
    int64_t expiry = EXPIRY_NEVER;

    if (when != NULL && !expiry_parse(bytes_from(when), &expiry, fault)) {
        fault_wrap(fault, "--expires");
        return COMMAND_WRONG_USAGE;
    }
    if (expiry_is_past(expiry, clock_wall_us())) {
        fault_set(fault, FAULT_INVALID, "--expires: that is in the past");
        return COMMAND_FAILED;
    }
    expiry_format(expiry, text);
    return COMMAND_DONE;
}

enum command_end command_token_issue(struct command_context *context, struct fault *fault)
{
    static const char sql[] = "select patchbay.token_issue($1, $2, string_to_array($3, ','), $4, $5::timestamptz)";
    const char *permissions = command_option(context, "permission");
    char expires[EXPIRY_TEXT_SIZE];
    struct db_result result;

    if (!permission_check_list(bytes_from(permissions), fault)) {
        fault_wrap(fault, "--permission");
        return COMMAND_WRONG_USAGE;
    }
    enum command_end end = read_expiry(command_option(context, "expires"), expires, fault);
    if (end != COMMAND_DONE) {
        return end;
    }
    const char *values[] = {command_option(context, "project"), command_option(context, "name"), permissions,
                            command_option(context, "user"), expires};
    if (!command_query(context, sql, 5, values, &result, fault) ||
        !command_print_credential(context, db_text(&result, 0, 0), fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

/* A mistyped project must not look like one without tokens. */
static bool check_project(struct command_context *context, const char *project, struct fault *fault)
{
    struct db_result result;

    if (project == NULL) {
        return true;
    }
    if (!command_query(context, "select from patchbay.project_overview where name = $1", 1, &project, &result, fault)) {
        return false;
    }
    return result.count > 0 || fault_set(fault, FAULT_INVALID, "there is no project %s", project);
}

enum command_end command_token_list(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"id", LISTING_NUMBER}, {"project", LISTING_TEXT}, {"name", LISTING_TEXT}, {"permissions", LISTING_TEXT}, {"user", LISTING_TEXT},
        {"state", LISTING_TEXT}, {"created_at", LISTING_TEXT}, {"expires_at", LISTING_TEXT}, {"last_used_at", LISTING_TEXT},
        {NULL, LISTING_TEXT}};
    static const char sql[] =
        "select id, project, name, permissions, \"user\", state, " COMMAND_MOMENT("created_at") ", " COMMAND_MOMENT("expires_at") ", "
        COMMAND_MOMENT("last_used_at") " from patchbay.token_overview where $1::text is null or project = $1 order by id";
    const char *project = command_option(context, "project");
    struct db_result result;

    if (!check_project(context, project, fault) || !command_query(context, sql, 1, &project, &result, fault) ||
        !command_list(context, columns, &result, fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

enum command_end command_token_revoke(struct command_context *context, struct fault *fault)
{
    const char *id = command_argument(context, 0);
    struct db_result result;

    if (!command_check_id(id, fault)) {
        return COMMAND_WRONG_USAGE;
    }
    return command_query(context, "select patchbay.token_revoke($1::bigint)", 1, &id, &result, fault) ? COMMAND_DONE : COMMAND_FAILED;
}
