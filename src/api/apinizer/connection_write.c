/*
 * POST and PUT of a connection.
 *
 * A request that is wrong in itself is asked as a dry one: the database says first whether the caller may know, and whether connection,
 * revision and type are as they should be; only then it is told what is wrong. So no answer tells a stranger more than a good request would.
 */
#include <string.h>

#include "api/apinizer/apinizer.h"
#include "api/precondition.h"
#include "json/writer.h"
#include "registry/identity.h"
#include "registry/token.h"

/* How often a call is made again: for a stale identity, and for a row that others change at the same time. */
enum { ATTEMPTS_MAX = 32 };

struct writing {
    struct apinizer_body body;
    struct connection_update update;
    struct connection_create create;
    unsigned attempts;
    bool conditional; /* a POST with If-Match: what does not exist yet matches nothing */
};

static bool is_blank(struct bytes name)
{
    return bytes_trim(name).length == 0;
}

/* Whether the database is only asked, not told. */
static bool is_wrong(const struct writing *writing, const struct connection_target *target)
{
    return writing->body.refusal != BODY_FINE || writing->body.errors != NULL || is_blank(target->handle);
}

static void take_content(struct connection_content *content, const struct apinizer_body *body, struct arena *arena)
{
    content->name = body->name;
    content->type = body->type_name;
    content->description = body->description;
    content->enabled = body->enabled;
    content->deploy_to_worker = body->deploy_to_worker;
    content->settings = body->settings.readable == NULL ? BYTES("{}") : json_text(arena, body->settings.readable);
}

/* Boxes under the identity, or an empty object that makes SQL tell the right one. */
static bool seal(struct api_context *context, struct api_exchange *exchange, const struct writing *writing, const struct seal_identity *identity,
                 struct bytes *boxes)
{
    struct fault fault;

    if (writing->body.settings.sealed != NULL && identity->key == 0) {
        *boxes = BYTES("{}");
        return true;
    }
    if (!connection_seal(&writing->body.settings, context->keyring, identity, exchange->arena, boxes, &fault)) {
        (void) (fault.kind == FAULT_TOO_LARGE ? API_ANSWERED : apinizer_failed(exchange, fault.message));
        return false;
    }
    return true;
}

/* Answers what is wrong with the request itself, now that the caller may know. */
static enum api_step answer_wrong(struct api_exchange *exchange, const struct writing *writing, const struct connection_target *target)
{
    const struct apinizer_body *body = &writing->body;

    if (is_blank(target->handle)) {
        return apinizer_error(exchange, 400, "bad_request", "Connection name can not be empty!");
    }
    if (body->refusal == BODY_MALFORMED) {
        return apinizer_error(exchange, 400, "bad_request", "The body is not valid: %s", body->fault.message);
    }
    return apinizer_error(exchange, 400, "bad_request", "Connection type '%.*s' is not valid!", BYTES_FORMAT(body->type_name));
}

static bool answers_before_state(const struct writing *writing, const struct connection_target *target)
{
    return is_blank(target->handle) || writing->body.refusal != BODY_FINE;
}

/* Appends a copy, so that one list can be told out of several. */
static void add_error(struct settings_error ***end, const struct settings_error *told, struct arena *arena)
{
    struct settings_error *error = ARENA_NEW(arena, struct settings_error);

    if (error != NULL) {
        *error = *told;
        error->next = NULL;
        **end = error;
        *end = &error->next;
    }
}

/* Whether a list of indexes ("0,2") has this one; the list is used up as far as it goes. */
static bool takes_index(struct bytes *indexes, int64_t index)
{
    struct bytes rest = *indexes;
    struct bytes first;
    int64_t number;

    if (!bytes_cut(&rest, ',', &first) || !bytes_to_int64(first, &number) || number != index) {
        return false;
    }
    *indexes = rest;
    return true;
}

/* The errors of the request together with the needs that stored secrets do not meet and the references that name nothing. */
static enum api_step answer_validation(struct api_exchange *exchange, const struct writing *writing, const struct connection_result *result)
{
    struct settings_error *errors = writing->body.errors;
    struct settings_error **end = &errors;
    struct bytes lacking = result->lacking;
    struct bytes missing = result->missing;
    int64_t index = 0;

    while (*end != NULL) {
        end = &(*end)->next;
    }
    for (const struct settings_need *need = writing->body.settings.needs; need != NULL; need = need->next) {
        if (takes_index(&lacking, index++)) {
            add_error(&end, &need->error, exchange->arena);
        }
    }
    index = 0;
    for (const struct settings_reference *reference = writing->body.settings.references; reference != NULL; reference = reference->next) {
        if (takes_index(&missing, index++)) {
            add_error(&end, &reference->error, exchange->arena);
        }
    }
    return errors == NULL ? apinizer_failed(exchange, "something was missing, but what is not known") : apinizer_validation_failed(exchange, errors);
}

