/*
 * One libpq connection that waits for notifications of a channel, without blocking; it opens itself again when it is lost.
 *
 * The owner polls: db_listener_prepare fills a pollfd and says how long to wait at most; db_listener_react tells whether there is news.
 * A new connection is news too: what was notified while there was none is lost. Not here: what the news is, and asking (pool.h).
 */
#ifndef PATCHBAY_DB_LISTENER_H
#define PATCHBAY_DB_LISTENER_H

#include <poll.h>

#include "base/fault.h"

struct db_listener;

/* `channel`: a plain name, as in SQL. */
bool db_listener_new(struct db_listener **listener, const char *dsn, const char *channel, struct fault *fault) __attribute__((warn_unused_result));
void db_listener_free(struct db_listener *listener);
/* *fd gets the socket, or -1; *timeout_ms is lowered to when it wants to be called again. */
void db_listener_prepare(struct db_listener *listener, struct pollfd *fd, int *timeout_ms);
bool db_listener_react(struct db_listener *listener, const struct pollfd *fd) __attribute__((warn_unused_result));

#endif
