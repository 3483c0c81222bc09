/*
 * POST and PUT of a keystore or certificate: ask, look into it, write.
 *
 * The database is asked first (a dry creation, or a reading for the change), so that nobody makes this server open files who may not write, and
 * a wrong body tells a stranger nothing. Keystores are opened in a thread, and only so many at a time, because opening them is slow on purpose.
 * The write names the revision that was read; when another came in between, all is done again with what is there then.
 */
#include <string.h>

#include "api/apinizer/material.h"
#include "api/precondition.h"
#include "json/writer.h"
#include "registry/token.h"

enum { ATTEMPTS_MAX = 32 };

enum phase { PHASE_ASK, PHASE_OPEN, PHASE_WRITE };

struct writing {
    enum material_kind kind;
    enum phase phase;
    struct connection_target target;
    struct material_body body;
    struct material_stored stored; /* PUT */
    struct material_completed completed;
    struct material_create create;
    struct material_update update;
    int64_t effort;
    bool replaces;
    bool conditional; /* a POST with If-Match: what does not exist yet matches nothing */
    unsigned attempts;
};

/* ---- answers */

static enum api_step answer_wrong(struct api_exchange *exchange, const struct writing *writing)
{
    if (writing->body.refusal == MATERIAL_EMPTY) {
        return apinizer_error(exchange, 400, "bad_request", "%s", writing->body.fault.message);
    }
    return apinizer_error(exchange, 400, "bad_request", "The body is not valid: %s", writing->body.fault.message);
}

static enum api_step answer_name_taken(struct api_exchange *exchange, const struct writing *writing)
{
    return apinizer_error(exchange, 400, "bad_request", "%s (name: %.*s) is already exist!%s", material_word(writing->kind),
                          BYTES_FORMAT(writing->body.name),
                          writing->kind == MATERIAL_KEYSTORE ? " Try update operation if want to change its value." : "");
}

static enum api_step answer_alias_taken(struct api_exchange *exchange, const struct writing *writing)
{
    return apinizer_error(exchange, 400, "bad_request", "Alias (%.*s) is already used for another certificate, try changing this value!",
                          BYTES_FORMAT(writing->body.environments->alias));
}

static enum api_step answer_busy(struct api_exchange *exchange, const struct writing *writing)
{
    http_response_add(&exchange->response, "Retry-After", BYTES("1"));
    return apinizer_error(exchange, 503, "server_error", "The %s is being changed by others. Please try again.",
                          writing->kind == MATERIAL_KEYSTORE ? "keystore" : "certificate");
}

/* Workers get connections only, so there is nothing to wait for; the form is the documentation's. */
static enum api_step answer_written(struct api_exchange *exchange, const struct writing *writing, int64_t revision)
{
    struct bytes message = writing->kind == MATERIAL_KEYSTORE ? BYTES("Stored; keystores are not sent to workers")
                                                              : BYTES("Stored; certificates are not sent to workers");
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, 512);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key(&writer, "success");
    json_boolean(&writer, true);
    json_key(&writer, "deploymentResult");
    json_object(&writer);
    json_key(&writer, "success");
    json_boolean(&writer, true);
    json_key(&writer, "message");
    json_string(&writer, message);
    json_key(&writer, "environmentResults");
    json_array(&writer);
    for (const struct material_environment *item = writing->completed.environments; item != NULL; item = item->next) {
        json_object(&writer);
        json_key(&writer, "environmentName");
        json_string(&writer, item->environment);
        json_key(&writer, "success");
        json_boolean(&writer, true);
        json_key(&writer, "message");
        json_string(&writer, message);
        json_object_end(&writer);
    }
    json_array_end(&writer);
    json_object_end(&writer);
    apinizer_write_warnings(&writer, writing->body.warnings);
    json_object_end(&writer);
    precondition_tag(exchange, revision);
    return json_writer_close(&writer) ? apinizer_json(exchange, 200, buf_bytes(&buf)) : API_ANSWERED;
}

static enum api_step answer_fault(struct api_exchange *exchange, const struct fault *fault)
{
    return fault->kind == FAULT_TOO_LARGE ? API_ANSWERED : apinizer_failed(exchange, fault->message);
}

/* ---- asking */

static enum api_step ask(struct api_exchange *exchange, struct writing *writing)
{
    if (++writing->attempts > ATTEMPTS_MAX) {
        return answer_busy(exchange, writing);
    }
    writing->phase = PHASE_ASK;
    if (writing->replaces) {
        struct material_read *read = ARENA_NEW(exchange->arena, struct material_read);
        if (read == NULL) {
            return API_ANSWERED;
        }
        *read = (struct material_read){.target = writing->target, .kind = writing->kind, .purpose = MATERIAL_CHANGE,
                                       .if_match = precondition_revisions(exchange->request, exchange->arena)};
        material_read_call(read, &exchange->call);
        return API_CALL;
    }
    writing->create = (struct material_create){.target = writing->target, .kind = writing->kind, .dry = true, .name = writing->body.name};
    if (writing->body.environments != NULL) { /* whose aliases are free can be asked already */
        writing->create.content.environments = material_environments_text(writing->body.environments, writing->kind, exchange->arena);
    }
    material_create_call(&writing->create, &exchange->call);
    return API_CALL;
}

