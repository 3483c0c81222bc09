/*
 * Each statement's positions stand once, in an enum beside its table row, in the order of the SQL function's parameters and columns.
 */
#include "registry/connection.h"

#include <string.h>

#include "json/writer.h"
#include "registry/connection_call.h"

enum { CREATE_DIGEST, CREATE_DIALECT, CREATE_PROJECT, CREATE_DRY, CREATE_PROJECT_ID, CREATE_CONNECTION_ID, CREATE_KEY, CREATE_CANARY,
       CREATE_PUBLIC_ID, CREATE_NAME, CREATE_TYPE, CREATE_SERVICE, CREATE_EXTERNAL_ID, CREATE_DESCRIPTION, CREATE_ENABLED, CREATE_DEPLOY,
       CREATE_SETTINGS, CREATE_SECRETS, CREATE_REFERENCES, CREATE_REQUEST_ID, CREATE_VALUES };

static const struct db_statement create_statement = {
    .name = "connection_create", .function = "patchbay.connection_create", .gathers = true, .writes = true, .value_count = CREATE_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_BOOL, DB_INT8, DB_UUID, DB_INT4, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_BOOL,
              DB_BOOL, DB_JSON, DB_JSONB, DB_JSONB, DB_TEXT},
};

enum { CREATED_ORDINAL, CREATED_OUTCOME, CREATED_PROJECT_ID, CREATED_CONNECTION_ID, CREATED_REVISION, CREATED_PUBLIC_ID, CREATED_DEPLOYS, CREATED_MISSING };

enum { UPDATE_DIGEST, UPDATE_DIALECT, UPDATE_PROJECT, UPDATE_HANDLE, UPDATE_IF_MATCH, UPDATE_DRY, UPDATE_PROJECT_ID, UPDATE_CONNECTION_ID,
       UPDATE_KEY, UPDATE_NAME, UPDATE_TYPE, UPDATE_SERVICE, UPDATE_EXTERNAL_ID, UPDATE_DESCRIPTION, UPDATE_ENABLED, UPDATE_DEPLOY, UPDATE_FIELDS,
       UPDATE_SETTINGS, UPDATE_REMOVED, UPDATE_SECRETS, UPDATE_KEEP, UPDATE_NEEDS, UPDATE_REFERENCES, UPDATE_REQUEST_ID, UPDATE_VALUES };

static const struct db_statement update_statement = {
    .name = "connection_update", .function = "patchbay.connection_update", .gathers = true, .writes = true, .value_count = UPDATE_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_BOOL, DB_INT8, DB_UUID, DB_INT4, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_BOOL,
              DB_BOOL, DB_TEXT, DB_JSON, DB_JSONB, DB_JSONB, DB_JSONB, DB_JSONB, DB_JSONB, DB_TEXT},
};

enum { UPDATED_ORDINAL, UPDATED_OUTCOME, UPDATED_PROJECT_ID, UPDATED_CONNECTION_ID, UPDATED_KEY, UPDATED_REVISION, UPDATED_TYPE, UPDATED_LACKING,
       UPDATED_DEPLOYS, UPDATED_MISSING };

enum { READ_DIGEST, READ_DIALECT, READ_PROJECT, READ_HANDLE, READ_SECRETS, READ_REQUEST_ID, READ_VALUES };

/* It notes readings of secrets, but a note for a reading that was never answered does no harm: it may be repeated. */
static const struct db_statement read_statement = {
    .name = "connection_read", .function = "patchbay.connection_read", .gathers = true, .writes = false, .value_count = READ_VALUES,
    .types = {DB_BYTEA, DB_TEXT, DB_TEXT, DB_TEXT, DB_BOOL, DB_TEXT},
};

enum { ROW_ORDINAL, ROW_OUTCOME, ROW_PROJECT_ID, ROW_CONNECTION_ID, ROW_KEY, ROW_REVISION, ROW_PUBLIC_ID, ROW_NAME, ROW_TYPE, ROW_SERVICE,
       ROW_EXTERNAL_ID, ROW_DESCRIPTION, ROW_ENABLED, ROW_DEPLOY, ROW_SETTINGS, ROW_SECRETS, ROW_CREATED_AT, ROW_CREATED_BY, ROW_UPDATED_AT,
       ROW_UPDATED_BY, ROW_CREATED_CLIENT };

