/*
 * If-Match and If-None-Match of writes (RFC 9110, 13.1) and ETag, where the entity-tag is a connection's revision: ETag: "7".
 */
#ifndef PATCHBAY_API_PRECONDITION_H
#define PATCHBAY_API_PRECONDITION_H

#include "api/api.h"

/*
 * The preconditions of a write in the form connection_update takes (sql/functions/matches_revision.sql): {NULL, 0} without any, "*", or the revisions among
 * the tags of If-Match, comma-separated, and after an exclamation mark those of If-None-Match.
 * If-Match compares strongly: weak and foreign tags match nothing; so the list may be empty, and nothing matches. If-None-Match compares weakly.
 * A header that is not a list of entity-tags stops the write, whatever else it names.
 */
struct bytes precondition_revisions(const struct http_request *request, struct arena *arena);
/* Adds ETag: "<revision>", and that no cache keeps the answer. */
void precondition_tag(struct api_exchange *exchange, int64_t revision);

#endif
