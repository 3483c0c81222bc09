/*
 * What a worker gets is what GET one shows to those who may see secrets, behind id, revision and project; so a worker needs no second
 * request, and a reader of the documentation knows the form already. A body is made once and is shared by all workers of a claim.
 */
#include "registry/deployment.h"

#include <stdio.h>
#include <string.h>

#include "base/uuid.h"
#include "json/writer.h"
#include "registry/connection_call.h"

enum { CLAIM_PROJECT_ID, CLAIM_CONNECTION_ID, CLAIM_LEASE, CLAIM_LEASE_MS, CLAIM_VALUES };
static const struct db_statement claim_statement = {
    .name = "deployment_claim", .function = "patchbay.deployment_claim", .writes = true, .value_count = CLAIM_VALUES,
    .types = {DB_INT8, DB_UUID, DB_UUID, DB_INT4}};

enum { TAKE_WORKER_ID, TAKE_LEASE, TAKE_LEASE_MS, TAKE_LIMIT, TAKE_VALUES };
static const struct db_statement take_statement = {
    .name = "deployment_take", .function = "patchbay.deployment_take", .writes = true, .value_count = TAKE_VALUES,
    .types = {DB_UUID, DB_UUID, DB_INT4, DB_INT4}};

/* Of both. */
enum { PARCEL_ORDINAL, PARCEL_ENVIRONMENT, PARCEL_WORKER, PARCEL_STATE, PARCEL_ERROR, PARCEL_WORKER_ID, PARCEL_URL, PARCEL_CA, PARCEL_CREDENTIAL,
       PARCEL_CREDENTIAL_KEY, PARCEL_PROJECT_ID, PARCEL_CONNECTION_ID, PARCEL_WANTED, PARCEL_WANTED_REVISION, PARCEL_GENERATION, PARCEL_PROJECT,
       PARCEL_KEY, PARCEL_REVISION, PARCEL_DIALECT, PARCEL_PUBLIC_ID, PARCEL_NAME, PARCEL_TYPE, PARCEL_SERVICE, PARCEL_EXTERNAL_ID,
       PARCEL_DESCRIPTION, PARCEL_SETTINGS, PARCEL_SECRETS };

enum { REPORT_PROJECT_ID, REPORT_CONNECTION_ID, REPORT_LEASE, REPORT_REPORTS, REPORT_RETRY, REPORT_RETRY_LIMIT, REPORT_SETTLE, REPORT_SILENCE,
       REPORT_VALUES };
static const struct db_statement report_statement = {
    .name = "deployment_report", .function = "patchbay.deployment_report", .gathers = true, .writes = true, .value_count = REPORT_VALUES,
    .types = {DB_INT8, DB_UUID, DB_UUID, DB_JSONB, DB_INT4, DB_INT4, DB_INT4, DB_INT4}};

static const struct db_statement due_statement = {
    .name = "deployment_due", .function = "patchbay.deployment_due", .writes = true, .value_count = 1, .types = {DB_INT4}};
enum { DUE_ORDINAL, DUE_WORKER_ID, DUE_WAIT, DUE_PROBE, DUE_TARGET };

static const struct db_statement target_statement = {
    .name = "worker_target", .function = "patchbay.worker_target", .gathers = true, .value_count = 1, .types = {DB_TEXT}};
enum { TARGET_ORDINAL, TARGET_ENVIRONMENT, TARGET_WORKER, TARGET_WORKER_ID, TARGET_URL };

static const struct db_statement seen_statement = {
    .name = "worker_seen", .function = "patchbay.worker_seen", .gathers = true, .writes = true, .value_count = 2, .types = {DB_UUID, DB_INT4}};

enum { LIST_DIGEST, LIST_DIALECT, LIST_PROJECT, LIST_HANDLE, LIST_VALUES };
static const struct db_statement list_statement = {
    .name = "deployment_list", .function = "patchbay.deployment_list", .value_count = LIST_VALUES, .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_TEXT}};