static const struct {
    const char *name;
    enum connection_outcome outcome;
} outcome_names[] = {
    {"invalid_client", CONNECTION_INVALID_CLIENT},
    {"bad_pattern", CONNECTION_BAD_PATTERN},
    {"invalid_token", CONNECTION_INVALID_TOKEN}, {"unknown_project", CONNECTION_UNKNOWN_PROJECT},
    {"forbidden", CONNECTION_FORBIDDEN},         {"not_found", CONNECTION_NOT_FOUND},
    {"revision_not_found", CONNECTION_REVISION_NOT_FOUND},
    {"precondition_failed", CONNECTION_PRECONDITION_FAILED},
    {"type_changed", CONNECTION_TYPE_CHANGED},   {"name_taken", CONNECTION_NAME_TAKEN},
    {"secret_missing", CONNECTION_SECRET_MISSING}, {"reference_missing", CONNECTION_REFERENCE_MISSING},
    {"alias_taken", CONNECTION_ALIAS_TAKEN},      {"in_use", CONNECTION_IN_USE},
    {"identity", CONNECTION_IDENTITY},
    {"again", CONNECTION_AGAIN},                 {"checked", CONNECTION_CHECKED},
    {"ok", CONNECTION_OK},                       {"created", CONNECTION_CREATED},
    {"updated", CONNECTION_UPDATED},             {"unchanged", CONNECTION_UNCHANGED},
    {"wrong_key", CONNECTION_WRONG_KEY},          {"deleted", CONNECTION_DELETED},
};

void connection_set_digest(struct db_call *call, size_t index, const unsigned char *digest)
{
    db_set_text(call, index, (struct bytes){(const char *) digest, DIGEST_SHA256_SIZE});
}

/* Two updates of one row must not share a batch; letter case is folded as far as ASCII goes, SQL catches the rest (`again`). */
uint64_t connection_row_key(const struct connection_target *target)
{
    uint64_t hash = bytes_hash(target->project) * 31;

    for (size_t i = 0; i < target->handle.length; i++) {
        unsigned char c = (unsigned char) target->handle.data[i];
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? (uint64_t) c + 32 : c)) * 1099511628211u;
    }
    return hash | 1;
}

void connection_create_call(const struct connection_create *in, struct db_call *call)
{
    const struct connection_content *content = &in->content;

    memset(call, 0, sizeof *call);
    call->statement = &create_statement;
    call->alone = !in->dry;
    connection_set_digest(call, CREATE_DIGEST, in->target.token);
    db_set_text(call, CREATE_DIALECT, bytes_from(in->target.dialect));
    db_set_text_or_null(call, CREATE_PROJECT, in->target.project);
    db_set_number(call, CREATE_DRY, in->dry);
    db_set_number(call, CREATE_PROJECT_ID, in->identity.project);
    db_set_uuid(call, CREATE_CONNECTION_ID, in->identity.connection);
    db_set_number(call, CREATE_KEY, in->identity.key);
    db_set_text_or_null(call, CREATE_CANARY, in->canary);
    db_set_text_or_null(call, CREATE_PUBLIC_ID, content->public_id);
    db_set_text_or_null(call, CREATE_NAME, content->name);
    db_set_text_or_null(call, CREATE_TYPE, content->type);
    db_set_text_or_null(call, CREATE_SERVICE, content->service);
    db_set_text_or_null(call, CREATE_EXTERNAL_ID, content->external_id);
    db_set_text_or_null(call, CREATE_DESCRIPTION, content->description);
    db_set_number(call, CREATE_ENABLED, content->enabled);
    db_set_number(call, CREATE_DEPLOY, content->deploy_to_worker);
    db_set_text_or_null(call, CREATE_SETTINGS, content->settings);
    db_set_text_or_null(call, CREATE_SECRETS, content->secrets);
    db_set_text_or_null(call, CREATE_REFERENCES, content->references);
    db_set_text(call, CREATE_REQUEST_ID, in->target.request_id);
}