static enum api_step begin_writing(struct api_context *context, struct api_exchange *exchange, enum material_kind kind, bool replaces)
{
    struct writing *writing = ARENA_NEW(exchange->arena, struct writing);

    if (writing == NULL || !apinizer_target(exchange, &writing->target)) {
        return API_ANSWERED;
    }
    writing->kind = kind;
    writing->replaces = replaces;
    writing->conditional = !replaces && http_request_field(exchange->request, "if-match").data != NULL;
    writing->effort = context->config->keystore_iterations;
    if (!(kind == MATERIAL_KEYSTORE ? keystore_body_read : certificate_body_read)(&writing->body, context, exchange, replaces)) {
        return API_ANSWERED;
    }
    exchange->state = writing;
    return ask(exchange, writing);
}

enum api_step apinizer_keystore_post_begin(struct api_context *context, struct api_exchange *exchange)
{
    return begin_writing(context, exchange, MATERIAL_KEYSTORE, false);
}

enum api_step apinizer_keystore_put_begin(struct api_context *context, struct api_exchange *exchange)
{
    return begin_writing(context, exchange, MATERIAL_KEYSTORE, true);
}

enum api_step apinizer_certificate_post_begin(struct api_context *context, struct api_exchange *exchange)
{
    return begin_writing(context, exchange, MATERIAL_CERTIFICATE, false);
}

enum api_step apinizer_certificate_put_begin(struct api_context *context, struct api_exchange *exchange)
{
    return begin_writing(context, exchange, MATERIAL_CERTIFICATE, true);
}

/* ---- writing */

static enum api_step write_it(struct api_context *context, struct api_exchange *exchange, struct writing *writing)
{
    const struct seal_identity *identity = writing->replaces ? &writing->stored.identity : &writing->create.identity;
    bool describes = writing->body.has_description || !writing->replaces;
    struct material_content content = {.description = describes ? writing->body.description : writing->stored.description};
    struct fault fault;

    content.environments = material_environments_text(writing->completed.environments, writing->kind, exchange->arena);
    if (content.environments.data == NULL) {
        return API_ANSWERED;
    }
    if (!material_seal(writing->completed.values, context->keyring, identity, exchange->arena, &content.secrets, &fault)) {
        return answer_fault(exchange, &fault);
    }
    writing->phase = PHASE_WRITE;
    if (writing->replaces) {
        writing->update = (struct material_update){.target = writing->target, .kind = writing->kind, .identity = *identity,
                                                   .revision = writing->stored.revision, .content = content};
        material_update_call(&writing->update, &exchange->call);
        return API_CALL;
    }
    writing->create.dry = false;
    writing->create.content = content;
    if (!seal_canary(context->keyring, identity->key, exchange->arena, &writing->create.canary, &fault)) {
        return answer_fault(exchange, &fault);
    }
    material_create_call(&writing->create, &exchange->call);
    return API_CALL;
}

/* In a thread. */
static void open_keystores(struct api_exchange *exchange)
{
    struct writing *writing = exchange->state;

    keystore_body_open(writing->completed.openings, writing->effort, exchange->arena);
}

/* With what is stored, if anything: completes it, and opens what must be opened. */
static enum api_step look_into_it(struct api_context *context, struct api_exchange *exchange, struct writing *writing)
{
    struct fault fault;
    bool completed = writing->kind == MATERIAL_KEYSTORE
                         ? keystore_body_complete(&writing->completed, &writing->body, writing->replaces ? &writing->stored : NULL, context->keyring,
                                                  exchange->arena, &fault)
                         : certificate_body_complete(&writing->completed, &writing->body, exchange->arena, &fault);

    if (!completed) {
        return answer_fault(exchange, &fault);
    }
    if (writing->body.errors != NULL) {
        return apinizer_validation_failed(exchange, writing->body.errors);
    }
    if (arena_overflowed(exchange->arena)) {
        return API_ANSWERED; /* before it is counted as one that is under way */
    }
    if (writing->completed.openings == NULL) {
        return write_it(context, exchange, writing);
    }
    if (context->openings > context->config->requests_limit / 8) {
        return apinizer_unavailable(exchange);
    }
    context->openings++;
    writing->phase = PHASE_OPEN;
    exchange->work = open_keystores;
    exchange->work_computes = true;
    return API_WORK;
}

static enum api_step finish_opening(struct api_context *context, struct api_exchange *exchange, struct writing *writing)
{
    context->openings--;
    for (const struct material_opening *opening = writing->completed.openings; opening != NULL; opening = opening->next) {
        if (!opening->opened && opening->fault.kind != FAULT_INVALID) {
            return answer_fault(exchange, &opening->fault);
        }
    }
    keystore_body_blame(&writing->body, writing->completed.openings, exchange->arena);
    return writing->body.errors != NULL ? apinizer_validation_failed(exchange, writing->body.errors) : write_it(context, exchange, writing);
}

