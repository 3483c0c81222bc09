/*
 * A keystore as JSON. On PUT what is left out stays as it is (the documentation's "only provided fields will be updated"), and file and password
 * stay where they are null, because lists show them so. Whatever of file, type, password and alias is new is tried out together with what stays.
 */
#include <string.h>

#include "api/apinizer/material.h"
#include "base/base64.h"

static const struct json_limits request_limits = {.depth = 32};

enum { DESCRIPTION_LENGTH_MAX = 1000 };

struct reading {
    struct material_body *body;
    struct arena *arena;
    bool replaces;
};

static bool is_given(const struct json_value *value)
{
    return value != NULL && value->kind != JSON_NULL;
}

static bool is_one_of(struct bytes key, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (bytes_is(key, *names)) {
            return true;
        }
    }
    return false;
}

static void warn_of_unknown(const struct reading *reading, const struct json_value *object, struct bytes path, const char *const *known)
{
    for (const struct json_value *member = object->first; member != NULL; member = member->next) {
        if (!is_one_of(member->key, known)) {
            material_body_warn(reading->body, reading->arena, path.length == 0 ? member->key
                               : arena_printf(reading->arena, "%.*s.%.*s", BYTES_FORMAT(path), BYTES_FORMAT(member->key)));
        }
    }
}

static struct bytes path_of(const struct reading *reading, const struct material_item *item, const char *field)
{
    return arena_printf(reading->arena, "%.*s.%s", BYTES_FORMAT(item->path), field);
}

/* A member that is a text, or nothing: absent, null, or wrong, which is told. */
static struct bytes read_text(const struct reading *reading, const struct json_value *member, struct bytes path)
{
    if (is_given(member) && member->kind != JSON_STRING) {
        material_body_wrong(reading->body, reading->arena, path, "must be a string");
    }
    if (!is_given(member) || member->kind != JSON_STRING) {
        return (struct bytes){NULL, 0};
    }
    return member->text.data == NULL ? BYTES("") : member->text;
}

static void read_name(const struct reading *reading, const struct json_value *object)
{
    const struct json_value *member = json_member(object, "name");
    struct bytes name = read_text(reading, member, BYTES("name"));

    if (name.length > 0 && connection_name_is_valid(name)) {
        reading->body->name = name;
    } else if (name.length > 0) {
        material_body_wrong(reading->body, reading->arena, BYTES("name"),
                            "must have 1 to 255 characters, without slash, control characters, leading or trailing space");
    } else if (!reading->replaces && (!is_given(member) || member->kind == JSON_STRING)) {
        material_body_wrong(reading->body, reading->arena, BYTES("name"), "is required");
    }
}

static void read_description(const struct reading *reading, const struct json_value *object)
{
    struct material_body *body = reading->body;
    size_t characters;

    body->has_description = json_member(object, "description") != NULL;
    body->description = read_text(reading, json_member(object, "description"), BYTES("description"));
    if (body->description.data != NULL && bytes_utf8(body->description, &characters) && characters > DESCRIPTION_LENGTH_MAX) {
        material_body_wrong(body, reading->arena, BYTES("description"), "must have at most 1000 characters");
    }
}

static void read_file(const struct reading *reading, struct material_item *item, const struct json_value *object)
{
    struct bytes path = path_of(reading, item, "file");
    struct bytes text = read_text(reading, json_member(object, "file"), path);

    if (text.data != NULL && settings_is_mask(text)) {
        material_body_wrong(reading->body, reading->arena, path, "looks like a mask; give the file itself");
    } else if (text.data != NULL && (!base64_decode(text, reading->arena, &item->content) || item->content.length == 0)) {
        material_body_wrong(reading->body, reading->arena, path, "must be a file in base64");
    }
    if (text.data != NULL && item->content.data == NULL) {
        item->content = BYTES(""); /* given, so that it is not also told to be missing */
    }
}