static enum api_step answer_again(struct api_exchange *exchange)
{
    http_response_add(&exchange->response, "Retry-After", BYTES("1"));
    return apinizer_error(exchange, 503, "server_error", "The connection is being changed by others. Please try again.");
}

/* ---- PUT */

static enum api_step call_update(struct api_context *context, struct api_exchange *exchange, struct writing *writing)
{
    struct connection_update *update = &writing->update;

    if (++writing->attempts > ATTEMPTS_MAX) {
        return answer_again(exchange);
    }
    if (!update->dry && !seal(context, exchange, writing, &update->identity, &update->content.secrets)) {
        return API_ANSWERED;
    }
    connection_update_call(update, &exchange->call);
    return API_CALL;
}

enum api_step apinizer_put_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct writing *writing = ARENA_NEW(exchange->arena, struct writing);
    struct connection_update *update;

    if (writing == NULL || !apinizer_target(exchange, &writing->update.target)
        || !apinizer_body_read(&writing->body, context, exchange, true)) {
        return API_ANSWERED;
    }
    exchange->state = writing;
    update = &writing->update;
    take_content(&update->content, &writing->body, exchange->arena);
    if (!connection_keep_text(&writing->body.settings, exchange->arena, &update->keep)
        || !connection_needs_text(&writing->body.settings, exchange->arena, &update->needs)
        || !connection_references_text(&writing->body.settings, writing->body.type, exchange->arena, &update->content.references)) {
        return API_ANSWERED;
    }
    update->dry = is_wrong(writing, &update->target);
    update->renames = update->content.name.data != NULL && !bytes_equal(update->content.name, update->target.handle);
    update->if_match = precondition_revisions(exchange->request, exchange->arena);
    (void) identity_find(context->identities, update->target.dialect, update->target.project, update->target.handle, &update->identity);
    return call_update(context, exchange, writing);
}

/* The name may stand for another connection now. */
static void learn_identity(struct api_context *context, const struct connection_update *update, const struct connection_result *result)
{
    const struct connection_target *target = &update->target;

    if (update->renames) {
        identity_forget(context->identities, target->dialect, target->project, target->handle);
        identity_learn(context->identities, target->dialect, target->project, update->content.name, &result->identity);
    } else if (memcmp(&update->identity, &result->identity, sizeof update->identity) != 0) {
        identity_learn(context->identities, target->dialect, target->project, target->handle, &result->identity);
    }
}

enum api_step apinizer_put_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *db_result)
{
    struct writing *writing = exchange->state;
    struct connection_update *update = &writing->update;
    struct connection_result result;

    connection_update_outcome(db_result, &result);
    if (result.outcome == CONNECTION_INVALID_TOKEN || result.outcome == CONNECTION_UNKNOWN_PROJECT || result.outcome == CONNECTION_FORBIDDEN
        || result.outcome == CONNECTION_UNAVAILABLE || !answers_before_state(writing, &update->target)) {
        if (apinizer_refused(exchange, &update->target, &result)) {
            return API_ANSWERED;
        }
    }
    token_used(context->touched, update->target.token);
    memcpy(exchange->connection, result.identity.connection, sizeof exchange->connection);
    if (answers_before_state(writing, &update->target)) {
        return answer_wrong(exchange, writing, &update->target);
    }
    switch (result.outcome) {
    case CONNECTION_NOT_FOUND:
        identity_forget(context->identities, update->target.dialect, update->target.project, update->target.handle);
        return apinizer_error(exchange, 400, "bad_request", "Connection (name: %.*s) was not found!", BYTES_FORMAT(update->target.handle));
    case CONNECTION_TYPE_CHANGED:
        return apinizer_error(exchange, 400, "bad_request", "Connection type can not be changed from %.*s to %.*s!", BYTES_FORMAT(result.type),
                              BYTES_FORMAT(update->content.type));
    case CONNECTION_NAME_TAKEN:
        return apinizer_error(exchange, 400, "bad_request", "Connection (name: %.*s) already exists!", BYTES_FORMAT(update->content.name));
    case CONNECTION_IDENTITY:
        update->identity = result.identity;
        return call_update(context, exchange, writing);
    case CONNECTION_AGAIN:
        return call_update(context, exchange, writing);
    case CONNECTION_CHECKED:
    case CONNECTION_SECRET_MISSING:
    case CONNECTION_REFERENCE_MISSING:
        return answer_validation(exchange, writing, &result);
    case CONNECTION_UPDATED:
    case CONNECTION_UNCHANGED:
        learn_identity(context, update, &result);
        if (result.deploys) {
            return apinizer_deploy(context, exchange, &result, writing->body.settings.warnings, result.revision);
        }
        return apinizer_written(exchange, writing->body.deploy_to_worker, writing->body.settings.warnings, result.revision);
    default:
        return apinizer_failed(exchange, "an update came to no known outcome");
    }
}

/* ---- POST */

