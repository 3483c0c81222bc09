/*
 * None of these gathers: the past is asked for seldom, and a restoration may violate a constraint.
 */
#include "registry/revision.h"

#include <string.h>

#include "registry/connection_call.h"

enum { LIST_DIGEST, LIST_DIALECT, LIST_PROJECT, LIST_HANDLE, LIST_REVISION, LIST_OFFSET, LIST_LIMIT, LIST_VALUES };

static const struct db_statement list_statement = {
    .name = "connection_revisions", .function = "patchbay.connection_revisions", .gathers = false, .writes = false, .value_count = LIST_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT8, DB_INT8, DB_INT8},
};

enum { FOUND_ORDINAL, FOUND_OUTCOME, FOUND_PROJECT_ID, FOUND_CONNECTION_ID, FOUND_LATEST, FOUND_TOTAL, FOUND_REVISION, FOUND_OPERATION,
       FOUND_CHANGED_AT, FOUND_CHANGED_BY, FOUND_REQUEST_ID, FOUND_RESTORED, FOUND_FIELDS, FOUND_SECRETS, FOUND_PUBLIC_ID, FOUND_NAME, FOUND_TYPE,
       FOUND_SERVICE, FOUND_EXTERNAL_ID, FOUND_DESCRIPTION, FOUND_ENABLED, FOUND_DEPLOY, FOUND_SETTINGS, FOUND_CREATED_AT, FOUND_CREATED_BY,
       FOUND_CREATED_CLIENT };

enum { RESTORE_DIGEST, RESTORE_DIALECT, RESTORE_PROJECT, RESTORE_HANDLE, RESTORE_REVISION, RESTORE_IF_MATCH, RESTORE_DRY, RESTORE_REQUEST_ID, RESTORE_VALUES };

static const struct db_statement restore_statement = {
    .name = "connection_restore", .function = "patchbay.connection_restore", .gathers = false, .writes = true, .value_count = RESTORE_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT8, DB_TEXT, DB_BOOL, DB_TEXT},
};

enum { RESTORED_ORDINAL, RESTORED_OUTCOME, RESTORED_PROJECT_ID, RESTORED_CONNECTION_ID, RESTORED_KEY, RESTORED_REVISION, RESTORED_TYPE,
       RESTORED_PUBLIC_ID, RESTORED_NAME, RESTORED_HANDLE, RESTORED_DEPLOY, RESTORED_DEPLOYS, RESTORED_MISSING };

enum { GONE_DIGEST, GONE_DIALECT, GONE_PROJECT, GONE_OFFSET, GONE_LIMIT, GONE_VALUES };

static const struct db_statement gone_statement = {
    .name = "connection_deleted", .function = "patchbay.connection_deleted", .gathers = false, .writes = false, .value_count = GONE_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_INT8, DB_INT8},
};

enum { DELETED_ORDINAL, DELETED_OUTCOME, DELETED_TOTAL, DELETED_CONNECTION_ID, DELETED_PUBLIC_ID, DELETED_NAME, DELETED_TYPE, DELETED_REVISION,
       DELETED_CHANGED_AT, DELETED_CHANGED_BY, DELETED_REQUEST_ID };

void revision_list_call(const struct revision_list *in, struct db_call *call)
{
    memset(call, 0, sizeof *call);
    call->statement = &list_statement;
    connection_set_digest(call, LIST_DIGEST, in->target.token);
    db_set_text(call, LIST_DIALECT, bytes_from(in->target.dialect));
    db_set_text_or_null(call, LIST_PROJECT, in->target.project);
    db_set_text(call, LIST_HANDLE, in->target.handle);
    if (in->revision > 0) {
        db_set_number(call, LIST_REVISION, in->revision);
    }
    db_set_number(call, LIST_OFFSET, in->offset);
    db_set_number(call, LIST_LIMIT, in->limit);
}

void revision_list_outcome(const struct db_result *result, struct revision_found *out)
{
    struct connection_result any;

    memset(out, 0, sizeof *out);
    if (!connection_has_row(result, &any)) {
        out->outcome = any.outcome;
        return;
    }
    out->outcome = connection_outcome_from(db_text(result, 0, FOUND_OUTCOME));
    (void) db_uuid(result, 0, FOUND_CONNECTION_ID, out->connection);
    out->latest = db_number(result, 0, FOUND_LATEST);
    out->total = db_number(result, 0, FOUND_TOTAL);
}

