/*
 * Input: a body in a line, whose member `type` names one of conf/types (or the built-in `catalog`); perhaps another behind it, that is put over it.
 * What a body that is right comes to is so divided that nothing secret is left to read and every box has its place; what is read with its secrets and
 * written back changes nothing, what is read without them and written back keeps them all.
 */
#include <stdio.h>
#include <string.h>

#include "api/catalog/catalog.h"
#include "json/writer.h"
#include "registry/settings.h"
#include "tests/fuzz/fuzz.h"

/* What begins with this is in a message by mistake only. */
#define TELLING "hunter2"

static const char *const common[] = {"type", "name", "description", "deployToWorker", "enabled", NULL};

static const struct connection_type *find_type(struct bytes name)
{
    static struct type_table *types;
    char folder[4096];
    struct fault fault;

    if (types == NULL) {
        (void) snprintf(folder, sizeof folder, "%s/conf/types", fuzz_source());
        fuzz_require(type_table_load(&types, folder, &fault));
    }
    return bytes_is(name, "catalog") ? &catalog_type : type_find(types, name);
}

static struct settings divide(const struct connection_type *type, const struct json_value *object, bool replaces, struct arena *arena)
{
    struct settings_input input = {.type = type, .object = object, .common = common, .replaces = replaces, .host_name = "host"};
    struct settings settings;

    /* What 16 MiB do not hold was made larger than 64 KiB of body can be. */
    fuzz_require(settings_divide(&settings, &input, arena));
    fuzz_require(settings.readable != NULL && settings.readable->kind == JSON_OBJECT);
    return settings;
}

/* ---- boxes, which are the plaintexts themselves here ---- */

/* What is sealed is null in what is readable. */
static bool open_box(void *context, struct bytes place, struct bytes box, const struct json_value *there, struct bytes *plaintext, struct fault *fault)
{
    size_t *count = context;

    (void) place, (void) fault;
    fuzz_require(there->kind == JSON_NULL);
    ++*count;
    *plaintext = box;
    return true;
}

static bool open_null(void *context, struct bytes place, struct bytes box, const struct json_value *there, struct bytes *plaintext, struct fault *fault)
{
    (void) context, (void) place, (void) there, (void) fault;
    *plaintext = box;
    return true;
}

static void add_box(struct json_value *boxes, struct bytes place, struct bytes plaintext, struct arena *arena)
{
    struct json_value *box = json_new_string(arena, plaintext);

    fuzz_require(box != NULL && json_member_bytes(boxes, place) == NULL);
    box->key = place;
    json_append(boxes, box);
}

/* The readable settings with every box opened; every box must have had its place. */
static struct json_value *filled(const struct settings *settings, struct arena *arena)
{
    struct json_value *tree = fuzz_json(fuzz_text(arena, settings->readable), arena), *boxes = json_new(arena, JSON_OBJECT);
    size_t count = 0;
    struct fault fault = {0};

    fuzz_require(tree != NULL && boxes != NULL);
    for (const struct settings_sealed *sealed = settings->sealed; sealed != NULL; sealed = sealed->next) {
        add_box(boxes, sealed->place, sealed->plaintext, arena);
    }
    fuzz_require(settings_fill(tree, boxes, open_box, &count, arena, &fault));
    fuzz_require(count == boxes->count);
    return tree;
}

static const struct settings_sealed *find_sealed(const struct settings *settings, struct bytes place)
{
    const struct settings_sealed *sealed = settings->sealed;

    while (sealed != NULL && !bytes_equal(sealed->place, place)) {
        sealed = sealed->next;
    }
    return sealed;
}

/* As the database stores what is readable: null where a default stands in for a box that is kept. */
static struct bytes stored_text(const struct settings *settings, const struct settings *stored, struct arena *arena)
{
    struct json_value *tree = fuzz_json(fuzz_text(arena, settings->readable), arena), *boxes = json_new(arena, JSON_OBJECT);
    struct fault fault = {0};

    fuzz_require(tree != NULL && boxes != NULL);
    for (const struct settings_place *kept = settings->keep; kept != NULL; kept = kept->next) {
        if (kept->assumed && find_sealed(stored, kept->place) != NULL) {
            add_box(boxes, kept->place, BYTES("null"), arena);
        }
    }
    fuzz_require(settings_fill(tree, boxes, open_null, NULL, arena, &fault));
    return fuzz_text(arena, tree);
}

/* As the database would judge, if what is sealed now is all that is stored. */
static bool needs_are_met(const struct settings *settings, const struct settings *stored)
{
    for (const struct settings_need *need = settings->needs; need != NULL; need = need->next) {
        bool met = need->given.length > 0 && find_sealed(stored, need->given) == NULL;
        for (const struct settings_place *place = need->any; place != NULL; place = place->next) {
            met = met || find_sealed(stored, place->place) != NULL;
        }
        if (!met) {
            return false;
        }
    }
    return true;
}

/* ---- properties ---- */

static void check_secrets_are_null(const struct type_field *fields, size_t count, const struct json_value *readable);

static void check_field(const struct type_field *field, const struct json_value *value)
{
    if (value == NULL || value->kind == JSON_NULL) {
        return;
    }
    fuzz_require(!field->secret);
    if (value->kind == JSON_OBJECT && field->members != NULL) {
        check_secrets_are_null(field->members, field->member_count, value);
    }
    for (const struct json_value *child = value->first; child != NULL; child = child->next) {
        if (value->kind == JSON_ARRAY && field->items != NULL) {
            check_field(field->items, child);
        } else if (value->kind == JSON_OBJECT && field->map_values != NULL) {
            check_field(field->map_values, child);
        }
    }
}

