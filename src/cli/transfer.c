/*
 * A line is held to what its API would have held it to: the type's rules, the grammar of names. A member that is not known is refused, since
 * a misspelt one would silently change nothing.
 */
#include "cli/transfer.h"

#include <string.h>

#include "api/activecampaign/activecampaign.h"
#include "api/catalog/catalog.h"
#include "json/writer.h"

static const struct json_limits line_limits = {.depth = 66};

enum member { MEMBER_ID, MEMBER_DIALECT, MEMBER_PUBLIC_ID, MEMBER_NAME, MEMBER_TYPE, MEMBER_SERVICE, MEMBER_EXTERNAL_ID, MEMBER_DESCRIPTION,
              MEMBER_ENABLED, MEMBER_DEPLOY, MEMBER_SETTINGS, MEMBER_SEALED, MEMBERS };

static const char *const names[MEMBERS] = {"id",         "dialect",     "publicId", "name",           "type",    "service",
                                           "externalId", "description", "enabled",  "deployToWorker", "settings", "sealed"};

static bool is_uuid(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.data[i] != '-' : strchr("0123456789abcdef", text.data[i]) == NULL) {
            return false;
        }
    }
    return text.length == 36;
}

/* A text or null. */
static bool take_text(const struct json_value *object, enum member member, struct bytes *text, struct fault *fault)
{
    const struct json_value *value = json_member(object, names[member]);

    *text = (struct bytes){NULL, 0};
    if (value != NULL && value->kind == JSON_STRING) {
        *text = value->text;
        return true;
    }
    return value == NULL || value->kind == JSON_NULL || fault_set(fault, FAULT_INVALID, "%s must be a string", names[member]);
}

static bool take_flag(const struct json_value *object, enum member member, bool *flag, struct fault *fault)
{
    const struct json_value *value = json_member(object, names[member]);

    *flag = value == NULL || value->kind != JSON_BOOLEAN || value->boolean;
    return value == NULL || value->kind == JSON_BOOLEAN || fault_set(fault, FAULT_INVALID, "%s must be a boolean", names[member]);
}

static bool take_members(struct transfer_line *line, const struct json_value *object, struct fault *fault)
{
    struct connection_content *content = &line->content;

    for (const struct json_value *member = object->first; member != NULL; member = member->next) {
        size_t i = 0;
        while (i < MEMBERS && !bytes_is(member->key, names[i])) {
            i++;
        }
        if (i == MEMBERS) {
            return fault_set(fault, FAULT_INVALID, "it has a member that connections do not have");
        }
    }
    return take_text(object, MEMBER_ID, &line->id, fault) && take_text(object, MEMBER_DIALECT, &line->dialect, fault)
           && take_text(object, MEMBER_PUBLIC_ID, &content->public_id, fault) && take_text(object, MEMBER_NAME, &content->name, fault)
           && take_text(object, MEMBER_TYPE, &content->type, fault) && take_text(object, MEMBER_SERVICE, &content->service, fault)
           && take_text(object, MEMBER_EXTERNAL_ID, &content->external_id, fault)
           && take_text(object, MEMBER_DESCRIPTION, &content->description, fault) && take_flag(object, MEMBER_ENABLED, &content->enabled, fault)
           && take_flag(object, MEMBER_DEPLOY, &content->deploy_to_worker, fault) && take_text(object, MEMBER_SEALED, &line->sealed, fault);
}

/* What each dialect must have, and must not. */
static bool check_members(const struct transfer_line *line, struct fault *fault)
{
    const struct connection_content *content = &line->content;
    bool external = content->service.length > 0 && content->external_id.length > 0;
    size_t characters = 0;

    if (line->id.data != NULL && !is_uuid(line->id)) {
        return fault_set(fault, FAULT_INVALID, "id must be a UUID in small letters");
    }
    if (line->sealed.data != NULL && line->id.data == NULL) {
        return fault_set(fault, FAULT_INVALID, "sealed values belong to an id, which is missing");
    }
    if (content->name.length == 0 || content->type.length == 0) {
        return fault_set(fault, FAULT_INVALID, "name and type are required");
    }
    if (bytes_is(line->dialect, "activecampaign")) {
        return external || fault_set(fault, FAULT_INVALID, "service and externalId are required");
    }
    if (content->service.data != NULL || content->external_id.data != NULL) {
        return fault_set(fault, FAULT_INVALID, "service and externalId belong to activecampaign");
    }
    if (bytes_is(line->dialect, "catalog")) {
        if (!bytes_utf8(content->name, &characters) || characters > 255) {
            return fault_set(fault, FAULT_INVALID, "name must have at most 255 characters");
        }
        return catalog_id_is_sane(content->public_id) || fault_set(fault, FAULT_INVALID, "publicId must be 24 lower-case hexadecimal digits");
    }
    if (!bytes_is(line->dialect, "apinizer")) {
        return fault_set(fault, FAULT_INVALID, "dialect must be apinizer, activecampaign or catalog");
    }
    if (content->public_id.data != NULL || !connection_name_is_valid(content->name)) {
        return fault_set(fault, FAULT_INVALID, content->public_id.data != NULL ? "apinizer has no publicId" : "name is not well-formed");
    }
    return !bytes_utf8(content->description, &characters) || characters <= 1000
           || fault_set(fault, FAULT_INVALID, "description must have at most 1000 characters");
}

