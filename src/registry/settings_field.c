/*
 * One declared field, item or map value: present or not, valid or not, readable or sealed.
 *
 * Absent and null are the same for what is readable: the default, else null. They differ on a PUT where a box may be stored for
 * the whole value: there a null written back means that the masked value stays, and whether that satisfies `required` is a
 * need.
 */
#include "registry/settings_work.h"

static struct json_value *readable_null(struct settings_work *work)
{
    return json_new(work->arena, JSON_NULL);
}

static void check_secret(struct settings_work *work, struct settings_slot *slot, const struct settings_position *position)
{
    struct bytes text = slot->value->text;

    if (slot->value->kind == JSON_STRING && text.length == 0) {
        if (slot->required) {
            settings_fail(work, slot, position, BYTES("is required"));
        }
        return; /* cleared */
    }
    struct bytes reason = settings_check(work->arena, slot);
    if (reason.data == NULL && settings_is_mask(text)) {
        reason = SETTINGS_LOOKS_LIKE_MASK;
    }
    if (reason.data != NULL) {
        settings_fail(work, slot, position, reason);
    } else {
        settings_seal(work, slot->value, position);
    }
}

static struct json_value *divide_secret(struct settings_work *work, struct settings_slot *slot,
                                        const struct settings_position *position)
{
    if (slot->value != NULL) {
        check_secret(work, slot, position);
    } else if (work->input->replaces) {
        struct bytes place = settings_keep(work, position, false);
        if (slot->required) {
            settings_need_place(work, slot, position, place);
        }
    } else if (slot->required) {
        settings_fail(work, slot, position, BYTES("is required"));
    }
    return readable_null(work);
}

static struct json_value *divide_items(struct settings_work *work, struct settings_slot *slot,
                                       const struct settings_position *position)
{
    const struct type_field *field = slot->field->items;
    struct settings_item *items = settings_name_items(work->arena, slot->value, field);
    struct json_value *readable = json_new(work->arena, JSON_ARRAY);
    size_t index = 0;

    for (const struct json_value *item = slot->value->first; item != NULL; item = item->next, index++) {
        struct settings_position here = settings_item_position(position, items, index);
        struct settings_slot one = {
            .field = field,
            .value = settings_tidy(work->arena, field, item->kind == JSON_NULL ? NULL : item, NULL),
            .null = item->kind == JSON_NULL,
            .required = field->kind != TYPE_ANY,
            .named_secret = slot->named_secret,
        };
        settings_add_child(readable, settings_divide_slot(work, &one, &here), (struct bytes){NULL, 0});
    }
    return readable;
}

static struct json_value *divide_scalar(struct settings_work *work, struct settings_slot *slot,
                                        const struct settings_position *position)
{
    if (slot->named_secret || settings_is_free_text(slot->field)) {
        return settings_divide_free(work, slot->value, slot->named_secret, position);
    }
    if (slot->field->reference_by_name && slot->value->text.length > 0) {
        settings_refer(work, slot, position);
    }
    return settings_copy_node(work->arena, slot->value);
}

static struct json_value *divide_value(struct settings_work *work, struct settings_slot *slot,
                                       const struct settings_position *position)
{
    const struct type_field *field = slot->field;
    struct bytes reason = settings_check(work->arena, slot);

    if (reason.data != NULL) {
        settings_fail(work, slot, position, reason);
        return readable_null(work);
    }
    if (field->kind == TYPE_ARRAY && field->items != NULL) {
        return divide_items(work, slot, position);
    }
    if (field->kind == TYPE_OBJECT && field->members != NULL) {
        return settings_divide_object(work, slot, position);
    }
    if (field->kind == TYPE_OBJECT && field->map_values != NULL) {
        return settings_divide_map(work, slot, position);
    }
    if (field->kind == TYPE_STRING || field->kind == TYPE_INTEGER || field->kind == TYPE_BOOLEAN) {
        return divide_scalar(work, slot, position);
    }
    return settings_divide_free(work, slot->value, slot->named_secret, position);
}

static struct json_value *divide_missing(struct settings_work *work, struct settings_slot *slot,
                                         const struct settings_position *position)
{
    bool perhaps_stored = settings_may_be_stored(work, slot);
    struct bytes place = perhaps_stored ? settings_keep(work, position, slot->field->default_value != NULL) : (struct bytes){NULL, 0};

    if (slot->field->default_value != NULL) {
        struct settings_slot assumed = *slot;
        assumed.value = slot->field->default_value;
        struct json_value *readable = divide_value(work, &assumed, position);
        slot->failed = assumed.failed;
        return readable;
    }
    if (slot->required && perhaps_stored) {
        settings_need_place(work, slot, position, place);
    } else if (slot->required) {
        settings_fail(work, slot, position, BYTES("is required"));
    }
    return readable_null(work);
}

struct json_value *settings_divide_slot(struct settings_work *work, struct settings_slot *slot,
                                        const struct settings_position *position)
{
    if (slot->field->secret) {
        return divide_secret(work, slot, position);
    }
    return slot->value == NULL ? divide_missing(work, slot, position) : divide_value(work, slot, position);
}
