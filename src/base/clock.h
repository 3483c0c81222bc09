/* Time: monotonic for waiting, wall for telling. */
#ifndef PATCHBAY_BASE_CLOCK_H
#define PATCHBAY_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_monotonic_us(void);
int64_t clock_wall_us(void); /* since the epoch, UTC */

/* For poll: no longer than until `due_us`, rounded up so that nobody wakes before it, and a day at most. Below zero is for ever, as there. */
void clock_lower_timeout(int *timeout_ms, int64_t due_us, int64_t now_us);

#endif
