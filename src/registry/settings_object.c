/*
 * Objects: the body itself, declared objects within it, and maps with free keys.
 *
 * What is stored always has every declared member, in the type's order, so that a reader sees what there is; what the
 * type does not name comes after, sealed as a whole: a misspelt secret must not end up readable.
 */
#include "registry/settings_work.h"

static bool is_common(const struct settings_work *work, struct bytes name)
{
    for (const char *const *common = work->input->common; common != NULL && *common != NULL; common++) {
        if (bytes_is(name, *common)) {
            return true;
        }
    }
    return false;
}

/* The type's own spelling wins over another one wherever both were sent with a value. */
static void fill_slot(struct settings_work *work, const struct settings_members *members, const struct type_field *field,
                      const struct json_value *sent)
{
    bool alias = field->alias_of != NULL;
    struct settings_slot *slot =
        alias ? settings_slot_named(members, bytes_from(field->alias_of)) : &members->slots[field - members->fields];

    if (sent->kind == JSON_NULL) {
        slot->null = true;
    } else if (slot->value == NULL || (slot->aliased && !alias)) {
        slot->value = settings_tidy(work->arena, slot->field, sent, NULL);
        slot->aliased = alias;
    }
}

/* Conditions look at siblings: when all slots are filled. */
static void note_required(const struct settings_members *members)
{
    for (size_t i = 0; i < members->count; i++) {
        const struct type_field *field = members->slots[i].field;
        members->slots[i].required =
            field->required
            || (field->required_when_count > 0
                && settings_conditions_hold(members, field->required_when, field->required_when_count));
    }
}

/* One slot a field. False when the arena overflowed. */
static bool fill_slots(struct settings_work *work, struct settings_members *members, const struct json_value *object)
{
    members->slots = ARENA_ARRAY(work->arena, struct settings_slot, members->count);
    if (members->slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < members->count; i++) {
        members->slots[i].field = &members->fields[i];
        members->slots[i].among = members;
    }
    for (const struct json_value *child = object->first; child != NULL; child = child->next) {
        const struct type_field *field = type_field_find(members->fields, members->count, child->key);
        if (field != NULL) {
            fill_slot(work, members, field, child);
        }
    }
    for (size_t i = 0; i < members->count; i++) {
        struct settings_slot *slot = &members->slots[i];
        const struct type_field *field = slot->field;
        if (field->fill_host_name) {
            slot->value = settings_tidy(work->arena, field, slot->value, work->input->host_name);
        }
    }
    note_required(members);
    return true;
}

static struct settings_position member_position(const struct settings_position *parent, struct bytes name)
{
    return (struct settings_position){.parent = parent, .step = STEP_MEMBER, .name = name};
}

static struct json_value *divide_unnamed(struct settings_work *work, const struct json_value *sent,
                                         const struct settings_position *position)
{
    if (sent->kind == JSON_NULL) {
        if (work->input->replaces) {
            settings_keep(work, position, false);
            settings_warn(work, position);
        }
    } else if (sent->kind == JSON_STRING && settings_is_mask(sent->text) && settings_key_is_secret(sent->key)) {
        settings_fail(work, NULL, position, SETTINGS_LOOKS_LIKE_MASK);
    } else {
        settings_seal(work, sent, position);
        settings_warn(work, position);
    }
    return json_new(work->arena, JSON_NULL);
}

/* Members that the type does not name; those of the body that are common to all types are not ours. */
static void divide_unnamed_members(struct settings_work *work, const struct settings_members *members,
                                   const struct json_value *object, const struct settings_position *position,
                                   struct json_value *readable)
{
    for (const struct json_value *child = object->first; child != NULL; child = child->next) {
        if (type_field_find(members->fields, members->count, child->key) != NULL
            || (position == NULL && is_common(work, child->key))) {
            continue;
        }
        struct settings_position here = member_position(position, child->key);
        settings_add_child(readable, divide_unnamed(work, child, &here), child->key);
    }
}

static void divide_named_members(struct settings_work *work, const struct settings_members *members,
                                 const struct settings_position *position, struct json_value *readable)
{
    for (size_t i = 0; i < members->count; i++) {
        struct settings_slot *slot = &members->slots[i];
        struct bytes name = bytes_from(slot->field->name);
        struct settings_position here = member_position(position, name);

        if (slot->field->alias_of != NULL) {
            continue;
        }
        settings_add_child(readable, settings_divide_slot(work, slot, &here), name);
        if (position == NULL) {
            settings_apply_rules(work, members, i);
        }
    }
}

struct json_value *settings_divide_body(struct settings_work *work)
{
    const struct connection_type *type = work->input->type;
    struct settings_members members = {.fields = type->fields, .count = type->field_count};
    struct json_value *readable = json_new(work->arena, JSON_OBJECT);

    if (fill_slots(work, &members, work->input->object)) {
        divide_named_members(work, &members, NULL, readable);
        divide_unnamed_members(work, &members, work->input->object, NULL, readable);
    }
    return readable;
}