/* keyStoreType, or type as older documentation has it. */
static void read_format(const struct reading *reading, struct material_item *item, const struct json_value *object)
{
    const char *field = is_given(json_member(object, "keyStoreType")) || !is_given(json_member(object, "type")) ? "keyStoreType" : "type";
    struct bytes path = path_of(reading, item, field);

    item->format = read_text(reading, json_member(object, field), path);
    if (item->format.data != NULL && keystore_format_from(item->format) == KEYSTORE_UNKNOWN) {
        material_body_wrong(reading->body, reading->arena, path, "must be one of JKS, PKCS12");
        item->format = (struct bytes){NULL, 0};
    }
}

static void read_alias(const struct reading *reading, struct material_item *item, const struct json_value *object)
{
    struct bytes path = path_of(reading, item, "alias");

    item->has_alias = json_member(object, "alias") != NULL;
    item->alias = read_text(reading, json_member(object, "alias"), path);
    if (item->alias.length == 0) {
        item->alias = (struct bytes){NULL, 0};
    } else if (!connection_label_is_valid(item->alias)) {
        material_body_wrong(reading->body, reading->arena, path, "must have 1 to 255 characters, without control characters, leading or trailing space");
    }
}

static void read_item(const struct reading *reading, struct material_item *item, const struct json_value *object)
{
    static const char *const known[] = {"environmentName", "file", "password", "alias", "keyStoreType", "type", NULL};

    if (object->kind != JSON_OBJECT) {
        material_body_wrong(reading->body, reading->arena, item->path, "must be an object");
        return;
    }
    item->name_path = path_of(reading, item, "environmentName");
    const struct json_value *name = json_member(object, "environmentName");
    item->environment = read_text(reading, name, item->name_path);
    if (item->environment.length == 0 && (!is_given(name) || name->kind == JSON_STRING)) {
        material_body_wrong(reading->body, reading->arena, item->name_path, "is required");
    }
    read_file(reading, item, object);
    read_format(reading, item, object);
    item->has_older_form = json_member(object, "type") != NULL && json_member(object, "keyStoreType") == NULL;
    struct bytes path = path_of(reading, item, "password");
    item->password = read_text(reading, json_member(object, "password"), path);
    if (item->password.data != NULL && settings_is_mask(item->password)) {
        material_body_wrong(reading->body, reading->arena, path, "looks like a mask; give the secret itself");
    }
    read_alias(reading, item, object);
    warn_of_unknown(reading, object, item->path, known);
}

static void read_items(const struct reading *reading, const struct json_value *list)
{
    struct bytes path = BYTES("keyStoreEnvironmentList");
    struct material_item **end = &reading->body->items;
    size_t index = 0;

    if (!is_given(list) && reading->replaces) {
        return;
    }
    if (!is_given(list)) {
        material_body_wrong(reading->body, reading->arena, path, "is required");
        return;
    }
    if (list->kind != JSON_ARRAY || list->first == NULL) {
        material_body_wrong(reading->body, reading->arena, path, "must be an array with one environment or more");
        return;
    }
    reading->body->has_items = true;
    for (const struct json_value *object = list->first; object != NULL; object = object->next, index++) {
        struct material_item *item = ARENA_NEW(reading->arena, struct material_item);
        if (item == NULL) {
            return;
        }
        item->path = arena_printf(reading->arena, "keyStoreEnvironmentList[%zu]", index);
        read_item(reading, item, object);
        *end = item;
        end = &item->next;
    }
}

bool keystore_body_read(struct material_body *body, struct api_context *context, struct api_exchange *exchange, bool replaces)
{
    static const char *const known[] = {"name", "description", "keyStoreEnvironmentList", "projectId", NULL};
    struct reading reading = {body, exchange->arena, replaces};
    struct json_value *object;

    material_body_init(body, "keyStoreEnvironmentList");
    if (!json_read(&object, exchange->request->body, &request_limits, exchange->arena, &body->fault)) {
        body->refusal = MATERIAL_MALFORMED;
        return body->fault.kind != FAULT_TOO_LARGE;
    }
    if (object->kind != JSON_OBJECT) {
        body->refusal = MATERIAL_MALFORMED;
        (void) fault_set(&body->fault, FAULT_INVALID, "the body must be a JSON object");
        return true;
    }
    read_name(&reading, object);
    read_description(&reading, object);
    const struct json_value *list = json_member(object, "keyStoreEnvironmentList");
    if (is_given(list) && list->kind == JSON_ARRAY && list->count > (size_t) context->config->material_environments) {
        material_body_too_many(body, exchange->arena, context->config->material_environments);
    } else {
        read_items(&reading, list);
        material_body_check_environments(body, exchange->arena);
    }
    warn_of_unknown(&reading, object, BYTES(""), known);
    return !arena_overflowed(exchange->arena);
}

