/*
 * If-Match (RFC 9110, 13.1.1) and ETag, where the entity-tag is a connection's revision: ETag: "7".
 */
#ifndef PATCHBAY_API_PRECONDITION_H
#define PATCHBAY_API_PRECONDITION_H

#include "api/api.h"

/*
 * If-Match in the form connection_update takes: {NULL, 0} without the header, "*", or the revisions among its tags, comma-separated.
 * Comparison is strong: weak and foreign tags match nothing; so the list may be empty, and nothing matches. A header that is not a list of
 * entity-tags matches nothing either, whatever else it names.
 */
struct bytes precondition_revisions(const struct http_request *request, struct arena *arena);
/* Adds ETag: "<revision>", and that no cache keeps the answer. */
void precondition_tag(struct api_exchange *exchange, int64_t revision);

#endif
