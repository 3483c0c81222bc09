/*
 * From method and path to a row of the route table.
 *
 * The path is cut at '/' undecoded, each segment is decoded by itself, a trailing slash is optional. So "a%2Fb" is one segment, and an empty
 * segment is one too (a connection without a name). Not here: the table's rows (routes.c), what handlers do.
 */
#ifndef PATCHBAY_API_ROUTE_H
#define PATCHBAY_API_ROUTE_H

#include "api/api.h"

enum route_match {
    ROUTE_FOUND,
    ROUTE_NO_PATH,   /* no pattern fits; exchange->route tells nothing */
    ROUTE_NO_METHOD, /* a pattern fits, its methods don't: *allow lists them */
    ROUTE_BAD_PATH,  /* a pattern fits, but a segment is badly encoded */
};

/* Sets exchange->route and exchange->parameters. *allow: "GET, HEAD, OPTIONS, PUT" of the path's rows; set unless ROUTE_NO_PATH. */
enum route_match route_find(struct api_exchange *exchange, struct bytes *allow);
/* The dialect whose prefix the path has, or the main one: who answers where no row does. */
const struct api_dialect *route_dialect(struct bytes path);

#endif
