/*
 * The lock guards the three lists that both threads touch; the courier is the thread's alone, but for being woken.
 */
#include "deploy/runner.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define TURN_MS 1000

struct list {
    struct errand *first;
    struct errand **end;
};

struct runner {
    pthread_mutex_t lock;
    struct list submitted;
    struct list over;
    bool closing;
    bool started;
    int fd;
    pthread_t thread;
    /* the thread's own: */
    struct courier *courier;
    struct list pausing;
};

/* `done` of an errand knows nothing but the errand. There is one runner a process and one thread of it. */
static _Thread_local struct runner *own_runner;

static void append(struct list *list, struct errand *errand)
{
    errand->next = NULL;
    *list->end = errand;
    list->end = &errand->next;
}

static struct errand *take_first(struct list *list)
{
    struct errand *errand = list->first;

    if (errand != NULL) {
        list->first = errand->next;
        if (list->first == NULL) {
            list->end = &list->first;
        }
    }
    return errand;
}

static void report(struct errand *errand)
{
    struct runner *runner = own_runner;
    uint64_t one = 1;

    pthread_mutex_lock(&runner->lock);
    append(&runner->over, errand);
    ssize_t written = write(runner->fd, &one, sizeof one);
    pthread_mutex_unlock(&runner->lock);
    assert(written == (ssize_t) sizeof one); /* a counter of 64 bits does not fill up */
    (void) written;
}

/* Begins what need not wait; returns for how many milliseconds the rest does. */
static int begin_waiting(struct runner *runner, int64_t now_us)
{
    struct list pausing = runner->pausing;
    struct errand *errand;
    int64_t wait_ms = TURN_MS;

    runner->pausing.first = NULL;
    runner->pausing.end = &runner->pausing.first;
    if (pausing.first == NULL) {
        pausing.end = &pausing.first;
    }
    while ((errand = take_first(&pausing)) != NULL) {
        int64_t left_ms = (errand->pause_until_us - now_us + 999) / 1000;
        if (left_ms <= 0) {
            errand_begin(errand, runner->courier);
            continue;
        }
        append(&runner->pausing, errand);
        wait_ms = left_ms < wait_ms ? left_ms : wait_ms;
    }
    return (int) wait_ms;
}

static bool take_submitted(struct runner *runner)
{
    struct errand *errand;

    pthread_mutex_lock(&runner->lock);
    bool closing = runner->closing;
    while ((errand = take_first(&runner->submitted)) != NULL) {
        append(&runner->pausing, errand);
    }
    pthread_mutex_unlock(&runner->lock);
    return !closing;
}

static void *run(void *argument)
{
    struct runner *runner = argument;

    own_runner = runner;
    while (take_submitted(runner)) {
        int wait_ms = begin_waiting(runner, clock_monotonic_us());
        courier_turn(runner->courier, NULL, 0, wait_ms);
    }
    return NULL;
}

bool runner_new(struct runner **runner, struct fault *fault)
{
    struct runner *made = calloc(1, sizeof *made);

    if (made == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    made->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (made->fd < 0) {
        fault_set(fault, FAULT_INTERNAL, "no eventfd: %s", strerror(errno));
        free(made);
        return false;
    }
    made->submitted.end = &made->submitted.first;
    made->over.end = &made->over.first;
    made->pausing.end = &made->pausing.first;
    pthread_mutex_init(&made->lock, NULL);
    *runner = made;
    return true;
}

void runner_free(struct runner *runner)
{
    if (runner == NULL) {
        return;
    }
    if (runner->started) {
        pthread_mutex_lock(&runner->lock);
        runner->closing = true;
        pthread_mutex_unlock(&runner->lock);
        courier_wake(runner->courier);
        pthread_join(runner->thread, NULL);
    }
    courier_free(runner->courier);
    pthread_mutex_destroy(&runner->lock);
    close(runner->fd);
    free(runner);
}

int runner_fd(const struct runner *runner)
{
    return runner->fd;
}

/* Signals stay with the loop's thread: threads inherit a mask in which all are blocked. */
static bool start(struct runner *runner)
{
    struct fault fault;
    sigset_t all;
    sigset_t before;

    if (runner->courier == NULL && !courier_new(&runner->courier, &fault)) {
        log_say(LOG_ERROR, "courier_failed", "%s", fault.message);
        return false;
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&runner->thread, NULL, run, runner);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure != 0) {
        log_say(LOG_ERROR, "thread_failed", "no thread for deliveries: %s", strerror(failure));
        return false;
    }
    runner->started = true;
    return true;
}

void runner_submit(struct runner *runner, struct errand *errand)
{
    errand->done = report;
    if (!runner->started && !start(runner)) {
        own_runner = runner; /* its parcels stay open: the deployer delivers when the lease ran out */
        report(errand);
        own_runner = NULL;
        return;
    }
    pthread_mutex_lock(&runner->lock);
    append(&runner->submitted, errand);
    pthread_mutex_unlock(&runner->lock);
    courier_wake(runner->courier);
}

struct errand *runner_take(struct runner *runner)
{
    uint64_t count;

    pthread_mutex_lock(&runner->lock);
    struct errand *errand = take_first(&runner->over);
    if (errand == NULL && read(runner->fd, &count, sizeof count) < 0) {
        assert(errno == EAGAIN); /* nothing was reported since the last time */
    }
    pthread_mutex_unlock(&runner->lock);
    return errand;
}
