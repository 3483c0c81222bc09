/* Time: monotonic for waiting, wall for telling. */
#ifndef PATCHBAY_BASE_CLOCK_H
#define PATCHBAY_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_monotonic_us(void);
int64_t clock_wall_us(void); /* since the epoch, UTC */

#endif