static enum api_step call_create(struct api_context *context, struct api_exchange *exchange, struct writing *writing)
{
    struct connection_create *create = &writing->create;
    struct fault fault;

    if (++writing->attempts > ATTEMPTS_MAX) {
        return answer_again(exchange);
    }
    if (!create->dry) {
        struct seal_identity identity = create->identity;
        identity.key = identity.project == 0 ? 0 : identity.key;
        if (!seal(context, exchange, writing, &identity, &create->content.secrets)) {
            return API_ANSWERED;
        }
        if (!seal_canary(context->keyring, create->identity.key, exchange->arena, &create->canary, &fault)) {
            return fault.kind == FAULT_TOO_LARGE ? API_ANSWERED : apinizer_failed(exchange, fault.message);
        }
    }
    connection_create_call(create, &exchange->call);
    return API_CALL;
}

/* A path that is no name is told as that, before what is wrong with the body, and not as a mismatch. */
static void check_names(struct writing *writing, struct arena *arena)
{
    struct bytes path = writing->create.target.handle;
    struct settings_error *error;

    if (connection_name_is_valid(path) || is_blank(path) || writing->body.refusal != BODY_FINE) {
        return;
    }
    error = ARENA_NEW(arena, struct settings_error);
    if (error != NULL) {
        *error = (struct settings_error){.field = BYTES("name"), .next = writing->body.errors,
                                         .message = BYTES("name in the path must have 1 to 255 characters, without slash, control characters, "
                                                          "leading or trailing space")};
        writing->body.errors = error;
    }
}

enum api_step apinizer_post_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct writing *writing = ARENA_NEW(exchange->arena, struct writing);
    struct connection_create *create;
    struct seal_identity project;

    if (writing == NULL || !apinizer_target(exchange, &writing->create.target)
        || !apinizer_body_read(&writing->body, context, exchange, false)) {
        return API_ANSWERED;
    }
    exchange->state = writing;
    create = &writing->create;
    check_names(writing, exchange->arena);
    take_content(&create->content, &writing->body, exchange->arena);
    if (!connection_references_text(&writing->body.settings, writing->body.type, exchange->arena, &create->content.references)) {
        return API_ANSWERED;
    }
    writing->conditional = http_request_field(exchange->request, "if-match").data != NULL;
    create->dry = is_wrong(writing, &create->target) || writing->conditional
                  || !connection_name_same(create->content.name, create->target.handle);
    digest_uuid(create->identity.connection);
    create->identity.key = keyring_active(context->keyring);
    if (identity_find(context->identities, create->target.dialect, create->target.project, BYTES(""), &project)) {
        create->identity.project = project.project;
    }
    return call_create(context, exchange, writing);
}

enum api_step apinizer_post_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *db_result)
{
    struct writing *writing = exchange->state;
    struct connection_create *create = &writing->create;
    struct connection_result result;

    connection_create_outcome(db_result, &result);
    if (apinizer_refused(exchange, &create->target, &result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, create->target.token);
    if (answers_before_state(writing, &create->target)) {
        return answer_wrong(exchange, writing, &create->target);
    }
    if (writing->body.errors != NULL || result.outcome == CONNECTION_REFERENCE_MISSING) {
        return answer_validation(exchange, writing, &result);
    }
    switch (result.outcome) {
    case CONNECTION_NAME_TAKEN:
        if (connection_name_same(create->content.name, create->target.handle)) {
            return apinizer_error(exchange, 400, "bad_request", "Connection (name: %.*s) already exists!", BYTES_FORMAT(create->target.handle));
        }
        /* fall through */
    case CONNECTION_CHECKED:
        if (writing->conditional && connection_name_same(create->content.name, create->target.handle)) {
            result.outcome = CONNECTION_PRECONDITION_FAILED;
            (void) apinizer_refused(exchange, &create->target, &result);
            return API_ANSWERED;
        }
        return apinizer_error(exchange, 400, "bad_request", "Connection name in the path (%.*s) does not match name in the body (%.*s)!",
                              BYTES_FORMAT(create->target.handle), BYTES_FORMAT(create->content.name));
    case CONNECTION_IDENTITY:
        create->identity.project = result.identity.project;
        identity_learn(context->identities, create->target.dialect, create->target.project, BYTES(""), &create->identity);
        return call_create(context, exchange, writing);
    case CONNECTION_AGAIN:
        return call_create(context, exchange, writing);
    case CONNECTION_CREATED:
        memcpy(exchange->connection, result.identity.connection, sizeof exchange->connection);
        identity_learn(context->identities, create->target.dialect, create->target.project, create->target.handle, &create->identity);
        if (result.deploys) {
            return apinizer_deploy(context, exchange, &result, writing->body.settings.warnings, result.revision);
        }
        return apinizer_written(exchange, writing->body.deploy_to_worker, writing->body.settings.warnings, result.revision);
    default:
        return apinizer_failed(exchange, "a creation came to no known outcome");
    }
}
