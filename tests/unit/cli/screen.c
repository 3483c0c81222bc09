/* A terminal is a pseudo-terminal; what it adds on its own (carriage returns) is taken away again. Output fits the kernel's buffers. */
#include "tests/unit/cli/screen.h"

#include <check.h>
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static void open_terminal(struct screen *screen)
{
    struct termios modes;
    int slave = -1;

    ck_assert_int_eq(openpty(&screen->other_end, &slave, NULL, NULL, NULL), 0);
    ck_assert_int_eq(tcgetattr(slave, &modes), 0);
    modes.c_oflag &= (tcflag_t) ~OPOST;
    ck_assert_int_eq(tcsetattr(slave, TCSANOW, &modes), 0);
    screen->out = fdopen(slave, "w");
}

static void open_pipe(struct screen *screen)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    screen->other_end = ends[0];
    screen->out = fdopen(ends[1], "w");
}

void screen_open(struct screen *screen, enum screen_kind kind)
{
    memset(screen, 0, sizeof(*screen));
    screen->kind = kind;
    screen->other_end = -1;
    switch (kind) {
    case SCREEN_MEMORY:
        screen->out = open_memstream(&screen->memory, &screen->memory_size);
        break;
    case SCREEN_PIPE:
        open_pipe(screen);
        break;
    case SCREEN_TERMINAL:
        open_terminal(screen);
        break;
    }
    ck_assert_ptr_nonnull(screen->out);
}

static void read_other_end(struct screen *screen)
{
    size_t length = 0;
    ssize_t got = 0;

    ck_assert_int_eq(fcntl(screen->other_end, F_SETFL, O_NONBLOCK), 0);
    do {
        length += (size_t) got;
        ck_assert_uint_lt(length, sizeof(screen->text) - 1);
        got = read(screen->other_end, screen->text + length, sizeof(screen->text) - 1 - length);
    } while (got > 0);
    ck_assert_int_eq(close(screen->other_end), 0);
}

const char *screen_read(struct screen *screen)
{
    if (screen->kind == SCREEN_MEMORY) {
        ck_assert_int_eq(fclose(screen->out), 0);
        ck_assert_uint_lt(screen->memory_size, sizeof(screen->text));
        memcpy(screen->text, screen->memory, screen->memory_size);
        free(screen->memory);
        return screen->text;
    }
    /* What a terminal holds is lost when its last writer closes: read before that. */
    ck_assert_int_eq(fflush(screen->out), 0);
    read_other_end(screen);
    ck_assert_int_eq(fclose(screen->out), 0);
    return screen->text;
}
