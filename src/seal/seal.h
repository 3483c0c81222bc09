/*
 * Sealing secrets: AES-256-GCM under a key of the connection's own. This room alone includes OpenSSL.
 *
 * Key of a connection:  HKDF-SHA-256(keyring key, salt = none, info = "patchbay seal 1" | project id (8, big endian) | connection id (16) |
 *                       key number (4, big endian)), 64 bytes: the first 32 encrypt, the last 32 make nonces.
 * Nonce:                first 12 bytes of HMAC-SHA-256(nonce key, place length (4, big endian) | place | plaintext). Same value, same place,
 *                       same key: same box; that is how the database sees that nothing changed (ARCHITECTURE.md tells what this reveals).
 * Additional data:      "patchbay box 1" | key number (4) | place.
 * Box:                  base64( 0x01 | key number (4, big endian) | nonce (12) | tag (16) | ciphertext ), text, no line breaks.
 *
 * Failure: seal_open fails with FAULT_INTERNAL when the box is damaged, was moved, or its key is not in the keyring; the message
 * names the kind, never a value. Derived keys are wiped before return; a `struct seal_context` keeps them for several boxes of one connection.
 */
#ifndef PATCHBAY_SEAL_SEAL_H
#define PATCHBAY_SEAL_SEAL_H

#include "base/arena.h"
#include "base/fault.h"
#include "seal/keyring.h"

struct seal_identity {
    int64_t project;              /* project_id */
    unsigned char connection[16]; /* connection_id, a UUID's bytes */
    int32_t key;                  /* number in the keyring */
};

struct seal_context {
    struct seal_identity identity;
    unsigned char keys[64]; /* derived; wiped by seal_end */
};

/* FAULT_INTERNAL when the keyring has no such key. */
bool seal_begin(struct seal_context *context, const struct keyring *keyring, const struct seal_identity *identity, struct fault *fault)
    __attribute__((warn_unused_result));
void seal_end(struct seal_context *context);

/* *box: base64 text in the arena. */
bool seal_box(const struct seal_context *context, struct bytes place, struct bytes plaintext, struct arena *arena, struct bytes *box, struct fault *fault)
    __attribute__((warn_unused_result));
bool seal_open(const struct seal_context *context, struct bytes place, struct bytes box, struct arena *arena, struct bytes *plaintext,
               struct fault *fault) __attribute__((warn_unused_result));

/*
 * Canary: a box of a fixed text under (project 0, connection 0, key number), place "/canary". The database keeps one a key;
 * a keyring that holds the wrong key is found at start, not at the first secret.
 */
bool seal_canary(const struct keyring *keyring, int32_t key, struct arena *arena, struct bytes *box, struct fault *fault)
    __attribute__((warn_unused_result));
bool seal_canary_check(const struct keyring *keyring, int32_t key, struct bytes box, struct arena *arena, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
