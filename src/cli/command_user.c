/*
 * Users and what they may. The password becomes a verifier here: the database gets to see nothing else, and neither does its log.
 */
#include <string.h>

#include "cli/commands.h"
#include "cli/prompt.h"
#include "cli/permission.h"
#include "seal/password.h"

/* Asks for a password and makes its verifier. */
static bool make_verifier(struct command_context *context, char verifier[PASSWORD_VERIFIER_SIZE], struct fault *fault)
{
    char password[PROMPT_PASSWORD_MAX + 1];
    bool made = prompt_password(command_flag(context, "password-stdin"), command_argument(context, 0), password, fault)
                && password_make_verifier(bytes_from(password), verifier, fault);

    explicit_bzero(password, sizeof password);
    return made;
}

enum command_end command_user_add(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {{"id", LISTING_NUMBER}, {"name", LISTING_TEXT}, {NULL, LISTING_TEXT}};
    char verifier[PASSWORD_VERIFIER_SIZE];
    const char *values[] = {command_argument(context, 0), verifier, command_flag(context, "admin") ? "true" : "false"};
    struct db_result result;

    if (!make_verifier(context, verifier, fault) ||
        !command_query(context, "select patchbay.user_create($1, $2, $3::boolean), $1", 3, values, &result, fault) ||
        !command_list(context, columns, &result, fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

enum command_end command_user_passwd(struct command_context *context, struct fault *fault)
{
    char verifier[PASSWORD_VERIFIER_SIZE];
    const char *values[] = {command_argument(context, 0), verifier};
    struct db_result result;

    if (!make_verifier(context, verifier, fault) ||
        !command_query(context, "select patchbay.user_passwd($1, $2)", 2, values, &result, fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

enum command_end command_user_list(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {{"id", LISTING_NUMBER},  {"name", LISTING_TEXT},        {"admin", LISTING_BOOLEAN},
                                                    {"state", LISTING_TEXT}, {"permissions", LISTING_TEXT}, {"created_at", LISTING_TEXT},
                                                    {NULL, LISTING_TEXT}};
    static const char sql[] = "select id, name, case when admin then 'true' else 'false' end, state, permissions, " COMMAND_MOMENT("created_at")
                              " from patchbay.user_overview order by id";
    struct db_result result;

    if (!command_query(context, sql, 0, NULL, &result, fault) || !command_list(context, columns, &result, fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

static enum command_end change_permissions(struct command_context *context, const char *sql, struct fault *fault)
{
    const char *values[] = {command_argument(context, 0), command_option(context, "project"), command_option(context, "permission")};
    struct db_result result;

    if (!permission_check_list(bytes_from(values[2]), fault)) {
        fault_wrap(fault, "--permission");
        return COMMAND_WRONG_USAGE;
    }
    return command_query(context, sql, 3, values, &result, fault) ? COMMAND_DONE : COMMAND_FAILED;
}

enum command_end command_user_grant(struct command_context *context, struct fault *fault)
{
    return change_permissions(context, "select patchbay.user_grant($1, $2, string_to_array($3, ','))", fault);
}

enum command_end command_user_revoke(struct command_context *context, struct fault *fault)
{
    return change_permissions(context, "select patchbay.user_revoke($1, $2, string_to_array($3, ','))", fault);
}
