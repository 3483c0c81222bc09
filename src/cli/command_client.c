/*
 * Clients of the Catalog dialect: programs that are known by an x-api-key and belong to no project.
 */
#include "cli/commands.h"

enum command_end command_client_add(struct command_context *context, struct fault *fault)
{
    const char *name = command_argument(context, 0);
    struct db_result result;

    if (!command_query(context, "select patchbay.client_create($1)", 1, &name, &result, fault) ||
        !command_print_credential(context, db_text(&result, 0, 0), fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

enum command_end command_client_list(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"id", LISTING_NUMBER}, {"name", LISTING_TEXT}, {"state", LISTING_TEXT}, {"created_at", LISTING_TEXT}, {NULL, LISTING_TEXT}};
    static const char sql[] = "select id, name, state, " COMMAND_MOMENT("created_at") " from patchbay.client_overview order by id";
    struct db_result result;

    if (!command_query(context, sql, 0, NULL, &result, fault) || !command_list(context, columns, &result, fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

enum command_end command_client_revoke(struct command_context *context, struct fault *fault)
{
    const char *id = command_argument(context, 0);
    struct db_result result;

    if (!command_check_id(id, fault)) {
        return COMMAND_WRONG_USAGE;
    }
    return command_query(context, "select patchbay.client_revoke($1::bigint)", 1, &id, &result, fault) ? COMMAND_DONE : COMMAND_FAILED;
}