enum { ITEM_ORDINAL, ITEM_OUTCOME, ITEM_CONNECTION_ID, ITEM_ENVIRONMENT, ITEM_WORKER, ITEM_WANTED, ITEM_APPLIED, ITEM_STATE, ITEM_ERROR, ITEM_AGE };

/* ---- claims ---- */

static void begin_call(struct db_call *call, const struct db_statement *statement)
{
    memset(call, 0, sizeof *call);
    call->statement = statement;
}

void deployment_claim_call(const struct deployment_claim *in, struct db_call *call)
{
    begin_call(call, &claim_statement);
    db_set_number(call, CLAIM_PROJECT_ID, in->project_id);
    db_set_uuid(call, CLAIM_CONNECTION_ID, in->connection_id);
    db_set_uuid(call, CLAIM_LEASE, in->lease);
    db_set_number(call, CLAIM_LEASE_MS, in->lease_ms);
}

void deployment_take_call(const unsigned char worker_id[16], const unsigned char lease[16], int64_t lease_ms, int64_t limit, struct db_call *call)
{
    begin_call(call, &take_statement);
    db_set_uuid(call, TAKE_WORKER_ID, worker_id);
    db_set_uuid(call, TAKE_LEASE, lease);
    db_set_number(call, TAKE_LEASE_MS, lease_ms);
    db_set_number(call, TAKE_LIMIT, limit);
}

struct seal_identity deployment_credential_identity(const unsigned char worker_id[16], int32_t key)
{
    struct seal_identity identity = {.project = 0, .key = key};

    memcpy(identity.connection, worker_id, sizeof identity.connection);
    return identity;
}

static void fail(struct deployment_parcel *parcel, const char *error)
{
    parcel->outcome = DEPLOYMENT_REFUSED;
    snprintf(parcel->error, sizeof parcel->error, "%s", error);
}

static const char *text_or_null(struct arena *arena, struct bytes text)
{
    return text.data == NULL ? NULL : arena_copy(arena, text).data;
}

/* Where it goes and what it shows there; `first` is the column of the URL, behind which CA, credential and its key stand. */
static void address(const struct db_result *result, int row, int first, const char *id, const struct keyring *keyring, struct arena *arena,
                    struct deployment_parcel *parcel)
{
    struct bytes base = db_text(result, row, first);
    struct bytes box = db_text(result, row, first + 2);
    struct seal_context context;
    struct fault fault;

    while (bytes_ends(base, "/")) {
        base = bytes_slice(base, 0, base.length - 1);
    }
    parcel->url = arena_printf(arena, "%.*s/connections/%s", BYTES_FORMAT(base), id).data;
    parcel->ca = text_or_null(arena, db_text(result, row, first + 1));
    if (box.data == NULL) {
        return;
    }
    struct seal_identity identity = deployment_credential_identity(parcel->worker_id, (int32_t) db_number(result, row, first + 3));
    struct bytes credential = {NULL, 0};
    bool opened = seal_begin(&context, keyring, &identity, &fault);
    if (opened) {
        opened = seal_open(&context, DEPLOYMENT_CREDENTIAL_PLACE, box, arena, &credential, &fault);
        seal_end(&context);
    }
    parcel->authorization = opened ? arena_copy(arena, credential).data : NULL;
    if (!opened) {
        fail(parcel, "sealed");
    }
}

static void write_optional(struct json_writer *writer, const char *key, struct bytes text)
{
    if (text.data != NULL) {
        json_key(writer, key);
        json_string(writer, text);
    }
}

/* A setting may be called as what stands before it: then ours counts, since a worker relies on it. */
static bool is_ours(struct bytes key)
{
    static const char *const ours[] = {"id", "revision", "project", "dialect", "publicId"};

    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        if (bytes_is(key, ours[i])) {
            return true;
        }
    }
    return false;
}

