/*
 * Everything is decided by the functions of sql/; what is typed here reaches them as values.
 */
#include "cli/commands.h"

enum command_end command_project_add(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {{"id", LISTING_NUMBER}, {"name", LISTING_TEXT}, {NULL, LISTING_TEXT}};
    static const char sql[] = "select project_id, project_name from patchbay.project_create($1, $2, $3)";
    const char *values[] = {command_argument(context, 0), command_option(context, "ims-org"), command_option(context, "description")};
    struct db_result result;

    if (!command_query(context, sql, 3, values, &result, fault) || !command_list(context, columns, &result, fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

enum command_end command_project_list(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"id", LISTING_NUMBER}, {"name", LISTING_TEXT}, {"ims_org", LISTING_TEXT}, {"description", LISTING_TEXT},
        {"created_at", LISTING_TEXT}, {"connections", LISTING_NUMBER}, {NULL, LISTING_TEXT}};
    static const char sql[] = "select id, name, ims_org, description, " COMMAND_MOMENT("created_at") ", connections"
                              " from patchbay.project_overview order by id";
    struct db_result result;

    if (!command_query(context, sql, 0, NULL, &result, fault) || !command_list(context, columns, &result, fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}
