/*
 * One thread, one poll over database and workers. All that must be known after a crash is in the database; in memory is only what makes it polite: which
 * workers are out of reach at this moment, and until when they are left alone.
 */
#include "deploy/deployer.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/listener.h"
#include "deploy/chains.h"
#include "deploy/deliver.h"
#include "seal/digest.h"

#define LOOK_US 1000000         /* changes through apinizer are not announced: their requests deliver them, mostly */
#define LEASE_MARGIN_MS 10000   /* behind the deadline: for a report that has to wait for the database */
#define CONNECTIONS 2
#define PARALLEL_MAX 64
#define NEVER INT64_MAX

/* A worker as far as this process knows. */
struct target {
    struct deployer *deployer;
    unsigned char worker_id[16];
    size_t under_way;   /* deliveries, until they are reported */
    unsigned failures;  /* in a row, of reaching it */
    int64_t resume_us;  /* it is left alone until then */
    int64_t due_us;
    struct batch *taking;
    bool probing;
    bool seen;          /* in the last look */
    struct target *next;
};

/* One delivery, and its report. */
struct job {
    struct db_ticket ticket; /* first */
    struct db_call call;
    struct courier_delivery delivery;
    struct deployment_parcel *parcel;
    struct batch *batch;
    bool probe;
    int64_t began_us;
};

/* What was taken together shares a lease and an arena. */
struct batch {
    struct db_ticket ticket; /* first */
    struct db_call call;
    struct target *target;
    struct arena *arena;
    unsigned char lease[16];
    int64_t limit;
    int64_t lease_until_us;
    size_t left;
    struct job jobs[PARALLEL_MAX];
};

struct look {
    struct db_ticket ticket; /* first */
    struct db_call call;
    struct deployer *deployer;
    bool under_way;
    int64_t due_us;
};

struct deployer {
    const struct config *config;
    const struct deployer_options *options;
    const struct keyring *keyring;
    struct db_pool *pool;
    struct db_listener *listener;
    struct courier *courier;
    struct target *targets;
    struct look look;
    struct chains chains; /* of the audit trail: somebody has to lay them who is there all the time */
    size_t batches;
    int signal_fd;
    sigset_t signals_before;
    bool stopping;
    int64_t stop_by_us;
};

static void look_by(struct deployer *deployer, int64_t due_us)
{
    if (due_us < deployer->look.due_us) {
        deployer->look.due_us = due_us;
    }
}

/* ---- batches ---- */

static struct batch *make_batch(struct target *target)
{
    struct batch *batch = calloc(1, sizeof *batch);

    if (batch == NULL || (batch->arena = arena_new((size_t) target->deployer->config->request_memory)) == NULL) {
        free(batch);
        log_say(LOG_ERROR, "delivery_not_made", "out of memory");
        return NULL;
    }
    batch->target = target;
    target->deployer->batches++;
    return batch;
}

static void free_batch(struct batch *batch)
{
    batch->target->deployer->batches--;
    arena_free(batch->arena);
    free(batch);
}

static void finish_job(struct job *job)
{
    struct batch *batch = job->batch;
    struct target *target = batch->target;

    if (job->probe) {
        target->probing = false;
    } else {
        target->under_way--;
        if (job->parcel->outcome != DEPLOYMENT_TAKEN) {
            look_by(target->deployer, clock_monotonic_us() + target->deployer->config->deploy_retry * 500);
        }
    }
    if (--batch->left == 0) {
        free_batch(batch);
    }
}

/* ---- reports ---- */

static void take_report(struct db_ticket *ticket, const struct db_result *result)
{
    struct job *job = (struct job *) ticket;
    struct deployer *deployer = job->batch->target->deployer;

    /* A report may be repeated: only who has the lease is believed, and whoever was believed has it no more. */
    if (result->status == DB_UNAVAILABLE && !deployer->stopping && !job->probe && clock_monotonic_us() < job->batch->lease_until_us) {
        db_pool_submit(deployer->pool, ticket);
        return;
    }
    finish_job(job);
}

