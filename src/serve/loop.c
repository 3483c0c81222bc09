/*
 * One thread, one poll. In one turn the pool's answers come before new requests, so that finished requests make room; and all new requests of
 * a turn are begun before the pool sends, so that they leave together.
 *
 * Web servers give each worker a listening socket of its own, so nobody else takes what waits there when a worker is asked to stop. It goes on
 * accepting until there is a moment without requests, for DRAIN_US at most, gives the socket up at that moment, and the web server
 * asks other workers from then on.
 */
#include "serve/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "serve/desk.h"
#include "serve/touch.h"

#define KEPT_IDLE_US 60000000    /* a kept connection without a request */
#define DRAIN_US 1000000         /* how long a stopping worker goes on accepting */
#define LAST_CHANCE_US 250000    /* for a connection without a request while stopping: its first bytes may be on their way */
#define ACCEPT_PAUSE_US 100000   /* after accept failed for want of descriptors */
#define POOL_ROOM 64

struct loop {
    struct api_context *context;
    int listen_fd;
    int signal_fd;
    sigset_t signals_before;
    struct desk desk; /* with the pool, crew and runner that are opened and closed here */
    struct touch touch;
    struct waiting_list waiting;
    struct pollfd *fds;
    int64_t accept_again_us;
    bool listening;
    bool stopping;
    int64_t stopping_since_us;
};

enum { FD_SIGNAL, FD_WORK, FD_ERRAND, FD_LISTEN, FD_WAITING }; /* then the pool's */

static int64_t milliseconds(long count)
{
    return (int64_t) count * 1000;
}

/* Connections */

static void accept_connections(struct loop *loop, int64_t now_us)
{
    while (loop->desk.in_hand + loop->waiting.fresh_count < loop->desk.limit) {
        struct fcgi_connection *connection = fcgi_accept(loop->listen_fd, (int) loop->context->config->io_timeout);
        if (connection != NULL) {
            waiting_add(&loop->waiting, connection, true, now_us);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            /* Mostly want of descriptors. The connection stays in the backlog and would wake us at once. */
            log_say(LOG_ERROR, "accept_failed", "%s", strerror(errno));
            loop->accept_again_us = now_us + ACCEPT_PAUSE_US;
            return;
        }
    }
}

/* Turns */

static bool is_quiet(const struct loop *loop)
{
    return loop->desk.in_hand == 0 && loop->waiting.fresh_count == 0;
}

static void stop(struct loop *loop, int64_t now_us)
{
    if (!loop->stopping) {
        loop->stopping = true;
        loop->stopping_since_us = now_us;
        log_write(LOG_INFO, "worker_stopping", NULL);
    }
}

/* The number stays taken, by nothing: a socket that is opened later must not become standard input. */
static void give_up_listening(struct loop *loop)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
        dup2(nothing, loop->listen_fd);
        close(nothing);
    }
    loop->listening = false;
}

static void take_signals(struct loop *loop, int64_t now_us)
{
    struct signalfd_siginfo signal;
    while (read(loop->signal_fd, &signal, sizeof(signal)) == (ssize_t) sizeof(signal)) {
        stop(loop, now_us);
    }
}

static void lower(int64_t *wake_us, int64_t due_us)
{
    if (due_us < *wake_us) {
        *wake_us = due_us;
    }
}

static int64_t drain_end(const struct loop *loop)
{
    return loop->stopping_since_us + DRAIN_US;
}

static int64_t stop_end(const struct loop *loop)
{
    return loop->stopping_since_us + milliseconds(loop->context->config->statement_timeout + loop->context->config->deploy_deadline);
}

