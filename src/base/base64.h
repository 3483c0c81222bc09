/*
 * Base64 (RFC 4648, section 4: '+', '/' and padding), for files inside JSON.
 *
 * Line breaks and blanks between digits are passed over, because `base64` and other tools wrap lines. Everything else is strict: no other
 * character, whole groups with their padding, nothing after it, no stray bits in the last digit; so a value has one spelling but for blanks.
 * Not here: boxes (seal/seal.h), whose base64 takes no blanks either.
 */
#ifndef PATCHBAY_BASE_BASE64_H
#define PATCHBAY_BASE_BASE64_H

#include "base/arena.h"

/* False when it is no base64, and when the arena overflowed. */
bool base64_decode(struct bytes text, struct arena *arena, struct bytes *data) __attribute__((warn_unused_result));
/* Without line breaks. {NULL, 0} when the arena overflowed. */
struct bytes base64_encode(struct bytes data, struct arena *arena);

#endif
