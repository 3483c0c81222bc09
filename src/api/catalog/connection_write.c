/*
 * POST, PUT, PATCH with some members, DELETE.
 *
 * A request that is wrong in itself is asked as a dry one, as in the other dialects: the database says first whether the caller may know. So is
 * one that only validates.
 */
#include <string.h>

#include "api/catalog/catalog.h"
#include "json/writer.h"
#include "registry/identity.h"
#include "registry/token.h"

struct writing {
    struct catalog_caller caller;
    struct catalog_body body;
    struct connection_create create;
    struct connection_update update;
    unsigned attempts;
};

/* ---- POST /connections and POST /connections/{id} */

static enum api_step call_create(struct api_context *context, struct api_exchange *exchange, struct writing *writing)
{
    struct connection_create *create = &writing->create;
    struct fault fault;

    if (++writing->attempts > CATALOG_ATTEMPTS_MAX) {
        return catalog_busy(exchange);
    }
    if (!create->dry && !catalog_seal(context, exchange, &writing->body.settings, &create->identity, &create->content.secrets)) {
        return API_ANSWERED;
    }
    if (!create->dry && !seal_canary(context->keyring, create->identity.key, exchange->arena, &create->canary, &fault)) {
        return fault.kind == FAULT_TOO_LARGE ? API_ANSWERED : catalog_failed(exchange, fault.message);
    }
    connection_create_call(create, &exchange->call);
    return API_CALL;
}

static struct bytes make_id(struct arena *arena)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char random[CATALOG_ID_LENGTH / 2];
    char id[CATALOG_ID_LENGTH];

    digest_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) {
        id[2 * i] = digits[random[i] >> 4];
        id[2 * i + 1] = digits[random[i] & 15];
    }
    return arena_copy(arena, (struct bytes){id, sizeof id});
}

enum api_step catalog_post_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct writing *writing = ARENA_NEW(exchange->arena, struct writing);
    struct connection_create *create;
    struct seal_identity project;

    if (writing == NULL || !catalog_caller_read(exchange, &writing->caller)
        || !catalog_body_read(&writing->body, context, exchange, &writing->caller, CATALOG_CREATES)) {
        return API_ANSWERED;
    }
    exchange->state = writing;
    create = &writing->create;
    create->target = writing->caller.target;
    catalog_take_content(&create->content, &writing->body);
    create->content.public_id = exchange->parameters[0].data != NULL ? exchange->parameters[0] : make_id(exchange->arena);
    create->dry = catalog_body_is_wrong(&writing->body) || !catalog_id_is_sane(create->content.public_id)
                  || catalog_only_validates(exchange->request);
    digest_uuid(create->identity.connection);
    create->identity.key = keyring_active(context->keyring);
    if (identity_find(context->identities, create->target.dialect, create->target.project, BYTES(""), &project)) {
        create->identity.project = project.project;
    }
    return call_create(context, exchange, writing);
}

static enum api_step answer_created(struct api_exchange *exchange, const struct writing *writing, int64_t revision)
{
    struct bytes id = writing->create.content.public_id;

    http_response_add(&exchange->response, "Location", arena_printf(exchange->arena, CATALOG_ROOT "/connections/%.*s", BYTES_FORMAT(id)));
    return catalog_reference(exchange, 201, id, revision);
}

enum api_step catalog_post_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *db_result)
{
    struct writing *writing = exchange->state;
    struct connection_create *create = &writing->create;
    struct connection_result result;

    connection_create_outcome(db_result, &result);
    if (catalog_refused(exchange, &writing->caller, &result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, create->target.token);
    if (!catalog_id_is_sane(create->content.public_id)) {
        return catalog_error(exchange, 400, "The id must be 24 lower-case hexadecimal digits.");
    }
    if (catalog_body_is_wrong(&writing->body)) {
        return catalog_body_answer(exchange, &writing->body);
    }
    switch (result.outcome) {
    case CONNECTION_NAME_TAKEN:
        return catalog_error(exchange, 400, "Connection (id: %.*s) already exists.", BYTES_FORMAT(create->content.public_id));
    case CONNECTION_IDENTITY:
        create->identity.project = result.identity.project;
        identity_learn(context->identities, create->target.dialect, create->target.project, BYTES(""), &create->identity);
        return call_create(context, exchange, writing);
    case CONNECTION_CHECKED:
        return catalog_json(exchange, 201, BYTES("[]"));
    case CONNECTION_CREATED:
        memcpy(exchange->connection, result.identity.connection, sizeof exchange->connection);
        identity_learn(context->identities, create->target.dialect, create->target.project, create->content.public_id, &create->identity);
        return answer_created(exchange, writing, result.revision);
    default:
        return catalog_failed(exchange, "a creation came to no known outcome");
    }
}

/* ---- PUT, and PATCH with some members */

static enum api_step call_update(struct api_context *context, struct api_exchange *exchange, struct writing *writing)
{
    struct connection_update *update = &writing->update;

    if (++writing->attempts > CATALOG_ATTEMPTS_MAX) {
        return catalog_busy(exchange);
    }
    if (!update->dry && !catalog_seal(context, exchange, &writing->body.settings, &update->identity, &update->content.secrets)) {
        return API_ANSWERED;
    }
    connection_update_call(update, &exchange->call);
    return API_CALL;
}

static enum api_step begin_update(struct api_context *context, struct api_exchange *exchange, enum catalog_mode mode)
{
    struct writing *writing = ARENA_NEW(exchange->arena, struct writing);
    struct connection_update *update;

