/*
 * Paths, queries and percent-encoding. Segments and parameters are decoded one by one, after splitting, so an encoded
 * slash never splits.
 */
#ifndef PATCHBAY_HTTP_URL_H
#define PATCHBAY_HTTP_URL_H

#include "base/arena.h"

/* Percent-decoding. False on a bad escape, NUL, or invalid UTF-8 in the result, and when the arena overflowed. plus_is_space for queries and forms. */
bool url_decode(struct bytes text, bool plus_is_space, struct arena *arena, struct bytes *decoded) __attribute__((warn_unused_result));
/* Takes the next `name=value` off a query or form, both undecoded. False at the end. Empty pieces are skipped. */
bool url_next_parameter(struct bytes *query, struct bytes *name, struct bytes *value);
/* The first parameter of that decoded name, value decoded. *found tells; false only when something is badly encoded or the arena overflowed. */
bool url_parameter(struct bytes query, const char *name, struct arena *arena, struct bytes *value, bool *found) __attribute__((warn_unused_result));
/* Percent-encodes everything but unreserved characters (RFC 3986). {NULL, 0} on overflow. */
struct bytes url_encode(struct bytes text, struct arena *arena);

#endif
