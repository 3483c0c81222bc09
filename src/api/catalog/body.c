/*
 * A connection as POST, PUT and PATCH take it. What answers add (version, dates, statsCache, ...) is passed over when it comes back. What
 * the documentation does not name is sealed, as in every dialect; attributes and ingestParams are free, secrets in them are found by their keys.
 */
#include "api/catalog/catalog.h"
#include "json/writer.h"
#include "registry/connector.h"

static const struct json_limits request_limits = {.depth = 32};

enum { NAME_LENGTH_MAX = 255 };

/* Members that are columns, or that answers add and clients send back. */
static const char *const common_members[] = {"connector",   "name",        "enabled",     "description", "imsOrg",   "version",   "created", "updated",
                                             "createdClient", "createdUser", "updatedUser", "dataSets",  "statsCache", NULL};

/* Objects and arrays stay as they are sent: their documented members are checked in body_rules.c, not filled in. */
static const struct type_field fields[] = {
    {.name = "parentConnectionId", .kind = TYPE_STRING}, {.name = "accountId", .kind = TYPE_STRING},
    {.name = "attributes", .kind = TYPE_OBJECT},         {.name = "ingestParams", .kind = TYPE_OBJECT},
    {.name = "ingestStart", .kind = TYPE_STRING},        {.name = "frequency", .kind = TYPE_OBJECT},
    {.name = "dependencies", .kind = TYPE_ARRAY},        {.name = "contacts", .kind = TYPE_ARRAY},
    {.name = "tags", .kind = TYPE_OBJECT},               {.name = "dule", .kind = TYPE_OBJECT},
};

const struct connection_type catalog_type = {
    .name = "catalog", .title = "Catalog", .fields = fields, .field_count = sizeof fields / sizeof fields[0]};

static bool is_name(const struct json_value *value)
{
    size_t characters;

    return value->kind == JSON_STRING && bytes_utf8(value->text, &characters) && characters >= 1 && characters <= NAME_LENGTH_MAX;
}

/* A member that must be there on POST and PUT, and can never be taken away. */
static struct bytes take_required(const struct json_value *object, const char *name, enum catalog_mode mode, struct settings_error ***end,
                                  struct arena *arena)
{
    const struct json_value *value = json_member(object, name);

    if (value == NULL && mode == CATALOG_CHANGES) {
        return (struct bytes){NULL, 0};
    }
    if (value == NULL || value->kind == JSON_NULL) {
        catalog_add_error(end, arena, bytes_from(name), "is required");
        return (struct bytes){NULL, 0};
    }
    if (!is_name(value)) {
        catalog_add_error(end, arena, bytes_from(name), "must be a string of 1 to 255 characters");
        return (struct bytes){NULL, 0};
    }
    return value->text;
}

static void take_columns(struct catalog_body *body, const struct catalog_caller *caller, const struct json_value *object, enum catalog_mode mode,
                         struct settings_error ***end, struct arena *arena)
{
    const struct json_value *enabled = json_member(object, "enabled");
    const struct json_value *description = json_member(object, "description");
    const struct json_value *organisation = json_member(object, "imsOrg");

    body->connector = take_required(object, "connector", mode, end, arena);
    body->name = take_required(object, "name", mode, end, arena);
    body->enabled = enabled == NULL || enabled->kind != JSON_BOOLEAN || enabled->boolean;
    if (enabled != NULL && enabled->kind != JSON_BOOLEAN && enabled->kind != JSON_NULL) {
        catalog_add_error(end, arena, BYTES("enabled"), "must be a boolean");
    }
    if (description != NULL && description->kind == JSON_STRING) {
        body->description = description->text;
    } else if (description != NULL && description->kind != JSON_NULL) {
        catalog_add_error(end, arena, BYTES("description"), "must be a string");
    }
    if (organisation != NULL && organisation->kind == JSON_STRING) {
        body->forbidden = !bytes_equal(organisation->text, caller->organisation);
    } else if (organisation != NULL && organisation->kind != JSON_NULL) {
        catalog_add_error(end, arena, BYTES("imsOrg"), "must be a string");
    }
    body->fields = mode != CATALOG_CHANGES ? (struct bytes){NULL, 0}
                                           : arena_printf(arena, "%s%s%s", body->name.data != NULL ? "name," : "", enabled != NULL ? "enabled," : "",
                                                          description != NULL ? "description" : "");
}

static bool is_common(struct bytes name)
{
    for (size_t i = 0; common_members[i] != NULL; i++) {
        if (bytes_is(name, common_members[i])) {
            return true;
        }
    }
    return false;
}