void connection_update_call(const struct connection_update *in, struct db_call *call)
{
    const struct connection_content *content = &in->content;

    memset(call, 0, sizeof *call);
    call->statement = &update_statement;
    call->row = connection_row_key(&in->target);
    call->alone = in->renames && !in->dry;
    connection_set_digest(call, UPDATE_DIGEST, in->target.token);
    db_set_text(call, UPDATE_DIALECT, bytes_from(in->target.dialect));
    db_set_text_or_null(call, UPDATE_PROJECT, in->target.project);
    db_set_text(call, UPDATE_HANDLE, in->target.handle);
    db_set_text_or_null(call, UPDATE_IF_MATCH, in->if_match);
    db_set_number(call, UPDATE_DRY, in->dry);
    if (in->identity.key != 0) {
        db_set_number(call, UPDATE_PROJECT_ID, in->identity.project);
        db_set_uuid(call, UPDATE_CONNECTION_ID, in->identity.connection);
        db_set_number(call, UPDATE_KEY, in->identity.key);
    }
    db_set_text_or_null(call, UPDATE_NAME, content->name);
    db_set_text_or_null(call, UPDATE_TYPE, content->type);
    db_set_text_or_null(call, UPDATE_SERVICE, content->service);
    db_set_text_or_null(call, UPDATE_EXTERNAL_ID, content->external_id);
    db_set_text_or_null(call, UPDATE_DESCRIPTION, content->description);
    db_set_number(call, UPDATE_ENABLED, content->enabled);
    db_set_number(call, UPDATE_DEPLOY, content->deploy_to_worker);
    db_set_text_or_null(call, UPDATE_FIELDS, in->fields);
    db_set_text_or_null(call, UPDATE_SETTINGS, content->settings);
    db_set_text_or_null(call, UPDATE_REMOVED, in->removed);
    db_set_text_or_null(call, UPDATE_SECRETS, content->secrets);
    db_set_text_or_null(call, UPDATE_KEEP, in->keep);
    db_set_text_or_null(call, UPDATE_NEEDS, in->needs);
    db_set_text_or_null(call, UPDATE_REFERENCES, content->references);
    db_set_text(call, UPDATE_REQUEST_ID, in->target.request_id);
}

void connection_read_call(const struct connection_read *in, struct db_call *call)
{
    memset(call, 0, sizeof *call);
    call->statement = &read_statement;
    connection_set_digest(call, READ_DIGEST, in->target.token);
    db_set_text(call, READ_DIALECT, bytes_from(in->target.dialect));
    db_set_text_or_null(call, READ_PROJECT, in->target.project);
    db_set_text(call, READ_HANDLE, in->target.handle);
    db_set_number(call, READ_SECRETS, in->secrets);
    db_set_text(call, READ_REQUEST_ID, in->target.request_id);
}

/* What the call itself came to, before its row is looked at: false when there is no row to look at. */
bool connection_has_row(const struct db_result *result, struct connection_result *out)
{
    memset(out, 0, sizeof *out);
    if (result->status == DB_UNAVAILABLE) {
        out->outcome = CONNECTION_UNAVAILABLE;
        return false;
    }
    if (result->status == DB_REFUSED) {
        bool taken = strcmp(result->sqlstate, "23505") == 0
                     && (strcmp(result->constraint, "connection_handle_unique") == 0 || strcmp(result->constraint, "connection_external_unique") == 0);
        /* What a connection names went in the moment between: asked again, it is missing. */
        bool gone = strcmp(result->sqlstate, "23503") == 0 && strcmp(result->constraint, "connection_reference_material") == 0;
        out->outcome = taken ? CONNECTION_NAME_TAKEN : gone ? CONNECTION_AGAIN : CONNECTION_FAILED;
        return false;
    }
    if (result->count < 1) {
        out->outcome = CONNECTION_FAILED;
        return false;
    }
    return true;
}

enum connection_outcome connection_outcome_from(struct bytes name)
{
    for (size_t i = 0; i < sizeof outcome_names / sizeof outcome_names[0]; i++) {
        if (bytes_is(name, outcome_names[i].name)) {
            return outcome_names[i].outcome;
        }
    }
    return CONNECTION_FAILED;
}