    if (writing == NULL || !catalog_caller_read(exchange, &writing->caller)
        || !catalog_body_read(&writing->body, context, exchange, &writing->caller, mode)) {
        return API_ANSWERED;
    }
    exchange->state = writing;
    update = &writing->update;
    update->target = writing->caller.target;
    catalog_take_content(&update->content, &writing->body);
    update->fields = writing->body.fields;
    if (mode == CATALOG_CHANGES && update->fields.data == NULL) {
        update->fields = BYTES("");
    }
    update->removed = writing->body.removed;
    update->if_match = catalog_precondition(exchange->request, exchange->arena);
    update->dry = catalog_body_is_wrong(&writing->body) || catalog_only_validates(exchange->request);
    if (!connection_keep_text(&writing->body.settings, exchange->arena, &update->keep)) {
        return API_ANSWERED;
    }
    (void) identity_find(context->identities, update->target.dialect, update->target.project, update->target.handle, &update->identity);
    return call_update(context, exchange, writing);
}

enum api_step catalog_put_begin(struct api_context *context, struct api_exchange *exchange)
{
    return begin_update(context, exchange, CATALOG_REPLACES);
}

enum api_step catalog_patch_begin(struct api_context *context, struct api_exchange *exchange)
{
    if (http_request_has_type(exchange->request, "application/json-patch+json")) {
        return catalog_json_patch_begin(context, exchange);
    }
    return begin_update(context, exchange, CATALOG_CHANGES);
}

static void learn_identity(struct api_context *context, const struct connection_update *update, const struct connection_result *result)
{
    if (memcmp(&update->identity, &result->identity, sizeof update->identity) != 0) {
        identity_learn(context->identities, update->target.dialect, update->target.project, update->target.handle, &result->identity);
    }
}

enum api_step catalog_put_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *db_result)
{
    struct writing *writing = exchange->state;
    struct connection_update *update = &writing->update;
    struct connection_result result;

    connection_update_outcome(db_result, &result);
    if (catalog_refused(exchange, &writing->caller, &result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, update->target.token);
    memcpy(exchange->connection, result.identity.connection, sizeof exchange->connection);
    switch (result.outcome) {
    case CONNECTION_TYPE_CHANGED:
        return catalog_error(exchange, 400, "The connector of a connection can not be changed from %.*s to %.*s.", BYTES_FORMAT(result.type),
                             BYTES_FORMAT(update->content.type));
    case CONNECTION_IDENTITY:
        update->identity = result.identity;
        return call_update(context, exchange, writing);
    case CONNECTION_AGAIN:
        return call_update(context, exchange, writing);
    case CONNECTION_CHECKED:
        if (catalog_body_is_wrong(&writing->body)) {
            return catalog_body_answer(exchange, &writing->body);
        }
        return catalog_reference(exchange, 200, update->target.handle, result.revision);
    case CONNECTION_UPDATED:
    case CONNECTION_UNCHANGED:
        learn_identity(context, update, &result);
        return catalog_reference(exchange, 200, update->target.handle, result.revision);
    default:
        return catalog_failed(exchange, "an update came to no known outcome");
    }
}

enum api_step catalog_patch_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *db_result)
{
    return http_request_has_type(exchange->request, "application/json-patch+json") ? catalog_json_patch_next(context, exchange, db_result)
                                                                                  : catalog_put_next(context, exchange, db_result);
}

/* ---- DELETE */

struct deletion {
    struct catalog_caller caller;
    struct connection_delete delete;
};

enum api_step catalog_delete_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct deletion *deletion = ARENA_NEW(exchange->arena, struct deletion);

    (void) context;
    if (deletion == NULL || !catalog_caller_read(exchange, &deletion->caller)) {
        return API_ANSWERED;
    }
    deletion->delete.target = deletion->caller.target;
    deletion->delete.if_match = catalog_precondition(exchange->request, exchange->arena);
    exchange->state = deletion;
    connection_delete_call(&deletion->delete, &exchange->call);
    return API_CALL;
}

enum api_step catalog_delete_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct deletion *deletion = exchange->state;
    const struct connection_target *target = &deletion->caller.target;
    struct connection_result deleted;

    connection_delete_outcome(result, &deleted);
    if (deleted.outcome == CONNECTION_NOT_FOUND) {
        return catalog_json(exchange, 200, BYTES("[]"));
    }
    if (catalog_refused(exchange, &deletion->caller, &deleted)) {
        return API_ANSWERED;
    }
    token_used(context->touched, target->token);
    memcpy(exchange->connection, deleted.identity.connection, sizeof exchange->connection);
    switch (deleted.outcome) {
    case CONNECTION_AGAIN:
        return exchange->calls < CATALOG_ATTEMPTS_MAX ? API_CALL : catalog_busy(exchange);
    case CONNECTION_DELETED:
        identity_forget(context->identities, target->dialect, target->project, target->handle);
        return catalog_reference(exchange, 200, target->handle, 0);
    default:
        return catalog_failed(exchange, "a deletion came to no known outcome");
    }
}
