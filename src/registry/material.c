/*
 * Each statement's positions stand once, in an enum beside its table row, as in connection.c. None gathers: writes are rare, and a portion of
 * a list has many rows.
 */
#include "registry/material.h"

#include <string.h>

#include "registry/connection_call.h"

enum { CREATE_DIGEST, CREATE_KIND, CREATE_PROJECT, CREATE_DRY, CREATE_PROJECT_ID, CREATE_MATERIAL_ID, CREATE_KEY, CREATE_CANARY, CREATE_NAME,
       CREATE_DESCRIPTION, CREATE_ENVIRONMENTS, CREATE_SECRETS, CREATE_REQUEST_ID, CREATE_VALUES };

static const struct db_statement create_statement = {
    .name = "material_create", .function = "patchbay.material_create", .writes = true, .value_count = CREATE_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_BOOL, DB_INT8, DB_UUID, DB_INT4, DB_TEXT, DB_TEXT, DB_TEXT, DB_JSONB, DB_JSONB, DB_TEXT},
};

enum { READ_DIGEST, READ_KIND, READ_PROJECT, READ_HANDLE, READ_PURPOSE, READ_IF_MATCH, READ_REQUEST_ID, READ_VALUES };

/* It notes refusals and readings, but a note too many does no harm: it may be repeated. */
static const struct db_statement read_statement = {
    .name = "material_read", .function = "patchbay.material_read", .value_count = READ_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT},
};

enum { LIST_DIGEST, LIST_KIND, LIST_PROJECT, LIST_AFTER, LIST_LIMIT, LIST_VALUES };

static const struct db_statement list_statement = {
    .name = "material_list", .function = "patchbay.material_list", .value_count = LIST_VALUES, .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT8},
};

/* Of a reading and of a list, which has the handle besides. */
enum { ROW_ORDINAL, ROW_OUTCOME, ROW_PROJECT_ID, ROW_MATERIAL_ID, ROW_KEY, ROW_REVISION, ROW_NAME, ROW_DESCRIPTION, ROW_ENVIRONMENTS, ROW_SECRETS,
       ROW_HANDLE };

enum { UPDATE_DIGEST, UPDATE_KIND, UPDATE_PROJECT, UPDATE_MATERIAL_ID, UPDATE_KEY, UPDATE_REVISION, UPDATE_DESCRIPTION, UPDATE_ENVIRONMENTS,
       UPDATE_SECRETS, UPDATE_REQUEST_ID, UPDATE_VALUES };

static const struct db_statement update_statement = {
    .name = "material_update", .function = "patchbay.material_update", .writes = true, .value_count = UPDATE_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_UUID, DB_INT4, DB_INT8, DB_TEXT, DB_JSONB, DB_JSONB, DB_TEXT},
};

enum { DELETE_DIGEST, DELETE_KIND, DELETE_PROJECT, DELETE_HANDLE, DELETE_IF_MATCH, DELETE_REQUEST_ID, DELETE_VALUES };

static const struct db_statement delete_statement = {
    .name = "material_delete", .function = "patchbay.material_delete", .writes = true, .value_count = DELETE_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT},
};

/* Of creations, updates and deletions; the last two are a deletion's. */
enum { WRITTEN_ORDINAL, WRITTEN_OUTCOME, WRITTEN_PROJECT_ID, WRITTEN_MATERIAL_ID, WRITTEN_REVISION, WRITTEN_USERS, WRITTEN_USER_COUNT };

static void begin_call(struct db_call *call, const struct db_statement *statement, const struct connection_target *target, enum material_kind kind)
{
    memset(call, 0, sizeof *call);
    call->statement = statement;
    /* Who asks, about which kind, where: the first three of every statement. */
    connection_set_digest(call, CREATE_DIGEST, target->token);
    db_set_text(call, CREATE_KIND, kind == MATERIAL_KEYSTORE ? BYTES("keystore") : BYTES("certificate"));
    db_set_text_or_null(call, CREATE_PROJECT, target->project);
}

void material_create_call(const struct material_create *in, struct db_call *call)
{
    begin_call(call, &create_statement, &in->target, in->kind);
    db_set_number(call, CREATE_DRY, in->dry);
    db_set_number(call, CREATE_PROJECT_ID, in->identity.project);
    db_set_uuid(call, CREATE_MATERIAL_ID, in->identity.connection);
    db_set_number(call, CREATE_KEY, in->identity.key);
    db_set_text_or_null(call, CREATE_CANARY, in->canary);
    db_set_text_or_null(call, CREATE_NAME, in->name);
    db_set_text_or_null(call, CREATE_DESCRIPTION, in->content.description);
    db_set_text_or_null(call, CREATE_ENVIRONMENTS, in->content.environments);
    db_set_text_or_null(call, CREATE_SECRETS, in->content.secrets);
    db_set_text(call, CREATE_REQUEST_ID, in->target.request_id);
}

