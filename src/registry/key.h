/*
 * Boxes from one key to another, and whether they open: for the administrator's key commands.
 * Not here: the keys (seal/keyring.h), walking through the rows (cli/command_key.c).
 */
#ifndef PATCHBAY_REGISTRY_KEY_H
#define PATCHBAY_REGISTRY_KEY_H

#include "base/arena.h"
#include "base/fault.h"
#include "seal/seal.h"

/* Boxes as JSON text {"place": "box"}, sealed anew with key `to`. FAULT_INTERNAL when one does not open: nothing is lost, *sealed is not set. */
bool key_reseal(const struct keyring *keyring, const struct seal_identity *identity, int32_t to, struct bytes boxes, struct arena *arena,
                struct bytes *sealed, struct fault *fault) __attribute__((warn_unused_result));
/* How many boxes the text has; 0 when it is no object of boxes. */
int64_t key_count(struct bytes boxes, struct arena *arena);
/* Opens every box; *count is how many there are, *bad how many do not open. False when the text is no object of boxes. */
bool key_verify(const struct keyring *keyring, const struct seal_identity *identity, struct bytes boxes, struct arena *arena, int64_t *count,
                int64_t *bad) __attribute__((warn_unused_result));

#endif
