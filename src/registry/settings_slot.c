/*
 * A slot as conditions and rules see it.
 */
#include "registry/settings_work.h"

const struct json_value *settings_effective(const struct settings_slot *slot)
{
    return slot->value != NULL ? slot->value : slot->field->default_value;
}

struct settings_slot *settings_slot_named(const struct settings_members *members, struct bytes name)
{
    const struct type_field *field = type_field_find(members->fields, members->count, name);

    if (field->alias_of != NULL) {
        field = type_field_find(members->fields, members->count, bytes_from(field->alias_of));
    }
    return &members->slots[field - members->fields];
}
