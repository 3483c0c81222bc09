/*
 * The requests that one worker process has in hand, from the moment when a connection brings one until its answer is sent.
 *
 *     desk_begin -> api_begin -> a call, work or an errand -> api_continue -> ... -> the answer; the connection waits for the next request
 *
 * At most `limit` at a time, each in an arena of its own that is kept for the next one. Calls go to the pool, which calls back; work to the crew and
 * errands to the runner, whose descriptors the owner polls, to say here that something is over. One log line a request (loop.h).
 * Ownership: what the desk points at is the owner's, there before the first request and, but for crew and runner, until desk_close.
 * Not here: when connections are accepted and closed, and when the process stops (loop.c).
 */
#ifndef PATCHBAY_SERVE_DESK_H
#define PATCHBAY_SERVE_DESK_H

#include "api/api.h"
#include "deploy/runner.h"
#include "serve/waiting.h"
#include "serve/work.h"

struct job;

struct desk {
    struct api_context *context;
    struct db_pool *pool;
    struct work_crew *crew;
    struct runner *runner;
    struct waiting_list *waiting; /* where connections go that are kept */
    size_t in_hand;
    /* its own: */
    size_t limit;
    struct job *jobs;
    struct job *free;
};

/* False: out of memory; desk_close is due in any case. It stays where it is from here on. */
bool desk_open(struct desk *desk, size_t limit) __attribute__((warn_unused_result));
/* Gives up what is in hand. No thread may be at work for it any more. */
void desk_close(struct desk *desk);
bool desk_has_room(const struct desk *desk);
/* Reads the request that has come on a connection, and begins it. False, and the connection is still the caller's, when there is no room. As
   waiting_react wants it: `desk` is the context. */
bool desk_begin(void *desk, struct fcgi_connection *connection) __attribute__((warn_unused_result));
/* Goes on with the requests whose work, or whose errand, is over. */
void desk_take_work(struct desk *desk);
void desk_take_errands(struct desk *desk);

#endif
