/*
 * A few threads for what must not run in the loop: what is slow on purpose (hashing passwords) or waits for others.
 *
 *     item.run = ...; work_submit(crew, &item);
 *     ... work_fd() becomes readable ... while ((item = work_take(crew)) != NULL) -> it has run
 *
 * Threads are started when there is something to do and no idle one, up to a limit; further items wait. Items that compute are done in order, and
 * only as many at a time as there are processors, and never by the last thread: so those that wait for others are not held up by them.
 * Threads take no signals.
 * Ownership: an item is the caller's and stays where it is until it was taken. `run` touches nothing that the loop's thread may touch.
 * Not here: what the work is (api/), what follows it (desk.c).
 */
#ifndef PATCHBAY_SERVE_WORK_H
#define PATCHBAY_SERVE_WORK_H

#include <stddef.h>

#include "base/fault.h"

struct work_item {
    void (*run)(struct work_item *item);
    bool computes;          /* keeps a processor busy, rather than waits for others */
    struct work_item *next; /* the crew's own */
};

struct work_crew;

bool work_crew_new(struct work_crew **crew, size_t threads_limit, struct fault *fault) __attribute__((warn_unused_result));
/* Waits for what is under way; what has not begun is dropped. */
void work_crew_free(struct work_crew *crew);
int work_fd(const struct work_crew *crew);
void work_submit(struct work_crew *crew, struct work_item *item);
/* An item that has run, the first to be done first; NULL when there is none. */
struct work_item *work_take(struct work_crew *crew);

#endif