static void write_head(struct json_writer *writer, const struct db_result *result, int row)
{
    json_key(writer, "id");
    json_string(writer, db_text(result, row, PARCEL_CONNECTION_ID));
    json_key(writer, "revision");
    json_integer(writer, db_number(result, row, PARCEL_REVISION));
    json_key(writer, "project");
    json_string(writer, db_text(result, row, PARCEL_PROJECT));
    if (!bytes_is(db_text(result, row, PARCEL_DIALECT), "apinizer")) {
        json_key(writer, "dialect");
        json_string(writer, db_text(result, row, PARCEL_DIALECT));
        write_optional(writer, "publicId", db_text(result, row, PARCEL_PUBLIC_ID));
        write_optional(writer, "service", db_text(result, row, PARCEL_SERVICE));
        write_optional(writer, "externalid", db_text(result, row, PARCEL_EXTERNAL_ID));
    }
    json_key(writer, "type");
    json_string(writer, db_text(result, row, PARCEL_TYPE));
    json_key(writer, "name");
    json_string(writer, db_text(result, row, PARCEL_NAME));
    json_key_text(writer, "description", db_text(result, row, PARCEL_DESCRIPTION));
    /* What is wanted on a worker is both. */
    json_key(writer, "deployToWorker");
    json_boolean(writer, true);
    json_key(writer, "enabled");
    json_boolean(writer, true);
}

static const struct json_limits stored_limits = {.depth = 64};

/* {NULL, 0} when a box does not open or memory is short. */
static struct bytes make_body(const struct db_result *result, int row, const struct keyring *keyring, struct arena *arena)
{
    struct connection_row stored = {.settings = db_text(result, row, PARCEL_SETTINGS), .secrets = db_text(result, row, PARCEL_SECRETS)};
    struct json_value *settings;
    struct json_writer writer;
    struct bytes text;
    struct fault fault;
    struct buf buf;

    stored.result.identity.project = db_number(result, row, PARCEL_PROJECT_ID);
    stored.result.identity.key = (int32_t) db_number(result, row, PARCEL_KEY);
    if (!db_uuid(result, row, PARCEL_CONNECTION_ID, stored.result.identity.connection)
        || !connection_open(&stored, keyring, arena, &text, &fault) || !json_read(&settings, text, &stored_limits, arena, &fault)) {
        return (struct bytes){NULL, 0};
    }
    buf_init(&buf, arena, text.length + 512);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    write_head(&writer, result, row);
    for (const struct json_value *member = settings->first; member != NULL; member = member->next) {
        if (!is_ours(member->key)) {
            json_key_bytes(&writer, member->key);
            json_tree(&writer, member);
        }
    }
    json_object_end(&writer);
    return json_writer_close(&writer) ? buf_bytes(&buf) : (struct bytes){NULL, 0};
}

static enum deployment_state state_from(struct bytes name)
{
    static const struct {
        const char *name;
        enum deployment_state state;
    } states[] = {{"claimed", DEPLOYMENT_CLAIMED}, {"held", DEPLOYMENT_HELD},     {"applied", DEPLOYMENT_APPLIED},
                  {"failed", DEPLOYMENT_FAILED},   {"unknown", DEPLOYMENT_UNKNOWN}, {"absent", DEPLOYMENT_ABSENT}};

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (bytes_is(name, states[i].name)) {
            return states[i].state;
        }
    }
    return DEPLOYMENT_NO_WORKER;
}

static void read_claimed(const struct db_result *result, int row, const struct keyring *keyring, struct arena *arena, struct deployment_parcel *parcel)
{
    struct bytes id = db_text(result, row, PARCEL_CONNECTION_ID);

    parcel->error[0] = '\0';
    parcel->present = bytes_is(db_text(result, row, PARCEL_WANTED), "present");
    parcel->revision = db_number(result, row, parcel->present ? PARCEL_REVISION : PARCEL_WANTED_REVISION);
    parcel->generation = db_number(result, row, PARCEL_GENERATION);
    snprintf(parcel->revision_text, sizeof parcel->revision_text, "%lld", (long long) parcel->revision);
    snprintf(parcel->key, sizeof parcel->key, "%.*s-%lld-%lld", BYTES_FORMAT(id), (long long) parcel->revision, (long long) parcel->generation);
    address(result, row, PARCEL_URL, db_text(result, row, PARCEL_CONNECTION_ID).data, keyring, arena, parcel);
}

