/*
 * Keystores and certificates as this API takes and shows them; seen only by this folder.
 *
 * The two differ in how they arrive (JSON with base64 inside; a form with a PEM file), in what is looked at before they are taken, and in words.
 * What happens to them is the same: material.c reads, lists and deletes both, material_write.c creates and changes both.
 * Places of boxes: keystores "/ENVIRONMENT/file" (base64) and "/ENVIRONMENT/password"; certificates "/content" (base64 of the DER), one for all
 * environments, since a form has one file.
 */
#ifndef PATCHBAY_API_APINIZER_MATERIAL_H
#define PATCHBAY_API_APINIZER_MATERIAL_H

#include "api/apinizer/apinizer.h"
#include "registry/material.h"
#include "seal/keystore.h"

enum material_refusal { MATERIAL_FINE, MATERIAL_MALFORMED, MATERIAL_EMPTY };

/* One environment as it was sent; texts that were not are {NULL, 0}. */
struct material_item {
    struct bytes path;     /* of its errors: "keyStoreEnvironmentList[0]" */
    struct bytes name_path; /* of those of the environment's name */
    struct bytes environment;
    struct bytes alias;
    bool has_alias;        /* said, perhaps null */
    struct bytes format;   /* "JKS", "PKCS12" */
    struct bytes content;  /* the file's bytes */
    struct bytes password;
    bool has_older_form;   /* of keystores: the one that knows no password */
    struct material_item *next;
};

/* What a POST or PUT wants it to be. */
struct material_body {
    const char *list_path; /* of errors of all environments: "keyStoreEnvironmentList" */
    enum material_refusal refusal; /* else fault tells: MALFORMED that it cannot be read, EMPTY what a form lacks */
    struct fault fault;
    struct bytes name;
    bool has_description;
    struct bytes description;
    bool has_items;
    struct material_item *items;
    struct bytes der; /* of a certificate */
    struct material_environment *environments; /* likewise: complete as they are */
    struct settings_error *errors;
    struct settings_error **errors_end;
    struct settings_place *warnings;
    struct settings_place **warnings_end;
};

/* A keystore that is to be opened before it is taken. */
struct material_opening {
    struct keystore keystore;
    const struct material_item *item;
    bool opened;
    enum keystore_part part; /* with fault, when it was not */
    struct fault fault;
    struct material_opening *next;
};

/* What is stored, as far as a change needs it. */
struct material_stored {
    struct seal_identity identity;
    int64_t revision;
    struct bytes name, description;
    struct material_environment *environments;
    const struct json_value *boxes;
};

/* What will be stored. */
struct material_completed {
    struct material_environment *environments;
    struct material_value *values;
    struct material_opening *openings;
};

/* ---- material.c */

/* "Keystore", "Certificate". */
const char *material_word(enum material_kind kind);
/* apinizer_refused in this kind's words. */
bool material_refused(struct api_exchange *exchange, const struct connection_target *target, enum material_kind kind,
                      const struct connection_result *result);
enum api_step material_not_found(struct api_exchange *exchange, enum material_kind kind, struct bytes name);

/* ---- material_body.c: what both readers of bodies use. */

void material_body_init(struct material_body *body, const char *list_path);
/* "<field> <what>", for the field. */
void material_body_wrong(struct material_body *body, struct arena *arena, struct bytes field, const char *what);
void material_body_warn(struct material_body *body, struct arena *arena, struct bytes field);
/* A list of more environments than config.material_environments; it is not looked at further. */
void material_body_too_many(struct material_body *body, struct arena *arena, long limit);
/* Refuses an environment that the list has already, and names that are none. */
void material_body_check_environments(struct material_body *body, struct arena *arena);

/* ---- keystore_body.c */

/* False only when memory ran out. */
bool keystore_body_read(struct material_body *body, struct api_context *context, struct api_exchange *exchange, bool replaces)
    __attribute__((warn_unused_result));
/*
 * What is to be stored, with what was not sent taken from what is (stored NULL: nothing), and what of it must be opened first. What is missing
 * is added to the body's errors. FAULT_INTERNAL when a box does not open, FAULT_TOO_LARGE when the arena overflowed.
 */
bool keystore_body_complete(struct material_completed *completed, struct material_body *body, const struct material_stored *stored,
                            const struct keyring *keyring, struct arena *arena, struct fault *fault) __attribute__((warn_unused_result));
/* In a thread. */
void keystore_body_open(struct material_opening *openings, int64_t effort, struct arena *arena);
/* The faults of openings as the body's errors. */
void keystore_body_blame(struct material_body *body, const struct material_opening *openings, struct arena *arena);

/* ---- certificate_body.c */

bool certificate_body_read(struct material_body *body, struct api_context *context, struct api_exchange *exchange, bool replaces)
    __attribute__((warn_unused_result));
bool certificate_body_complete(struct material_completed *completed, const struct material_body *body, struct arena *arena, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
