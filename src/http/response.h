/*
 * One answer: status, fields, body; the transport adds X-Request-Id and Content-Length and leaves the body away for HEAD.
 */
#ifndef PATCHBAY_HTTP_RESPONSE_H
#define PATCHBAY_HTTP_RESPONSE_H

#include "base/buf.h"

#define HTTP_RESPONSE_FIELDS_MAX 12

struct http_response_field {
    const char *name;
    struct bytes value; /* no control characters: http_response_add refuses them by assert */
};

struct http_response {
    int status;
    const char *content_type; /* NULL: no body, no Content-Type */
    struct bytes body;
    size_t field_count;
    struct http_response_field fields[HTTP_RESPONSE_FIELDS_MAX];
};

void http_response_add(struct http_response *response, const char *name, struct bytes value);
const char *http_status_reason(int status); /* "OK", "Not Found", ... */

#endif
