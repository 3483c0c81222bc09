/*
 * HTTP to workers: many deliveries at once over one curl multi handle. The only file pair that includes libcurl.
 *
 *     courier_send(courier, &delivery) ... courier_turn(courier, ...) -> delivery.done(&delivery), with end and status
 *
 * A delivery is PUT or DELETE with a body, over http or https. Certificates are verified, redirects are not followed, proxies and .netrc are
 * not asked for, answers' bodies are read and dropped. Ownership: a delivery and all it points at is the caller's and stays until `done`.
 * Everything that curl allocates is wiped when it is freed: bodies and credentials pass through it.
 * One thread at a time, but for courier_wake. Nothing is logged here. Not here: what is delivered and why (deliver.h).
 */
#ifndef PATCHBAY_DEPLOY_COURIER_H
#define PATCHBAY_DEPLOY_COURIER_H

#include <poll.h>

#include "base/bytes.h"
#include "base/fault.h"

struct courier;

enum courier_end {
    COURIER_ANSWERED, /* status tells */
    COURIER_DNS, COURIER_CONNECT, COURIER_TLS, COURIER_TIMEOUT, COURIER_RESET,
    COURIER_FAILED,   /* anything else; nothing was sent */
};

struct courier_delivery {
    const char *method;        /* "PUT", "DELETE" */
    const char *url;
    struct bytes body;         /* sent when it has data */
    const char *authorization; /* the header's value; NULL: none */
    const char *ca;            /* PEM; NULL: the system's certificates */
    const char *revision;      /* X-Patchbay-Revision */
    const char *key;           /* Idempotency-Key */
    long deadline_ms;          /* for all of it */
    void (*done)(struct courier_delivery *delivery);
    void *context;             /* the caller's */
    /* the end: */
    enum courier_end end;
    int status;                /* of COURIER_ANSWERED */
    bool sent;                 /* it may have arrived */
    /* the courier's own: */
    void *handle;
    void *fields;
    size_t dropped;
    bool stillborn;            /* could not begin */
    struct courier_delivery *next, **place; /* in the list of all */
};

/* Before any other thread is started. */
bool courier_start(struct fault *fault) __attribute__((warn_unused_result));
bool courier_new(struct courier **courier, struct fault *fault) __attribute__((warn_unused_result));
/* Deliveries under way are given up without `done`. */
void courier_free(struct courier *courier);
/* Never calls back at once: what cannot even begin ends in the next turn. */
void courier_send(struct courier *courier, struct courier_delivery *delivery);
size_t courier_under_way(const struct courier *courier);
/* Waits for sockets, these ones too, for at most so long; moves deliveries on and calls `done`. */
void courier_turn(struct courier *courier, struct pollfd *fds, size_t count, int timeout_ms);
/* Ends the waiting of courier_turn; from any thread. */
void courier_wake(struct courier *courier);

#endif
