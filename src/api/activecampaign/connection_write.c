/*
 * POST, PUT and DELETE of a connection. PUT changes what is given and nothing else; the merge is SQL's, under the row's lock, so that two clients that
 * change different members both succeed. The answer shows the connection as it is: it is read back after the change.
 */
#include <string.h>

#include "api/activecampaign/activecampaign.h"
#include "api/precondition.h"
#include "registry/identity.h"
#include "registry/token.h"

enum { ATTEMPTS_MAX = 64 };

enum stage { STAGE_WRITE, STAGE_READ };

struct writing {
    struct activecampaign_body body;
    struct connection_create create;
    struct connection_update update;
    struct connection_read read;
    enum stage stage;
    unsigned attempts;
    int status;
    enum activecampaign_form form;
    bool conditional; /* a POST with If-Match: what does not exist yet matches nothing */
};

static struct activecampaign_error duplicate = {
    .field = "externalid", .code = "duplicate", .title = "The integration already exists in the system."};

/* What the identity of a key's account is remembered under: the key itself is not kept, only where it leads. */
static struct bytes where_of(const struct connection_target *target)
{
    return (struct bytes){(const char *) target->token, DIGEST_SHA256_SIZE};
}

static enum api_step answer_again(struct api_exchange *exchange)
{
    http_response_add(&exchange->response, "Retry-After", BYTES("1"));
    return activecampaign_message(exchange, 503, "The connection is being changed by others.");
}

/* Boxes under the identity, or an empty object that makes SQL tell the right one. */
static bool seal(struct api_context *context, struct api_exchange *exchange, const struct settings *settings, const struct seal_identity *identity,
                 struct bytes *boxes)
{
    struct fault fault;

    if (settings->sealed != NULL && (identity->key == 0 || identity->project == 0)) {
        *boxes = BYTES("{}");
        return true;
    }
    if (!connection_seal(settings, context->keyring, identity, exchange->arena, boxes, &fault)) {
        (void) (fault.kind == FAULT_TOO_LARGE ? API_ANSWERED : activecampaign_failed(exchange, fault.message));
        return false;
    }
    return true;
}

static enum api_step read_back(struct api_exchange *exchange, struct writing *writing, const struct connection_target *target, struct bytes id)
{
    writing->stage = STAGE_READ;
    writing->read.target = *target;
    writing->read.target.handle = arena_copy(exchange->arena, id);
    writing->read.secrets = false;
    connection_read_call(&writing->read, &exchange->call);
    return API_CALL;
}

/* The change is committed; should it not be readable any more (deleted, the database gone), that is said, not guessed. */
static enum api_step answer_read_back(struct api_exchange *exchange, struct writing *writing, const struct db_result *result)
{
    struct connection_row row;

    connection_read_outcome(result, &row);
    if (activecampaign_refused(exchange, &writing->read.target, &row.result)) {
        return API_ANSWERED;
    }
    return activecampaign_answer(exchange, writing->status, &row, row.settings, writing->form, writing->body.settings.warnings);
}

/* ---- POST */

static enum api_step call_create(struct api_context *context, struct api_exchange *exchange, struct writing *writing)
{
    struct connection_create *create = &writing->create;
    struct fault fault;

    if (++writing->attempts > ATTEMPTS_MAX) {
        return answer_again(exchange);
    }
    if (!create->dry && (!seal(context, exchange, &writing->body.settings, &create->identity, &create->content.secrets))) {
        return API_ANSWERED;
    }
    if (!create->dry && !seal_canary(context->keyring, create->identity.key, exchange->arena, &create->canary, &fault)) {
        return fault.kind == FAULT_TOO_LARGE ? API_ANSWERED : activecampaign_failed(exchange, fault.message);
    }
    connection_create_call(create, &exchange->call);
    return API_CALL;
}

static void take_content(struct connection_content *content, const struct activecampaign_body *body)
{
    content->name = body->name;
    content->service = body->service;
    content->external_id = body->external_id;
    content->enabled = true;
    content->deploy_to_worker = true;
    content->settings = body->settings_text.data == NULL ? BYTES("{}") : body->settings_text;
}

enum api_step activecampaign_post_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct writing *writing = ARENA_NEW(exchange->arena, struct writing);
    struct seal_identity project;

    if (writing == NULL || !activecampaign_target(exchange, &writing->create.target) || !activecampaign_body_read(&writing->body, exchange, true)) {
        return API_ANSWERED;
    }
    exchange->state = writing;
    writing->status = 201;
    writing->form = FORM_ONE;
    writing->conditional = http_request_field(exchange->request, "if-match").data != NULL;
    writing->create.dry = writing->body.malformed || writing->body.errors != NULL || writing->conditional;
    take_content(&writing->create.content, &writing->body);
    writing->create.content.type = BYTES("activecampaign");
    digest_uuid(writing->create.identity.connection);
    writing->create.identity.key = keyring_active(context->keyring);
    if (identity_find(context->identities, writing->create.target.dialect, where_of(&writing->create.target), BYTES(""), &project)) {
        writing->create.identity.project = project.project;
    }
    return call_create(context, exchange, writing);
}

enum api_step activecampaign_post_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *db_result)
{
    struct writing *writing = exchange->state;
    struct connection_create *create = &writing->create;
    struct connection_result result;

