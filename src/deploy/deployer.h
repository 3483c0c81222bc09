/*
 * The daemon that delivers what requests have not delivered: changes by hand and by other dialects, what failed, what a dead process left.
 *
 * It wakes by notification and by time, asks which workers have something due, and for each takes as much as it can send at once (deploy_parallel), so
 * that a slow or dead worker holds up nobody else. A worker that cannot be reached gets one attempt at a time, further and further apart.
 * Several may run: claims are leases in the database. SIGTERM and SIGINT: what is under way is finished and reported, then it returns.
 * Workers that say nothing for a while are asked for a sign of life. Not here: what a claim is (sql/functions/deployment_*.sql).
 */
#ifndef PATCHBAY_DEPLOY_DEPLOYER_H
#define PATCHBAY_DEPLOY_DEPLOYER_H

#include "config/config.h"
#include "db/pool.h"
#include "seal/keyring.h"

struct deployer_options {
    const struct config *config;
    /* The keys of this moment; asked before each look. */
    const struct keyring *(*keys)(void *context);
    /* As in db_pool_options. */
    bool (*hello)(void *context, const struct db_result *result, struct fault *fault);
    void *context; /* of both */
};

/* Until it is told to stop. False with a fault when it cannot begin, or the keyring does not open what the database holds. */
bool deployer_run(const struct deployer_options *options, struct fault *fault) __attribute__((warn_unused_result));

#endif
