/*
 * One thread, one poll over database and workers. All that must be known after a crash is in the database.
 */
#include "deploy/deployer.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/listener.h"
#include "deploy/chains.h"
#include "deploy/targets.h"
#include "registry/deployment.h"

#define LOOK_US 1000000         /* changes through apinizer are not announced: their requests deliver them, mostly */
#define CONNECTIONS 2

struct look {
    struct db_ticket ticket; /* first */
    struct db_call call;
    struct deployer *deployer;
    bool under_way;
};

struct deployer {
    const struct config *config;
    const struct deployer_options *options;
    struct targets targets; /* with the pool and the courier that are opened and closed here */
    struct db_listener *listener;
    struct look look;
    struct chains chains; /* of the audit trail: somebody has to lay them who is there all the time */
    int signal_fd;
    sigset_t signals_before;
    int64_t stop_by_us;
};

/* ---- looking ---- */

static void take_look(struct db_ticket *ticket, const struct db_result *result)
{
    struct deployer *deployer = ((struct look *) ticket)->deployer;

    deployer->look.under_way = false;
    if (result->status == DB_DONE && !deployer->targets.stopping) {
        targets_see(&deployer->targets, result, clock_monotonic_us());
    }
}

static void look(struct deployer *deployer, int64_t now_us)
{
    struct look *look = &deployer->look;

    if (look->under_way || now_us < deployer->targets.look_us) {
        return;
    }
    look->under_way = true;
    deployer->targets.look_us = now_us + LOOK_US;
    deployment_due_call(deployer->config, &look->call);
    look->ticket = (struct db_ticket){.call = &look->call, .done = take_look};
    db_pool_submit(deployer->targets.pool, &look->ticket);
}

/* ---- turns ---- */

static void take_signals(struct deployer *deployer, int64_t now_us)
{
    struct signalfd_siginfo signal;

    while (read(deployer->signal_fd, &signal, sizeof signal) == (ssize_t) sizeof signal) {
        if (!deployer->targets.stopping) {
            deployer->targets.stopping = true;
            deployer->stop_by_us = now_us + (deployer->config->deploy_deadline + deployer->config->statement_timeout) * 1000;
            log_write(LOG_INFO, "deployer_stopping", NULL);
        }
    }
}

static int wait_at_most(const struct deployer *deployer, int64_t now_us)
{
    int64_t lay_us = chains_due_us(&deployer->chains);
    int64_t look_us = deployer->look.under_way ? INT64_MAX : deployer->targets.look_us; /* the pool knows for how long that may take */
    int64_t take_us = targets_due_us(&deployer->targets);
    int64_t wake_us = lay_us < look_us ? lay_us : look_us;
    int wait_ms = -1;

    wake_us = deployer->targets.stopping ? deployer->stop_by_us : take_us < wake_us ? take_us : wake_us;
    clock_lower_timeout(&wait_ms, wake_us, now_us);
    return wait_ms;
}

static void turn(struct deployer *deployer)
{
    struct pollfd fds[2 + CONNECTIONS];
    int64_t now_us = clock_monotonic_us();

    if (!deployer->targets.stopping) {
        deployer->targets.keyring = deployer->options->keys(deployer->options->context);
        look(deployer, now_us);
        chains_lay(&deployer->chains, deployer->targets.pool, now_us);
        targets_take(&deployer->targets, now_us);
    }
    targets_repeat(&deployer->targets, now_us);
    int timeout_ms = wait_at_most(deployer, now_us);
    fds[0] = (struct pollfd){.fd = deployer->signal_fd, .events = POLLIN};
    db_listener_prepare(deployer->listener, &fds[1], &timeout_ms);
    size_t count = db_pool_prepare(deployer->targets.pool, fds + 2, CONNECTIONS, &timeout_ms);
    log_flush();
    courier_turn(deployer->targets.courier, fds, 2 + count, timeout_ms);
    take_signals(deployer, clock_monotonic_us());
    if (db_listener_react(deployer->listener, &fds[1])) {
        deployer->targets.look_us = 0;
    }
    db_pool_react(deployer->targets.pool, fds + 2, count);
}

static bool is_finished(const struct deployer *deployer)
{
    bool idle = deployer->targets.batches == 0 && !deployer->look.under_way && !deployer->chains.under_way;

    return deployer->targets.stopping && (idle || clock_monotonic_us() >= deployer->stop_by_us);
}

/* ---- start and stop ---- */

static bool open_signals(struct deployer *deployer, struct fault *fault)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, &deployer->signals_before);
    signal(SIGPIPE, SIG_IGN);
    deployer->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return deployer->signal_fd >= 0 || fault_set(fault, FAULT_INTERNAL, "no signalfd: %s", strerror(errno));
}

static bool open_pool(struct deployer *deployer, const struct deployer_options *options, struct fault *fault)
{
    const struct config *config = options->config;
    const struct db_pool_options pool = {
        .dsn = config->database,
        .connections = CONNECTIONS,
        .batch_limit = (unsigned) config->batch_limit,
        .wait_ms = (int) config->database_wait,
        .statement_timeout_ms = (int) config->statement_timeout,
        .reconnect_ms_max = (int) config->reconnect_limit,
        .hello = options->hello,
        .context = options->context,
    };

    return db_pool_new(&deployer->targets.pool, &pool, fault) || fault_wrap(fault, "database");
}

static void close_deployer(struct deployer *deployer)
{
    /* Batches that were given up at the end of the time are the process's to lose. */
    courier_free(deployer->targets.courier);
    db_pool_free(deployer->targets.pool);
    db_listener_free(deployer->listener);
    targets_forget(&deployer->targets);
    if (deployer->signal_fd >= 0) {
        close(deployer->signal_fd);
    }
    pthread_sigmask(SIG_SETMASK, &deployer->signals_before, NULL);
}

bool deployer_run(const struct deployer_options *options, struct fault *fault)
{
    struct deployer deployer = {.config = options->config, .options = options, .signal_fd = -1};
    bool refused = false;

    deployer.look.deployer = &deployer;
    deployer.targets.config = options->config;
    bool opened = open_signals(&deployer, fault) && courier_start(fault) && courier_new(&deployer.targets.courier, fault)
                  && db_listener_new(&deployer.listener, options->config->database, "patchbay_deploy", fault) && open_pool(&deployer, options, fault);
    if (opened) {
        log_write(LOG_INFO, "deployer_started", NULL);
    }
    while (opened && !refused && !is_finished(&deployer)) {
        turn(&deployer);
        refused = db_pool_hello_fault(deployer.targets.pool, fault);
    }
    log_flush();
    close_deployer(&deployer);
    return opened && !refused;
}