void connection_create_outcome(const struct db_result *result, struct connection_result *out)
{
    if (!connection_has_row(result, out)) {
        return;
    }
    out->outcome = connection_outcome_from(db_text(result, 0, CREATED_OUTCOME));
    out->identity.project = db_number(result, 0, CREATED_PROJECT_ID);
    (void) db_uuid(result, 0, CREATED_CONNECTION_ID, out->identity.connection);
    out->revision = db_number(result, 0, CREATED_REVISION);
    out->public_id = db_text(result, 0, CREATED_PUBLIC_ID);
    out->deploys = db_true(result, 0, CREATED_DEPLOYS);
    out->missing = db_text(result, 0, CREATED_MISSING);
}

void connection_update_outcome(const struct db_result *result, struct connection_result *out)
{
    if (!connection_has_row(result, out)) {
        return;
    }
    out->outcome = connection_outcome_from(db_text(result, 0, UPDATED_OUTCOME));
    out->identity.project = db_number(result, 0, UPDATED_PROJECT_ID);
    (void) db_uuid(result, 0, UPDATED_CONNECTION_ID, out->identity.connection);
    out->identity.key = (int32_t) db_number(result, 0, UPDATED_KEY);
    out->revision = db_number(result, 0, UPDATED_REVISION);
    out->type = db_text(result, 0, UPDATED_TYPE);
    out->lacking = db_text(result, 0, UPDATED_LACKING);
    out->deploys = db_true(result, 0, UPDATED_DEPLOYS);
    out->missing = db_text(result, 0, UPDATED_MISSING);
}

void connection_read_outcome(const struct db_result *result, struct connection_row *out)
{
    memset(out, 0, sizeof *out);
    if (!connection_has_row(result, &out->result)) {
        return;
    }
    out->result.outcome = connection_outcome_from(db_text(result, 0, ROW_OUTCOME));
    out->result.identity.project = db_number(result, 0, ROW_PROJECT_ID);
    (void) db_uuid(result, 0, ROW_CONNECTION_ID, out->result.identity.connection);
    out->result.identity.key = (int32_t) db_number(result, 0, ROW_KEY);
    out->result.revision = db_number(result, 0, ROW_REVISION);
    out->result.type = db_text(result, 0, ROW_TYPE);
    out->public_id = db_text(result, 0, ROW_PUBLIC_ID);
    out->name = db_text(result, 0, ROW_NAME);
    out->service = db_text(result, 0, ROW_SERVICE);
    out->external_id = db_text(result, 0, ROW_EXTERNAL_ID);
    out->description = db_text(result, 0, ROW_DESCRIPTION);
    out->enabled = db_true(result, 0, ROW_ENABLED);
    out->deploy_to_worker = db_true(result, 0, ROW_DEPLOY);
    out->settings = db_text(result, 0, ROW_SETTINGS);
    out->secrets = db_text(result, 0, ROW_SECRETS);
    out->created_us = db_number(result, 0, ROW_CREATED_AT);
    out->created_by = db_text(result, 0, ROW_CREATED_BY);
    out->updated_us = db_number(result, 0, ROW_UPDATED_AT);
    out->updated_by = db_text(result, 0, ROW_UPDATED_BY);
    out->created_client = db_text(result, 0, ROW_CREATED_CLIENT);
}

bool connection_seal(const struct settings *settings, const struct keyring *keyring, const struct seal_identity *identity, struct arena *arena,
                     struct bytes *boxes, struct fault *fault)
{
    struct seal_context context;
    struct json_writer writer;
    struct buf buf;
    bool sealed = true;

    *boxes = (struct bytes){NULL, 0};
    if (settings->sealed == NULL) {
        return true;
    }
    if (!seal_begin(&context, keyring, identity, fault)) {
        return false;
    }
    buf_init(&buf, arena, 256);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    for (const struct settings_sealed *item = settings->sealed; item != NULL && sealed; item = item->next) {
        struct bytes box;
        sealed = seal_box(&context, item->place, item->plaintext, arena, &box, fault);
        if (sealed) {
            json_key_bytes(&writer, item->place);
            json_string(&writer, box);
        }
    }
    seal_end(&context);
    json_object_end(&writer);
    if (!json_writer_close(&writer) && sealed) {
        return fault_set(fault, FAULT_TOO_LARGE, "the request is too large to be worked on");
    }
    *boxes = buf_bytes(&buf);
    return sealed;
}

