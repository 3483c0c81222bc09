/*
 * Connections without a request: fresh ones, whose first request is on its way, and those that the web server keeps for the next one.
 * Each is closed when it waits too long. The longest waiting comes first.
 * Ownership: a connection is the list's until `take` got it.
 */
#ifndef PATCHBAY_SERVE_WAITING_H
#define PATCHBAY_SERVE_WAITING_H

#include <poll.h>

#include "http/fcgi.h"

struct waiting {
    struct fcgi_connection *connection;
    int64_t since_us;
    bool fresh;
};

struct waiting_list {
    struct waiting *items;
    size_t count;
    size_t fresh_count;
    size_t polled_count; /* how many of them, from the first, are polled in this turn */
    size_t kept_room;
};

/* How long a connection may wait, counted from when it came, or from `from_us` if that is later. */
struct waiting_limits {
    int64_t fresh_us;
    int64_t kept_us;
    int64_t from_us;
};

/* The owner sees to it that there are never more than `fresh` fresh ones; of the others `kept` are kept. */
bool waiting_open(struct waiting_list *list, size_t fresh, size_t kept) __attribute__((warn_unused_result)); /* false: out of memory */
void waiting_close(struct waiting_list *list);
void waiting_add(struct waiting_list *list, struct fcgi_connection *connection, bool fresh, int64_t now_us);
/* Fills fds, which has room for all; returns how many. `poll` false: none, nobody could take them. */
size_t waiting_prepare(struct waiting_list *list, bool poll, struct pollfd *fds);
/* Hands over those that have something to read, while `take` has room for them (it may add others), and closes those that waited too long. */
void waiting_react(struct waiting_list *list, const struct pollfd *fds, const struct waiting_limits *limits, int64_t now_us,
                   bool (*take)(void *context, struct fcgi_connection *connection), void *context);
/* When the next of the polled ones has waited too long; INT64_MAX when there are none. */
int64_t waiting_due(const struct waiting_list *list, const struct waiting_limits *limits);

#endif
