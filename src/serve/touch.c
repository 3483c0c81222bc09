/*
 * A writing that fails is not repeated: the tokens that are in use come again with the next one, and a last-used time that is an interval
 * late harms nobody.
 */
#include "serve/touch.h"

#include <string.h>

#include "base/clock.h"
#include "registry/token.h"

#define MEMORY (1 << 20) /* 4096 digests in hex, and what surrounds them */

bool touch_open(struct touch *touch, struct touch_table *table, int64_t interval_us)
{
    memset(touch, 0, sizeof(*touch));
    touch->arena = arena_new(MEMORY);
    touch->table = table;
    touch->interval_us = interval_us;
    touch->due_us = clock_monotonic_us() + interval_us;
    return touch->arena != NULL;
}

void touch_close(struct touch *touch)
{
    arena_free(touch->arena);
    touch->arena = NULL;
}

static void finish(struct db_ticket *ticket, const struct db_result *result)
{
    struct touch *touch = (struct touch *) ticket;
    (void) result;
    arena_reset(touch->arena);
    touch->under_way = false;
}

void touch_turn(struct touch *touch, struct db_pool *pool, bool last, int64_t now_us)
{
    if (touch->under_way || touch->last_done || (now_us < touch->due_us && !last)) {
        return;
    }
    touch->due_us = now_us + touch->interval_us;
    touch->last_done = last;
    if (token_touch_call(touch->table, touch->arena, &touch->call)) {
        touch->under_way = true;
        touch->ticket = (struct db_ticket){.call = &touch->call, .done = finish};
        db_pool_submit(pool, &touch->ticket);
    }
}

bool touch_is_over(const struct touch *touch)
{
    return touch->last_done && !touch->under_way;
}