static void report(struct job *job)
{
    struct batch *batch = job->batch;
    struct deployer *deployer = batch->target->deployer;

    if (job->probe && !job->parcel->alive) {
        finish_job(job);
        return;
    }
    if (job->probe) {
        deployment_seen_call(batch->target->worker_id, deployer->config, &job->call);
    } else if (!deployment_report_call(job->parcel, 1, batch->lease, deployer->config, batch->arena, &job->call)) {
        finish_job(job);
        return;
    }
    job->ticket = (struct db_ticket){.call = &job->call, .done = take_report};
    db_pool_submit(deployer->pool, &job->ticket);
}

/* ---- deliveries ---- */

static void log_delivery(const struct job *job, int64_t now_us)
{
    const struct deployment_parcel *parcel = job->parcel;
    bool taken = parcel->outcome == DEPLOYMENT_TAKEN;

    if (job->probe) {
        log_write(LOG_DEBUG, "probe", (const struct log_field[]){
            LOG_FIELD_TEXT("worker", parcel->worker), LOG_FIELD_TEXT("result", parcel->alive ? BYTES("alive") : bytes_from(parcel->error)), LOG_FIELD_END});
        return;
    }
    log_write(taken ? LOG_INFO : LOG_WARNING, "delivery", (const struct log_field[]){
        LOG_FIELD_TEXT("worker", parcel->worker),
        LOG_FIELD_TEXT("method", parcel->present ? BYTES("PUT") : BYTES("DELETE")),
        LOG_FIELD_TEXT("key", bytes_from(parcel->key)),
        LOG_FIELD_TEXT("result", taken ? BYTES("applied") : bytes_from(parcel->error)),
        LOG_FIELD_NUMBER("us", now_us - job->began_us),
        LOG_FIELD_END,
    });
}

/* Between half and all of a pause that doubles with each failure. */
static int64_t choose_pause(const struct config *config, unsigned failures)
{
    int64_t pause_us = config->deploy_retry * 1000;
    int64_t longest_us = config->deploy_retry_limit * 1000;
    unsigned char chance;

    for (unsigned i = 1; i < failures && pause_us < longest_us; i++) {
        pause_us *= 2;
    }
    pause_us = pause_us < longest_us ? pause_us : longest_us;
    digest_random(&chance, 1);
    return pause_us / 2 + pause_us / 2 * chance / 255;
}

static void judge_target(struct target *target, bool lost, int64_t now_us)
{
    if (!lost) {
        target->failures = 0;
        target->resume_us = 0;
        return;
    }
    target->failures += target->failures < 1000;
    target->resume_us = now_us + choose_pause(target->deployer->config, target->failures);
}

static void take_end(struct courier_delivery *delivery)
{
    struct job *job = delivery->context;
    struct target *target = job->batch->target;
    int64_t now_us = clock_monotonic_us();

    deliver_end(delivery, job->parcel);
    log_delivery(job, now_us);
    /* A silent worker that a probe reaches is worth trying; one that it does not reach was left alone already. */
    if (!job->probe || job->parcel->alive) {
        judge_target(target, deliver_was_lost(delivery), now_us);
    }
    report(job);
}

static void begin_job(struct batch *batch, size_t index, struct deployment_parcel *parcel, bool probe)
{
    struct deployer *deployer = batch->target->deployer;
    struct job *job = &batch->jobs[index];

    job->batch = batch;
    job->parcel = parcel;
    job->probe = probe;
    job->began_us = clock_monotonic_us();
    if (parcel->outcome != DEPLOYMENT_OPEN) {
        log_delivery(job, job->began_us); /* it cannot be sent: a box does not open */
        report(job);
        return;
    }
    deliver_begin(&job->delivery, parcel, deployer->config->deploy_deadline);
    job->delivery.done = take_end;
    job->delivery.context = job;
    courier_send(deployer->courier, &job->delivery);
}

static void take_rows(struct db_ticket *ticket, const struct db_result *result)
{
    struct batch *batch = (struct batch *) ticket;
    struct target *target = batch->target;
    struct deployment_parcel *parcels;
    size_t count = 0;

    target->taking = NULL;
    target->due_us = NEVER;
    if (!deployment_parcels(result, target->deployer->keyring, batch->arena, &parcels, &count) || count == 0) {
        if (result->status != DB_UNAVAILABLE && (result->status != DB_DONE || count > 0)) {
            log_say(LOG_ERROR, "delivery_not_made", "what is to be delivered cannot be had, or not with request_memory");
        }
        free_batch(batch);
        return;
    }
    assert(count <= (size_t) batch->limit);
    if (count == (size_t) batch->limit) {
        target->due_us = 0; /* there may be more */
    }
    batch->left = count;
    target->under_way += count;
    for (size_t i = 0; i < count; i++) {
        begin_job(batch, i, &parcels[i], false);
    }
}

