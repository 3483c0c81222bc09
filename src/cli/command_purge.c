/*
 * Old revisions go in portions, a transaction each, so that nobody waits. What is purged must be in the chain of the audit trail before, hence that is
 * laid first.
 */
#include "cli/commands.h"

/* 90d, 12w, 48h as PostgreSQL reads an interval. 0d: everything up to now that need not stay. */
static bool read_age(struct bytes age, char interval[48], struct fault *fault)
{
    static const struct {
        char unit;
        const char *name;
        int64_t most;
    } units[] = {{'s', "seconds", 3153600000}, {'m', "minutes", 52560000}, {'h', "hours", 876000}, {'d', "days", 36500}, {'w', "weeks", 5200}};
    int64_t number;

    for (size_t i = 0; i < sizeof units / sizeof units[0] && age.length > 1; i++) {
        if (age.data[age.length - 1] == units[i].unit && bytes_to_int64(bytes_slice(age, 0, age.length - 1), &number) && number >= 0
            && number <= units[i].most) {
            snprintf(interval, 48, "%lld %s", (long long) number, units[i].name);
            return true;
        }
    }
    return fault_set(fault, FAULT_INVALID, "--older-than: a number of seconds, minutes, hours, days or weeks, like 30m, 48h, 90d or 12w");
}

static bool purge_projects(struct command_context *context, const char *interval, int64_t *purged, struct fault *fault)
{
    static const char sql[] =
        "select coalesce(sum(patchbay.history_purge(project_id, now() - $1::interval)), 0)::bigint from patchbay.project";
    struct db_result result;

    *purged = 0;
    do {
        if (!command_query(context, sql, 1, &interval, &result, fault)) {
            return false;
        }
        *purged += db_number(&result, 0, 0);
    } while (db_number(&result, 0, 0) > 0);
    return true;
}

enum command_end command_purge(struct command_context *context, struct fault *fault)
{
    const char *age = command_option(context, "older-than");
    char interval[48] = "";
    int64_t purged;

    if (age != NULL && !read_age(bytes_from(age), interval, fault)) {
        return COMMAND_WRONG_USAGE;
    }
    if (age == NULL) {
        const struct config *config = command_config(context, fault);
        if (config == NULL) {
            return COMMAND_FAILED;
        }
        if (config->history_retention == 0) {
            fprintf(context->out, "nothing is purged: history_retention is 0\n");
            return COMMAND_DONE;
        }
        snprintf(interval, sizeof interval, "%ld days", config->history_retention);
    }
    if (!command_audit_lay(context, fault) || !purge_projects(context, interval, &purged, fault)) {
        return COMMAND_FAILED;
    }
    fprintf(context->out, "%lld revisions purged\n", (long long) purged);
    return COMMAND_DONE;
}
