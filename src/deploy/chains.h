/*
 * Lays the hash chains of the audit trail over what was committed (sql/functions/audit_chain_extend.sql), once a second, in portions.
 * Not here: what a link covers, and how chains are checked; both are the database's.
 */
#ifndef PATCHBAY_DEPLOY_CHAINS_H
#define PATCHBAY_DEPLOY_CHAINS_H

#include "db/pool.h"

/* Zeroed at first; stays where it is while `under_way`. */
struct chains {
    struct db_ticket ticket; /* first */
    struct db_call call;
    bool under_way;
    int64_t due_us;
};

/* Asks the database when it is time. */
void chains_lay(struct chains *chains, struct db_pool *pool, int64_t now_us);
/* When that is, on the monotonic clock; INT64_MAX while it is under way. */
int64_t chains_due_us(const struct chains *chains);

#endif