/* The object without the members that are null; their names go to *removed. */
static const struct json_value *part_nulls(const struct json_value *object, struct bytes *removed, struct arena *arena)
{
    struct json_value *given = json_new(arena, JSON_OBJECT);
    struct json_value *names = json_new(arena, JSON_ARRAY);

    for (const struct json_value *member = object->first; member != NULL && given != NULL && names != NULL; member = member->next) {
        struct json_value *copy = ARENA_NEW(arena, struct json_value);
        if (copy == NULL) {
            return NULL;
        }
        *copy = *member;
        copy->next = NULL;
        if (member->kind != JSON_NULL) {
            json_append(given, copy);
        } else if (!is_common(member->key)) {
            copy->kind = JSON_STRING;
            copy->text = member->key;
            json_append(names, copy);
        }
    }
    if (names != NULL && names->count > 0) {
        *removed = json_text(arena, names);
    }
    return given;
}

/* Of the divided settings only what was sent; a null that creates nothing is left out. */
static bool write_given(struct catalog_body *body, const struct json_value *object, enum catalog_mode mode, struct arena *arena)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, arena, 256);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    for (const struct json_value *member = body->settings.readable->first; member != NULL; member = member->next) {
        const struct json_value *sent = json_member_bytes(object, member->key);
        if (sent != NULL && (sent->kind != JSON_NULL || mode == CATALOG_REPLACES)) {
            json_key_bytes(&writer, member->key);
            json_tree(&writer, member);
        }
    }
    json_object_end(&writer);
    if (!json_writer_close(&writer)) {
        return false;
    }
    body->settings_text = buf_bytes(&buf);
    return true;
}

static void check_connector(struct catalog_body *body, const struct api_context *context, struct settings_error ***end, struct arena *arena)
{
    if (context->config->connectors_strict[0] == 'y' && body->connector.data != NULL && connector_find(context->connectors, body->connector) == NULL) {
        catalog_add_error(end, arena, BYTES("connector"), "is not one of the connectors of this server");
    }
}

static bool refuse(struct catalog_body *body, const char *reason)
{
    *body = (struct catalog_body){.refused = true};
    (void) fault_set(&body->fault, FAULT_INVALID, "%s", reason);
    return true;
}

bool catalog_body_take(struct catalog_body *body, struct api_context *context, struct arena *arena, const struct catalog_caller *caller,
                       const struct json_value *object, enum catalog_mode mode)
{
    struct settings_error **end = &body->errors;

    *body = (struct catalog_body){.enabled = true};
    if (object->kind != JSON_OBJECT) {
        return refuse(body, "The body is not valid: it must be an object");
    }
    end = &body->errors;
    take_columns(body, caller, object, mode, &end, arena);
    check_connector(body, context, &end, arena);
    if (mode == CATALOG_CHANGES) {
        object = part_nulls(object, &body->removed, arena);
        if (object == NULL) {
            return false;
        }
    }
    catalog_check_members(object, &end, arena);
    struct settings_input input = {.type = &catalog_type, .object = object, .common = common_members, .replaces = mode != CATALOG_CREATES, .host_name = ""};
    if (!settings_divide(&body->settings, &input, arena) || !write_given(body, object, mode, arena)) {
        return false;
    }
    *end = body->settings.errors;
    return !arena_overflowed(arena);
}

bool catalog_body_read(struct catalog_body *body, struct api_context *context, struct api_exchange *exchange, const struct catalog_caller *caller,
                       enum catalog_mode mode)
{
    struct json_value *object;
    struct fault fault = {.kind = FAULT_NONE};

    if (!http_request_has_type(exchange->request, "application/json")) {
        return refuse(body, "A valid content-type must be specified");
    }
    if (!json_read(&object, exchange->request->body, &request_limits, exchange->arena, &fault)) {
        (void) fault_wrap(&fault, "The body is not valid");
        return fault.kind != FAULT_TOO_LARGE && refuse(body, fault.message);
    }
    return catalog_body_take(body, context, exchange->arena, caller, object, mode);
}

bool catalog_body_is_wrong(const struct catalog_body *body)
{
    return body->refused || body->forbidden || body->errors != NULL;
}

enum api_step catalog_body_answer(struct api_exchange *exchange, const struct catalog_body *body)
{
    struct buf detail;

    if (body->refused) {
        return catalog_error(exchange, 400, "%s", body->fault.message);
    }
    if (body->forbidden) {
        return catalog_error(exchange, 403, "The connection's imsOrg is not the organisation of the request.");
    }
    buf_init(&detail, exchange->arena, 256);
    for (const struct settings_error *error = body->errors; error != NULL; error = error->next) {
        buf_add_string(&detail, detail.length > 0 ? "; " : "");
        buf_add(&detail, error->message);
    }
    return catalog_json(exchange, 400, catalog_error_text(exchange->arena, 400, buf_bytes(&detail)));
}
