/*
 * Workers to deploy to. A credential is sealed here, for this one worker, so that neither the database's logs nor its administrators ever
 * see it; it comes from a file, since command lines are everybody's to read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "api/api.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "deploy/errand.h"
#include "registry/deployment.h"
#include "seal/digest.h"

#define FILE_LIMIT ((size_t) 262144)
#define MEMORY_LIMIT ((size_t) 1 << 22)

/* The whole file, NUL-terminated, without what ends its last line. */
static bool read_file(const char *name, struct arena *arena, struct bytes *text, struct fault *fault)
{
    char *data = arena_alloc(arena, FILE_LIMIT + 2);
    FILE *file = data == NULL ? NULL : fopen(name, "re");

    if (file == NULL) {
        return fault_set(fault, FAULT_INVALID, "cannot read %s: %s", name, data == NULL ? "out of memory" : strerror(errno));
    }
    size_t length = fread(data, 1, FILE_LIMIT + 1, file);
    int error = ferror(file) != 0 ? errno : 0;
    fclose(file);
    if (error != 0) {
        return fault_set(fault, FAULT_INVALID, "cannot read %s: %s", name, strerror(error));
    }
    if (length > FILE_LIMIT) {
        return fault_set(fault, FAULT_INVALID, "%s is too large", name);
    }
    while (length > 0 && (data[length - 1] == '\n' || data[length - 1] == '\r')) {
        data[--length] = '\0';
    }
    *text = (struct bytes){data, length};
    return true;
}

static bool is_header_value(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        if ((unsigned char) text.data[i] < ' ' || text.data[i] == 0x7f) {
            return false;
        }
    }
    return text.length > 0;
}

/* What worker_create takes. */
struct new_worker {
    char id[UUID_TEXT_SIZE];
    const char *ca, *credential, *canary;
    char key[16];
};

static bool seal_credential(struct command_context *context, struct bytes credential, const unsigned char id[16], struct arena *arena,
                            struct new_worker *worker, struct fault *fault)
{
    const struct config *config = command_config(context, fault);
    struct keyring *keyring = NULL;
    struct seal_context sealing;
    struct bytes box = {NULL, 0};
    struct bytes canary = {NULL, 0};

    if (config == NULL || !keyring_new(&keyring, config->keyring_file, fault)) {
        return false;
    }
    struct seal_identity identity = deployment_credential_identity(id, keyring_active(keyring));
    bool sealed = seal_begin(&sealing, keyring, &identity, fault);
    if (sealed) {
        sealed = seal_box(&sealing, DEPLOYMENT_CREDENTIAL_PLACE, credential, arena, &box, fault);
        seal_end(&sealing);
    }
    sealed = sealed && seal_canary(keyring, identity.key, arena, &canary, fault);
    keyring_free(keyring);
    if (sealed) {
        worker->credential = arena_copy(arena, box).data;
        worker->canary = arena_copy(arena, canary).data;
        snprintf(worker->key, sizeof worker->key, "%d", (int) identity.key);
    }
    return sealed;
}

static bool prepare(struct command_context *context, struct arena *arena, struct new_worker *worker, struct fault *fault)
{
    const char *credential_file = command_option(context, "credential-file");
    const char *ca_file = command_option(context, "ca-file");
    unsigned char id[16];
    struct bytes text;

    memset(worker, 0, sizeof *worker);
    digest_uuid(id);
    uuid_format(id, worker->id);
    if (ca_file != NULL) {
        if (!read_file(ca_file, arena, &text, fault)) {
            return false;
        }
        if (!bytes_contains_nocase(text, "-----begin certificate-----")) {
            return fault_set(fault, FAULT_INVALID, "%s holds no certificate (PEM)", ca_file);
        }
        worker->ca = text.data;
    }
    if (credential_file == NULL) {
        return true;
    }
    if (!read_file(credential_file, arena, &text, fault)) {
        return false;
    }
    if (!is_header_value(text)) {
        return fault_set(fault, FAULT_INVALID, "%s must hold one line, the value of the Authorization header", credential_file);
    }
    return seal_credential(context, text, id, arena, worker, fault);
}

enum command_end command_worker_add(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {{"id", LISTING_TEXT}, {"name", LISTING_TEXT}, {NULL, LISTING_TEXT}};
    static const char sql[] = "select id, worker from patchbay.worker_create($1, $2, $3, $4::uuid, $5, $6, $7::integer, $8)";
    struct arena *arena = arena_new(MEMORY_LIMIT);
    struct new_worker worker;
    struct db_result result;

    if (arena == NULL) {
        (void) fault_set(fault, FAULT_INTERNAL, "out of memory");
        return COMMAND_FAILED;
    }
    bool added = prepare(context, arena, &worker, fault);
    if (added) {
        const char *values[] = {command_option(context, "environment"), command_option(context, "name"), command_option(context, "url"), worker.id,
                                worker.ca, worker.credential, worker.credential == NULL ? NULL : worker.key, worker.canary};
        added = command_query(context, sql, 8, values, &result, fault) && command_list(context, columns, &result, fault);
    }
    arena_free(arena);
    return added ? COMMAND_DONE : COMMAND_FAILED;
}