static int wait_at_most(const struct loop *loop, const struct waiting_limits *limits, int64_t now_us)
{
    int64_t wake_us = loop->touch.under_way ? INT64_MAX : loop->touch.due_us;
    int wait_ms = -1;
    if (loop->stopping) {
        lower(&wake_us, loop->touch.last_done || loop->touch.under_way ? (loop->listening ? drain_end(loop) : stop_end(loop)) : now_us);
    }
    if (loop->accept_again_us > now_us) {
        lower(&wake_us, loop->accept_again_us);
    }
    lower(&wake_us, waiting_due(&loop->waiting, limits));
    clock_lower_timeout(&wait_ms, wake_us, now_us);
    return wait_ms;
}

static struct waiting_limits limit_waiting(const struct loop *loop)
{
    if (loop->stopping) {
        return (struct waiting_limits){.fresh_us = LAST_CHANCE_US, .kept_us = 0, .from_us = loop->stopping_since_us};
    }
    return (struct waiting_limits){.fresh_us = milliseconds(loop->context->config->io_timeout), .kept_us = KEPT_IDLE_US};
}

static void wait_for_events(struct pollfd *fds, size_t count, int timeout_ms)
{
    if (poll(fds, (nfds_t) count, timeout_ms) < 0) {
        for (size_t i = 0; i < count; i++) {
            fds[i].revents = 0; /* interrupted: time may have passed all the same */
        }
    }
}

static void turn(struct loop *loop)
{
    int64_t now_us = clock_monotonic_us();
    bool has_room = loop->desk.in_hand + loop->waiting.fresh_count < loop->desk.limit;
    bool accepts = has_room && loop->listening && now_us >= loop->accept_again_us;
    struct pollfd *fds = loop->fds;
    struct pollfd *polled = fds + FD_WAITING;
    fds[FD_SIGNAL] = (struct pollfd){.fd = loop->signal_fd, .events = POLLIN};
    fds[FD_WORK] = (struct pollfd){.fd = work_fd(loop->desk.crew), .events = POLLIN};
    fds[FD_ERRAND] = (struct pollfd){.fd = runner_fd(loop->desk.runner), .events = POLLIN};
    fds[FD_LISTEN] = (struct pollfd){.fd = accepts ? loop->listen_fd : -1, .events = POLLIN};
    size_t waiting_count = waiting_prepare(&loop->waiting, desk_has_room(&loop->desk), polled);
    struct waiting_limits limits = limit_waiting(loop);
    int timeout_ms = wait_at_most(loop, &limits, now_us);
    size_t pool_count = db_pool_prepare(loop->desk.pool, polled + waiting_count, POOL_ROOM, &timeout_ms);
    log_flush();
    wait_for_events(fds, FD_WAITING + waiting_count + pool_count, timeout_ms);
    now_us = clock_monotonic_us();
    api_context_refresh(loop->context);
    if (fds[FD_SIGNAL].revents != 0) {
        take_signals(loop, now_us);
    }
    db_pool_react(loop->desk.pool, polled + waiting_count, pool_count);
    if (fds[FD_WORK].revents != 0) {
        desk_take_work(&loop->desk);
    }
    if (fds[FD_ERRAND].revents != 0) {
        desk_take_errands(&loop->desk);
    }
    limits = limit_waiting(loop);
    waiting_react(&loop->waiting, polled, &limits, now_us, desk_begin, &loop->desk);
    if (fds[FD_LISTEN].revents != 0) {
        accept_connections(loop, now_us);
    }
    touch_turn(&loop->touch, loop->desk.pool, loop->stopping, now_us);
}

/* While stopping: gives up the socket when the moment has come. True when nothing is left to do. */
static bool is_finished(struct loop *loop)
{
    int64_t now_us = clock_monotonic_us();
    bool idle = is_quiet(loop) && touch_is_over(&loop->touch);
    if (!loop->stopping) {
        return false;
    }
    if (loop->listening && (idle || now_us >= drain_end(loop))) {
        accept_connections(loop, now_us);
        idle = idle && is_quiet(loop);
        if (idle || now_us >= drain_end(loop)) {
            give_up_listening(loop);
        }
    }
    return idle || now_us >= stop_end(loop);
}

/* Start and stop */