/* ---- what is to be stored */

struct completing {
    struct material_completed *completed;
    struct material_body *body;
    const struct material_stored *stored;
    const struct keyring *keyring;
    struct arena *arena;
    struct fault *fault;
    struct material_environment **environments_end;
    struct material_value **values_end;
    struct material_opening **openings_end;
};

static struct bytes place_of(struct bytes environment, const char *what, struct arena *arena)
{
    return arena_printf(arena, "/%.*s/%s", BYTES_FORMAT(environment), what);
}

static const struct material_environment *find_stored(const struct material_stored *stored, struct bytes environment)
{
    const struct material_environment *found = stored == NULL ? NULL : stored->environments;

    while (found != NULL && !bytes_equal(found->environment, environment)) {
        found = found->next;
    }
    return found;
}

static bool add_value(struct completing *completing, struct bytes place, struct bytes text, struct bytes box)
{
    struct material_value *value = ARENA_NEW(completing->arena, struct material_value);

    if (value == NULL || place.data == NULL || (text.data == NULL && box.data == NULL)) {
        return fault_set(completing->fault, FAULT_TOO_LARGE, "the request is too large to be worked on");
    }
    *value = (struct material_value){.place = place, .text = text, .box = box};
    *completing->values_end = value;
    completing->values_end = &value->next;
    return true;
}

static bool open_box(const struct completing *completing, struct bytes place, struct bytes box, struct bytes *text)
{
    *text = (struct bytes){NULL, 0};
    return box.data == NULL
           || material_open(place, box, completing->keyring, &completing->stored->identity, completing->arena, text, completing->fault);
}

/* File and password together, the new ones or those that stay. */
static bool add_opening(struct completing *completing, const struct material_item *item, const struct material_environment *environment,
                        struct bytes file_box, struct bytes password_box)
{
    struct material_opening *opening = ARENA_NEW(completing->arena, struct material_opening);
    struct bytes file;

    if (opening == NULL) {
        return fault_set(completing->fault, FAULT_TOO_LARGE, "the request is too large to be worked on");
    }
    opening->item = item;
    opening->keystore = (struct keystore){.content = item->content, .format = keystore_format_from(environment->format),
                                          .password = item->password, .alias = environment->alias};
    if (item->content.data == NULL) {
        if (!open_box(completing, place_of(item->environment, "file", completing->arena), file_box, &file)) {
            return false;
        }
        if (!base64_decode(file, completing->arena, &opening->keystore.content)) {
            return fault_set(completing->fault, FAULT_INTERNAL, "a sealed box holds no file");
        }
    }
    /* One that was taken closed may be written back as it was read. */
    opening->keystore.may_stay_closed = item->has_older_form || (completing->stored != NULL && file_box.data != NULL && password_box.data == NULL);
    if (item->password.data == NULL
        && !open_box(completing, place_of(item->environment, "password", completing->arena), password_box, &opening->keystore.password)) {
        return false;
    }
    *completing->openings_end = opening;
    completing->openings_end = &opening->next;
    return true;
}

static struct bytes format_of(const struct material_item *item, const struct material_environment *stored)
{
    if (item->format.data != NULL) {
        return item->format;
    }
    if (item->content.data == NULL) {
        return stored->format;
    }
    return keystore_recognise(item->content) == KEYSTORE_JKS ? BYTES("JKS") : BYTES("PKCS12"); /* what is neither does not open */
}

