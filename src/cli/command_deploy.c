/*
 * `deploy` only says what is wanted; the deployer does it. So it waits for others, and says so when nobody seems to do anything.
 */
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "deploy/deployer.h"

#define LOOK_US 200000
#define PATIENCE_US 60000000 /* without any progress */
#define BAR_WIDTH 40

/* What is asked for; NULL: not limited by this. */
struct scope {
    const char *worker, *project, *connection;
    char project_text[300];
};

static bool choose(struct command_context *context, struct scope *scope, struct fault *fault)
{
    const char *connection = command_option(context, "connection");
    int given = command_flag(context, "all") + command_flag(context, "worker") + (connection != NULL);

    memset(scope, 0, sizeof *scope);
    if (given != 1) {
        return fault_set(fault, FAULT_INVALID, "deploy needs one of: --all, --worker W, --connection PROJECT/NAME");
    }
    scope->worker = command_option(context, "worker");
    if (connection == NULL) {
        return true;
    }
    const char *slash = strchr(connection, '/');
    if (slash == NULL || slash == connection || slash[1] == '\0' || (size_t) (slash - connection) >= sizeof scope->project_text) {
        return fault_set(fault, FAULT_INVALID, "a connection is named PROJECT/NAME");
    }
    memcpy(scope->project_text, connection, (size_t) (slash - connection));
    scope->project = scope->project_text;
    scope->connection = slash + 1;
    return true;
}

struct progress {
    int64_t all, open, failed;
};

static bool ask_progress(struct command_context *context, const struct scope *scope, struct progress *progress, struct fault *fault)
{
    static const char sql[] =
        "select count(*), count(*) filter (where state = 'desired'), count(*) filter (where state in ('failed', 'unknown')) from patchbay.deployment"
        " where ($1::text is null or worker_id = (select worker_id from patchbay.worker where name = $1))"
        " and ($2::text is null or (project_id, connection_id) in (select project_id, connection_id from patchbay.connection"
        " where project_id = (select project_id from patchbay.project where name = $2) and lower(handle) = lower($3)))";
    const char *values[] = {scope->worker, scope->project, scope->connection};
    struct db_result result;

    if (!command_query(context, sql, 3, values, &result, fault)) {
        return false;
    }
    *progress = (struct progress){db_number(&result, 0, 0), db_number(&result, 0, 1), db_number(&result, 0, 2)};
    return true;
}

static void draw(FILE *err, const struct progress *progress, int64_t asked)
{
    int64_t done = asked - progress->open < 0 ? 0 : asked - progress->open;
    int filled = asked == 0 ? BAR_WIDTH : (int) (done * BAR_WIDTH / asked);

    fprintf(err, "\r[%.*s%*s] %lld of %lld, %lld failed ", filled, "########################################", BAR_WIDTH - filled, "", (long long) done,
            (long long) asked, (long long) progress->failed);
    fflush(err);
}

static bool wait_for_all(struct command_context *context, const struct scope *scope, int64_t asked, struct fault *fault)
{
    bool draws = isatty(fileno(context->err)) == 1;
    int64_t moved_us = clock_monotonic_us();
    struct progress before = {-1, -1, -1};
    struct progress progress;

    for (;;) {
        if (!ask_progress(context, scope, &progress, fault)) {
            return false;
        }
        if (draws) {
            draw(context->err, &progress, asked);
        }
        if (progress.open == 0) {
            break;
        }
        if (memcmp(&progress, &before, sizeof before) != 0) {
            before = progress;
            moved_us = clock_monotonic_us();
        } else if (clock_monotonic_us() - moved_us > PATIENCE_US) {
            fputs(draws ? "\n" : "", context->err);
            return fault_set(fault, FAULT_UNAVAILABLE, "%lld deliveries wait and nothing happens: does `patchbay deployer` run?", (long long) progress.open);
        }
        usleep(LOOK_US);
    }
    fputs(draws ? "\n" : "", context->err);
    return progress.failed == 0 || fault_set(fault, FAULT_UNAVAILABLE, "%lld of %lld deployments are not applied: patchbay deploy status tells why",
                                             (long long) progress.failed, (long long) asked);
}

enum command_end command_deploy(struct command_context *context, struct fault *fault)
{
    static const char sql[] = "select patchbay.deployment_redeploy($1, $2, $3)";
    struct db_result result;
    struct scope scope;

    if (!choose(context, &scope, fault)) {
        return COMMAND_WRONG_USAGE;
    }
    const char *values[] = {scope.worker, scope.project, scope.connection};
    if (!command_query(context, sql, 3, values, &result, fault)) {
        return COMMAND_FAILED;
    }
    int64_t asked = db_is_null(&result, 0, 0) ? 0 : db_number(&result, 0, 0);
    if (!wait_for_all(context, &scope, asked, fault)) {
        return COMMAND_FAILED;
    }
    fprintf(context->out, "%lld deployments applied\n", (long long) asked);
    return COMMAND_DONE;
}

enum command_end command_deploy_status(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"id", LISTING_TEXT}, {"project", LISTING_TEXT}, {"connection", LISTING_TEXT}, {"environment", LISTING_TEXT}, {"worker", LISTING_TEXT},
        {"wanted", LISTING_TEXT}, {"wanted_revision", LISTING_NUMBER}, {"applied_revision", LISTING_NUMBER}, {"state", LISTING_TEXT},
        {"error", LISTING_TEXT}, {"attempts", LISTING_NUMBER}, {"next_attempt_at", LISTING_TEXT}, {"age", LISTING_NUMBER}, {NULL, LISTING_TEXT}};
    static const char sql[] = "select connection_id, project, connection, environment, worker, wanted, wanted_revision, applied_revision, state, error,"
                              " attempts, " COMMAND_MOMENT("next_attempt_at") ", extract(epoch from age)::bigint"
                              " from patchbay.deployment_status order by project, connection, environment, worker";
    struct db_result result;

    return command_query(context, sql, 0, NULL, &result, fault) && command_list(context, columns, &result, fault) ? COMMAND_DONE : COMMAND_FAILED;
}

static const struct keyring *keys_of_this_moment(void *context)
{
    struct api_context *shared = context;

    api_context_refresh(shared);
    return shared->keyring;
}

enum command_end command_deployer(struct command_context *context, struct fault *fault)
{
    const struct config *config = command_config(context, fault);
    struct keyring *keyring = NULL;
    enum log_level level;

    if (config == NULL || !keyring_new(&keyring, config->keyring_file, fault)) {
        return COMMAND_FAILED;
    }
    if (log_level_from(bytes_from(config->log_level), &level)) {
        log_set_level(level);
    }
    struct api_context shared = {.config = config, .keyring = keyring};
    const struct deployer_options options = {.config = config, .keys = keys_of_this_moment, .hello = api_hello, .context = &shared};
    bool ran = deployer_run(&options, fault);
    api_context_close(&shared);
    return ran ? COMMAND_DONE : COMMAND_FAILED;
}
