/*
 * The way in; the walk itself is in settings_object.c, settings_field.c and settings_free.c.
 */
#include "registry/settings_work.h"

bool settings_divide(struct settings *settings, const struct settings_input *input, struct arena *arena)
{
    struct settings_work work = {
        .input = input,
        .arena = arena,
        .settings = settings,
        .sealed_end = &settings->sealed,
        .keep_end = &settings->keep,
        .needs_end = &settings->needs,
        .references_end = &settings->references,
        .errors_end = &settings->errors,
        .warnings_end = &settings->warnings,
    };

    *settings = (struct settings){.readable = NULL};
    settings->readable = settings_divide_body(&work);
    return !arena_overflowed(arena);
}
