/*
 * What is going on, drawn anew over itself on a terminal until it is interrupted; told once elsewhere. What it shows is in the database
 * anyway (the audit trail, deployments), so that workers count nothing for it.
 */
#include <unistd.h>

#include "cli/commands.h"

enum { PAUSE_SECONDS = 2 };

static bool show(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"id", LISTING_NUMBER}, {"project", LISTING_TEXT}, {"changes", LISTING_NUMBER}, {"readings", LISTING_NUMBER}, {"refusals", LISTING_NUMBER},
        {"pending", LISTING_NUMBER}, {"connections", LISTING_NUMBER}, {"last_at", LISTING_TEXT}, {NULL, LISTING_TEXT}};
    static const char sql[] = "select id, project, changes, readings, refusals, pending, connections, " COMMAND_MOMENT("last_at")
                              " from patchbay.activity_overview";
    struct db_result result;

    return command_query(context, sql, 0, NULL, &result, fault) && command_list(context, columns, &result, fault);
}

enum command_end command_top(struct command_context *context, struct fault *fault)
{
    bool draws = isatty(fileno(context->out)) == 1 && !command_flag(context, "json");

    do {
        if (draws) {
            fputs("\033[H\033[J", context->out);
        }
        if (!show(context, fault)) {
            return COMMAND_FAILED;
        }
    } while (draws && fflush(context->out) == 0 && sleep(PAUSE_SECONDS) == 0); /* what was not written is told at the end */
    return COMMAND_DONE;
}