struct opening {
    const struct seal_context *context;
    struct arena *arena;
};

static bool open_box(void *context, struct bytes place, struct bytes box, const struct json_value *there, struct bytes *plaintext, struct fault *fault)
{
    struct opening *opening = context;

    (void) there;
    return seal_open(opening->context, place, box, opening->arena, plaintext, fault);
}

/* Depth as stored: what was accepted at 32 may be read back. */
static const struct json_limits stored_limits = {.depth = 64};

/* Whatever is wrong with what is stored is this connection's matter alone. Returns false. */
static bool is_unreadable(struct fault *fault)
{
    if (fault->kind != FAULT_TOO_LARGE) {
        fault->kind = FAULT_UNREADABLE;
    }
    return false;
}

bool connection_open(const struct connection_row *row, const struct keyring *keyring, struct arena *arena, struct bytes *settings, struct fault *fault)
{
    struct seal_context context;
    struct opening opening = {&context, arena};
    struct json_value *readable;
    struct json_value *boxes;

    if (row->secrets.length <= 2) {
        *settings = row->settings;
        return true;
    }
    if (!json_read(&readable, row->settings, &stored_limits, arena, fault) || !json_read(&boxes, row->secrets, &stored_limits, arena, fault)
        || !seal_begin(&context, keyring, &row->result.identity, fault)) {
        return is_unreadable(fault);
    }
    bool filled = settings_fill(readable, boxes, open_box, &opening, arena, fault);
    seal_end(&context);
    if (!filled) {
        return is_unreadable(fault);
    }
    *settings = json_text(arena, readable);
    return settings->data != NULL || fault_set(fault, FAULT_TOO_LARGE, "the connection is too large to be shown");
}

static void write_places(struct json_writer *writer, const struct settings_place *places)
{
    json_array(writer);
    for (const struct settings_place *place = places; place != NULL; place = place->next) {
        json_string(writer, place->place);
    }
    json_array_end(writer);
}

static void write_assumed(struct json_writer *writer, const struct settings_place *places)
{
    json_object(writer);
    for (const struct settings_place *place = places; place != NULL; place = place->next) {
        json_key_bytes(writer, place->place);
        json_boolean(writer, place->assumed);
    }
    json_object_end(writer);
}

bool connection_keep_text(const struct settings *settings, struct arena *arena, struct bytes *keep)
{
    struct json_writer writer;
    struct buf buf;
    bool assumed = false;

    *keep = (struct bytes){NULL, 0};
    if (settings->keep == NULL) {
        return true;
    }
    for (const struct settings_place *place = settings->keep; place != NULL; place = place->next) {
        assumed = assumed || place->assumed;
    }
    buf_init(&buf, arena, 128);
    json_writer_open(&writer, &buf);
    if (assumed) {
        write_assumed(&writer, settings->keep);
    } else {
        write_places(&writer, settings->keep);
    }
    bool written = json_writer_close(&writer);
    *keep = buf_bytes(&buf);
    return written;
}

bool connection_needs_text(const struct settings *settings, struct arena *arena, struct bytes *needs)
{
    struct json_writer writer;
    struct buf buf;

    *needs = (struct bytes){NULL, 0};
    if (settings->needs == NULL) {
        return true;
    }
    buf_init(&buf, arena, 128);
    json_writer_open(&writer, &buf);
    json_array(&writer);
    for (const struct settings_need *need = settings->needs; need != NULL; need = need->next) {
        json_object(&writer);
        json_key(&writer, "any");
        write_places(&writer, need->any);
        if (need->given.length > 0) {
            json_key(&writer, "given");
            json_string(&writer, need->given);
        }
        json_object_end(&writer);
    }
    json_array_end(&writer);
    bool written = json_writer_close(&writer);
    *needs = buf_bytes(&buf);
    return written;
}
