/*
 * From a parcel (what is to be on a worker) to a delivery (an HTTP request), and from its end to what it means.
 *
 *     PUT {base}/connections/{id}     present: 2xx is taken
 *     DELETE {base}/connections/{id}  absent: 2xx, 404 and 410 are taken
 *
 * Doubtful is what may have arrived or may still arrive: sent without an answer, or a gateway answered for the worker (502, 504).
 * docs/worker-protocol.md tells it to those who write workers. Not here: who delivers and when (errand.h, deployer.h).
 */
#ifndef PATCHBAY_DEPLOY_DELIVER_H
#define PATCHBAY_DEPLOY_DELIVER_H

#include "deploy/courier.h"
#include "registry/deployment.h"

/* Borrows from the parcel. `done` and `context` are the caller's to set. */
void deliver_begin(struct courier_delivery *delivery, const struct deployment_parcel *parcel, int64_t deadline_ms);
/* Sets the parcel's outcome, error and alive. */
void deliver_end(const struct courier_delivery *delivery, struct deployment_parcel *parcel);
/* The worker could not even be reached, or did not end: others are not worth trying at this moment. */
bool deliver_was_lost(const struct courier_delivery *delivery);

#endif