/* apinizer stores every field of the type, the others what was given. */
static struct bytes stored_settings(const struct settings *settings, const struct json_value *given, bool all, struct arena *arena)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, arena, 512);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    for (const struct json_value *member = settings->readable->first; member != NULL; member = member->next) {
        if (all || json_member_bytes(given, member->key) != NULL) {
            json_key_bytes(&writer, member->key);
            json_tree(&writer, member);
        }
    }
    json_object_end(&writer);
    return json_writer_close(&writer) ? buf_bytes(&buf) : (struct bytes){NULL, 0};
}

static bool take_settings(struct transfer_line *line, struct json_value *given, const struct transfer_rules *rules, struct arena *arena,
                          struct fault *fault)
{
    static const char *const nothing[] = {NULL};
    bool apinizer = bytes_is(line->dialect, "apinizer");
    bool catalog = bytes_is(line->dialect, "catalog");
    struct settings_input input = {.object = given, .common = nothing, .replaces = true, .host_name = rules->host_name};
    struct settings_error *errors = NULL;
    struct settings_error **end = &errors;

    input.type = apinizer ? type_find(rules->types, line->content.type) : catalog ? &catalog_type : &activecampaign_type;
    if (given == NULL || given->kind != JSON_OBJECT || input.type == NULL) {
        return fault_set(fault, FAULT_INVALID, input.type == NULL ? "type is not known" : "settings must be an object");
    }
    line->is_closed = line->sealed.data != NULL && rules->opener == NULL;
    if (line->sealed.data != NULL && rules->opener != NULL && !transfer_open(rules->opener, line, given, arena, fault)) {
        return false;
    }
    if (catalog) {
        catalog_check_members(given, &end, arena);
    } else if (!apinizer) {
        struct activecampaign_error *wrong = activecampaign_complete_settings(given, arena);
        if (wrong != NULL) {
            return fault_set(fault, FAULT_INVALID, "%s is missing or not valid", wrong->field);
        }
    }
    if (!settings_divide(&line->settings, &input, arena)) {
        return fault_set(fault, FAULT_TOO_LARGE, "it is too large");
    }
    errors = errors != NULL ? errors : line->settings.errors;
    if (errors != NULL) {
        return fault_set(fault, FAULT_INVALID, "%.*s", BYTES_FORMAT(errors->message));
    }
    line->content.settings = stored_settings(&line->settings, given, apinizer, arena);
    if (!connection_references_text(&line->settings, input.type, arena, &line->content.references)) {
        return fault_set(fault, FAULT_TOO_LARGE, "it is too large");
    }
    return line->content.settings.data != NULL || fault_set(fault, FAULT_TOO_LARGE, "it is too large");
}

bool transfer_read(struct transfer_line *line, struct bytes text, const struct transfer_rules *rules, struct arena *arena, struct fault *fault)
{
    struct json_value *object;

    *line = (struct transfer_line){.dialect = {NULL, 0}};
    if (!json_read(&object, text, &line_limits, arena, fault)) {
        return false;
    }
    if (object->kind != JSON_OBJECT) {
        return fault_set(fault, FAULT_INVALID, "it must be an object");
    }
    return take_members(line, object, fault) && check_members(line, fault)
           && take_settings(line, json_member(object, "settings"), rules, arena, fault);
}

struct bytes transfer_id(struct bytes text, struct arena *arena)
{
    struct json_value *object;
    struct bytes id = {NULL, 0};
    struct fault unimportant;

    bool good = json_read(&object, text, &line_limits, arena, &unimportant) && object->kind == JSON_OBJECT
                && take_text(object, MEMBER_ID, &id, &unimportant) && is_uuid(id);
    return good ? id : (struct bytes){NULL, 0};
}

static void write_text(struct json_writer *writer, enum member member, struct bytes text)
{
    json_key(writer, names[member]);
    if (text.data == NULL) {
        json_null(writer);
    } else {
        json_string(writer, text);
    }
}

struct bytes transfer_write(struct bytes id, struct bytes dialect, const struct connection_content *content, struct bytes sealed, struct arena *arena)
{
    struct json_value *settings;
    struct fault unimportant;
    struct json_writer writer;
    struct buf buf;

    /* Read and written anew: stored by hand it may hold line breaks. */
    if (!json_read(&settings, content->settings, &line_limits, arena, &unimportant)) {
        return (struct bytes){NULL, 0};
    }
    buf_init(&buf, arena, content->settings.length + sealed.length + 512);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    write_text(&writer, MEMBER_ID, id);
    write_text(&writer, MEMBER_DIALECT, dialect);
    write_text(&writer, MEMBER_PUBLIC_ID, content->public_id);
    write_text(&writer, MEMBER_NAME, content->name);
    write_text(&writer, MEMBER_TYPE, content->type);
    write_text(&writer, MEMBER_SERVICE, content->service);
    write_text(&writer, MEMBER_EXTERNAL_ID, content->external_id);
    write_text(&writer, MEMBER_DESCRIPTION, content->description);
    json_key(&writer, names[MEMBER_ENABLED]);
    json_boolean(&writer, content->enabled);
    json_key(&writer, names[MEMBER_DEPLOY]);
    json_boolean(&writer, content->deploy_to_worker);
    json_key(&writer, names[MEMBER_SETTINGS]);
    json_tree(&writer, settings);
    if (sealed.data != NULL) {
        write_text(&writer, MEMBER_SEALED, sealed);
    }
    json_object_end(&writer);
    bool written = json_writer_close(&writer);
    buf_add_char(&buf, '\n');
    return written ? buf_bytes(&buf) : (struct bytes){NULL, 0};
}
