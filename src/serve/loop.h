/*
 * The event loop of one worker process: accept, read, begin, send, continue, answer.
 *
 * One poll over the listening socket, waiting FastCGI connections, the pool's sockets and signals. At most
 * requests_limit requests are in hand; further ones wait in the socket's backlog. Each request has its own arena, from a free list.
 * SIGTERM, SIGINT, SIGUSR1 (lighttpd, mod_fcgid): tokens' last use is written down, requests in hand are finished (bounded by
 * statement_timeout and deploy_deadline), those who wait at the listening socket are still let in until there is a moment without any (bounded by a second),
 * return. listen_fd is /dev/null afterwards.
 * One log line a request: event "request" with request_id, method, route (the pattern), status, us, calls, bytes_in, bytes_out, connection (id,
 * where known). Never a path, a query, a header or a body.
 * Returns false with a fault when it must not go on (the keyring does not open what the database holds).
 */
#ifndef PATCHBAY_SERVE_LOOP_H
#define PATCHBAY_SERVE_LOOP_H

#include "api/api.h"

/* From here on SIGTERM, SIGINT and SIGUSR1 wait until the loop runs: who is asked to stop while it starts answers those who have come, and stops then. */
void serve_hold_signals(void);
bool serve_loop(struct api_context *context, int listen_fd, struct fault *fault) __attribute__((warn_unused_result));

#endif
