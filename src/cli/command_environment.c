/*
 * Environments: where a project's connections are deployed.
 */
#include <string.h>

#include "cli/commands.h"

static bool check_type(const char *type, struct fault *fault)
{
    static const char *const types[] = {"PRODUCTION", "SANDBOX", "TEST"};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(type, types[i]) == 0) {
            return true;
        }
    }
    return fault_set(fault, FAULT_INVALID, "--type: an environment is PRODUCTION, SANDBOX or TEST");
}

enum command_end command_environment_add(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {{"id", LISTING_NUMBER}, {"name", LISTING_TEXT}, {NULL, LISTING_TEXT}};
    const char *values[] = {command_argument(context, 0), command_option(context, "type"), command_option(context, "description"),
                            command_option(context, "access-url")};
    struct db_result result;

    if (!check_type(values[1], fault)) {
        return COMMAND_WRONG_USAGE;
    }
    if (!command_query(context, "select environment_id, environment_name from patchbay.environment_create($1, $2, $3, $4)", 4, values, &result,
                       fault) ||
        !command_list(context, columns, &result, fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

enum command_end command_environment_link(struct command_context *context, struct fault *fault)
{
    const char *values[] = {command_argument(context, 0), command_option(context, "project")};
    struct db_result result;

    return command_query(context, "select patchbay.environment_link($1, $2)", 2, values, &result, fault) ? COMMAND_DONE : COMMAND_FAILED;
}

enum command_end command_environment_list(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {{"id", LISTING_NUMBER},       {"name", LISTING_TEXT},       {"type", LISTING_TEXT},
                                                    {"status", LISTING_TEXT},     {"projects", LISTING_TEXT},   {"description", LISTING_TEXT},
                                                    {"access_url", LISTING_TEXT}, {"created_at", LISTING_TEXT}, {NULL, LISTING_TEXT}};
    static const char sql[] = "select id, name, type, status, projects, description, access_url, " COMMAND_MOMENT("created_at")
                              " from patchbay.environment_overview order by id";
    struct db_result result;

    if (!command_query(context, sql, 0, NULL, &result, fault) || !command_list(context, columns, &result, fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}
