/*
 * Errors are gathered, so that a client hears of all of them at once.
 */
#include "api/apinizer/material.h"

#include <string.h>

void material_body_init(struct material_body *body, const char *list_path)
{
    *body = (struct material_body){.refusal = MATERIAL_FINE, .list_path = list_path};
    body->errors_end = &body->errors;
    body->warnings_end = &body->warnings;
}

void material_body_wrong(struct material_body *body, struct arena *arena, struct bytes field, const char *what)
{
    struct settings_error *error = ARENA_NEW(arena, struct settings_error);

    if (error != NULL) {
        error->field = field;
        error->message = arena_printf(arena, "%.*s %s", BYTES_FORMAT(field), what);
        *body->errors_end = error;
        body->errors_end = &error->next;
    }
}

void material_body_warn(struct material_body *body, struct arena *arena, struct bytes field)
{
    struct settings_place *warning = ARENA_NEW(arena, struct settings_place);

    if (warning != NULL) {
        warning->place = arena_printf(arena, "%.*s is not known here and was ignored", BYTES_FORMAT(field));
        *body->warnings_end = warning;
        body->warnings_end = &warning->next;
    }
}

static bool occurs_before(const struct material_body *body, const struct material_item *item)
{
    for (const struct material_item *other = body->items; other != item; other = other->next) {
        if (bytes_equal(other->environment, item->environment)) {
            return true;
        }
    }
    return false;
}

void material_body_too_many(struct material_body *body, struct arena *arena, long limit)
{
    struct bytes what = arena_printf(arena, "must have at most %ld environments", limit);

    if (what.data != NULL) {
        material_body_wrong(body, arena, bytes_from(body->list_path), what.data);
    }
}

void material_body_check_environments(struct material_body *body, struct arena *arena)
{
    for (const struct material_item *item = body->items; item != NULL; item = item->next) {
        if (item->environment.length == 0) {
            continue; /* told already */
        }
        if (!connection_label_is_valid(item->environment) || memchr(item->environment.data, ',', item->environment.length) != NULL) {
            material_body_wrong(body, arena, item->name_path,
                                "must have 1 to 255 characters, without comma, control characters, leading or trailing space");
        } else if (occurs_before(body, item)) {
            material_body_wrong(body, arena, item->name_path, "names an environment that the list has already");
        }
    }
}
