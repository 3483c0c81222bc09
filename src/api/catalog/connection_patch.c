/*
 * PATCH with application/json-patch+json: read, patch, compare and swap.
 *
 * The document is the connection as GET shows it in full, so that test, copy and move see what is there; nothing is "kept" then, since every value is
 * at hand. The revision that was read is part of the write's precondition: whoever came in between makes the patch be applied anew to what they
 * left. So patches of many callers at once all take effect, one after the other. Memory of an attempt is given back before the next.
 */
#include <inttypes.h>
#include <string.h>

#include "api/catalog/catalog.h"
#include "json/patch.h"
#include "json/writer.h"
#include "registry/identity.h"
#include "registry/token.h"

/* As many as there may be callers at once on one connection. */
enum { ATTEMPTS_MAX = 256, STEPS_MAX = 10000000 };

static const struct json_limits request_limits = {.depth = 34}; /* a value that nests as deep as a body may, in an operation */
static const struct json_limits shown_limits = {.depth = 64};
static const struct json_patch_limits patch_limits = {.depth = 32, .steps = STEPS_MAX};

enum stage { STAGE_CHECK, STAGE_READ, STAGE_WRITE };

struct json_patching {
    struct catalog_caller caller;
    struct json_value *patch;
    struct fault fault;         /* the patch is malformed */
    struct bytes precondition;  /* the caller's */
    struct connection_read read;
    struct connection_update update;
    struct catalog_body body;
    struct arena_mark mark;
    int64_t revision;           /* that was read */
    enum stage stage;
    unsigned attempts;
};

static enum api_step call_read(struct api_exchange *exchange, struct json_patching *patching)
{
    if (++patching->attempts > ATTEMPTS_MAX) {
        return catalog_busy(exchange);
    }
    patching->stage = STAGE_READ;
    connection_read_call(&patching->read, &exchange->call);
    return API_CALL;
}

/* Changes nothing: tells whether the caller might. */
static enum api_step call_check(struct api_exchange *exchange, struct json_patching *patching)
{
    patching->stage = STAGE_CHECK;
    patching->update = (struct connection_update){.target = patching->caller.target, .if_match = patching->precondition, .fields = BYTES(""), .dry = true};
    patching->update.content.settings = BYTES("{}");
    connection_update_call(&patching->update, &exchange->call);
    return API_CALL;
}

enum api_step catalog_json_patch_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct json_patching *patching = ARENA_NEW(exchange->arena, struct json_patching);

    (void) context;
    if (patching == NULL || !catalog_caller_read(exchange, &patching->caller)) {
        return API_ANSWERED;
    }
    exchange->state = patching;
    patching->precondition = catalog_precondition(exchange->request, exchange->arena);
    patching->read.target = patching->caller.target;
    patching->read.secrets = true;
    if (!json_read(&patching->patch, exchange->request->body, &request_limits, exchange->arena, &patching->fault)) {
        (void) fault_wrap(&patching->fault, "The body is not valid");
        return arena_overflowed(exchange->arena) ? API_ANSWERED : call_check(exchange, patching);
    }
    patching->mark = arena_mark(exchange->arena);
    return call_read(exchange, patching);
}

/* The caller's precondition holds, and nobody has come in between. */
static struct bytes whole_precondition(const struct json_patching *patching, struct arena *arena)
{
    if (patching->precondition.data == NULL) {
        return arena_printf(arena, "%" PRId64, patching->revision);
    }
    return arena_printf(arena, "%" PRId64 ";%.*s", patching->revision, BYTES_FORMAT(patching->precondition));
}

/* The connection as GET shows it, patched. False when memory ran out or what is stored cannot be read. */
static bool patch_document(struct api_context *context, struct api_exchange *exchange, struct json_patching *patching, const struct connection_row *row,
                           struct fault *unreadable)
{
    struct catalog_shape shape = {.organisation = patching->caller.organisation};
    struct fault fault = {.kind = FAULT_NONE};
    struct json_value *document;
    struct json_writer writer;
    struct bytes settings;
    struct buf buf;