static void take(struct target *target, int64_t now_us)
{
    struct deployer *deployer = target->deployer;
    int64_t parallel = target->failures > 0 ? 1 : deployer->config->deploy_parallel;
    int64_t limit = parallel - (int64_t) target->under_way;

    /* Half of the places at least: one by one would be a call a delivery. */
    if (target->due_us > now_us || target->resume_us > now_us || target->taking != NULL || limit * 2 < parallel || limit < 1) {
        return;
    }
    struct batch *batch = make_batch(target);
    if (batch == NULL) {
        return;
    }
    int64_t lease_ms = deployer->config->deploy_deadline + LEASE_MARGIN_MS;
    batch->limit = limit;
    batch->lease_until_us = now_us + lease_ms * 1000;
    digest_uuid(batch->lease);
    deployment_take_call(target->worker_id, batch->lease, lease_ms, limit, &batch->call);
    batch->ticket = (struct db_ticket){.call = &batch->call, .done = take_rows};
    target->taking = batch;
    db_pool_submit(deployer->pool, &batch->ticket);
}

/* ---- looking ---- */

static struct target *find_target(struct deployer *deployer, const unsigned char worker_id[16])
{
    struct target *target = deployer->targets;

    while (target != NULL && memcmp(target->worker_id, worker_id, sizeof target->worker_id) != 0) {
        target = target->next;
    }
    if (target == NULL && (target = calloc(1, sizeof *target)) != NULL) {
        target->deployer = deployer;
        target->due_us = NEVER;
        memcpy(target->worker_id, worker_id, sizeof target->worker_id);
        target->next = deployer->targets;
        deployer->targets = target;
    }
    return target;
}

static void probe(struct target *target, const struct db_result *result, int row)
{
    struct batch *batch = target->probing ? NULL : make_batch(target);
    struct deployment_parcel *parcel = batch == NULL ? NULL : ARENA_NEW(batch->arena, struct deployment_parcel);

    if (batch == NULL) {
        return;
    }
    if (parcel == NULL || !deployment_probe(result, row, false, target->deployer->keyring, batch->arena, parcel)) {
        free_batch(batch);
        return;
    }
    target->probing = true;
    batch->left = 1;
    begin_job(batch, 0, parcel, true);
}

/* Workers that were removed. */
static void forget_targets(struct deployer *deployer)
{
    for (struct target **link = &deployer->targets; *link != NULL;) {
        struct target *target = *link;
        if (target->seen || target->under_way > 0 || target->taking != NULL || target->probing) {
            link = &target->next;
            continue;
        }
        *link = target->next;
        free(target);
    }
}

static void take_look(struct db_ticket *ticket, const struct db_result *result)
{
    struct deployer *deployer = ((struct look *) ticket)->deployer;
    int64_t now_us = clock_monotonic_us();

    deployer->look.under_way = false;
    if (result->status != DB_DONE || deployer->stopping) {
        return;
    }
    for (struct target *target = deployer->targets; target != NULL; target = target->next) {
        target->seen = false;
    }
    for (int row = 0; row < result->count; row++) {
        struct deployment_due due;
        deployment_due_row(result, row, &due);
        struct target *target = find_target(deployer, due.worker_id);
        if (target == NULL) {
            continue;
        }
        target->seen = true;
        if (target->taking == NULL) {
            target->due_us = due.wait_ms < 0 ? NEVER : now_us + due.wait_ms * 1000;
        }
        if (due.probe) {
            probe(target, result, row);
        }
    }
    forget_targets(deployer);
}

