/*
 * In memory is only what makes it polite: which workers are out of reach at this moment, and until when they are left alone. Whatever must be known after
 * a crash is in the database.
 */
#include "deploy/targets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "deploy/deliver.h"
#include "seal/digest.h"

#define LEASE_MARGIN_MS 10000   /* behind the deadline: for a report that has to wait for the database */
#define REPEAT_PAUSE_US 250000  /* a database that refuses does so at once */
#define PARALLEL_MAX 64
#define NEVER INT64_MAX

/* A worker as far as this process knows. */
struct target {
    struct targets *targets;
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
    int64_t repeat_us; /* while it is among the targets' repeats */
    struct job *next;
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

static void look_by(struct targets *targets, int64_t due_us)
{
    if (due_us < targets->look_us) {
        targets->look_us = due_us;
    }
}

/* ---- batches ---- */

static struct batch *make_batch(struct target *target)
{
    struct batch *batch = calloc(1, sizeof *batch);

    if (batch == NULL || (batch->arena = arena_new((size_t) target->targets->config->request_memory)) == NULL) {
        free(batch);
        log_say(LOG_ERROR, "delivery_not_made", "out of memory");
        return NULL;
    }
    batch->target = target;
    target->targets->batches++;
    return batch;
}

static void free_batch(struct batch *batch)
{
    batch->target->targets->batches--;
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
            look_by(target->targets, clock_monotonic_us() + target->targets->config->deploy_retry * 500);
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
    struct targets *targets = job->batch->target->targets;

    /* A report may be repeated: only who has the lease is believed, and whoever was believed has it no more. */
    int64_t repeat_us = clock_monotonic_us() + REPEAT_PAUSE_US;
    if (result->status == DB_UNAVAILABLE && !targets->stopping && !job->probe && repeat_us < job->batch->lease_until_us) {
        job->repeat_us = repeat_us;
        job->next = targets->repeats;
        targets->repeats = job;
        return;
    }
    finish_job(job);
}

void targets_repeat(struct targets *targets, int64_t now_us)
{
    for (struct job **link = &targets->repeats; *link != NULL;) {
        struct job *job = *link;
        if (job->repeat_us > now_us && !targets->stopping) {
            link = &job->next;
            continue;
        }
        *link = job->next;
        db_pool_submit(targets->pool, &job->ticket);
    }
}

static void report(struct job *job)
{
    struct batch *batch = job->batch;
    struct targets *targets = batch->target->targets;

    if (job->probe && !job->parcel->alive) {
        finish_job(job);
        return;
    }
    if (job->probe) {
        deployment_seen_call(batch->target->worker_id, targets->config, &job->call);
    } else if (!deployment_report_call(job->parcel, 1, batch->lease, targets->config, batch->arena, &job->call)) {
        finish_job(job);
        return;
    }
    job->ticket = (struct db_ticket){.call = &job->call, .done = take_report};
    db_pool_submit(targets->pool, &job->ticket);
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
    target->resume_us = now_us + choose_pause(target->targets->config, target->failures);
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
    struct targets *targets = batch->target->targets;
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
    deliver_begin(&job->delivery, parcel, targets->config->deploy_deadline);
    job->delivery.done = take_end;
    job->delivery.context = job;
    courier_send(targets->courier, &job->delivery);
}

static void take_rows(struct db_ticket *ticket, const struct db_result *result)
{
    struct batch *batch = (struct batch *) ticket;
    struct target *target = batch->target;
    struct deployment_parcel *parcels;
    size_t count = 0;

    target->taking = NULL;
    target->due_us = NEVER;
    if (!deployment_parcels(result, target->targets->keyring, batch->arena, &parcels, &count) || count == 0) {
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
    struct targets *targets = target->targets;
    int64_t parallel = target->failures > 0 ? 1 : targets->config->deploy_parallel;
    int64_t limit = parallel - (int64_t) target->under_way;

    /* Half of the places at least: one by one would be a call a delivery. */
    if (target->due_us > now_us || target->resume_us > now_us || target->taking != NULL || limit * 2 < parallel || limit < 1) {
        return;
    }
    struct batch *batch = make_batch(target);
    if (batch == NULL) {
        return;
    }
    int64_t lease_ms = targets->config->deploy_deadline + LEASE_MARGIN_MS;
    batch->limit = limit;
    batch->lease_until_us = now_us + lease_ms * 1000;
    digest_uuid(batch->lease);
    deployment_take_call(target->worker_id, batch->lease, lease_ms, limit, &batch->call);
    batch->ticket = (struct db_ticket){.call = &batch->call, .done = take_rows};
    target->taking = batch;
    db_pool_submit(targets->pool, &batch->ticket);
}

/* ---- looking ---- */

static struct target *find_target(struct targets *targets, const unsigned char worker_id[16])
{
    struct target *target = targets->first;

    while (target != NULL && memcmp(target->worker_id, worker_id, sizeof target->worker_id) != 0) {
        target = target->next;
    }
    if (target == NULL && (target = calloc(1, sizeof *target)) != NULL) {
        target->targets = targets;
        target->due_us = NEVER;
        memcpy(target->worker_id, worker_id, sizeof target->worker_id);
        target->next = targets->first;
        targets->first = target;
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
    if (parcel == NULL || !deployment_probe(result, row, false, target->targets->keyring, batch->arena, parcel)) {
        free_batch(batch);
        return;
    }
    target->probing = true;
    batch->left = 1;
    begin_job(batch, 0, parcel, true);
}

/* Workers that were removed. */
static void forget_targets(struct targets *targets)
{
    for (struct target **link = &targets->first; *link != NULL;) {
        struct target *target = *link;
        if (target->seen || target->under_way > 0 || target->taking != NULL || target->probing) {
            link = &target->next;
            continue;
        }
        *link = target->next;
        free(target);
    }
}

void targets_see(struct targets *targets, const struct db_result *result, int64_t now_us)
{
    for (struct target *target = targets->first; target != NULL; target = target->next) {
        target->seen = false;
    }
    for (int row = 0; row < result->count; row++) {
        struct deployment_due due;
        deployment_due_row(result, row, &due);
        struct target *target = find_target(targets, due.worker_id);
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
    forget_targets(targets);
}

/* ---- for the owner's turn ---- */

void targets_take(struct targets *targets, int64_t now_us)
{
    for (struct target *target = targets->first; target != NULL; target = target->next) {
        take(target, now_us);
    }
}

int64_t targets_due_us(const struct targets *targets)
{
    int64_t first_us = NEVER;

    for (const struct target *target = targets->first; target != NULL; target = target->next) {
        int64_t due_us = target->due_us > target->resume_us ? target->due_us : target->resume_us;
        bool waits = target->due_us != NEVER && target->taking == NULL && target->under_way == 0;
        first_us = waits && due_us < first_us ? due_us : first_us;
    }
    for (const struct job *job = targets->repeats; job != NULL; job = job->next) {
        first_us = job->repeat_us < first_us ? job->repeat_us : first_us;
    }
    return first_us;
}

void targets_forget(struct targets *targets)
{
    while (targets->first != NULL) {
        struct target *target = targets->first;
        targets->first = target->next;
        free(target);
    }
}
