/*
 * What there is, in one place. docs/command.md tells it to people; a test compares the two.
 */
#include "cli/commands.h"

static const struct command table[] = {
    {"project", "add", {"NAME"},
     {{"ims-org", "ORG", false}, {"description", "TEXT", false}, {"json", NULL, false}},
     command_project_add,
     "adds a project and prints it, as a list of one; ORG is the organisation by which Catalog clients find it"},
    {"project", "list", {NULL}, {{"json", NULL, false}}, command_project_list,
     "lists projects and how many connections each has"},

    {"token", "issue", {NULL},
     {{"project", "P", true}, {"name", "LABEL", true}, {"permission", "C:A[,C:A...]", true},
      {"user", "U", false}, {"expires", "WHEN", false}},
     command_token_issue,
     "issues a token and prints it, this once; WHEN is never, a day YYYY-MM-DD (until its end, UTC) or an RFC 3339 moment"},
    {"token", "list", {NULL}, {{"project", "P", false}, {"json", NULL, false}}, command_token_list,
     "lists tokens, without anything that opens a door"},
    {"token", "revoke", {"ID"}, {{NULL, NULL, false}}, command_token_revoke,
     "revokes a token, effective with the next request"},

    {"client", "add", {"NAME"}, {{NULL, NULL, false}}, command_client_add,
     "adds a client of the Catalog API and prints its x-api-key, this once"},
    {"client", "list", {NULL}, {{"json", NULL, false}}, command_client_list,
     "lists clients of the Catalog API"},
    {"client", "revoke", {"ID"}, {{NULL, NULL, false}}, command_client_revoke,
     "revokes a client's key, effective with the next request"},

    {"user", "add", {"NAME"}, {{"admin", NULL, false}, {"password-stdin", NULL, false}, {"json", NULL, false}}, command_user_add,
     "adds a user and prints it, as a list of one; the password is read from standard input, or typed"},
    {"user", "passwd", {"NAME"}, {{"password-stdin", NULL, false}}, command_user_passwd,
     "gives a user another password and ends their sessions"},
    {"user", "list", {NULL}, {{"json", NULL, false}}, command_user_list,
     "lists users and what they may in which project"},
    {"user", "grant", {"NAME"}, {{"project", "P", true}, {"permission", "C:A[,C:A...]", true}}, command_user_grant,
     "gives a user permissions in a project, beside those they have; effective with the next request"},
    {"user", "revoke", {"NAME"}, {{"project", "P", true}, {"permission", "C:A[,C:A...]", true}}, command_user_revoke,
     "takes permissions in a project from a user, effective with the next request"},

    {"environment", "add", {"NAME"},
     {{"type", "PRODUCTION|SANDBOX|TEST", true}, {"description", "T", false}, {"access-url", "URL", false}, {"json", NULL, false}},
     command_environment_add,
     "adds an environment and prints it, as a list of one"},
    {"environment", "link", {"NAME"}, {{"project", "P", true}}, command_environment_link,
     "deploys a project's connections to an environment from now on"},
    {"environment", "list", {NULL}, {{"json", NULL, false}}, command_environment_list,
     "lists environments and the projects that deploy to them"},

    {"key", "add", {NULL}, {{NULL, NULL, false}}, command_key_add,
     "adds a key to the keyring, makes it the active one, and prints its number; running workers take it up"},
    {"key", "status", {NULL}, {{"json", NULL, false}}, command_key_status,
     "lists keys with their state (active, ready, retired, missing) and how many boxes each still has"},
    {"key", "rotate", {NULL}, {{NULL, NULL, false}}, command_key_rotate,
     "seals every box anew with the active key, while everything runs; may be stopped and run again"},
    {"key", "retire", {"N"}, {{NULL, NULL, false}}, command_key_retire,
     "marks a key that no box needs any more: it may then be taken out of the keyring"},
    {"key", "verify", {NULL}, {{NULL, NULL, false}}, command_key_verify,
     "opens every box, prints counts, and names the rows whose boxes do not open"},

    {"worker", "add", {NULL},
     {{"environment", "E", true}, {"name", "W", true}, {"url", "URL", true}, {"credential-file", "F", false}, {"ca-file", "F", false},
      {"json", NULL, false}},
     command_worker_add,
     "adds a worker to an environment and prints it, as a list of one; the credential file holds the whole value of the Authorization header"},
    {"worker", "remove", {"NAME"}, {{NULL, NULL, false}}, command_worker_remove,
     "forgets a worker; what it holds stays there"},
    {"worker", "test", {"NAME"}, {{"json", NULL, false}}, command_worker_test,
     "asks a worker whether it would take a delivery"},
    {"worker", "list", {NULL}, {{"json", NULL, false}}, command_worker_list,
     "lists workers and how far each has got"},

    {"deploy", NULL, {NULL}, {{"all", NULL, false}, {"worker", "W", false}, {"connection", "PROJECT/NAME", false}}, command_deploy,
     "has everything, all of a worker or one connection delivered again, and waits for it; one option must be given"},
    {"deploy", "status", {NULL}, {{"json", NULL, false}}, command_deploy_status,
     "lists what every worker is to hold and what it is known to hold"},
    {"deployer", NULL, {NULL}, {{NULL, NULL, false}}, command_deployer,
     "delivers what is due to workers until it is told to stop (SIGTERM)"},

    {"type", "list", {NULL}, {{"json", NULL, false}}, command_type_list,
     "lists the types of connections"},
    {"type", "show", {"NAME"}, {{"json", NULL, false}}, command_type_show,
     "shows the fields of a type, and what they must be"},

    {"audit", "verify", {NULL}, {{"project", "P", false}, {"json", NULL, false}}, command_audit_verify,
     "lays the audit trail's hash chains and checks them; exits 1 and names the first row that was changed, removed or slipped in"},
    {"audit", "tail", {NULL}, {{"follow", NULL, false}, {"lines", "N", false}, {"json", NULL, false}}, command_audit_tail,
     "shows the last N entries of the audit trail (1000 when not given), with --follow new ones as they come"},

    {"purge", NULL, {NULL}, {{"older-than", "AGE", false}}, command_purge,
     "removes revisions older than AGE, like 90d, 12w or 48h (history_retention when not given), but the newest of live connections"},

    {"upgrade", NULL, {NULL}, {{NULL, NULL, false}}, command_upgrade,
     "installs the schema into an empty database, or brings it to this version; may be run at any time, by several at once"},

    {"export", NULL, {NULL}, {{"project", "P", true}, {"out", "FILE", false}, {"seal-to", "FILE", false}}, command_export,
     "writes a project's connections as JSON Lines, without what is sealed, or with it sealed to a public key or certificate (PEM)"},
    {"import", NULL, {NULL},
     {{"project", "P", true}, {"in", "FILE", false}, {"dry-run", NULL, false}, {"apply", NULL, false}, {"prune", NULL, false}}, command_import,
     "prints what an export would change and, with --apply, does all of it or nothing; --prune deletes what it lacks"},

    {"top", NULL, {NULL}, {{"json", NULL, false}}, command_top,
     "shows what each project has been doing in the last minute, the busiest first; on a terminal anew every two seconds until Ctrl-C"},

    {"check-config", NULL, {NULL}, {{NULL, NULL, false}}, command_check_config,
     "names every mistake in the settings, then in the keys, types and connectors that they name; the database is not asked"},

    {NULL, NULL, {NULL}, {{NULL, NULL, false}}, NULL, NULL},
};

const struct command *commands_table(void)
{
    return table;
}
