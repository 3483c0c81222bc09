/*
 * Keystores and certificates: what connections name, by name. One table holds both (sql/schema/material.sql), so one set of operations does.
 *
 * As in connection.h: in -> db_call -> result -> out; what depends on stored state is decided in SQL. But these are rare, and a
 * keystore must be opened before it is taken: so a write asks first (a dry creation, or a reading for the change, which brings what is stored), and
 * is made in a second call, for the revision that was seen. Names never change.
 * Files, certificates and passwords are sealed, each under its place: a box's plaintext is JSON text, as a connection's.
 * Not here: what is in a keystore (seal/keystore.h), the form of requests and answers (api/).
 */
#ifndef PATCHBAY_REGISTRY_MATERIAL_H
#define PATCHBAY_REGISTRY_MATERIAL_H

#include "registry/connection.h"

enum material_kind { MATERIAL_KEYSTORE, MATERIAL_CERTIFICATE };

/* What it is in one environment, as far as everybody may know; texts that do not apply are {NULL, 0}. */
struct material_environment {
    struct bytes environment;
    struct bytes alias;
    struct bytes format;                  /* keystores: "JKS", "PKCS12" */
    struct bytes subject;                 /* certificates, these four: as in seal/certificate.h */
    struct bytes valid_from, valid_until;
    struct bytes sha1_thumbprint;
    struct material_environment *next;
};

/* A value at its place: one to be sealed, or a stored box that is kept. */
struct material_value {
    struct bytes place;
    struct bytes text; /* what is sealed, as it is (not JSON); where box is {NULL, 0} */
    struct bytes box;
    struct material_value *next;
};

struct material_content {
    struct bytes description;  /* {NULL, 0}: null */
    struct bytes environments; /* as material_environments_text writes them */
    struct bytes secrets;      /* boxes as JSON text */
};

struct material_create {
    struct connection_target target; /* handle is not used */
    enum material_kind kind;
    bool dry;                      /* check, write nothing: name and environments may be {NULL, 0} */
    struct seal_identity identity; /* of the new one */
    struct bytes canary;
    struct bytes name;
    struct material_content content;
};

/* What a reading is for; sql/functions/material_read.sql has what each takes and gives. */
enum material_purpose { MATERIAL_LOOK, MATERIAL_SHOW, MATERIAL_CHANGE, MATERIAL_EXPORT };

struct material_read {
    struct connection_target target;
    enum material_kind kind;
    enum material_purpose purpose;
    struct bytes if_match; /* as in connection_update */
};

struct material_update {
    struct connection_target target;
    enum material_kind kind;
    struct seal_identity identity; /* as read */
    int64_t revision;              /* likewise; CONNECTION_AGAIN when it is another now */
    struct material_content content;
};

struct material_delete {
    struct connection_target target;
    enum material_kind kind;
    struct bytes if_match;
};

/* A portion of all, in the order of names. */
struct material_list {
    struct connection_target target;
    enum material_kind kind;
    struct bytes after; /* the handle of the last one before; {NULL, 0}: from the start */
    int64_t limit;
};

struct material_row {
    struct connection_result result;
    struct bytes name, description;
    struct bytes handle;       /* of lists */
    struct bytes environments; /* JSON text: material_environments_read */
    struct bytes secrets;      /* boxes as JSON text; {NULL, 0}: not given */
};

struct material_deleted {
    struct connection_result result;
    struct bytes users; /* CONNECTION_IN_USE: JSON array of connections' names, not all when they are very many */
    int64_t user_count;
};

void material_create_call(const struct material_create *in, struct db_call *call);
void material_read_call(const struct material_read *in, struct db_call *call);
void material_update_call(const struct material_update *in, struct db_call *call);
void material_delete_call(const struct material_delete *in, struct db_call *call);
void material_list_call(const struct material_list *in, struct db_call *call);

/* Results borrow from the db_result. */
void material_create_outcome(const struct db_result *result, struct connection_result *out);
void material_read_outcome(const struct db_result *result, struct material_row *out);
void material_update_outcome(const struct db_result *result, struct connection_result *out);
void material_delete_outcome(const struct db_result *result, struct material_deleted *out);
/* Row `index` of a portion. An empty portion has one row, whose name is {NULL, 0}. */
void material_list_row(const struct db_result *result, int index, struct material_row *out);

/* ---- material_content.c */

/* {NULL, 0} when the arena overflowed. */
struct bytes material_environments_text(const struct material_environment *environments, enum material_kind kind, struct arena *arena);
/* False when the text is not ours, or the arena overflowed. */
bool material_environments_read(struct material_environment **environments, struct bytes text, struct arena *arena) __attribute__((warn_unused_result));
/* Boxes as JSON text {"place": "box"}. */
bool material_seal(const struct material_value *values, const struct keyring *keyring, const struct seal_identity *identity, struct arena *arena,
                   struct bytes *boxes, struct fault *fault) __attribute__((warn_unused_result));
/* The stored boxes as a tree, for material_box. NULL when there are none to see, they are no object, or the arena overflowed. */
const struct json_value *material_boxes(const struct material_row *row, struct arena *arena);
/* The box at a place; {NULL, 0} when there is none. */
struct bytes material_box(const struct json_value *boxes, struct bytes place);
/* What is in it. FAULT_INTERNAL when it does not open. */
bool material_open(struct bytes place, struct bytes box, const struct keyring *keyring, const struct seal_identity *identity, struct arena *arena,
                   struct bytes *text, struct fault *fault) __attribute__((warn_unused_result));

#endif