    if (writing->stage == STAGE_READ) {
        return answer_read_back(exchange, writing, db_result);
    }
    connection_create_outcome(db_result, &result);
    if (activecampaign_refused(exchange, &create->target, &result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, create->target.token);
    if (writing->body.malformed) {
        return activecampaign_json(exchange, 400, BYTES("{}"));
    }
    if (writing->body.errors != NULL) {
        return activecampaign_invalid(exchange, writing->body.errors);
    }
    switch (result.outcome) {
    case CONNECTION_NAME_TAKEN:
        return activecampaign_invalid(exchange, &duplicate);
    case CONNECTION_CHECKED:
        return activecampaign_message(exchange, 412, "There is no connection yet that If-Match could match; nothing was created.");
    case CONNECTION_IDENTITY:
        create->identity.project = result.identity.project;
        identity_learn(context->identities, create->target.dialect, where_of(&create->target), BYTES(""), &create->identity);
        return call_create(context, exchange, writing);
    case CONNECTION_CREATED:
        memcpy(exchange->connection, result.identity.connection, sizeof exchange->connection);
        return read_back(exchange, writing, &create->target, result.public_id);
    default:
        return activecampaign_failed(exchange, "a creation came to no known outcome");
    }
}

/* ---- PUT */

static enum api_step call_update(struct api_context *context, struct api_exchange *exchange, struct writing *writing)
{
    struct connection_update *update = &writing->update;

    if (++writing->attempts > ATTEMPTS_MAX) {
        return answer_again(exchange);
    }
    if (!update->dry && !seal(context, exchange, &writing->body.settings, &update->identity, &update->content.secrets)) {
        return API_ANSWERED;
    }
    connection_update_call(update, &exchange->call);
    return API_CALL;
}

enum api_step activecampaign_put_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct writing *writing = ARENA_NEW(exchange->arena, struct writing);
    struct connection_update *update;

    if (writing == NULL || !activecampaign_target(exchange, &writing->update.target) || !activecampaign_body_read(&writing->body, exchange, false)) {
        return API_ANSWERED;
    }
    exchange->state = writing;
    update = &writing->update;
    writing->status = 200;
    writing->form = FORM_CHANGED;
    update->dry = writing->body.malformed || writing->body.errors != NULL;
    take_content(&update->content, &writing->body);
    update->fields = BYTES("");
    update->renames = update->content.service.data != NULL || update->content.external_id.data != NULL;
    update->if_match = precondition_revisions(exchange->request, exchange->arena);
    if (!connection_keep_text(&writing->body.settings, exchange->arena, &update->keep)) {
        return API_ANSWERED;
    }
    (void) identity_find(context->identities, update->target.dialect, where_of(&update->target), update->target.handle, &update->identity);
    return call_update(context, exchange, writing);
}

enum api_step activecampaign_put_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *db_result)
{
    struct writing *writing = exchange->state;
    struct connection_update *update = &writing->update;
    struct connection_result result;

    if (writing->stage == STAGE_READ) {
        return answer_read_back(exchange, writing, db_result);
    }
    connection_update_outcome(db_result, &result);
    if (result.outcome == CONNECTION_NOT_FOUND && !activecampaign_id_is_sane(update->target.handle)) {
        return activecampaign_json(exchange, 400, BYTES("{}"));
    }
    if (activecampaign_refused(exchange, &update->target, &result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, update->target.token);
    memcpy(exchange->connection, result.identity.connection, sizeof exchange->connection);
    switch (result.outcome) {
    case CONNECTION_CHECKED:
        return writing->body.malformed ? activecampaign_json(exchange, 400, BYTES("{}")) : activecampaign_invalid(exchange, writing->body.errors);
    case CONNECTION_NAME_TAKEN:
        return activecampaign_invalid(exchange, &duplicate);
    case CONNECTION_IDENTITY:
        update->identity = result.identity;
        identity_learn(context->identities, update->target.dialect, where_of(&update->target), update->target.handle, &result.identity);
        return call_update(context, exchange, writing);
    case CONNECTION_AGAIN:
        return call_update(context, exchange, writing);
    case CONNECTION_UPDATED:
    case CONNECTION_UNCHANGED:
        return read_back(exchange, writing, &update->target, update->target.handle);
    default:
        return activecampaign_failed(exchange, "an update came to no known outcome");
    }
}

/* ---- DELETE */

enum api_step activecampaign_delete_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct connection_delete *delete = ARENA_NEW(exchange->arena, struct connection_delete);

    (void) context;
    if (delete == NULL || !activecampaign_target(exchange, &delete->target)) {
        return API_ANSWERED;
    }
    delete->if_match = precondition_revisions(exchange->request, exchange->arena);
    exchange->state = delete;
    connection_delete_call(delete, &exchange->call);
    return API_CALL;
}

enum api_step activecampaign_delete_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct connection_delete *delete = exchange->state;
    struct connection_result deleted;

    connection_delete_outcome(result, &deleted);
    if (deleted.outcome == CONNECTION_NOT_FOUND && !activecampaign_id_is_sane(delete->target.handle)) {
        return activecampaign_json(exchange, 400, BYTES("{}"));
    }
    if (activecampaign_refused(exchange, &delete->target, &deleted)) {
        return API_ANSWERED;
    }
    token_used(context->touched, delete->target.token);
    identity_forget(context->identities, delete->target.dialect, where_of(&delete->target), delete->target.handle);
    memcpy(exchange->connection, deleted.identity.connection, sizeof exchange->connection);
    switch (deleted.outcome) {
    case CONNECTION_AGAIN:
        return exchange->calls < ATTEMPTS_MAX ? API_CALL : answer_again(exchange);
    case CONNECTION_DELETED:
        return activecampaign_json(exchange, 200, BYTES("{}"));
    default:
        return activecampaign_failed(exchange, "a deletion came to no known outcome");
    }
}