void material_read_call(const struct material_read *in, struct db_call *call)
{
    static const char *const purposes[] = {
        [MATERIAL_LOOK] = "look", [MATERIAL_SHOW] = "show", [MATERIAL_CHANGE] = "change", [MATERIAL_EXPORT] = "export"};

    begin_call(call, &read_statement, &in->target, in->kind);
    db_set_text(call, READ_HANDLE, in->target.handle);
    db_set_text(call, READ_PURPOSE, bytes_from(purposes[in->purpose]));
    db_set_text_or_null(call, READ_IF_MATCH, in->if_match);
    db_set_text(call, READ_REQUEST_ID, in->target.request_id);
}

void material_update_call(const struct material_update *in, struct db_call *call)
{
    begin_call(call, &update_statement, &in->target, in->kind);
    db_set_uuid(call, UPDATE_MATERIAL_ID, in->identity.connection);
    db_set_number(call, UPDATE_KEY, in->identity.key);
    db_set_number(call, UPDATE_REVISION, in->revision);
    db_set_text_or_null(call, UPDATE_DESCRIPTION, in->content.description);
    db_set_text(call, UPDATE_ENVIRONMENTS, in->content.environments);
    db_set_text_or_null(call, UPDATE_SECRETS, in->content.secrets);
    db_set_text(call, UPDATE_REQUEST_ID, in->target.request_id);
}

void material_delete_call(const struct material_delete *in, struct db_call *call)
{
    begin_call(call, &delete_statement, &in->target, in->kind);
    db_set_text(call, DELETE_HANDLE, in->target.handle);
    db_set_text_or_null(call, DELETE_IF_MATCH, in->if_match);
    db_set_text(call, DELETE_REQUEST_ID, in->target.request_id);
}

void material_list_call(const struct material_list *in, struct db_call *call)
{
    begin_call(call, &list_statement, &in->target, in->kind);
    db_set_text_or_null(call, LIST_AFTER, in->after);
    db_set_number(call, LIST_LIMIT, in->limit);
}

static bool has_row(const struct db_result *result, struct connection_result *out)
{
    if (connection_has_row(result, out)) {
        return true;
    }
    if (result->status == DB_REFUSED && strcmp(result->constraint, "material_handle_unique") == 0) {
        out->outcome = CONNECTION_NAME_TAKEN;
    } else if (result->status == DB_REFUSED && strcmp(result->constraint, "material_environment_alias") == 0) {
        out->outcome = CONNECTION_ALIAS_TAKEN;
    }
    return false;
}

static bool take_written(const struct db_result *result, struct connection_result *out)
{
    if (!has_row(result, out)) {
        return false;
    }
    out->outcome = connection_outcome_from(db_text(result, 0, WRITTEN_OUTCOME));
    out->identity.project = db_number(result, 0, WRITTEN_PROJECT_ID);
    (void) db_uuid(result, 0, WRITTEN_MATERIAL_ID, out->identity.connection);
    out->revision = db_number(result, 0, WRITTEN_REVISION);
    return true;
}

void material_create_outcome(const struct db_result *result, struct connection_result *out)
{
    (void) take_written(result, out);
}

void material_update_outcome(const struct db_result *result, struct connection_result *out)
{
    (void) take_written(result, out);
}

void material_delete_outcome(const struct db_result *result, struct material_deleted *out)
{
    memset(out, 0, sizeof *out);
    if (take_written(result, &out->result)) {
        out->users = db_text(result, 0, WRITTEN_USERS);
        out->user_count = db_number(result, 0, WRITTEN_USER_COUNT);
    }
}

static void take_row(const struct db_result *result, int index, struct material_row *out)
{
    memset(out, 0, sizeof *out);
    if (!has_row(result, &out->result)) {
        return;
    }
    out->result.outcome = connection_outcome_from(db_text(result, index, ROW_OUTCOME));
    out->result.identity.project = db_number(result, index, ROW_PROJECT_ID);
    (void) db_uuid(result, index, ROW_MATERIAL_ID, out->result.identity.connection);
    out->result.identity.key = (int32_t) db_number(result, index, ROW_KEY);
    out->result.revision = db_number(result, index, ROW_REVISION);
    out->name = db_text(result, index, ROW_NAME);
    out->description = db_text(result, index, ROW_DESCRIPTION);
    out->environments = db_text(result, index, ROW_ENVIRONMENTS);
    out->secrets = db_text(result, index, ROW_SECRETS);
}

void material_read_outcome(const struct db_result *result, struct material_row *out)
{
    take_row(result, 0, out);
}

void material_list_row(const struct db_result *result, int index, struct material_row *out)
{
    take_row(result, index, out);
    if (out->name.data != NULL) {
        out->handle = db_text(result, index, ROW_HANDLE);
    }
}
