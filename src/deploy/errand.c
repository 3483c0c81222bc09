/*
 * A parcel that is not delivered within the deadline is not worth a retry here: the deployer has all the time there is.
 */
#include "deploy/errand.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"

bool errand_prepare(struct errand *errand, struct arena *arena)
{
    errand->deliveries = ARENA_ARRAY(arena, struct courier_delivery, errand->count + 1);
    return errand->deliveries != NULL;
}

static void take_end(struct courier_delivery *delivery)
{
    struct errand *errand = delivery->context;

    deliver_end(delivery, &errand->parcels[delivery - errand->deliveries]);
    if (--errand->left == 0) {
        errand->done(errand);
    }
}

void errand_begin(struct errand *errand, struct courier *courier)
{
    int64_t left_ms = (errand->deadline_us - clock_monotonic_us()) / 1000;

    errand->left = 1; /* ours, so that it is not over before all were sent */
    for (size_t i = 0; i < errand->count; i++) {
        struct deployment_parcel *parcel = &errand->parcels[i];
        if (parcel->state == DEPLOYMENT_CLAIMED && parcel->outcome == DEPLOYMENT_OPEN) {
            deliver_begin(&errand->deliveries[i], parcel, left_ms);
            errand->deliveries[i].done = take_end;
            errand->deliveries[i].context = errand;
            errand->left++;
            courier_send(courier, &errand->deliveries[i]);
        }
    }
    if (--errand->left == 0) {
        errand->done(errand);
    }
}

static void note_end(struct errand *errand)
{
    errand->done = NULL;
}

void errand_run(struct errand *errand)
{
    struct courier *courier;
    struct fault fault;
    int64_t pause_us = errand->pause_until_us - clock_monotonic_us();

    if (pause_us > 0) {
        usleep((useconds_t) pause_us);
    }
    if (!courier_new(&courier, &fault)) {
        return; /* parcels stay open: nothing is known, and the lease will run out */
    }
    errand->done = note_end;
    errand_begin(errand, courier);
    while (errand->done != NULL) {
        courier_turn(courier, NULL, 0, 1000);
    }
    courier_free(courier);
}
