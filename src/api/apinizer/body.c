/*
 * A connection object as it arrives: the members that all types have are read here, the rest is the type's (registry/settings.h).
 */
#include "api/apinizer/apinizer.h"

static const char *const common_members[] = {"type", "name", "description", "deployToWorker", "enabled", "projectName", NULL};
static const struct json_limits request_limits = {.depth = 32, .repeatable_key = "type"};

enum { DESCRIPTION_LENGTH_MAX = 1000 };

/* Collects errors in order. */
struct error_list {
    struct arena *arena;
    struct settings_error **end;
};

static void add_error(struct error_list *list, const char *field, const char *message)
{
    struct settings_error *error = ARENA_NEW(list->arena, struct settings_error);

    if (error != NULL) {
        error->field = bytes_from(field);
        error->message = bytes_from(message);
        *list->end = error;
        list->end = &error->next;
    }
}

static bool is_given(const struct json_value *value)
{
    return value != NULL && value->kind != JSON_NULL;
}

/* A repeated "type" is elasticsearch's only: one names the type, the other is a field of the same name in old documentation. */
static bool resolve_repeated_type(struct apinizer_body *body, const struct type_table *types, struct json_value *object, struct arena *arena)
{
    struct json_value *first = json_member(object, "type");
    struct json_value *second = NULL;

    for (struct json_value *member = first == NULL ? NULL : first->next; member != NULL && second == NULL; member = member->next) {
        if (bytes_is(member->key, "type")) {
            second = member;
        }
    }
    if (first == NULL || first->kind != JSON_STRING) {
        return second == NULL;
    }
    if (second != NULL && second->kind != JSON_STRING) {
        return false;
    }
    struct bytes names[2] = {first->text, second == NULL ? first->text : second->text};
    const struct connection_type *collided = NULL;
    struct bytes other = {NULL, 0};
    for (int i = 0; i < 2 && collided == NULL; i++) {
        collided = type_find_by_collision(types, names[i]);
        other = names[i];
    }
    if (collided == NULL) {
        return second == NULL;
    }
    if (second != NULL && !bytes_is(names[0], collided->name) && !bytes_is(names[1], collided->name)) {
        return false;
    }
    body->type_name = bytes_from(collided->name);
    struct json_value *field = json_new_string(arena, other);
    if (field != NULL && json_member(object, collided->collision_field) == NULL) {
        field->key = bytes_from(collided->collision_field);
        json_append(object, field);
    }
    return true;
}

static void read_type(struct apinizer_body *body, const struct type_table *types, struct json_value *object, struct error_list *errors)
{
    const struct json_value *type = json_member(object, "type");

    if (!resolve_repeated_type(body, types, object, errors->arena)) {
        body->refusal = BODY_MALFORMED;
        (void) fault_set(&body->fault, FAULT_INVALID, "repeated key \"type\"");
        return;
    }
    if (!is_given(type) || (type->kind == JSON_STRING && type->text.length == 0)) {
        add_error(errors, "type", "type is required");
    } else if (type->kind != JSON_STRING) {
        add_error(errors, "type", "type must be a string");
    } else {
        if (body->type_name.data == NULL) {
            body->type_name = type->text;
        }
        body->type = type_find(types, body->type_name);
        if (body->type == NULL) {
            body->refusal = BODY_UNKNOWN_TYPE;
        }
    }
}

static void read_name(struct apinizer_body *body, const struct json_value *object, bool required, struct error_list *errors)
{
    const struct json_value *name = json_member(object, "name");

    if (!is_given(name) || (name->kind == JSON_STRING && name->text.length == 0)) {
        if (required) {
            add_error(errors, "name", "name is required");
        }
    } else if (name->kind != JSON_STRING) {
        add_error(errors, "name", "name must be a string");
    } else if (!connection_name_is_valid(name->text)) {
        add_error(errors, "name", "name must have 1 to 255 characters, without slash, control characters, leading or trailing space");
    } else {
        body->name = name->text;
    }
}

static void read_description(struct apinizer_body *body, const struct json_value *object, struct error_list *errors)
{
    const struct json_value *description = json_member(object, "description");
    size_t characters;

    if (!is_given(description)) {
        return;
    }
    if (description->kind != JSON_STRING) {
        add_error(errors, "description", "description must be a string");
    } else if (bytes_utf8(description->text, &characters) && characters > DESCRIPTION_LENGTH_MAX) {
        add_error(errors, "description", "description must have at most 1000 characters");
    } else {
        body->description = description->text;
    }
}

static bool read_flag(const struct json_value *object, const char *name, const char *message, struct error_list *errors)
{
    const struct json_value *flag = json_member(object, name);

    if (!is_given(flag)) {
        return true; /* both flags default to true */
    }
    if (flag->kind != JSON_BOOLEAN) {
        add_error(errors, name, message);
    }
    return flag->boolean;
}

bool apinizer_body_read(struct apinizer_body *body, struct api_context *context, struct api_exchange *exchange, bool replaces)
{
    struct error_list errors = {exchange->arena, &body->errors};
    struct json_value *object;

    *body = (struct apinizer_body){.refusal = BODY_FINE};
    errors.end = &body->errors;
    if (!json_read(&object, exchange->request->body, &request_limits, exchange->arena, &body->fault)) {
        body->refusal = BODY_MALFORMED;
        return body->fault.kind != FAULT_TOO_LARGE;
    }
    if (object->kind != JSON_OBJECT) {
        body->refusal = BODY_MALFORMED;
        (void) fault_set(&body->fault, FAULT_INVALID, "the body must be a JSON object");
        return true;
    }
    read_type(body, context->types, object, &errors);
    read_name(body, object, !replaces, &errors);
    read_description(body, object, &errors);
    body->deploy_to_worker = read_flag(object, "deployToWorker", "deployToWorker must be true or false", &errors);
    body->enabled = read_flag(object, "enabled", "enabled must be true or false", &errors);
    if (body->type != NULL) {
        struct settings_input input = {.type = body->type, .object = object, .common = common_members, .replaces = replaces,
                                       .host_name = context->host_name};
        if (!settings_divide(&body->settings, &input, exchange->arena)) {
            return false;
        }
        *errors.end = body->settings.errors;
    }
    return !arena_overflowed(exchange->arena);
}
