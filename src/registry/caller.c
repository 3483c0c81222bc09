/*
 * Small questions, one function each.
 */
#include "registry/caller.h"

#include <string.h>

#include "registry/connection_call.h"

static const struct db_statement check_statement = {
    .name = "caller_check", .function = "patchbay.caller_check", .gathers = true, .value_count = 1, .types = {DB_BYTEA}};
static const struct db_statement enter_statement = {
    .name = "caller_enter", .function = "patchbay.caller_enter", .gathers = true, .value_count = 4, .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_TEXT}};
static const struct db_statement serialize_statement = {
    .name = "project_serialize", .function = "patchbay.project_serialize", .writes = true, .value_count = 1, .types = {DB_TEXT}};
static const struct db_statement health_statement = {
    .name = "health_check", .function = "patchbay.health_check", .gathers = true, .limit_ms = 1000, .value_count = 1, .types = {DB_BOOL}};
static const struct db_statement projects_statement = {
    .name = "project_list", .function = "patchbay.project_list", .value_count = 1, .types = {DB_BYTEA}};
/* It notes refusals, but a note may be repeated. */
static const struct db_statement environments_statement = {
    .name = "environment_list", .function = "patchbay.environment_list", .value_count = 3, .types = {DB_BYTEA, DB_TEXT, DB_TEXT}};

enum { ANY_ORDINAL, ANY_OUTCOME };
enum { PROJECT_NAME = 2, PROJECT_DESCRIPTION };
enum { ENVIRONMENT_ID = 2, ENVIRONMENT_NAME, ENVIRONMENT_DESCRIPTION, ENVIRONMENT_TYPE, ENVIRONMENT_STATUS, ENVIRONMENT_ACCESS_URL };

static void begin_call(struct db_call *call, const struct db_statement *statement)
{
    memset(call, 0, sizeof *call);
    call->statement = statement;
}

static enum connection_outcome outcome_of(const struct db_result *result)
{
    struct connection_result any;

    return connection_has_row(result, &any) ? connection_outcome_from(db_text(result, 0, ANY_OUTCOME)) : any.outcome;
}

void caller_check_call(const unsigned char *token, struct db_call *call)
{
    begin_call(call, &check_statement);
    connection_set_digest(call, 0, token);
}

enum connection_outcome caller_check_outcome(const struct db_result *result)
{
    return outcome_of(result);
}

void caller_enter_call(const struct connection_target *target, const char *permission, struct db_call *call)
{
    begin_call(call, &enter_statement);
    connection_set_digest(call, 0, target->token);
    db_set_text_or_null(call, 1, target->project);
    db_set_text_or_null(call, 2, bytes_from(permission));
    db_set_text(call, 3, target->request_id);
}

enum connection_outcome caller_enter_outcome(const struct db_result *result)
{
    return outcome_of(result);
}

void project_serialize_call(const struct connection_target *target, struct db_call *call)
{
    begin_call(call, &serialize_statement);
    db_set_text_or_null(call, 0, target->project);
}

void health_check_call(struct db_call *call)
{
    begin_call(call, &health_statement);
    db_set_number(call, 0, true);
}

enum connection_outcome health_check_outcome(const struct db_result *result)
{
    struct connection_result any;

    return connection_has_row(result, &any) ? CONNECTION_OK : any.outcome;
}

void project_list_call(const unsigned char *token, struct db_call *call)
{
    begin_call(call, &projects_statement);
    connection_set_digest(call, 0, token);
}

enum connection_outcome project_list_outcome(const struct db_result *result)
{
    return outcome_of(result);
}

void project_list_row(const struct db_result *result, int index, struct project_row *row)
{
    row->name = db_text(result, index, PROJECT_NAME);
    row->description = db_text(result, index, PROJECT_DESCRIPTION);
}

void environment_list_call(const struct connection_target *target, struct db_call *call)
{
    begin_call(call, &environments_statement);
    connection_set_digest(call, 0, target->token);
    db_set_text_or_null(call, 1, target->project);
    db_set_text(call, 2, target->request_id);
}

enum connection_outcome environment_list_outcome(const struct db_result *result)
{
    return outcome_of(result);
}

void environment_list_row(const struct db_result *result, int index, struct environment_row *row)
{
    row->id = db_number(result, index, ENVIRONMENT_ID);
    row->name = db_text(result, index, ENVIRONMENT_NAME);
    row->description = db_text(result, index, ENVIRONMENT_DESCRIPTION);
    row->type = db_text(result, index, ENVIRONMENT_TYPE);
    row->status = db_text(result, index, ENVIRONMENT_STATUS);
    row->access_url = db_text(result, index, ENVIRONMENT_ACCESS_URL);
}
