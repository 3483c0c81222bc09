/*
 * How often a token may ask: at most `limit` requests in a second, counted over all worker processes of this machine.
 *
 * Picture: a file, mapped into every worker: a head, then slots of 256 bytes in sets of eight. A slot has the mark of a token and a count for each
 * thirty-first part of the second that is just over. A request is allowed when the counts of that second are below the limit; refused ones are
 * not counted. So a client may use its whole second at once, and in no second more than the limit (within a thirty-first).
 *
 * No locks: counts change by compare-and-swap, so a worker may be killed at any point. The file holds no token and nothing worth keeping: it may
 * be removed while no worker runs. It belongs on a file system in memory (/run), on this machine.
 * Limits: RATE_SLOTS tokens at a time; beyond that those that asked least recently are forgotten first.
 * Not here: what is answered, and where a request has its token (api/).
 */
#ifndef PATCHBAY_REGISTRY_RATE_H
#define PATCHBAY_REGISTRY_RATE_H

#include "base/fault.h"
#include "seal/digest.h"

#define RATE_SLOTS 8192

struct rate_table;

struct rate_verdict {
    bool allowed;
    long limit;
    long remaining; /* in this second */
    long wait_us;   /* until the next request would be allowed; 0 when one is */
};

/* The file is made where it is missing. FAULT_INVALID when it is something else, or not ours. limit: 1 to 10000. */
bool rate_table_open(struct rate_table **table, const char *file, long limit, struct fault *fault) __attribute__((warn_unused_result));
void rate_table_close(struct rate_table *table);
/* now_us: clock_monotonic_us(), which is one for all processes. */
void rate_take(struct rate_table *table, const unsigned char digest[DIGEST_SHA256_SIZE], int64_t now_us, struct rate_verdict *verdict);

#endif
