/*
 * Policy: whoever waits for keys waits for a time that is known. What talks to a vault is mostly a script, and what hangs is what the script
 * started, so a limit for the script alone is none: everything it started is a process group of its own, which ends with it.
 */
#include "seal/keyring_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "seal/keyring_file.h"

#define SECOND_US INT64_C(1000000)
#define NAP_MS 5

/* In the child: nothing but the pipe and standard error goes along, and signals are what a program expects. */
static void run_executable(const char *file, int seconds, int output)
{
    union { const char *lent; char *argument; } name = {file};
    char *const arguments[] = {name.argument, NULL};
    int nothing = open("/dev/null", O_RDONLY);
    sigset_t none;

    (void) setpgid(0, 0);
    (void) sigemptyset(&none);
    (void) sigprocmask(SIG_SETMASK, &none, NULL);
    (void) signal(SIGPIPE, SIG_DFL);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(output, 1) < 0)
        _exit(127);
    (void) alarm((unsigned) seconds + 1); /* also when nobody waits any more */
    execv(file, arguments);
    _exit(127);
}

/* Until the last writer has closed it. False with `late` when the time was over before. */
static bool read_until(int descriptor, const char *file, int64_t deadline_us, char *text, size_t *length, bool *late, struct fault *fault)
{
    *length = 0;
    for (;;) {
        struct pollfd output = {.fd = descriptor, .events = POLLIN};
        int64_t left_us = deadline_us - clock_monotonic_us();
        int ready = left_us > 0 ? poll(&output, 1, (int) (left_us / 1000) + 1) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            return !(*late = true);
        ssize_t got = ready > 0 ? read(descriptor, text + *length, KEYRING_FILE_SIZE_MAX + 1 - *length) : -1;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_set(fault, FAULT_INVALID, "keyring %s: cannot read its output: %s", file, strerror(errno));
        if (got == 0)
            return true;
        *length += (size_t) got;
        if (*length > KEYRING_FILE_SIZE_MAX)
            return fault_set(fault, FAULT_INVALID, "keyring %s: it printed more than %d bytes", file, KEYRING_FILE_SIZE_MAX);
    }
}

/* It may go on after it has closed its output. */
static bool wait_until(pid_t child, int64_t deadline_us, int *status)
{
    const struct timespec nap = {.tv_nsec = NAP_MS * 1000000L};
    pid_t ended;

    while ((ended = waitpid(child, status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (clock_monotonic_us() >= deadline_us)
            return false;
        (void) nanosleep(&nap, NULL);
    }
    return ended == child;
}

static void end_group(pid_t child, bool ended)
{
    (void) kill(-child, SIGKILL);
    while (!ended && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
}

bool keyring_output_read(const char *file, int seconds, char *text, size_t *length, struct fault *fault)
{
    int64_t deadline_us = clock_monotonic_us() + seconds * SECOND_US;
    bool late = false, ended = false;
    int ends[2], status = 0;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return fault_set(fault, FAULT_INTERNAL, "keyring %s: no pipe: %s", file, strerror(errno));
    pid_t child = fork();
    if (child == 0)
        run_executable(file, seconds, ends[1]);
    (void) close(ends[1]);
    if (child < 0) {
        (void) close(ends[0]);
        return fault_set(fault, FAULT_INTERNAL, "keyring %s: cannot run it: %s", file, strerror(errno));
    }
    (void) setpgid(child, child); /* whichever of us is first */
    bool filled = read_until(ends[0], file, deadline_us, text, length, &late, fault);
    (void) close(ends[0]);
    if (filled) {
        ended = wait_until(child, deadline_us, &status);
        late = !ended;
    }
    if (!filled || !ended)
        end_group(child, ended);
    if (late)
        return fault_set(fault, FAULT_INVALID, "keyring %s: it did not end within %d seconds", file, seconds);
    if (filled && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        return fault_set(fault, FAULT_INVALID, "keyring %s: it did not end well (it must print keys and exit with 0)", file);
    return filled;
}
