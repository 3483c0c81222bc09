/*
 * FastCGI through libfcgi, for an event loop. The only file that includes fcgiapp.h.
 *
 * The loop accepts (fcgi_accept), waits until the connection is readable, then reads the whole request: web servers send it
 * whole, so this does not block for long; a peer that stalls is cut off after `io_timeout_ms` (SO_RCVTIMEO/SO_SNDTIMEO).
 * A kept connection (FCGI_KEEP_CONN) goes back to waiting after its answer; others are closed without libfcgi's linger
 * once the answer is flushed (docs: four system calls fewer).
 * Ownership: fcgi_connection_free closes; in the middle of a request the peer sees that the answer broke off. One request at a time a connection.
 */
#ifndef PATCHBAY_HTTP_FCGI_H
#define PATCHBAY_HTTP_FCGI_H

#include "base/fault.h"
#include "http/request.h"
#include "http/response.h"

struct fcgi_connection;

bool fcgi_start(struct fault *fault) __attribute__((warn_unused_result)); /* once a process */
/* A listening socket of our own at `path` (mode 0660, a stale one is replaced). -1 and a fault on failure. */
int fcgi_listen(const char *path, int backlog, struct fault *fault);
/* NULL when nobody waits (errno is EAGAIN; the socket is non-blocking) or nobody can be let in; ECONNABORTED: just not this one. */
struct fcgi_connection *fcgi_accept(int listen_fd, int io_timeout_ms);
int fcgi_fd(const struct fcgi_connection *connection);

enum fcgi_read { FCGI_READ_REQUEST, FCGI_READ_CLOSED };
/* Reads one request into the arena; the body up to body_limit (more sets body_too_large and is drained). Blocks up to the time-out. */
enum fcgi_read fcgi_read_request(struct fcgi_connection *connection, size_t body_limit, struct arena *arena, struct http_request **request);
/*
 * Answers. fcgi_answer sends a whole response. For a streamed body: fcgi_answer_begin (no Content-Length), fcgi_answer_part any number of times.
 * False when the peer is gone; nothing else to do then but fcgi_request_end.
 */
bool fcgi_answer(struct fcgi_connection *connection, const struct http_request *request, const struct http_response *response);
bool fcgi_answer_begin(struct fcgi_connection *connection, const struct http_request *request, const struct http_response *response);
bool fcgi_answer_part(struct fcgi_connection *connection, struct bytes part);
/* Ends the request, properly. True when the connection is kept for another, false when it was closed (free it). libfcgi's buffers are wiped. */
bool fcgi_request_end(struct fcgi_connection *connection);
void fcgi_connection_free(struct fcgi_connection *connection);

#endif
