/*
 * What a write has to deploy is delivered before it is answered, within one deadline for all workers together. The change itself is
 * committed whatever comes of that: the status stays 200, deploymentResult tells the truth, and what failed the deployer goes on with.
 *
 *     claim -> deliver -> report -> answer
 *       ^______ wait ______|          somebody else is delivering and time is left: look again, it may need our revision delivered then
 */
#include <string.h>

#include "api/apinizer/apinizer.h"
#include "api/precondition.h"
#include "base/clock.h"
#include "base/log.h"
#include "deploy/errand.h"
#include "json/writer.h"
#include "registry/deployment.h"

#define LEASE_MARGIN_MS 5000 /* behind the deadline: for a report that is slow to come */
#define PAUSE_US 50000

enum stage { CLAIMING, DELIVERING, REPORTING, WAITING };

/* A worker that has taken our revision, or a newer one, has done what this request promises, whatever comes later. */
struct taken {
    unsigned char worker_id[16];
    struct taken *next;
};

struct deploying {
    struct deployment_claim claim;
    struct errand errand;
    int64_t deadline_us;
    const struct settings_place *warnings;
    int64_t revision;
    enum stage stage;
    struct taken *taken;
};

static enum api_step claim(struct api_exchange *exchange, struct deploying *deploying)
{
    int64_t left_us = deploying->deadline_us - clock_monotonic_us();

    deploying->stage = CLAIMING;
    digest_uuid(deploying->claim.lease);
    deploying->claim.lease_ms = (left_us > 0 ? left_us / 1000 : 0) + LEASE_MARGIN_MS;
    deployment_claim_call(&deploying->claim, &exchange->call);
    return API_CALL;
}

enum api_step apinizer_deploy(struct api_context *context, struct api_exchange *exchange, const struct connection_result *result,
                              const struct settings_place *warnings, int64_t revision)
{
    struct deploying *deploying = ARENA_NEW(exchange->arena, struct deploying);

    if (deploying == NULL) {
        return API_ANSWERED;
    }
    deploying->claim.project_id = result->identity.project;
    memcpy(deploying->claim.connection_id, result->identity.connection, sizeof deploying->claim.connection_id);
    deploying->deadline_us = clock_monotonic_us() + (int64_t) context->config->deploy_deadline * 1000;
    deploying->warnings = warnings;
    deploying->revision = revision;
    exchange->state = deploying;
    exchange->next = apinizer_deploy_next;
    return claim(exchange, deploying);
}

/* ---- the answer ---- */

