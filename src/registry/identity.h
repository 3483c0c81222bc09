/*
 * What the worker believes connections' identities to be, so that it can seal before its one call (ARCHITECTURE.md, Identity before the call).
 *
 * A bounded hash table from (dialect, where, name) to identity; a full bucket forgets its oldest entry. Belief only: SQL compares it and
 * says `identity` when it is wrong. `where` is the project's name or the credential's digest, name the connection's name or id as sent.
 * An entry with an empty name tells the project alone (for creates).
 */
#ifndef PATCHBAY_REGISTRY_IDENTITY_H
#define PATCHBAY_REGISTRY_IDENTITY_H

#include "base/bytes.h"
#include "base/fault.h"
#include "seal/seal.h"

struct identity_cache;

bool identity_cache_new(struct identity_cache **cache, size_t entries, struct fault *fault) __attribute__((warn_unused_result));
void identity_cache_free(struct identity_cache *cache);
bool identity_find(struct identity_cache *cache, const char *dialect, struct bytes where, struct bytes name, struct seal_identity *identity);
void identity_learn(struct identity_cache *cache, const char *dialect, struct bytes where, struct bytes name, const struct seal_identity *identity);
void identity_forget(struct identity_cache *cache, const char *dialect, struct bytes where, struct bytes name);

#endif
