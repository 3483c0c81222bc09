/*
 * From CGI variables ("HTTP_IF_MATCH=...", as every FastCGI front end sends them) to a request's method, target and fields.
 *
 * The target is REQUEST_URI, which is undecoded with every front end; SCRIPT_NAME and PATH_INFO stand in where a front end has none.
 * Fields are HTTP_* and CONTENT_TYPE, CONTENT_LENGTH; HTTP_CONTENT_LENGTH and HTTP_CONTENT_TYPE are ignored: front ends make them
 * only of headers that look alike. The caller's address is REMOTE_ADDR. Everything is copied into the arena.
 * Not here: the body and the request's id (fcgi.c).
 */
#ifndef PATCHBAY_HTTP_CGI_H
#define PATCHBAY_HTTP_CGI_H

#include "http/request.h"

/* `variables` is a list of "NAME=value", ended by NULL. False when the arena overflowed. */
bool cgi_request(struct http_request *request, char *const *variables, struct arena *arena) __attribute__((warn_unused_result));

#endif
