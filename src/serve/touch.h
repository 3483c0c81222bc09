/*
 * Writes down, now and then, which tokens were used: one call an interval, never two at a time, and one at the stop.
 * Not here: which tokens they are (registry/token.h).
 */
#ifndef PATCHBAY_SERVE_TOUCH_H
#define PATCHBAY_SERVE_TOUCH_H

#include "base/arena.h"
#include "db/pool.h"

struct touch_table;

struct touch {
    struct db_ticket ticket; /* first */
    struct db_call call;
    struct arena *arena;
    struct touch_table *table;
    int64_t interval_us;
    int64_t due_us;
    bool under_way;
    bool last_done;
};

/* False when out of memory. */
bool touch_open(struct touch *touch, struct touch_table *table, int64_t interval_us) __attribute__((warn_unused_result));
void touch_close(struct touch *touch);
/* Submits a call when it is due, or for the last time when `last`. */
void touch_turn(struct touch *touch, struct db_pool *pool, bool last, int64_t now_us);
bool touch_is_over(const struct touch *touch);

#endif