static void check_secrets_are_null(const struct type_field *fields, size_t count, const struct json_value *readable)
{
    for (size_t i = 0; i < count; i++) {
        check_field(&fields[i], json_member(readable, fields[i].name));
    }
}

static size_t occurrences(struct bytes text, struct bytes needle)
{
    size_t count = 0;
    const char *at;

    while (text.length >= needle.length && (at = memmem(text.data, text.length, needle.data, needle.length)) != NULL) {
        count++;
        text = bytes_slice(text, (size_t) (at - text.data) + 1, text.length);
    }
    return count;
}

static void check_messages(const struct settings *settings, struct bytes body)
{
    for (const struct settings_sealed *sealed = settings->sealed; sealed != NULL; sealed = sealed->next) {
        struct bytes value = bytes_slice(sealed->plaintext, 1, sealed->plaintext.length - 1);
        if (!bytes_starts(value, TELLING) || occurrences(body, value) != 1) {
            continue;
        }
        for (const struct settings_error *error = settings->errors; error != NULL; error = error->next) {
            fuzz_require(occurrences(error->message, value) == 0 && occurrences(error->field, value) == 0);
        }
        for (const struct settings_place *warning = settings->warnings; warning != NULL; warning = warning->next) {
            fuzz_require(occurrences(warning->place, value) == 0);
        }
    }
}

static void check_same_sealed(const struct settings *before, const struct settings *after)
{
    size_t count = 0, again = 0;

    for (const struct settings_sealed *sealed = before->sealed; sealed != NULL; sealed = sealed->next, count++) {
        const struct settings_sealed *other = find_sealed(after, sealed->place);
        fuzz_require(other != NULL && bytes_equal(other->plaintext, sealed->plaintext));
    }
    for (const struct settings_sealed *sealed = after->sealed; sealed != NULL; sealed = sealed->next) {
        again++;
    }
    fuzz_require(count == again);
}

static bool keeps(const struct settings *settings, struct bytes place)
{
    const struct settings_place *kept = settings->keep;

    while (kept != NULL && !bytes_equal(kept->place, place)) {
        kept = kept->next;
    }
    return kept != NULL;
}

static void check_writing_back(const struct connection_type *type, const struct settings *settings, struct arena *arena)
{
    struct bytes readable = fuzz_text(arena, settings->readable);
    struct settings full = divide(type, filled(settings, arena), true, arena);
    struct settings masked = divide(type, fuzz_json(readable, arena), true, arena);

    fuzz_require(full.errors == NULL && bytes_equal(fuzz_text(arena, full.readable), readable));
    check_same_sealed(settings, &full);
    fuzz_require(masked.errors == NULL && bytes_equal(stored_text(&masked, settings, arena), readable));
    fuzz_require(masked.sealed == NULL && needs_are_met(&masked, settings));
    for (const struct settings_sealed *sealed = settings->sealed; sealed != NULL; sealed = sealed->next) {
        fuzz_require(keeps(&masked, sealed->place));
    }
}

static void check_stored(const struct connection_type *type, const struct settings *stored, struct arena *arena)
{
    check_secrets_are_null(type->fields, type->field_count, stored->readable);
    check_writing_back(type, stored, arena);
}

/* What a PUT makes of what is stored: its own boxes, and those at the places that it keeps. */
static struct settings written_over(const struct settings *stored, const struct settings *put, struct arena *arena)
{
    struct settings written = {.readable = fuzz_json(stored_text(put, stored, arena), arena)};
    struct settings_sealed **end = &written.sealed;

    for (int from = 0; from < 2; from++) {
        for (const struct settings_sealed *sealed = from == 0 ? put->sealed : stored->sealed; sealed != NULL; sealed = sealed->next) {
            if (from == 0 || (keeps(put, sealed->place) && find_sealed(put, sealed->place) == NULL)) {
                *end = ARENA_NEW(arena, struct settings_sealed);
                fuzz_require(*end != NULL);
                **end = (struct settings_sealed){.place = sealed->place, .plaintext = sealed->plaintext};
                end = &(*end)->next;
            }
        }
    }
    return written;
}

/* The first body is created, the second put over it. */
static void check_bodies(const struct connection_type *type, struct bytes body, struct bytes over)
{
    struct arena *arena = fuzz_arena();
    const struct json_value *object = fuzz_json(over, arena);
    struct settings stored = divide(type, fuzz_json(body, arena), false, arena);

    check_messages(&stored, body);
    if (stored.errors != NULL) {
        return;
    }
    fuzz_require(stored.keep == NULL && stored.needs == NULL);
    check_stored(type, &stored, arena);
    if (object == NULL || object->kind != JSON_OBJECT) {
        return;
    }
    struct settings put = divide(type, object, true, arena), written = written_over(&stored, &put, arena);
    check_messages(&put, over);
    if (put.errors == NULL && needs_are_met(&put, &written)) {
        check_stored(type, &written, arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes over = fuzz_bytes(data, size), body = fuzz_line(&over);
    const struct json_value *object = fuzz_json(body, fuzz_arena());
    const struct json_value *name = json_member(object, "type");
    const struct connection_type *type = name == NULL || name->kind != JSON_STRING ? NULL : find_type(name->text);

    if (type != NULL) {
        check_bodies(type, body, over);
        check_bodies(type, body, body);
    }
    return 0;
}
