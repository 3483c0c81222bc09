/*
 * The ends of the chains go to the log as well: what stands there, nobody with the database alone can change.
 */
#include "deploy/chains.h"

#include "base/clock.h"
#include "base/log.h"
#include "registry/audit.h"

#define PAUSE_US 1000000
#define FAILED_PAUSE_US 30000000
#define ROWS 1000 /* a portion */

static void take_heads(struct db_ticket *ticket, const struct db_result *result)
{
    struct chains *chains = (struct chains *) ticket;
    int64_t rows = 0;

    chains->under_way = false;
    for (int i = 0; result->status == DB_DONE && i < result->count; i++) {
        struct audit_head head;
        audit_extend_row(result, i, &head);
        log_write(LOG_INFO, "audit_chained",
                  (const struct log_field[]){LOG_FIELD_NUMBER("project", head.project), LOG_FIELD_NUMBER("position", head.position),
                                             LOG_FIELD_TEXT("hash", head.hash), LOG_FIELD_END});
        rows += head.rows;
    }
    if (result->status == DB_REFUSED) {
        /* What cannot be chained cannot be vouched for: somebody has to look. The pool has logged what refused it. */
        log_say(LOG_ERROR, "audit_not_chained", "the audit trail cannot be chained: SQLSTATE %s; patchbay audit verify may tell more", result->sqlstate);
        chains->due_us = clock_monotonic_us() + FAILED_PAUSE_US;
    }
    if (rows >= ROWS) {
        chains->due_us = 0; /* there may be more */
    }
}

void chains_lay(struct chains *chains, struct db_pool *pool, int64_t now_us)
{
    if (chains->under_way || now_us < chains->due_us) {
        return;
    }
    chains->under_way = true;
    chains->due_us = now_us + PAUSE_US;
    audit_extend_call(ROWS, &chains->call);
    chains->ticket = (struct db_ticket){.call = &chains->call, .done = take_heads};
    db_pool_submit(pool, &chains->ticket);
}

int64_t chains_due_us(const struct chains *chains)
{
    return chains->under_way ? INT64_MAX : chains->due_us;
}