static void look(struct deployer *deployer, int64_t now_us)
{
    struct look *look = &deployer->look;

    if (look->under_way || now_us < look->due_us) {
        return;
    }
    look->under_way = true;
    look->due_us = now_us + LOOK_US;
    deployment_due_call(deployer->config, &look->call);
    look->ticket = (struct db_ticket){.call = &look->call, .done = take_look};
    db_pool_submit(deployer->pool, &look->ticket);
}

/* ---- turns ---- */

static void take_signals(struct deployer *deployer, int64_t now_us)
{
    struct signalfd_siginfo signal;

    while (read(deployer->signal_fd, &signal, sizeof signal) == (ssize_t) sizeof signal) {
        if (!deployer->stopping) {
            deployer->stopping = true;
            deployer->stop_by_us = now_us + (deployer->config->deploy_deadline + deployer->config->statement_timeout) * 1000;
            log_write(LOG_INFO, "deployer_stopping", NULL);
        }
    }
}

static int wait_at_most(const struct deployer *deployer, int64_t now_us)
{
    int64_t lay_us = chains_due_us(&deployer->chains);
    int64_t look_us = deployer->look.under_way ? NEVER : deployer->look.due_us; /* the pool knows for how long that may take */
    int64_t wake_us = deployer->stopping ? deployer->stop_by_us : lay_us < look_us ? lay_us : look_us;

    for (const struct target *target = deployer->targets; target != NULL && !deployer->stopping; target = target->next) {
        int64_t due_us = target->due_us > target->resume_us ? target->due_us : target->resume_us;
        bool waits = target->due_us != NEVER && target->taking == NULL && target->under_way == 0;
        wake_us = waits && due_us < wake_us ? due_us : wake_us;
    }
    int64_t wait_ms = wake_us <= now_us ? 0 : (wake_us - now_us + 999) / 1000;
    return wait_ms > 60000 ? 60000 : (int) wait_ms;
}

static void turn(struct deployer *deployer)
{
    struct pollfd fds[2 + CONNECTIONS];
    int64_t now_us = clock_monotonic_us();

    if (!deployer->stopping) {
        deployer->keyring = deployer->options->keys(deployer->options->context);
        look(deployer, now_us);
        chains_lay(&deployer->chains, deployer->pool, now_us);
        for (struct target *target = deployer->targets; target != NULL; target = target->next) {
            take(target, now_us);
        }
    }
    int timeout_ms = wait_at_most(deployer, now_us);
    fds[0] = (struct pollfd){.fd = deployer->signal_fd, .events = POLLIN};
    db_listener_prepare(deployer->listener, &fds[1], &timeout_ms);
    size_t count = db_pool_prepare(deployer->pool, fds + 2, CONNECTIONS, &timeout_ms);
    log_flush();
    courier_turn(deployer->courier, fds, 2 + count, timeout_ms);
    take_signals(deployer, clock_monotonic_us());
    if (db_listener_react(deployer->listener, &fds[1])) {
        look_by(deployer, 0);
    }
    db_pool_react(deployer->pool, fds + 2, count);
}

static bool is_finished(const struct deployer *deployer)
{
    bool idle = deployer->batches == 0 && !deployer->look.under_way && !deployer->chains.under_way;

    return deployer->stopping && (idle || clock_monotonic_us() >= deployer->stop_by_us);
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

    return db_pool_new(&deployer->pool, &pool, fault) || fault_wrap(fault, "database");
}

static void close_deployer(struct deployer *deployer)
{
    /* Batches that were given up at the end of the time are the process's to lose. */
    courier_free(deployer->courier);
    db_pool_free(deployer->pool);
    db_listener_free(deployer->listener);
    while (deployer->targets != NULL) {
        struct target *target = deployer->targets;
        deployer->targets = target->next;
        free(target);
    }
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
    bool opened = open_signals(&deployer, fault) && courier_start(fault) && courier_new(&deployer.courier, fault)
                  && db_listener_new(&deployer.listener, options->config->database, "patchbay_deploy", fault) && open_pool(&deployer, options, fault);
    if (opened) {
        log_write(LOG_INFO, "deployer_started", NULL);
    }
    while (opened && !refused && !is_finished(&deployer)) {
        turn(&deployer);
        refused = db_pool_hello_fault(deployer.pool, fault);
    }
    log_flush();
    close_deployer(&deployer);
    return opened && !refused;
}
