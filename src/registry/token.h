/*
 * Tokens' last-used times, kept cheaply: workers note who called in memory and write it down once an interval, in one call.
 */
#ifndef PATCHBAY_REGISTRY_TOKEN_H
#define PATCHBAY_REGISTRY_TOKEN_H

#include "base/arena.h"
#include "base/fault.h"
#include "db/call.h"
#include "seal/digest.h"

struct touch_table;

bool touch_table_new(struct touch_table **table, struct fault *fault) __attribute__((warn_unused_result)); /* at most 4096 tokens between two writings */
void touch_table_free(struct touch_table *table);
void token_used(struct touch_table *table, const unsigned char digest[DIGEST_SHA256_SIZE]);
/* A call patchbay.token_touch(digests as one text of hex, comma-separated) for all noted since the last one, and forgets them; false when there are none. */
bool token_touch_call(struct touch_table *table, struct arena *arena, struct db_call *call);

#endif
