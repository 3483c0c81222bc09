/*
 * The workers that a deployer delivers to, and what is on its way to each.
 *
 *     targets_see(what is due) -> targets_take -> rows as a batch -> a delivery each, over the courier -> a report each -> the batch is over
 *
 * Each worker is taken as much for as can be sent at once (deploy_parallel); one that cannot be reached gets one attempt at a time, further and further
 * apart. Ownership: what it points at is the owner's; the callbacks of pool and courier lead here, so those two go first at the end.
 * Not here: when to look what is due (deployer.c), what a lease is (sql/functions/deployment_*.sql).
 */
#ifndef PATCHBAY_DEPLOY_TARGETS_H
#define PATCHBAY_DEPLOY_TARGETS_H

#include "config/config.h"
#include "db/pool.h"
#include "deploy/courier.h"
#include "seal/keyring.h"

struct job;
struct target;

struct targets {
    /* the owner's: */
    const struct config *config;
    const struct keyring *keyring; /* of this moment */
    struct db_pool *pool;
    struct courier *courier;
    bool stopping;  /* a report that did not get through is repeated once and at once */
    int64_t look_us; /* when to look what is due; a failed delivery brings it forward */
    /* its own: */
    struct target *first;
    struct job *repeats; /* reports that did not get through */
    size_t batches;      /* not over yet */
};

/* The rows of deployment_due: which workers there are, and when something is due for each. Those that say nothing are asked for a sign of life. */
void targets_see(struct targets *targets, const struct db_result *result, int64_t now_us);
/* Asks the database for what is due by now. */
void targets_take(struct targets *targets, int64_t now_us);
/* Reports again what the database could not take. */
void targets_repeat(struct targets *targets, int64_t now_us);
/* When targets_take or targets_repeat has something to do again; INT64_MAX: not before the next look, or when something under way is over. */
int64_t targets_due_us(const struct targets *targets);
void targets_forget(struct targets *targets);

#endif
