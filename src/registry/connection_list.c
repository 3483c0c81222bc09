/*
 * Deleting, and lists: which connections first, then their rows in portions of bounded size.
 */
#include <string.h>

#include "registry/connection_call.h"

enum { DELETE_DIGEST, DELETE_DIALECT, DELETE_PROJECT, DELETE_HANDLE, DELETE_IF_MATCH, DELETE_REQUEST_ID, DELETE_VALUES };

static const struct db_statement delete_statement = {
    .name = "connection_delete", .function = "patchbay.connection_delete", .gathers = true, .writes = true, .value_count = DELETE_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT},
};

enum { DELETED_ORDINAL, DELETED_OUTCOME, DELETED_PROJECT_ID, DELETED_CONNECTION_ID, DELETED_REVISION, DELETED_DEPLOYS };

enum { LIST_DIGEST, LIST_DIALECT, LIST_PROJECT, LIST_FILTERS, LIST_ORDERS, LIST_OFFSET, LIST_LIMIT, LIST_VALUES };

static const struct db_statement list_statement = {
    .name = "connection_list", .function = "patchbay.connection_list", .gathers = false, .writes = false, .value_count = LIST_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_JSONB, DB_JSONB, DB_INT8, DB_INT8},
};

enum { LISTED_ORDINAL, LISTED_OUTCOME, LISTED_PROJECT_ID, LISTED_TOTAL, LISTED_IDS };

enum { FETCH_DIGEST, FETCH_DIALECT, FETCH_PROJECT, FETCH_IDS, FETCH_BYTES, FETCH_VALUES };

static const struct db_statement fetch_statement = {
    .name = "connection_fetch", .function = "patchbay.connection_fetch", .gathers = false, .writes = false, .value_count = FETCH_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_TEXT, DB_INT8},
};

enum { FETCHED_ORDINAL, FETCHED_POSITION, FETCHED_CONNECTION_ID, FETCHED_REVISION, FETCHED_PUBLIC_ID, FETCHED_NAME, FETCHED_TYPE, FETCHED_SERVICE,
       FETCHED_EXTERNAL_ID, FETCHED_DESCRIPTION, FETCHED_ENABLED, FETCHED_DEPLOY, FETCHED_SETTINGS, FETCHED_CREATED_AT, FETCHED_CREATED_BY,
       FETCHED_UPDATED_AT, FETCHED_UPDATED_BY, FETCHED_CREATED_CLIENT };

/* One id and its comma. */
enum { ID_LENGTH = 37 };

void connection_delete_call(const struct connection_delete *in, struct db_call *call)
{
    memset(call, 0, sizeof *call);
    call->statement = &delete_statement;
    call->row = connection_row_key(&in->target);
    connection_set_digest(call, DELETE_DIGEST, in->target.token);
    db_set_text(call, DELETE_DIALECT, bytes_from(in->target.dialect));
    db_set_text_or_null(call, DELETE_PROJECT, in->target.project);
    db_set_text(call, DELETE_HANDLE, in->target.handle);
    db_set_text_or_null(call, DELETE_IF_MATCH, in->if_match);
    db_set_text(call, DELETE_REQUEST_ID, in->target.request_id);
}

void connection_delete_outcome(const struct db_result *result, struct connection_result *out)
{
    if (!connection_has_row(result, out)) {
        return;
    }
    out->outcome = connection_outcome_from(db_text(result, 0, DELETED_OUTCOME));
    out->identity.project = db_number(result, 0, DELETED_PROJECT_ID);
    (void) db_uuid(result, 0, DELETED_CONNECTION_ID, out->identity.connection);
    out->revision = db_number(result, 0, DELETED_REVISION);
    out->deploys = db_true(result, 0, DELETED_DEPLOYS);
}

void connection_list_call(const struct connection_list *in, struct db_call *call)
{
    memset(call, 0, sizeof *call);
    call->statement = &list_statement;
    connection_set_digest(call, LIST_DIGEST, in->target.token);
    db_set_text(call, LIST_DIALECT, bytes_from(in->target.dialect));
    db_set_text_or_null(call, LIST_PROJECT, in->target.project);
    db_set_text_or_null(call, LIST_FILTERS, in->filters);
    db_set_text_or_null(call, LIST_ORDERS, in->orders);
    db_set_number(call, LIST_OFFSET, in->offset);
    if (in->limit >= 0) {
        db_set_number(call, LIST_LIMIT, in->limit);
    }
}

void connection_list_outcome(const struct db_result *result, struct connection_listed *out)
{
    struct connection_result any;

    memset(out, 0, sizeof *out);
    if (!connection_has_row(result, &any)) {
        out->outcome = any.outcome;
        return;
    }
    out->outcome = connection_outcome_from(db_text(result, 0, LISTED_OUTCOME));
    out->total = db_number(result, 0, LISTED_TOTAL);
    out->ids = db_text(result, 0, LISTED_IDS);
}

void connection_fetch_call(const struct connection_target *target, struct bytes ids, int64_t bytes, struct db_call *call)
{
    size_t portion = (size_t) CONNECTION_FETCH_MAX * ID_LENGTH - 1;

    memset(call, 0, sizeof *call);
    call->statement = &fetch_statement;
    connection_set_digest(call, FETCH_DIGEST, target->token);
    db_set_text(call, FETCH_DIALECT, bytes_from(target->dialect));
    db_set_text_or_null(call, FETCH_PROJECT, target->project);
    db_set_text(call, FETCH_IDS, bytes_slice(ids, 0, ids.length < portion ? ids.length : portion));
    db_set_number(call, FETCH_BYTES, bytes);
}

void connection_fetched(const struct db_result *result, int index, struct connection_row *row, int64_t *used)
{
    memset(row, 0, sizeof *row);
    *used = db_number(result, index, FETCHED_POSITION);
    row->result.outcome = CONNECTION_OK;
    (void) db_uuid(result, index, FETCHED_CONNECTION_ID, row->result.identity.connection);
    row->result.revision = db_number(result, index, FETCHED_REVISION);
    row->result.type = db_text(result, index, FETCHED_TYPE);
    row->public_id = db_text(result, index, FETCHED_PUBLIC_ID);
    row->name = db_text(result, index, FETCHED_NAME);
    row->service = db_text(result, index, FETCHED_SERVICE);
    row->external_id = db_text(result, index, FETCHED_EXTERNAL_ID);
    row->description = db_text(result, index, FETCHED_DESCRIPTION);
    row->enabled = db_true(result, index, FETCHED_ENABLED);
    row->deploy_to_worker = db_true(result, index, FETCHED_DEPLOY);
    row->settings = db_text(result, index, FETCHED_SETTINGS);
    row->created_us = db_number(result, index, FETCHED_CREATED_AT);
    row->created_by = db_text(result, index, FETCHED_CREATED_BY);
    row->updated_us = db_number(result, index, FETCHED_UPDATED_AT);
    row->updated_by = db_text(result, index, FETCHED_UPDATED_BY);
    row->created_client = db_text(result, index, FETCHED_CREATED_CLIENT);
}

struct bytes connection_ids_after(struct bytes ids, int64_t used)
{
    size_t from = (size_t) used * ID_LENGTH;

    return from >= ids.length ? BYTES("") : bytes_slice(ids, from, ids.length);
}
