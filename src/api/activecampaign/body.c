/*
 * {"connection":{...}} as POST and PUT take it. Numbers and numeric strings are both taken where the documentation has a number; they are stored as
 * the strings that answers show. What the documentation does not name is sealed, as in every dialect.
 */
#include "api/activecampaign/activecampaign.h"
#include "json/writer.h"

static const struct json_limits request_limits = {.depth = 32};

/* Members that are columns, or that answers add and clients send back. */
static const char *const common_members[] = {"name",  "service", "externalid", "id",       "links",
                                             "cdate", "udate",   "isInternal", "lastSync", NULL};

enum member_kind { MEMBER_TEXT, MEMBER_FLAG, MEMBER_LIST };

static const struct {
    const char *name;
    enum member_kind kind;
    bool required;            /* on POST */
    const char *default_text; /* on POST */
    const char *missing;
    const char *invalid;
} members[] = {
    {"service", MEMBER_TEXT, true, NULL, "The connection service was not provided.", "The connection service must be text."},
    {"externalid", MEMBER_TEXT, true, NULL, "The connection externalid was not provided.", "The connection externalid must be text."},
    {"name", MEMBER_TEXT, true, NULL, "The connection name was not provided.", "The connection name must be text."},
    {"logoUrl", MEMBER_TEXT, true, NULL, "The connection logoUrl was not provided.", "The connection logoUrl must be text."},
    {"linkUrl", MEMBER_TEXT, true, NULL, "The connection linkUrl was not provided.", "The connection linkUrl must be text."},
    {"listId", MEMBER_LIST, false, "0", NULL, "The connection listId must be a number."},
    {"status", MEMBER_FLAG, false, "1", NULL, "The connection status must be 0 or 1."},
    {"syncStatus", MEMBER_FLAG, false, "0", NULL, "The connection syncStatus must be 0 or 1."},
};

/* The settings among them, for sealing: all plain text by now. */
static const struct type_field fields[] = {
    {.name = "logoUrl", .kind = TYPE_STRING}, {.name = "linkUrl", .kind = TYPE_STRING},    {.name = "listId", .kind = TYPE_STRING},
    {.name = "status", .kind = TYPE_STRING},  {.name = "syncStatus", .kind = TYPE_STRING},
};

const struct connection_type activecampaign_type = {
    .name = "activecampaign", .title = "ActiveCampaign", .fields = fields, .field_count = sizeof fields / sizeof fields[0]};

static void add_error(struct activecampaign_error ***end, struct arena *arena, const char *field, const char *code, const char *title)
{
    struct activecampaign_error *error = ARENA_NEW(arena, struct activecampaign_error);

    if (error != NULL) {
        *error = (struct activecampaign_error){.field = field, .code = code, .title = title};
        **end = error;
        *end = &error->next;
    }
}

/* What the division of the settings has against them: a mask where a secret belongs. */
static void add_settings_errors(struct activecampaign_error ***end, struct arena *arena, const struct settings_error *errors)
{
    for (const struct settings_error *error = errors; error != NULL; error = error->next) {
        struct bytes field = arena_printf(arena, "%.*s", BYTES_FORMAT(error->field));
        struct bytes title = arena_printf(arena, "The connection %.*s.", BYTES_FORMAT(error->message));
        if (field.data != NULL && title.data != NULL) {
            add_error(end, arena, field.data, "field_invalid", title.data);
        }
    }
}

/* A number or numeric text as text; false when it is neither, or not allowed. */
static bool take_number(struct json_value *value, enum member_kind kind)
{
    int64_t number;

    if ((value->kind != JSON_NUMBER && value->kind != JSON_STRING) || !bytes_to_int64(value->text, &number) || number < 0) {
        return false;
    }
    if (kind == MEMBER_FLAG && (number > 1 || value->text.length != 1)) {
        return false;
    }
    value->kind = JSON_STRING;
    return true;
}

/* What a text may be depends on whether it is one of the two that make up the key: these are never empty. */
static bool take_text(const struct json_value *value, bool required)
{
    size_t characters;

    return value->kind == JSON_STRING && bytes_utf8(value->text, &characters) && characters <= 255u * 16
           && (!required || characters > 0);
}

static void take_column(struct activecampaign_body *body, const struct json_value *value)
{
    if (bytes_is(value->key, "service")) {
        body->service = value->text;
    } else if (bytes_is(value->key, "externalid")) {
        body->external_id = value->text;
    } else if (bytes_is(value->key, "name")) {
        body->name = value->text;
    }
}

