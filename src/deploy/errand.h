/*
 * The deliveries of one request: all at once, within one deadline; or only a wait, when others are delivering and there is nothing to do but to look again.
 *
 * Ownership: an errand, its parcels and its deliveries are the caller's (a request's arena) and stay where they are until `done`.
 * Not here: the thread in which it is run for a loop (runner.h).
 */
#ifndef PATCHBAY_DEPLOY_ERRAND_H
#define PATCHBAY_DEPLOY_ERRAND_H

#include "deploy/deliver.h"

struct errand {
    struct deployment_parcel *parcels; /* those that are claimed and open are delivered */
    size_t count;
    int64_t deadline_us;               /* by clock_monotonic_us */
    int64_t pause_until_us;            /* 0: none */
    void (*done)(struct errand *errand);
    void *context;                     /* its runner's caller's */
    /* its own: */
    struct courier_delivery *deliveries; /* `count` of them */
    size_t left;
    struct errand *next;
};

/* Room for its deliveries; false when the arena overflowed. */
bool errand_prepare(struct errand *errand, struct arena *arena) __attribute__((warn_unused_result));
/* Sends what there is to send. With nothing to send it calls `done` at once. */
void errand_begin(struct errand *errand, struct courier *courier);
/* All of it, blocking, with a courier of its own. */
void errand_run(struct errand *errand);

#endif
