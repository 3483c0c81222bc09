/*
 * One parsed request: a value that nobody changes. Everything is borrowed from the request's arena.
 * Not here: where it came from (fcgi.h), what it means (api/).
 */
#ifndef PATCHBAY_HTTP_REQUEST_H
#define PATCHBAY_HTTP_REQUEST_H

#include "base/arena.h"

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_OTHER };

struct http_field {
    struct bytes name; /* lower case, with dashes: "if-match", "content-type" */
    struct bytes value;
};

struct http_request {
    enum http_method method;
    struct bytes path;  /* undecoded, without query: "/apiops/projects/My%20Project/connections/a%2Fb/" */
    struct bytes query; /* undecoded, without '?' */
    struct bytes body;
    bool body_too_large;  /* the body passed the limit and was not kept */
    bool body_incomplete; /* the peer sent fewer bytes than it announced */
    struct bytes request_id; /* from X-Request-Id where sane ([A-Za-z0-9._-]{1,64}), else made anew */
    struct bytes remote_address; /* of the client, as the web server tells it; empty when it does not */
    struct http_field *fields;
    size_t field_count;
};

/* The value of a header by lower-case name; {NULL, 0} when absent (data is not NULL when present but empty). */
struct bytes http_request_field(const struct http_request *request, const char *name);
enum http_method http_method_from(struct bytes name);
const char *http_method_name(enum http_method method);
/* Whether its media type, without parameters and letter case ignored, is one of these lower-case ones, spaces between:
   http_request_has_type(r, "application/json application/json-patch+json"). */
bool http_request_has_type(const struct http_request *request, const char *media_types);
bool http_request_id_is_sane(struct bytes id);

#endif