/* In {"name": ..., "value": ...} the name says what the value is; in a map its key does, and `value` is the value's member. */
static void note_named_secret(const struct settings_members *members, const struct settings_slot *outer)
{
    static const char *const naming[] = {"name", "key"};
    bool secret = outer->named_secret;

    if (type_field_find(members->fields, members->count, BYTES("value")) == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof naming / sizeof naming[0]; i++) {
        struct bytes name = bytes_from(naming[i]);
        const struct json_value *text = type_field_find(members->fields, members->count, name) == NULL
                                            ? NULL
                                            : settings_effective(settings_slot_named(members, name));
        secret = secret || (text != NULL && text->kind == JSON_STRING && settings_key_is_secret(text->text));
    }
    settings_slot_named(members, BYTES("value"))->named_secret = secret;
}

static void check_one_true(struct settings_work *work, const struct settings_members *members, struct settings_slot *slot,
                           const struct settings_position *position)
{
    const struct json_value *names = slot->field->one_true;

    for (const struct json_value *name = names == NULL ? NULL : names->first; name != NULL; name = name->next) {
        const struct json_value *value = settings_effective(settings_slot_named(members, name->text));
        if (value != NULL && (value->kind != JSON_BOOLEAN || value->boolean)) {
            return;
        }
    }
    if (names != NULL) {
        struct bytes joined = settings_join(work->arena, names, ", ");
        settings_fail(work, slot, position,
                      arena_printf(work->arena, "must have at least one of %.*s true", BYTES_FORMAT(joined)));
    }
}

struct json_value *settings_divide_object(struct settings_work *work, struct settings_slot *slot,
                                          const struct settings_position *position)
{
    struct settings_members members = {.fields = slot->field->members, .count = slot->field->member_count};
    struct json_value *readable = json_new(work->arena, JSON_OBJECT);

    if (fill_slots(work, &members, slot->value)) {
        note_named_secret(&members, slot);
        check_one_true(work, &members, slot, position);
        divide_named_members(work, &members, position, readable);
        divide_unnamed_members(work, &members, slot->value, position, readable);
    }
    return readable;
}

/* ---- maps ---- */

static bool is_listed(const struct json_value *texts, struct bytes text)
{
    for (const struct json_value *item = texts->first; item != NULL; item = item->next) {
        if (bytes_equal(item->text, text)) {
            return true;
        }
    }
    return false;
}

/* A key that must be there: in the map, or supplied by the sibling that the type names for it. */
static void check_contained(struct settings_work *work, struct settings_slot *slot, const struct settings_position *position,
                            struct bytes key)
{
    const struct json_value *value = json_member_bytes(slot->value, key);
    const struct json_value *from = json_member_bytes(slot->field->map_key_from, key);
    struct settings_position here = {.parent = position, .step = STEP_KEY, .name = key};
    enum settings_supply supply = SUPPLY_NOTHING;

    if (value != NULL && value->kind != JSON_NULL) {
        return;
    }
    if (from != NULL && slot->among != NULL) {
        supply = settings_supply_of(work, settings_slot_named(slot->among, from->text));
    }
    if (supply == SUPPLY_NOTHING) {
        settings_fail(work, NULL, &here, BYTES("is required"));
    } else if (supply == SUPPLY_PERHAPS_STORED) {
        struct settings_position sibling = member_position(position->parent, from->text);
        settings_need_place(work, NULL, &here, settings_place_of(work->arena, &sibling));
    }
}

struct json_value *settings_divide_map(struct settings_work *work, struct settings_slot *slot,
                                       const struct settings_position *position)
{
    const struct type_field *map = slot->field;
    struct json_value *readable = json_new(work->arena, JSON_OBJECT);

    for (const struct json_value *child = slot->value->first; child != NULL; child = child->next) {
        struct settings_position here = {.parent = position, .step = STEP_KEY, .name = child->key};
        struct settings_slot one = {
            .field = map->map_values,
            .value = settings_tidy(work->arena, map->map_values, child->kind == JSON_NULL ? NULL : child, NULL),
            .null = child->kind == JSON_NULL,
            /* Keys that the type lists are names like those of its fields: what is secret there would be marked. */
            .named_secret = slot->named_secret || (map->map_keys == NULL && settings_key_is_secret(child->key)),
        };
        if (map->map_keys != NULL && !is_listed(map->map_keys, child->key)) {
            struct bytes keys = settings_join(work->arena, map->map_keys, ", ");
            settings_fail(work, NULL, &here,
                          arena_printf(work->arena, "is not a key of this map, which has %.*s", BYTES_FORMAT(keys)));
            continue;
        }
        settings_add_child(readable, settings_divide_slot(work, &one, &here), child->key);
    }
    for (const struct json_value *key = map->map_must_contain == NULL ? NULL : map->map_must_contain->first; key != NULL;
         key = key->next) {
        check_contained(work, slot, position, key->text);
    }
    return readable;
}