static void read_parcel(const struct db_result *result, int row, const struct keyring *keyring, struct arena *arena, struct deployment_parcel *parcel)
{
    parcel->environment = arena_copy(arena, db_text(result, row, PARCEL_ENVIRONMENT));
    parcel->state = state_from(db_text(result, row, PARCEL_STATE));
    parcel->project_id = db_number(result, row, PARCEL_PROJECT_ID);
    (void) db_uuid(result, row, PARCEL_CONNECTION_ID, parcel->connection_id);
    snprintf(parcel->error, sizeof parcel->error, "%.*s", BYTES_FORMAT(db_text(result, row, PARCEL_ERROR)));
    if (db_uuid(result, row, PARCEL_WORKER_ID, parcel->worker_id)) {
        parcel->worker = arena_copy(arena, db_text(result, row, PARCEL_WORKER));
    }
    if (parcel->state == DEPLOYMENT_CLAIMED) {
        read_claimed(result, row, keyring, arena, parcel);
    }
}

bool deployment_parcels(const struct db_result *result, const struct keyring *keyring, struct arena *arena, struct deployment_parcel **parcels,
                        size_t *count)
{
    struct bytes body = {NULL, 0};

    if (result->status != DB_DONE) {
        return false;
    }
    *count = (size_t) result->count;
    *parcels = ARENA_ARRAY(arena, struct deployment_parcel, *count + 1);
    if (*parcels == NULL) {
        return false;
    }
    for (int row = 0; row < result->count; row++) {
        struct deployment_parcel *parcel = &(*parcels)[row];
        read_parcel(result, row, keyring, arena, parcel);
        if (parcel->state != DEPLOYMENT_CLAIMED || !parcel->present) {
            continue;
        }
        if (!db_is_null(result, row, PARCEL_SETTINGS)) {
            body = make_body(result, row, keyring, arena);
        }
        parcel->body = body;
        if (body.data == NULL) {
            fail(parcel, "sealed");
        }
    }
    return !arena_overflowed(arena);
}

/* ---- reports ---- */

static void write_report(struct json_writer *writer, const struct deployment_parcel *parcel)
{
    static const char *const names[] = {[DEPLOYMENT_OPEN] = "", [DEPLOYMENT_TAKEN] = "applied", [DEPLOYMENT_REFUSED] = "failed", [DEPLOYMENT_DOUBTFUL] = "unknown"};
    char worker_id[UUID_TEXT_SIZE];

    uuid_format(parcel->worker_id, worker_id);
    json_object(writer);
    json_key(writer, "worker");
    json_string(writer, bytes_from(worker_id));
    json_key(writer, "generation");
    json_integer(writer, parcel->generation);
    json_key(writer, "present");
    json_boolean(writer, parcel->present);
    json_key(writer, "revision");
    json_integer(writer, parcel->revision);
    json_key(writer, "outcome");
    json_string(writer, bytes_from(names[parcel->outcome]));
    if (parcel->error[0] != '\0') {
        json_key(writer, "error");
        json_string(writer, bytes_from(parcel->error));
    }
    json_key(writer, "alive");
    json_boolean(writer, parcel->alive);
    json_object_end(writer);
}

bool deployment_report_call(const struct deployment_parcel *parcels, size_t count, const unsigned char lease[16], const struct config *config,
                            struct arena *arena, struct db_call *call)
{
    struct json_writer writer;
    struct buf buf;
    size_t told = 0;