static bool complete_item(struct completing *completing, const struct material_item *item)
{
    struct arena *arena = completing->arena;
    const struct material_environment *stored = find_stored(completing->stored, item->environment);
    const struct json_value *boxes = stored == NULL ? NULL : completing->stored->boxes;
    struct bytes file_place = place_of(item->environment, "file", arena);
    struct bytes password_place = place_of(item->environment, "password", arena);
    struct bytes file_box = material_box(boxes, file_place);
    struct bytes password_box = material_box(boxes, password_place);
    struct material_environment *environment = ARENA_NEW(arena, struct material_environment);

    if (environment == NULL) {
        return fault_set(completing->fault, FAULT_TOO_LARGE, "the request is too large to be worked on");
    }
    if (item->content.data == NULL && file_box.data == NULL) {
        material_body_wrong(completing->body, arena, arena_printf(arena, "%.*s.file", BYTES_FORMAT(item->path)), "is required");
        return true;
    }
    environment->environment = item->environment;
    environment->format = format_of(item, stored);
    environment->alias = item->has_alias || stored == NULL ? item->alias : stored->alias;
    *completing->environments_end = environment;
    completing->environments_end = &environment->next;
    bool is_tried = item->content.data != NULL || item->password.data != NULL || !bytes_equal(environment->format, stored->format)
                    || (environment->alias.data != NULL && !bytes_equal(environment->alias, stored->alias));
    if (is_tried && !add_opening(completing, item, environment, file_box, password_box)) {
        return false;
    }
    struct bytes file = item->content.data == NULL ? item->content : base64_encode(item->content, arena);
    if (!add_value(completing, file_place, file, item->content.data == NULL ? file_box : (struct bytes){NULL, 0})) {
        return false;
    }
    return (item->password.data == NULL && password_box.data == NULL)
           || add_value(completing, password_place, item->password, item->password.data == NULL ? password_box : (struct bytes){NULL, 0});
}

/* All that is stored, as if each environment had been sent with nothing but its name. */
static bool complete_stored(struct completing *completing)
{
    for (const struct material_environment *stored = completing->stored->environments; stored != NULL; stored = stored->next) {
        struct material_item item = {.environment = stored->environment};
        if (!complete_item(completing, &item)) {
            return false;
        }
    }
    return true;
}

bool keystore_body_complete(struct material_completed *completed, struct material_body *body, const struct material_stored *stored,
                            const struct keyring *keyring, struct arena *arena, struct fault *fault)
{
    struct completing completing = {.completed = completed, .body = body, .stored = stored, .keyring = keyring, .arena = arena, .fault = fault};

    *completed = (struct material_completed){.environments = NULL};
    completing.environments_end = &completed->environments;
    completing.values_end = &completed->values;
    completing.openings_end = &completed->openings;
    if (!body->has_items && stored != NULL) {
        return complete_stored(&completing);
    }
    for (const struct material_item *item = body->items; item != NULL; item = item->next) {
        if (!complete_item(&completing, item)) {
            return false;
        }
    }
    return true;
}

/* ---- trying it out */

void keystore_body_open(struct material_opening *openings, int64_t effort, struct arena *arena)
{
    for (struct material_opening *opening = openings; opening != NULL; opening = opening->next) {
        opening->opened = keystore_open(&opening->keystore, &effort, &opening->part, arena, &opening->fault);
    }
}

void keystore_body_blame(struct material_body *body, const struct material_opening *openings, struct arena *arena)
{
    static const char *const fields[] = {
        [KEYSTORE_FILE] = "file", [KEYSTORE_TYPE] = "keyStoreType", [KEYSTORE_PASSWORD] = "password", [KEYSTORE_ALIAS] = "alias"};

    for (const struct material_opening *opening = openings; opening != NULL; opening = opening->next) {
        if (!opening->opened) {
            material_body_wrong(body, arena, arena_printf(arena, "%.*s.%s", BYTES_FORMAT(opening->item->path), fields[opening->part]),
                                opening->fault.message);
        }
    }
}
