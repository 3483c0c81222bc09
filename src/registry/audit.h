/*
 * The audit trail: reading it, and laying its hash chains. As in connection.h: in -> db_call -> result -> rows.
 * Not here: what writes events (every SQL function its own, in its own transaction).
 */
#ifndef PATCHBAY_REGISTRY_AUDIT_H
#define PATCHBAY_REGISTRY_AUDIT_H

#include "registry/connection.h"

struct audit_list {
    const unsigned char *token; /* DIGEST_SHA256_SIZE bytes */
    struct bytes filters;       /* JSON as in sql/functions/audit_list.sql */
    int64_t offset, limit;
    struct bytes request_id;
};

struct audit_row {
    int64_t happened_us;
    struct bytes project; /* {NULL, 0}: no item */
    struct bytes actor, action, connection, request_id, detail; /* detail: JSON */
    unsigned char connection_id[16];
    bool has_connection;
    int64_t revision; /* 0: none */
};

/* Administrators only. CONNECTION_UNKNOWN_PROJECT: the filter's; CONNECTION_BAD_PATTERN: its from or to. */
void audit_list_call(const struct audit_list *in, struct db_call *call);
enum connection_outcome audit_list_outcome(const struct db_result *result, int64_t *total);
void audit_list_row(const struct db_result *result, int index, struct audit_row *row);

/* Lays the chains over at most `limit` rows that were committed meanwhile. */
void audit_extend_call(int64_t limit, struct db_call *call);

struct audit_head {
    int64_t project, rows, position; /* rows: how many were added */
    struct bytes hash;               /* hex */
};

/* A row of its result a chain that grew. */
void audit_extend_row(const struct db_result *result, int index, struct audit_head *head);

#endif