/* ---- POST */

static enum api_step judge_creation(struct api_context *context, struct api_exchange *exchange, struct writing *writing,
                                    struct connection_result *result)
{
    if (writing->body.refusal != MATERIAL_FINE) {
        return answer_wrong(exchange, writing);
    }
    if (writing->body.errors != NULL) {
        return apinizer_validation_failed(exchange, writing->body.errors);
    }
    switch (result->outcome) {
    case CONNECTION_NAME_TAKEN:
        return answer_name_taken(exchange, writing);
    case CONNECTION_ALIAS_TAKEN:
        return answer_alias_taken(exchange, writing);
    case CONNECTION_CHECKED:
        break;
    case CONNECTION_IDENTITY: /* the project was made anew in this moment */
        return ask(exchange, writing);
    case CONNECTION_CREATED:
        return answer_written(exchange, writing, result->revision);
    default:
        return apinizer_failed(exchange, "a creation came to no known outcome");
    }
    if (writing->conditional) {
        result->outcome = CONNECTION_PRECONDITION_FAILED;
        (void) material_refused(exchange, &writing->target, writing->kind, result);
        return API_ANSWERED;
    }
    digest_uuid(writing->create.identity.connection);
    writing->create.identity.project = result->identity.project;
    writing->create.identity.key = keyring_active(context->keyring);
    return look_into_it(context, exchange, writing);
}

enum api_step apinizer_material_post_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *db_result)
{
    struct writing *writing = exchange->state;
    struct connection_result result;

    if (writing->phase == PHASE_OPEN) {
        return finish_opening(context, exchange, writing);
    }
    material_create_outcome(db_result, &result);
    if (material_refused(exchange, &writing->target, writing->kind, &result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, writing->target.token);
    return judge_creation(context, exchange, writing, &result);
}

/* ---- PUT */

/* A copy of what was read, since the result goes. */
static bool keep_stored(struct writing *writing, const struct material_row *row, struct arena *arena)
{
    writing->stored = (struct material_stored){.identity = row->result.identity, .revision = row->result.revision,
                                               .name = arena_copy(arena, row->name)};
    if (row->description.data != NULL) {
        writing->stored.description = arena_copy(arena, row->description);
    }
    writing->stored.boxes = material_boxes(row, arena);
    return material_environments_read(&writing->stored.environments, row->environments, arena) && writing->stored.boxes != NULL;
}

static enum api_step take_read(struct api_context *context, struct api_exchange *exchange, struct writing *writing, const struct db_result *db_result)
{
    struct material_row row;

    material_read_outcome(db_result, &row);
    enum connection_outcome outcome = row.result.outcome;
    bool tells = outcome == CONNECTION_NOT_FOUND || outcome == CONNECTION_PRECONDITION_FAILED || outcome == CONNECTION_OK;
    if (tells && writing->body.refusal == MATERIAL_MALFORMED) {
        return answer_wrong(exchange, writing);
    }
    if (material_refused(exchange, &writing->target, writing->kind, &row.result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, writing->target.token);
    if (outcome == CONNECTION_NOT_FOUND) {
        return material_not_found(exchange, writing->kind, writing->target.handle);
    }
    if (writing->body.refusal != MATERIAL_FINE) {
        return answer_wrong(exchange, writing);
    }
    if (writing->body.errors != NULL) {
        return apinizer_validation_failed(exchange, writing->body.errors);
    }
    if (writing->body.name.data != NULL && !connection_name_same(writing->body.name, writing->target.handle)) {
        return apinizer_error(exchange, 400, "bad_request", "%s name can not be changed from %.*s to %.*s!", material_word(writing->kind),
                              BYTES_FORMAT(writing->target.handle), BYTES_FORMAT(writing->body.name));
    }
    if (!keep_stored(writing, &row, exchange->arena)) {
        return apinizer_failed(exchange, "a keystore or certificate cannot be read");
    }
    return look_into_it(context, exchange, writing);
}

enum api_step apinizer_material_put_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *db_result)
{
    struct writing *writing = exchange->state;
    struct connection_result result;

    if (writing->phase == PHASE_OPEN) {
        return finish_opening(context, exchange, writing);
    }
    if (writing->phase == PHASE_ASK) {
        return take_read(context, exchange, writing, db_result);
    }
    material_update_outcome(db_result, &result);
    if (material_refused(exchange, &writing->target, writing->kind, &result)) {
        return API_ANSWERED;
    }
    switch (result.outcome) {
    case CONNECTION_AGAIN:
        return ask(exchange, writing);
    case CONNECTION_ALIAS_TAKEN:
        return answer_alias_taken(exchange, writing);
    case CONNECTION_UPDATED:
    case CONNECTION_UNCHANGED:
        return answer_written(exchange, writing, result.revision);
    default:
        return apinizer_failed(exchange, "an update came to no known outcome");
    }
}
