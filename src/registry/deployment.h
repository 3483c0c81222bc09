/*
 * Deployments: which connection is to be on which worker, and how it got there.
 *
 * deployment_claim_call (all workers of one connection, for the request that changed it) or deployment_take_call (what is due for one worker, for
 * the deployer) -> rows as parcels -> somebody delivers those that are claimed, fills `outcome` and `error` -> deployment_report_call.
 * A claim is a lease: who reports after it ran out is not believed (sql/functions/deployment_*.sql).
 * Parcels are copied into the arena whole, with opened secrets and credentials: the arena wipes them. Not here: HTTP (deploy/).
 */
#ifndef PATCHBAY_REGISTRY_DEPLOYMENT_H
#define PATCHBAY_REGISTRY_DEPLOYMENT_H

#include "config/config.h"
#include "registry/connection.h"

enum deployment_state {
    DEPLOYMENT_CLAIMED,   /* ours to deliver */
    DEPLOYMENT_HELD,      /* somebody else is delivering */
    DEPLOYMENT_APPLIED,
    DEPLOYMENT_FAILED,
    DEPLOYMENT_UNKNOWN,
    DEPLOYMENT_ABSENT,    /* nothing is wanted there, and nothing is there */
    DEPLOYMENT_NO_WORKER, /* the environment has none */
};

enum deployment_outcome { DEPLOYMENT_OPEN, DEPLOYMENT_TAKEN, DEPLOYMENT_REFUSED, DEPLOYMENT_DOUBTFUL };

#define DEPLOYMENT_ERROR_SIZE 16
#define DEPLOYMENT_NOBODY "00000000-0000-0000-0000-000000000000" /* no connection's id: for probes */

struct deployment_parcel {
    struct bytes environment, worker; /* worker {NULL, 0}: DEPLOYMENT_NO_WORKER */
    enum deployment_state state;
    unsigned char worker_id[16];
    unsigned char connection_id[16];
    int64_t project_id;
    /* of claimed ones: */
    bool present;              /* PUT; else DELETE */
    int64_t revision;          /* of what is delivered */
    int64_t generation;
    const char *url, *ca, *authorization; /* as in deploy/courier.h */
    char revision_text[24];
    char key[80];              /* Idempotency-Key: connection, revision, generation */
    struct bytes body;
    /* how it ended; of those that are not ours how it stands: */
    enum deployment_outcome outcome;
    char error[DEPLOYMENT_ERROR_SIZE]; /* "", "dns", "http 503", ... */
    bool alive;                /* the worker gave a sign of life */
};

struct deployment_claim {
    int64_t project_id;
    unsigned char connection_id[16];
    unsigned char lease[16];
    int64_t lease_ms;
};

void deployment_claim_call(const struct deployment_claim *in, struct db_call *call);
void deployment_take_call(const unsigned char worker_id[16], const unsigned char lease[16], int64_t lease_ms, int64_t limit, struct db_call *call);
/* False when the arena overflowed or the call failed. A box that does not open makes its parcel fail with "sealed", before it is sent. */
bool deployment_parcels(const struct db_result *result, const struct keyring *keyring, struct arena *arena, struct deployment_parcel **parcels,
                        size_t *count) __attribute__((warn_unused_result));
/* Those of one connection whose outcome is not open. False when there are none, or the arena overflowed. */
bool deployment_report_call(const struct deployment_parcel *parcels, size_t count, const unsigned char lease[16], const struct config *config,
                            struct arena *arena, struct db_call *call) __attribute__((warn_unused_result));

/* When something is due for each worker. */
struct deployment_due {
    unsigned char worker_id[16];
    int64_t wait_ms; /* negative: nothing is */
    bool probe;      /* to be asked for a sign of life, with the parcel */
};

void deployment_due_call(const struct config *config, struct db_call *call);
void deployment_due_row(const struct db_result *result, int index, struct deployment_due *due);
/* A parcel that takes away what is not there, from a row that is to be probed or of worker_target; false when there is no worker or memory is short. */
bool deployment_probe(const struct db_result *result, int index, bool is_target, const struct keyring *keyring, struct arena *arena,
                      struct deployment_parcel *parcel) __attribute__((warn_unused_result));
void deployment_seen_call(const unsigned char worker_id[16], const struct config *config, struct db_call *call);
void deployment_target_call(struct bytes worker, struct db_call *call);

/* How one connection stands, for its readers. At least one row, which carries the outcome; one without a worker is no item. */
struct deployment_item {
    struct bytes environment, worker, state, error; /* error {NULL, 0}: none */
    int64_t wanted_revision, applied_revision;      /* applied 0: none */
    int64_t age;                                    /* seconds */
};

void deployment_list_call(const struct connection_target *target, struct db_call *call);
void deployment_list_outcome(const struct db_result *result, struct connection_result *out);
void deployment_list_item(const struct db_result *result, int index, struct deployment_item *item);

/* Where a worker's credential is sealed: project 0, the worker's id. */
struct seal_identity deployment_credential_identity(const unsigned char worker_id[16], int32_t key);
#define DEPLOYMENT_CREDENTIAL_PLACE BYTES("/credential")

#endif