static bool has_taken(const struct deploying *deploying, const struct deployment_parcel *parcel)
{
    for (const struct taken *taken = deploying->taken; taken != NULL; taken = taken->next) {
        if (memcmp(taken->worker_id, parcel->worker_id, sizeof taken->worker_id) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_well(const struct deploying *deploying, const struct deployment_parcel *parcel)
{
    return parcel->state == DEPLOYMENT_APPLIED || parcel->state == DEPLOYMENT_ABSENT || parcel->state == DEPLOYMENT_NO_WORKER
           || (parcel->state == DEPLOYMENT_CLAIMED && parcel->outcome == DEPLOYMENT_TAKEN) || has_taken(deploying, parcel);
}

static const char *reason(const struct deployment_parcel *parcel)
{
    if (parcel->state == DEPLOYMENT_HELD) {
        return "still under way";
    }
    return parcel->error[0] == '\0' ? "not delivered" : parcel->error;
}

/* How the workers of one environment, given by its name, have fared. */
struct tally {
    size_t workers, failed;
    struct buf names; /* of those that failed, with their reasons */
};

static void count_environment(const struct deploying *deploying, struct bytes environment, struct arena *arena, struct tally *tally)
{
    memset(tally, 0, sizeof *tally);
    buf_init(&tally->names, arena, 128);
    for (size_t i = 0; i < deploying->errand.count; i++) {
        const struct deployment_parcel *parcel = &deploying->errand.parcels[i];
        if (parcel->worker.data == NULL || !bytes_equal(parcel->environment, environment)) {
            continue;
        }
        tally->workers++;
        if (!is_well(deploying, parcel)) {
            tally->failed++;
            buf_printf(&tally->names, "%s%.*s (%s)", tally->failed > 1 ? ", " : "", BYTES_FORMAT(parcel->worker), reason(parcel));
        }
    }
}

static struct bytes tell(const struct tally *tally, struct arena *arena)
{
    if (tally->workers == 0) {
        return BYTES("Deployment successful: the environment has no workers");
    }
    if (tally->failed == 0) {
        return BYTES("Deployment successful");
    }
    return arena_printf(arena, "Deployment failed on %zu of %zu workers: %.*s", tally->failed, tally->workers, BYTES_FORMAT(buf_bytes(&tally->names)));
}

/* Environments come in no order with their workers: each is told where it is met first. */
static bool was_told(const struct deploying *deploying, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (bytes_equal(deploying->errand.parcels[i].environment, deploying->errand.parcels[index].environment)) {
            return true;
        }
    }
    return false;
}

static void write_environments(struct json_writer *writer, const struct deploying *deploying, struct arena *arena)
{
    json_key(writer, "deploymentResults");
    json_array(writer);
    for (size_t i = 0; i < deploying->errand.count; i++) {
        struct tally tally;
        if (was_told(deploying, i)) {
            continue;
        }
        count_environment(deploying, deploying->errand.parcels[i].environment, arena, &tally);
        json_object(writer);
        json_key(writer, "environmentName");
        json_string(writer, deploying->errand.parcels[i].environment);
        json_key(writer, "success");
        json_boolean(writer, tally.failed == 0);
        json_key(writer, "message");
        json_string(writer, tell(&tally, arena));
        json_object_end(writer);
    }
    json_array_end(writer);
}

/* `known`: the database has told how it stands. */
static enum api_step answer(struct api_exchange *exchange, const struct deploying *deploying, bool known)
{
    struct json_writer writer;
    struct buf buf;
    bool success = known;

    for (size_t i = 0; i < deploying->errand.count; i++) {
        success = success && is_well(deploying, &deploying->errand.parcels[i]);
    }
    buf_init(&buf, exchange->arena, 256);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key(&writer, "success");
    json_boolean(&writer, true);
    json_key(&writer, "deploymentResult");
    json_object(&writer);
    json_key(&writer, "success");
    json_boolean(&writer, success);
    if (known) {
        write_environments(&writer, deploying, exchange->arena);
    } else {
        json_key(&writer, "message");
        json_string(&writer, BYTES("The change is stored, but not yet deployed: the database does not answer"));
    }
    json_object_end(&writer);
    apinizer_write_warnings(&writer, deploying->warnings);
    json_object_end(&writer);
    if (deploying->revision > 0) {
        precondition_tag(exchange, deploying->revision);
    }
    return json_writer_close(&writer) ? apinizer_json(exchange, 200, buf_bytes(&buf)) : API_ANSWERED;
}

/* ---- between claim and answer ---- */

static bool is_open(const struct deployment_parcel *parcel)
{
    return parcel->state == DEPLOYMENT_CLAIMED && parcel->outcome == DEPLOYMENT_OPEN;
}

static enum api_step answer_or_wait(struct api_exchange *exchange, struct deploying *deploying)
{
    int64_t now_us = clock_monotonic_us();
    bool held = false;

    for (size_t i = 0; i < deploying->errand.count; i++) {
        const struct deployment_parcel *parcel = &deploying->errand.parcels[i];
        held = held || (parcel->state == DEPLOYMENT_HELD && !has_taken(deploying, parcel));
    }
    if (!held || now_us + PAUSE_US >= deploying->deadline_us) {
        return answer(exchange, deploying, true);
    }
    deploying->stage = WAITING;
    deploying->errand.count = 0;
    deploying->errand.pause_until_us = now_us + PAUSE_US;
    exchange->errand = &deploying->errand;
    return API_ERRAND;
}

static enum api_step deliver(struct api_context *context, struct api_exchange *exchange, struct deploying *deploying, const struct db_result *result)
{
    struct errand *errand = &deploying->errand;
    bool any = false;

    if (result->status != DB_DONE) {
        errand->count = 0;
        return answer(exchange, deploying, false);
    }
    if (!deployment_parcels(result, context->keyring, exchange->arena, &errand->parcels, &errand->count) || !errand_prepare(errand, exchange->arena)) {
        return API_ANSWERED;
    }
    for (size_t i = 0; i < errand->count; i++) {
        any = any || errand->parcels[i].state == DEPLOYMENT_CLAIMED;
    }
    if (!any) {
        return answer_or_wait(exchange, deploying);
    }
    deploying->stage = DELIVERING;
    errand->deadline_us = deploying->deadline_us;
    errand->pause_until_us = 0;
    exchange->errand = errand;
    return API_ERRAND;
}

static enum api_step report(struct api_context *context, struct api_exchange *exchange, struct deploying *deploying)
{
    for (size_t i = 0; i < deploying->errand.count; i++) {
        const struct deployment_parcel *parcel = &deploying->errand.parcels[i];
        struct taken *taken = parcel->state == DEPLOYMENT_CLAIMED && parcel->outcome == DEPLOYMENT_TAKEN ? ARENA_NEW(exchange->arena, struct taken) : NULL;
        if (taken != NULL) {
            memcpy(taken->worker_id, parcel->worker_id, sizeof taken->worker_id);
            taken->next = deploying->taken;
            deploying->taken = taken;
        } else if (is_open(parcel)) {
            log_say(LOG_ERROR, "delivery_not_made", "the system gives no memory or no thread for deliveries");
        }
    }
    if (!deployment_report_call(deploying->errand.parcels, deploying->errand.count, deploying->claim.lease, context->config, exchange->arena,
                                &exchange->call)) {
        return answer(exchange, deploying, true);
    }
    deploying->stage = REPORTING;
    return API_CALL;
}

enum api_step apinizer_deploy_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    struct deploying *deploying = exchange->state;

    switch (deploying->stage) {
    case CLAIMING:
        return deliver(context, exchange, deploying, result);
    case DELIVERING:
        return report(context, exchange, deploying);
    case REPORTING:
        /* Where the report did not get through, the lease runs out and the deployer delivers once more. */
        return answer_or_wait(exchange, deploying);
    case WAITING:
        break;
    }
    return claim(exchange, deploying);
}