static sigset_t stop_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGUSR1);
    return signals;
}

void serve_hold_signals(void)
{
    sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

static bool open_signals(struct loop *loop, struct fault *fault)
{
    sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    loop->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return loop->signal_fd >= 0 || fault_set(fault, FAULT_INTERNAL, "no signalfd: %s", strerror(errno));
}

static bool open_pool(struct loop *loop, struct fault *fault)
{
    const struct config *config = loop->context->config;
    const struct db_pool_options options = {
        .dsn = config->database,
        .connections = (unsigned) config->database_connections,
        .batch_limit = (unsigned) config->batch_limit,
        .wait_ms = (int) config->database_wait,
        .statement_timeout_ms = (int) config->statement_timeout,
        .reconnect_ms_max = (int) config->reconnect_limit,
        .hello = api_hello,
        .context = loop->context,
    };
    return db_pool_new(&loop->desk.pool, &options, fault) || fault_wrap(fault, "database");
}

static bool open_loop(struct loop *loop, struct fault *fault)
{
    pthread_sigmask(SIG_SETMASK, NULL, &loop->signals_before);
    size_t limit = (size_t) loop->context->config->requests_limit;
    loop->fds = calloc(FD_WAITING + limit * 3 + POOL_ROOM, sizeof(loop->fds[0]));
    bool touching = touch_open(&loop->touch, loop->context->touched, milliseconds(loop->context->config->token_touch_interval * 1000));
    if (!waiting_open(&loop->waiting, limit, limit * 2) || !desk_open(&loop->desk, limit) || loop->fds == NULL || !touching) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    return open_signals(loop, fault) && work_crew_new(&loop->desk.crew, (size_t) loop->context->config->work_threads, fault)
           && runner_new(&loop->desk.runner, fault) && open_pool(loop, fault);
}

static void close_loop(struct loop *loop)
{
    work_crew_free(loop->desk.crew); /* first: its threads use what follows */
    runner_free(loop->desk.runner);
    waiting_close(&loop->waiting);
    desk_close(&loop->desk);
    db_pool_free(loop->desk.pool);
    touch_close(&loop->touch);
    free(loop->fds);
    if (loop->signal_fd >= 0) {
        close(loop->signal_fd);
    }
    pthread_sigmask(SIG_SETMASK, &loop->signals_before, NULL);
}

/* A wrong key or schema is to stop the start with a message; a database that is away only makes it wait for a moment. */
static bool greet(struct loop *loop, struct fault *fault)
{
    int64_t end_us = clock_monotonic_us() + milliseconds(loop->context->config->database_wait);
    while (db_pool_ready(loop->desk.pool) == 0 && !db_pool_hello_fault(loop->desk.pool, fault) && clock_monotonic_us() < end_us) {
        int timeout_ms = 100;
        size_t count = db_pool_prepare(loop->desk.pool, loop->fds, POOL_ROOM, &timeout_ms);
        if (poll(loop->fds, (nfds_t) count, timeout_ms) >= 0) {
            db_pool_react(loop->desk.pool, loop->fds, count);
        }
    }
    if (db_pool_hello_fault(loop->desk.pool, fault)) {
        return false;
    }
    log_write(LOG_INFO, "worker_started", NULL);
    return true;
}

bool serve_loop(struct api_context *context, int listen_fd, struct fault *fault)
{
    struct loop loop = {.context = context, .listen_fd = listen_fd, .listening = true, .signal_fd = -1};

    loop.desk.context = context;
    loop.desk.waiting = &loop.waiting;
    bool good = open_loop(&loop, fault) && greet(&loop, fault);
    while (good && !is_finished(&loop)) {
        turn(&loop);
        if (!loop.stopping && db_pool_hello_fault(loop.desk.pool, fault)) {
            stop(&loop, clock_monotonic_us());
        }
    }
    good = good && !db_pool_hello_fault(loop.desk.pool, fault);
    close_loop(&loop);
    log_flush();
    return good;
}
