/*
 * What one division finds out, gathered into the lists of struct settings, each in the order of finding.
 *
 * One error a field, the first: what follows from a wrong value would only hide what is to be corrected. A reason never holds
 * the value it is about; whether that is a secret need not be asked then.
 */
#include "registry/settings_work.h"

#include "json/writer.h"

static struct bytes join(struct arena *arena, struct bytes a, const char *between, struct bytes b)
{
    struct buf buf;

    buf_init(&buf, arena, a.length + b.length + 2);
    buf_add(&buf, a);
    buf_add_string(&buf, between);
    buf_add(&buf, b);
    return buf_bytes(&buf);
}

void settings_fail_with(struct settings_work *work, struct bytes path, struct bytes message)
{
    struct settings_error *error =
        work->error_count < SETTINGS_ERRORS_MAX ? ARENA_NEW(work->arena, struct settings_error) : NULL;

    if (error == NULL) {
        return;
    }
    *error = (struct settings_error){.field = path, .message = message};
    *work->errors_end = error;
    work->errors_end = &error->next;
    work->error_count++;
}

void settings_fail(struct settings_work *work, struct settings_slot *slot, const struct settings_position *position,
                   struct bytes reason)
{
    if (work->error_count == SETTINGS_ERRORS_MAX || (slot != NULL && slot->failed)) {
        return;
    }
    if (slot != NULL) {
        slot->failed = true;
    }
    struct bytes path = settings_path_of(work->arena, position);
    settings_fail_with(work, path, join(work->arena, path, " ", reason));
}

void settings_seal(struct settings_work *work, const struct json_value *value, const struct settings_position *position)
{
    struct settings_sealed *sealed = ARENA_NEW(work->arena, struct settings_sealed);

    if (sealed == NULL) {
        return;
    }
    sealed->place = settings_place_of(work->arena, position);
    sealed->plaintext = json_text(work->arena, value);
    *work->sealed_end = sealed;
    work->sealed_end = &sealed->next;
}

struct settings_place *settings_add_place(struct arena *arena, struct settings_place *rest, struct bytes place)
{
    struct settings_place *first = ARENA_NEW(arena, struct settings_place);

    if (first == NULL) {
        return rest;
    }
    *first = (struct settings_place){.place = place, .next = rest};
    return first;
}

static void append_place(struct settings_work *work, struct settings_place ***end, struct bytes place, bool assumed)
{
    struct settings_place *last = settings_add_place(work->arena, NULL, place);

    if (last != NULL) {
        last->assumed = assumed;
        **end = last;
        *end = &last->next;
    }
}

struct bytes settings_keep(struct settings_work *work, const struct settings_position *position, bool assumed)
{
    struct bytes place = settings_place_of(work->arena, position);

    append_place(work, &work->keep_end, place, assumed);
    return place;
}

void settings_warn(struct settings_work *work, const struct settings_position *position)
{
    struct bytes path = settings_path_of(work->arena, position);
    struct bytes reason = arena_printf(work->arena, "is not a field of type %s: it is kept sealed and masked like a secret",
                                       work->input->type->name);

    append_place(work, &work->warnings_end, join(work->arena, path, " ", reason), false);
}

void settings_refer(struct settings_work *work, const struct settings_slot *slot, const struct settings_position *position)
{
    struct settings_reference *reference = ARENA_NEW(work->arena, struct settings_reference);

    if (reference == NULL) {
        return;
    }
    struct bytes path = settings_path_of(work->arena, position);
    struct bytes reason = arena_printf(work->arena, "must be the name of a %s in the project", slot->field->reference);

    *reference = (struct settings_reference){.kind = slot->field->reference, .name = slot->value->text};
    reference->error = (struct settings_error){.field = path, .message = join(work->arena, path, " ", reason)};
    *work->references_end = reference;
    work->references_end = &reference->next;
}

void settings_need_any(struct settings_work *work, struct settings_place *any, struct bytes given,
                       const struct settings_error *error)
{
    struct settings_need *need = ARENA_NEW(work->arena, struct settings_need);

    if (need == NULL) {
        return;
    }
    *need = (struct settings_need){.any = any, .given = given, .error = {.field = error->field, .message = error->message}};
    *work->needs_end = need;
    work->needs_end = &need->next;
}

void settings_need_place(struct settings_work *work, struct settings_slot *slot, const struct settings_position *position,
                         struct bytes place)
{
    struct bytes path = settings_path_of(work->arena, position);
    struct settings_error error = {.field = path, .message = join(work->arena, path, " ", BYTES("is required"))};

    if (slot != NULL) {
        slot->needed = true;
    }
    settings_need_any(work, settings_add_place(work->arena, NULL, place), (struct bytes){NULL, 0}, &error);
}

void settings_add_child(struct json_value *container, struct json_value *child, struct bytes key)
{
    if (container != NULL && child != NULL) {
        child->key = key;
        json_append(container, child);
    }
}

struct json_value *settings_copy_node(struct arena *arena, const struct json_value *value)
{
    struct json_value *copy = ARENA_NEW(arena, struct json_value);

    if (copy != NULL) {
        *copy = *value;
        copy->key = (struct bytes){NULL, 0};
        copy->next = NULL;
    }
    return copy;
}