enum command_end command_worker_remove(struct command_context *context, struct fault *fault)
{
    const char *name = command_argument(context, 0);
    struct db_result result;

    return command_query(context, "select patchbay.worker_delete($1)", 1, &name, &result, fault) ? COMMAND_DONE : COMMAND_FAILED;
}

enum command_end command_worker_list(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"id", LISTING_TEXT}, {"name", LISTING_TEXT}, {"environment", LISTING_TEXT}, {"url", LISTING_TEXT}, {"state", LISTING_TEXT},
        {"applied", LISTING_NUMBER}, {"pending", LISTING_NUMBER}, {"created_at", LISTING_TEXT}, {NULL, LISTING_TEXT}};
    static const char sql[] = "select id, name, environment, url, state, applied, pending, " COMMAND_MOMENT("created_at")
                              " from patchbay.worker_overview";
    struct db_result result;

    return command_query(context, sql, 0, NULL, &result, fault) && command_list(context, columns, &result, fault) ? COMMAND_DONE : COMMAND_FAILED;
}

/* ---- test ---- */

struct finding {
    const struct keyring *keyring;
    struct arena *arena;
    struct deployment_parcel parcel;
    bool answered, found;
};

static void take_target(void *argument, const struct db_result *result)
{
    struct finding *finding = argument;

    finding->answered = result->status == DB_DONE && result->count == 1;
    finding->found = finding->answered && deployment_probe(result, 0, true, finding->keyring, finding->arena, &finding->parcel);
}

/* As the deployer would: with the worker's database role, which may read boxes. */
static bool find_worker(const struct config *config, const char *name, struct finding *finding, struct fault *fault)
{
    const struct db_pool_options options = {
        .dsn = config->database, .connections = 1, .batch_limit = 1, .wait_ms = (int) config->database_wait,
        .statement_timeout_ms = (int) config->statement_timeout, .reconnect_ms_max = (int) config->reconnect_limit};
    struct db_session *session;
    struct db_call call;

    if (!db_session_new(&session, &options, fault)) {
        return false;
    }
    deployment_target_call(bytes_from(name), &call);
    db_session_run(session, &call, take_target, finding);
    db_session_free(session);
    if (!finding->answered) {
        return fault_set(fault, FAULT_UNAVAILABLE, "no answer from the database (database)");
    }
    return finding->found || fault_set(fault, FAULT_INVALID, "there is no worker %s", name);
}

static bool try_worker(const struct config *config, struct finding *finding, struct fault *fault)
{
    struct errand errand = {.parcels = &finding->parcel, .count = 1, .deadline_us = clock_monotonic_us() + config->deploy_deadline * 1000};
    const struct deployment_parcel *parcel = &finding->parcel;

    if (parcel->outcome != DEPLOYMENT_OPEN) {
        return fault_set(fault, FAULT_INTERNAL, "its credential does not open with the keys of %s", config->keyring_file);
    }
    if (!courier_start(fault)) {
        return false;
    }
    if (!errand_prepare(&errand, finding->arena)) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    errand_run(&errand);
    return parcel->outcome == DEPLOYMENT_TAKEN
           || fault_set(fault, FAULT_UNAVAILABLE, "worker %.*s: %s", BYTES_FORMAT(parcel->worker), parcel->error[0] == '\0' ? "not tried" : parcel->error);
}

static bool print_test(struct command_context *context, const struct deployment_parcel *parcel, int64_t took_us, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"id", LISTING_TEXT}, {"name", LISTING_TEXT}, {"result", LISTING_TEXT}, {"ms", LISTING_NUMBER}, {NULL, LISTING_TEXT}};
    struct listing listing;
    char id[UUID_TEXT_SIZE];
    char ms[24];

    uuid_format(parcel->worker_id, id);
    snprintf(ms, sizeof ms, "%lld", (long long) (took_us / 1000));
    const struct bytes cells[] = {bytes_from(id), parcel->worker, BYTES("ok"), bytes_from(ms)};
    listing_open(&listing, context->out, columns, command_flag(context, "json"));
    listing_add(&listing, cells);
    return listing_close(&listing, fault);
}

enum command_end command_worker_test(struct command_context *context, struct fault *fault)
{
    const struct config *config = command_config(context, fault);
    struct keyring *keyring = NULL;
    struct finding finding = {.arena = arena_new(MEMORY_LIMIT)};

    bool well = config != NULL && (finding.arena != NULL || fault_set(fault, FAULT_INTERNAL, "out of memory"))
                && keyring_new(&keyring, config->keyring_file, fault);
    finding.keyring = keyring;
    well = well && find_worker(config, command_argument(context, 0), &finding, fault);
    int64_t began_us = clock_monotonic_us();
    well = well && try_worker(config, &finding, fault) && print_test(context, &finding.parcel, clock_monotonic_us() - began_us, fault);
    keyring_free(keyring);
    arena_free(finding.arena);
    return well ? COMMAND_DONE : COMMAND_FAILED;
}