    buf_init(&buf, arena, 256);
    json_writer_open(&writer, &buf);
    json_array(&writer);
    for (size_t i = 0; i < count; i++) {
        if (parcels[i].state == DEPLOYMENT_CLAIMED && parcels[i].outcome != DEPLOYMENT_OPEN) {
            write_report(&writer, &parcels[i]);
            told++;
        }
    }
    json_array_end(&writer);
    if (!json_writer_close(&writer) || told == 0) {
        return false;
    }
    begin_call(call, &report_statement);
    db_set_number(call, REPORT_PROJECT_ID, parcels[0].project_id);
    db_set_uuid(call, REPORT_CONNECTION_ID, parcels[0].connection_id);
    db_set_uuid(call, REPORT_LEASE, lease);
    db_set_text(call, REPORT_REPORTS, buf_bytes(&buf));
    db_set_number(call, REPORT_RETRY, config->deploy_retry);
    db_set_number(call, REPORT_RETRY_LIMIT, config->deploy_retry_limit);
    db_set_number(call, REPORT_SETTLE, config->deploy_deadline * 2);
    db_set_number(call, REPORT_SILENCE, config->worker_silence * 1000);
    return true;
}

/* ---- what is due, and signs of life ---- */

void deployment_due_call(const struct config *config, struct db_call *call)
{
    begin_call(call, &due_statement);
    db_set_number(call, 0, config->worker_silence * 1000);
}

void deployment_due_row(const struct db_result *result, int index, struct deployment_due *due)
{
    (void) db_uuid(result, index, DUE_WORKER_ID, due->worker_id);
    due->wait_ms = db_is_null(result, index, DUE_WAIT) ? -1 : db_number(result, index, DUE_WAIT);
    due->probe = db_true(result, index, DUE_PROBE);
}

bool deployment_probe(const struct db_result *result, int index, bool is_target, const struct keyring *keyring, struct arena *arena,
                      struct deployment_parcel *parcel)
{
    int first = is_target ? TARGET_ENVIRONMENT : DUE_TARGET; /* environment, worker, [id], URL, ... */

    memset(parcel, 0, sizeof *parcel);
    if (!db_uuid(result, index, is_target ? TARGET_WORKER_ID : DUE_WORKER_ID, parcel->worker_id)) {
        return false;
    }
    parcel->environment = arena_copy(arena, db_text(result, index, first));
    parcel->worker = arena_copy(arena, db_text(result, index, first + 1));
    parcel->state = DEPLOYMENT_CLAIMED;
    snprintf(parcel->revision_text, sizeof parcel->revision_text, "0");
    snprintf(parcel->key, sizeof parcel->key, "%s-0", DEPLOYMENT_NOBODY);
    address(result, index, is_target ? TARGET_URL : DUE_TARGET + 2, DEPLOYMENT_NOBODY, keyring, arena, parcel);
    return parcel->url != NULL;
}

void deployment_seen_call(const unsigned char worker_id[16], const struct config *config, struct db_call *call)
{
    begin_call(call, &seen_statement);
    db_set_uuid(call, 0, worker_id);
    db_set_number(call, 1, config->worker_silence * 1000);
}

void deployment_target_call(struct bytes worker, struct db_call *call)
{
    begin_call(call, &target_statement);
    db_set_text(call, 0, worker);
}

/* ---- for readers ---- */

void deployment_list_call(const struct connection_target *target, struct db_call *call)
{
    begin_call(call, &list_statement);
    connection_set_digest(call, LIST_DIGEST, target->token);
    db_set_text(call, LIST_DIALECT, bytes_from(target->dialect));
    db_set_text_or_null(call, LIST_PROJECT, target->project);
    db_set_text(call, LIST_HANDLE, target->handle);
}

void deployment_list_outcome(const struct db_result *result, struct connection_result *out)
{
    if (!connection_has_row(result, out)) {
        return;
    }
    out->outcome = connection_outcome_from(db_text(result, 0, ITEM_OUTCOME));
    (void) db_uuid(result, 0, ITEM_CONNECTION_ID, out->identity.connection);
}

void deployment_list_item(const struct db_result *result, int index, struct deployment_item *item)
{
    item->environment = db_text(result, index, ITEM_ENVIRONMENT);
    item->worker = db_text(result, index, ITEM_WORKER);
    item->wanted_revision = db_number(result, index, ITEM_WANTED);
    item->applied_revision = db_number(result, index, ITEM_APPLIED);
    item->state = db_text(result, index, ITEM_STATE);
    item->error = db_text(result, index, ITEM_ERROR);
    item->age = db_number(result, index, ITEM_AGE);
}