static void check_member(struct activecampaign_body *body, struct json_value *object, size_t index, struct activecampaign_error ***end,
                         struct arena *arena, bool creates)
{
    struct json_value *value = json_member(object, members[index].name);
    bool is_key = index < 3;

    if (value == NULL || value->kind == JSON_NULL) {
        if (creates && members[index].required) {
            add_error(end, arena, members[index].name, "field_missing", members[index].missing);
        } else if (creates && value == NULL && members[index].default_text != NULL) {
            struct json_value *added = json_new_string(arena, bytes_from(members[index].default_text));
            if (added != NULL) {
                added->key = bytes_from(members[index].name);
                json_append(object, added);
            }
        } else if (creates && value != NULL && members[index].default_text != NULL) {
            value->kind = JSON_STRING;
            value->text = bytes_from(members[index].default_text);
        }
        return;
    }
    if (members[index].kind != MEMBER_TEXT) {
        if (!take_number(value, members[index].kind)) {
            add_error(end, arena, members[index].name, "field_invalid", members[index].invalid);
        }
    } else if (value->kind == JSON_STRING && value->text.length == 0 && is_key) {
        add_error(end, arena, members[index].name, "field_missing", members[index].missing);
    } else if (!take_text(value, is_key)) {
        add_error(end, arena, members[index].name, "field_invalid", members[index].invalid);
    } else {
        take_column(body, value);
    }
}

struct activecampaign_error *activecampaign_complete_settings(struct json_value *settings, struct arena *arena)
{
    struct activecampaign_body body = {.malformed = false};
    struct activecampaign_error **end = &body.errors;

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct json_value *value = json_member(settings, members[i].name);
        bool sealed = value != NULL && value->kind == JSON_NULL && members[i].kind == MEMBER_TEXT;
        if (type_field_find(fields, sizeof fields / sizeof fields[0], bytes_from(members[i].name)) != NULL && !sealed) {
            check_member(&body, settings, i, &end, arena, true);
        }
    }
    return body.errors;
}

/* Of the divided settings only what was sent: an absent member is not to be changed. */
static bool write_given(struct activecampaign_body *body, const struct json_value *object, struct arena *arena)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, arena, 256);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    for (const struct json_value *member = body->settings.readable->first; member != NULL; member = member->next) {
        const struct json_value *sent = json_member_bytes(object, member->key);
        /* A null says nothing about a member of the type: it is neither cleared nor changed, and what is sealed there is kept. */
        if (sent != NULL && sent->kind != JSON_NULL) {
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

bool activecampaign_body_read(struct activecampaign_body *body, struct api_exchange *exchange, bool creates)
{
    struct activecampaign_error **end = &body->errors;
    struct json_value *document;
    struct json_value *object;
    struct fault fault = {.kind = FAULT_NONE};

    *body = (struct activecampaign_body){.malformed = true};
    if (!json_read(&document, exchange->request->body, &request_limits, exchange->arena, &fault)) {
        return fault.kind != FAULT_TOO_LARGE;
    }
    object = json_member(document, "connection");
    if (document->kind != JSON_OBJECT || object == NULL || object->kind != JSON_OBJECT) {
        return true;
    }
    body->malformed = false;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        check_member(body, object, i, &end, exchange->arena, creates);
    }
    if (body->errors != NULL) {
        return !arena_overflowed(exchange->arena);
    }
    struct settings_input input = {.type = &activecampaign_type, .object = object, .common = common_members, .replaces = !creates, .host_name = ""};
    if (!settings_divide(&body->settings, &input, exchange->arena)) {
        return false;
    }
    add_settings_errors(&end, exchange->arena, body->settings.errors);
    return write_given(body, object, exchange->arena);
}

enum api_step activecampaign_invalid(struct api_exchange *exchange, const struct activecampaign_error *errors)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, 512);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key(&writer, "errors");
    json_array(&writer);
    for (const struct activecampaign_error *error = errors; error != NULL; error = error->next) {
        json_object(&writer);
        json_key(&writer, "title");
        json_string(&writer, bytes_from(error->title));
        json_key(&writer, "detail");
        json_string(&writer, BYTES(""));
        json_key(&writer, "code");
        json_string(&writer, bytes_from(error->code));
        json_key(&writer, "source");
        json_object(&writer);
        json_key(&writer, "pointer");
        json_string(&writer, arena_printf(exchange->arena, "/data/attributes/%s", error->field));
        json_object_end(&writer);
        json_object_end(&writer);
    }
    json_array_end(&writer);
    json_object_end(&writer);
    return json_writer_close(&writer) ? activecampaign_json(exchange, 422, buf_bytes(&buf)) : API_ANSWERED;
}
