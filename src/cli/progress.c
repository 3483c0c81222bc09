/*
 * Rarely enough that showing costs nothing beside the work, and often enough that nobody takes it for dead.
 */
#include "cli/progress.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"

enum { BAR_WIDTH = 30, DRAW_US = 100000, LINE_US = 5000000 };

static const char bar[] = "##############################";

static int64_t seconds_left(const struct progress *progress, int64_t took_us)
{
    int64_t left = progress->total - progress->done;

    return left <= 0 || progress->done == 0 ? 0 : (int64_t) ((double) left * (double) took_us / (double) progress->done / 1e6 + 0.5);
}

static void draw(struct progress *progress)
{
    int64_t took_us = progress->shown_us - progress->began_us;
    int64_t total = progress->total > progress->done ? progress->total : progress->done;
    int filled = total == 0 ? BAR_WIDTH : (int) (progress->done * BAR_WIDTH / total);
    int64_t left = seconds_left(progress, took_us);
    double rate = took_us > 0 ? (double) progress->done * 1e6 / (double) took_us : 0.0;

    /* Behind it whatever a longer text left is wiped out. */
    if (progress->total == 0) {
        fprintf(progress->err, "\r%" PRId64 " %s, %.0f a second \033[K", progress->done, progress->what, rate);
    } else {
        fprintf(progress->err, "\r[%.*s%*s] %" PRId64 " of %" PRId64 " %s, %.0f a second, %" PRId64 ":%02d left \033[K", filled, bar, BAR_WIDTH - filled,
                "", progress->done, total, progress->what, rate, left / 60, (int) (left % 60));
    }
    progress->line_is_open = true;
}

static void show(struct progress *progress)
{
    progress->shown_us = clock_monotonic_us();
    if (progress->draws) {
        draw(progress);
    } else {
        fprintf(progress->err, "%" PRId64 " of %" PRId64 " %s\n", progress->done,
                progress->total > progress->done ? progress->total : progress->done, progress->what);
    }
    fflush(progress->err);
}

void progress_begin(struct progress *progress, FILE *err, const char *what, int64_t total)
{
    int64_t now_us = clock_monotonic_us();

    *progress = (struct progress){.err = err, .what = what, .total = total, .began_us = now_us, .shown_us = now_us, .draws = isatty(fileno(err)) == 1};
}

void progress_step(struct progress *progress, int64_t count)
{
    progress->done += count;
    if (clock_monotonic_us() - progress->shown_us >= (progress->draws ? DRAW_US : LINE_US)) {
        show(progress);
    }
}

void progress_interrupt(struct progress *progress)
{
    if (progress->line_is_open) {
        fputc('\n', progress->err);
        progress->line_is_open = false;
    }
}

void progress_end(struct progress *progress)
{
    if (progress->done > 0) {
        show(progress);
    }
    progress_interrupt(progress);
    fflush(progress->err);
    progress->done = 0;
}
