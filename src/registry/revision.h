/*
 * The past of connections: their revisions, those that were deleted, and going back to a revision. As in connection.h: in -> db_call -> result -> rows.
 *
 * A target's handle means the live connection of that name, else the one with that UUID (live or deleted), else the one of that name that was deleted
 * last. Each result has at least one row, which carries the outcome. Boxes never come here: a restoration moves them inside the database.
 * Not here: the form of answers (api/revision.h and the dialects).
 */
#ifndef PATCHBAY_REGISTRY_REVISION_H
#define PATCHBAY_REGISTRY_REVISION_H

#include "registry/connection.h"

struct revision_list {
    struct connection_target target;
    int64_t revision; /* only this one, with its state; 0: all, without */
    int64_t offset, limit;
};

struct revision_found {
    enum connection_outcome outcome;
    unsigned char connection[16];
    int64_t latest; /* the connection's newest revision, a deletion included */
    int64_t total;  /* how many are kept */
};

struct revision_row {
    int64_t revision; /* 0: no item */
    struct bytes operation; /* create, update, delete, restore */
    int64_t changed_us;
    struct bytes changed_by, request_id;
    int64_t restored;       /* which revision it restored; 0: none */
    struct bytes fields;    /* JSON array of names; {NULL, 0}: not known, the revision before is purged */
    struct bytes secrets;   /* JSON object: place -> changed, unchanged, removed, unknown */
    struct connection_row state; /* result.revision is this one; settings {NULL, 0} in lists; never secrets */
};

struct revision_restore {
    struct connection_target target;
    int64_t revision;
    struct bytes if_match; /* as in connection_update */
    bool dry;              /* nothing is written; CONNECTION_CHECKED when it could be */
};

struct revision_restored {
    struct connection_result result;
    struct bytes name;   /* of the revision: what may be taken; {NULL, 0} when that was noticed only on writing */
    struct bytes handle; /* what paths call it by now */
    bool deploy_to_worker;
};

struct revision_gone {
    unsigned char connection[16];
    struct bytes public_id, name, type, changed_by, request_id; /* type {NULL, 0}: no item */
    int64_t revision, changed_us;
};

void revision_list_call(const struct revision_list *in, struct db_call *call);
void revision_list_outcome(const struct db_result *result, struct revision_found *out);
void revision_list_row(const struct db_result *result, int index, struct revision_row *row);

/* Outcomes as of an update; CONNECTION_REVISION_NOT_FOUND besides. */
void revision_restore_call(const struct revision_restore *in, struct db_call *call);
void revision_restore_outcome(const struct db_result *result, struct revision_restored *out);

/* Deleted connections, last deleted first; target.handle is not used. *total counts all. */
void revision_gone_call(const struct connection_target *target, int64_t offset, int64_t limit, struct db_call *call);
enum connection_outcome revision_gone_outcome(const struct db_result *result, int64_t *total);
void revision_gone_row(const struct db_result *result, int index, struct revision_gone *row);

#endif
