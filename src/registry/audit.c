/*
 * Chains are laid by whoever has time (the deployer, the command before it verifies), never by who writes.
 */
#include "registry/audit.h"

#include <string.h>

#include "registry/connection_call.h"

enum { LIST_DIGEST, LIST_FILTERS, LIST_OFFSET, LIST_LIMIT, LIST_REQUEST_ID, LIST_VALUES };

/* It notes refusals, but a note may be repeated. */
static const struct db_statement list_statement = {
    .name = "audit_list", .function = "patchbay.audit_list", .gathers = false, .writes = false, .value_count = LIST_VALUES,
    .types = {DB_BYTEA, DB_JSONB, DB_INT8, DB_INT8, DB_TEXT},
};

enum { LISTED_ORDINAL, LISTED_OUTCOME, LISTED_TOTAL, LISTED_HAPPENED_AT, LISTED_PROJECT, LISTED_ACTOR, LISTED_ACTION, LISTED_CONNECTION_ID,
       LISTED_CONNECTION, LISTED_REVISION, LISTED_REQUEST_ID, LISTED_DETAIL };

enum { EXTEND_LIMIT, EXTEND_VALUES };

/* What was laid is not laid again, so it may be repeated. */
static const struct db_statement extend_statement = {
    .name = "audit_chain_extend", .function = "patchbay.audit_chain_extend", .gathers = false, .writes = false, .value_count = EXTEND_VALUES,
    .types = {DB_INT8},
};

enum { EXTENDED_ORDINAL, EXTENDED_PROJECT_ID, EXTENDED_ROWS, EXTENDED_POSITION, EXTENDED_HASH };

void audit_list_call(const struct audit_list *in, struct db_call *call)
{
    memset(call, 0, sizeof *call);
    call->statement = &list_statement;
    connection_set_digest(call, LIST_DIGEST, in->token);
    db_set_text_or_null(call, LIST_FILTERS, in->filters);
    db_set_number(call, LIST_OFFSET, in->offset);
    db_set_number(call, LIST_LIMIT, in->limit);
    db_set_text(call, LIST_REQUEST_ID, in->request_id);
}

enum connection_outcome audit_list_outcome(const struct db_result *result, int64_t *total)
{
    struct connection_result any;

    *total = 0;
    if (!connection_has_row(result, &any)) {
        return any.outcome;
    }
    *total = db_number(result, 0, LISTED_TOTAL);
    return connection_outcome_from(db_text(result, 0, LISTED_OUTCOME));
}

void audit_list_row(const struct db_result *result, int index, struct audit_row *row)
{
    memset(row, 0, sizeof *row);
    row->happened_us = db_number(result, index, LISTED_HAPPENED_AT);
    row->project = db_text(result, index, LISTED_PROJECT);
    row->actor = db_text(result, index, LISTED_ACTOR);
    row->action = db_text(result, index, LISTED_ACTION);
    row->has_connection = db_uuid(result, index, LISTED_CONNECTION_ID, row->connection_id);
    row->connection = db_text(result, index, LISTED_CONNECTION);
    row->revision = db_number(result, index, LISTED_REVISION);
    row->request_id = db_text(result, index, LISTED_REQUEST_ID);
    row->detail = db_text(result, index, LISTED_DETAIL);
}

void audit_extend_call(int64_t limit, struct db_call *call)
{
    memset(call, 0, sizeof *call);
    call->statement = &extend_statement;
    db_set_number(call, EXTEND_LIMIT, limit);
}

void audit_extend_row(const struct db_result *result, int index, struct audit_head *head)
{
    head->project = db_number(result, index, EXTENDED_PROJECT_ID);
    head->rows = db_number(result, index, EXTENDED_ROWS);
    head->position = db_number(result, index, EXTENDED_POSITION);
    head->hash = db_text(result, index, EXTENDED_HASH);
}
