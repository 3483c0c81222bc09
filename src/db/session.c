/*
 * A pool of one link and one call at a time: what tests and tools see is what the worker does.
 */
#include "db/pool.h"

#include <stdlib.h>

struct db_session {
    struct db_pool *pool;
};

struct delivery {
    struct db_ticket ticket; /* first: the ticket's address is the delivery's */
    void (*done)(void *context, const struct db_result *result);
    void *context;
    bool delivered;
};

bool db_session_new(struct db_session **session, const struct db_pool_options *options, struct fault *fault)
{
    struct db_pool_options single = *options;
    single.connections = 1;
    single.batch_limit = 1;
    struct db_session *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    if (!db_pool_new(&made->pool, &single, fault)) {
        free(made);
        return false;
    }
    *session = made;
    return true;
}

void db_session_free(struct db_session *session)
{
    if (session != NULL) {
        db_pool_free(session->pool);
        free(session);
    }
}

void db_session_release(struct db_session *session, struct db_hold *hold)
{
    db_pool_release(session->pool, hold);
}

static void turn(struct db_pool *pool, int timeout_ms)
{
    struct pollfd fd;
    size_t count = db_pool_prepare(pool, &fd, 1, &timeout_ms);
    if (poll(&fd, (nfds_t) count, timeout_ms) < 0) {
        fd.revents = 0; /* interrupted */
    }
    db_pool_react(pool, &fd, count);
}

static void deliver(struct db_ticket *ticket, const struct db_result *result)
{
    struct delivery *delivery = (struct delivery *) ticket;
    delivery->done(delivery->context, result);
    delivery->delivered = true;
}

void db_session_run(struct db_session *session, const struct db_call *call, void (*done)(void *context, const struct db_result *result),
                    void *context)
{
    struct delivery delivery = {.ticket = {.call = call, .done = deliver}, .done = done, .context = context};
    /* Between two calls nobody looked at the link: a server that went away in the meantime is noticed here, before it costs a write. */
    turn(session->pool, 0);
    db_pool_submit(session->pool, &delivery.ticket);
    while (!delivery.delivered) {
        turn(session->pool, -1);
    }
}
