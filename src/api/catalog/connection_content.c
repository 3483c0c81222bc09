/*
 * What all writes store: a body's content, and its secrets in boxes.
 */
#include "api/catalog/catalog.h"

bool catalog_seal(struct api_context *context, struct api_exchange *exchange, const struct settings *settings, const struct seal_identity *identity,
                  struct bytes *boxes)
{
    struct fault fault;

    if (settings->sealed != NULL && (identity->key == 0 || identity->project == 0)) {
        *boxes = BYTES("{}");
        return true;
    }
    if (!connection_seal(settings, context->keyring, identity, exchange->arena, boxes, &fault)) {
        (void) (fault.kind == FAULT_TOO_LARGE ? API_ANSWERED : catalog_failed(exchange, fault.message));
        return false;
    }
    return true;
}

void catalog_take_content(struct connection_content *content, const struct catalog_body *body)
{
    content->name = body->name;
    content->type = body->connector;
    content->description = body->description;
    content->enabled = body->enabled;
    content->deploy_to_worker = true;
    content->settings = body->settings_text.data == NULL ? BYTES("{}") : body->settings_text;
}