    if (!connection_open(row, context->keyring, exchange->arena, &settings, unreadable)) {
        return false;
    }
    buf_init(&buf, exchange->arena, settings.length + 768);
    json_writer_open(&writer, &buf);
    bool written = catalog_write_object(&writer, &shape, row, settings, exchange->arena);
    if (!json_writer_close(&writer) || !written || !json_read(&document, buf_bytes(&buf), &shown_limits, exchange->arena, &fault)) {
        return false;
    }
    if (!json_patch(&document, patching->patch, &patch_limits, exchange->arena, &fault)) {
        patching->body = (struct catalog_body){.refused = true, .fault = fault};
        return fault.kind != FAULT_TOO_LARGE;
    }
    return catalog_body_take(&patching->body, context, exchange->arena, &patching->caller, document, CATALOG_REPLACES);
}

static enum api_step call_write(struct api_context *context, struct api_exchange *exchange, struct json_patching *patching, const struct connection_row *row)
{
    struct connection_update *update = &patching->update;
    struct fault unreadable = {.kind = FAULT_NONE};

    patching->revision = row->result.revision;
    *update = (struct connection_update){.target = patching->caller.target, .identity = row->result.identity};
    memcpy(exchange->connection, row->result.identity.connection, sizeof exchange->connection);
    if (!patch_document(context, exchange, patching, row, &unreadable)) {
        if (unreadable.kind == FAULT_UNREADABLE) {
            return catalog_unreadable(exchange, &unreadable);
        }
        return arena_overflowed(exchange->arena) ? API_ANSWERED : catalog_failed(exchange, "stored settings cannot be read");
    }
    update->dry = catalog_body_is_wrong(&patching->body) || catalog_only_validates(exchange->request);
    update->if_match = whole_precondition(patching, exchange->arena);
    catalog_take_content(&update->content, &patching->body);
    if (!update->dry && !catalog_seal(context, exchange, &patching->body.settings, &update->identity, &update->content.secrets)) {
        return API_ANSWERED;
    }
    patching->stage = STAGE_WRITE;
    connection_update_call(update, &exchange->call);
    return API_CALL;
}

static enum api_step take_row(struct api_context *context, struct api_exchange *exchange, struct json_patching *patching, const struct db_result *result)
{
    struct connection_row row;

    connection_read_outcome(result, &row);
    if (catalog_refused(exchange, &patching->caller, &row.result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, patching->caller.target.token);
    memcpy(exchange->connection, row.result.identity.connection, sizeof exchange->connection);
    if (row.secrets.data == NULL) {
        return call_check(exchange, patching); /* not a caller who may change it: to be refused, and noted */
    }
    return call_write(context, exchange, patching, &row);
}

static enum api_step answer_checked(struct api_exchange *exchange, const struct json_patching *patching, const struct db_result *result)
{
    struct connection_result checked;

    connection_update_outcome(result, &checked);
    if (catalog_refused(exchange, &patching->caller, &checked)) {
        return API_ANSWERED;
    }
    return patching->fault.kind != FAULT_NONE ? catalog_error(exchange, 400, "%s", patching->fault.message)
                                              : catalog_failed(exchange, "a caller's rights changed while they were asked for");
}

enum api_step catalog_json_patch_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *db_result)
{
    struct json_patching *patching = exchange->state;
    struct connection_result result;

    if (patching->stage == STAGE_CHECK) {
        return answer_checked(exchange, patching, db_result);
    }
    if (patching->stage == STAGE_READ) {
        return take_row(context, exchange, patching, db_result);
    }
    connection_update_outcome(db_result, &result);
    bool raced = (result.outcome == CONNECTION_PRECONDITION_FAILED && result.revision != patching->revision) || result.outcome == CONNECTION_AGAIN
                 || result.outcome == CONNECTION_IDENTITY;
    if (raced) {
        arena_rewind(exchange->arena, patching->mark);
        return call_read(exchange, patching);
    }
    if (catalog_refused(exchange, &patching->caller, &result)) {
        return API_ANSWERED;
    }
    switch (result.outcome) {
    case CONNECTION_TYPE_CHANGED:
        return catalog_error(exchange, 400, "The connector of a connection can not be changed from %.*s to %.*s.", BYTES_FORMAT(result.type),
                             BYTES_FORMAT(patching->update.content.type));
    case CONNECTION_CHECKED:
        if (catalog_body_is_wrong(&patching->body)) {
            return catalog_body_answer(exchange, &patching->body);
        }
        return catalog_reference(exchange, 200, patching->caller.target.handle, result.revision);
    case CONNECTION_UPDATED:
    case CONNECTION_UNCHANGED:
        return catalog_reference(exchange, 200, patching->caller.target.handle, result.revision);
    default:
        return catalog_failed(exchange, "a patch came to no known outcome");
    }
}
