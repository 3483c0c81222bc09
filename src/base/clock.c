/* Microseconds in 64 bits last 292,000 years, so nobody needs struct timespec outside this file. */
#include "base/clock.h"

#include <assert.h>
#include <time.h>

#define DAY_MS 86400000

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    int result = clock_gettime(clock, &now);

    assert(result == 0);
    (void) result;
    return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

void clock_lower_timeout(int *timeout_ms, int64_t due_us, int64_t now_us)
{
    int64_t wait_us = due_us <= now_us ? 0 : due_us - now_us;
    int wait_ms = wait_us > (int64_t) DAY_MS * 1000 ? DAY_MS : (int) ((wait_us + 999) / 1000);

    if (*timeout_ms < 0 || wait_ms < *timeout_ms) {
        *timeout_ms = wait_ms;
    }
}