static void take_state(const struct db_result *result, int index, struct connection_row *state)
{
    state->result.outcome = CONNECTION_OK;
    state->result.identity.project = db_number(result, index, FOUND_PROJECT_ID);
    (void) db_uuid(result, index, FOUND_CONNECTION_ID, state->result.identity.connection);
    state->result.revision = db_number(result, index, FOUND_REVISION);
    state->result.type = db_text(result, index, FOUND_TYPE);
    state->public_id = db_text(result, index, FOUND_PUBLIC_ID);
    state->name = db_text(result, index, FOUND_NAME);
    state->service = db_text(result, index, FOUND_SERVICE);
    state->external_id = db_text(result, index, FOUND_EXTERNAL_ID);
    state->description = db_text(result, index, FOUND_DESCRIPTION);
    state->enabled = db_true(result, index, FOUND_ENABLED);
    state->deploy_to_worker = db_true(result, index, FOUND_DEPLOY);
    state->settings = db_text(result, index, FOUND_SETTINGS);
    state->created_us = db_number(result, index, FOUND_CREATED_AT);
    state->created_by = db_text(result, index, FOUND_CREATED_BY);
    state->created_client = db_text(result, index, FOUND_CREATED_CLIENT);
    state->updated_us = db_number(result, index, FOUND_CHANGED_AT);
    state->updated_by = db_text(result, index, FOUND_CHANGED_BY);
}

void revision_list_row(const struct db_result *result, int index, struct revision_row *row)
{
    memset(row, 0, sizeof *row);
    row->revision = db_number(result, index, FOUND_REVISION);
    row->operation = db_text(result, index, FOUND_OPERATION);
    row->changed_us = db_number(result, index, FOUND_CHANGED_AT);
    row->changed_by = db_text(result, index, FOUND_CHANGED_BY);
    row->request_id = db_text(result, index, FOUND_REQUEST_ID);
    row->restored = db_number(result, index, FOUND_RESTORED);
    row->fields = db_text(result, index, FOUND_FIELDS);
    row->secrets = db_text(result, index, FOUND_SECRETS);
    take_state(result, index, &row->state);
}

void revision_restore_call(const struct revision_restore *in, struct db_call *call)
{
    memset(call, 0, sizeof *call);
    call->statement = &restore_statement;
    connection_set_digest(call, RESTORE_DIGEST, in->target.token);
    db_set_text(call, RESTORE_DIALECT, bytes_from(in->target.dialect));
    db_set_text_or_null(call, RESTORE_PROJECT, in->target.project);
    db_set_text(call, RESTORE_HANDLE, in->target.handle);
    db_set_number(call, RESTORE_REVISION, in->revision);
    db_set_text_or_null(call, RESTORE_IF_MATCH, in->if_match);
    db_set_number(call, RESTORE_DRY, in->dry);
    db_set_text(call, RESTORE_REQUEST_ID, in->target.request_id);
}

void revision_restore_outcome(const struct db_result *result, struct revision_restored *out)
{
    memset(out, 0, sizeof *out);
    if (!connection_has_row(result, &out->result)) {
        return;
    }
    out->result.outcome = connection_outcome_from(db_text(result, 0, RESTORED_OUTCOME));
    out->result.identity.project = db_number(result, 0, RESTORED_PROJECT_ID);
    (void) db_uuid(result, 0, RESTORED_CONNECTION_ID, out->result.identity.connection);
    out->result.identity.key = (int32_t) db_number(result, 0, RESTORED_KEY);
    out->result.revision = db_number(result, 0, RESTORED_REVISION);
    out->result.type = db_text(result, 0, RESTORED_TYPE);
    out->result.public_id = db_text(result, 0, RESTORED_PUBLIC_ID);
    out->name = db_text(result, 0, RESTORED_NAME);
    out->handle = db_text(result, 0, RESTORED_HANDLE);
    out->deploy_to_worker = db_true(result, 0, RESTORED_DEPLOY);
    out->result.deploys = db_true(result, 0, RESTORED_DEPLOYS);
    out->result.missing = db_text(result, 0, RESTORED_MISSING);
}

void revision_gone_call(const struct connection_target *target, int64_t offset, int64_t limit, struct db_call *call)
{
    memset(call, 0, sizeof *call);
    call->statement = &gone_statement;
    connection_set_digest(call, GONE_DIGEST, target->token);
    db_set_text(call, GONE_DIALECT, bytes_from(target->dialect));
    db_set_text_or_null(call, GONE_PROJECT, target->project);
    db_set_number(call, GONE_OFFSET, offset);
    db_set_number(call, GONE_LIMIT, limit);
}

enum connection_outcome revision_gone_outcome(const struct db_result *result, int64_t *total)
{
    struct connection_result any;

    *total = 0;
    if (!connection_has_row(result, &any)) {
        return any.outcome;
    }
    *total = db_number(result, 0, DELETED_TOTAL);
    return connection_outcome_from(db_text(result, 0, DELETED_OUTCOME));
}

void revision_gone_row(const struct db_result *result, int index, struct revision_gone *row)
{
    memset(row, 0, sizeof *row);
    (void) db_uuid(result, index, DELETED_CONNECTION_ID, row->connection);
    row->public_id = db_text(result, index, DELETED_PUBLIC_ID);
    row->name = db_text(result, index, DELETED_NAME);
    row->type = db_text(result, index, DELETED_TYPE);
    row->revision = db_number(result, index, DELETED_REVISION);
    row->changed_us = db_number(result, index, DELETED_CHANGED_AT);
    row->changed_by = db_text(result, index, DELETED_CHANGED_BY);
    row->request_id = db_text(result, index, DELETED_REQUEST_ID);
}
