/*
 * What is required only under conditions, and rules over several fields.
 *
 * A PUT knows the body but not what is stored: a secret that was left out, and a text that was written back as null because it
 * is masked (its form told a password), are there or not, only the database can say. Rules have three answers therefore, and
 * the third one becomes a need. Rules see defaults as if they had been sent, and wrong values as given: those have their own
 * error.
 */
#include "registry/settings_work.h"

static bool is_same(const struct json_value *a, const struct json_value *b)
{
    int64_t left, right;

    if (a->kind != b->kind) {
        return false;
    }
    if (a->kind == JSON_NUMBER) {
        return json_int64(a, &left) && json_int64(b, &right) && left == right;
    }
    return a->kind == JSON_BOOLEAN ? a->boolean == b->boolean : bytes_equal(a->text, b->text);
}

static bool condition_holds(const struct settings_members *members, const struct type_condition *condition)
{
    const struct json_value *value = settings_effective(settings_slot_named(members, bytes_from(condition->field)));

    if (value == NULL) {
        return false;
    }
    for (const struct json_value *accepted = condition->values->first; accepted != NULL; accepted = accepted->next) {
        if (is_same(accepted, value)) {
            return true;
        }
    }
    return false;
}

bool settings_conditions_hold(const struct settings_members *members, const struct type_condition *when, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!condition_holds(members, &when[i])) {
            return false;
        }
    }
    return true;
}

bool settings_is_free_text(const struct type_field *field)
{
    return field->kind == TYPE_ANY
           || (field->kind == TYPE_STRING && !field->secret && field->choices == NULL && !field->reference_by_name);
}

bool settings_may_be_stored(const struct settings_work *work, const struct settings_slot *slot)
{
    const struct type_field *field = slot->field;

    if (!work->input->replaces || !slot->null || slot->value != NULL) {
        return false;
    }
    if (settings_is_free_text(field)) {
        return true;
    }
    bool whole = field->kind == TYPE_STRING || field->kind == TYPE_INTEGER
                 || (field->kind == TYPE_ARRAY && field->items == NULL)
                 || (field->kind == TYPE_OBJECT && field->members == NULL && field->map_values == NULL);
    return slot->named_secret && whole;
}

enum settings_supply settings_supply_of(const struct settings_work *work, const struct settings_slot *slot)
{
    const struct json_value *value = settings_effective(slot);

    if (value != NULL) {
        return value->kind == JSON_STRING && value->text.length == 0 ? SUPPLY_NOTHING : SUPPLY_GIVEN;
    }
    if (slot->field->secret) {
        return work->input->replaces ? SUPPLY_PERHAPS_STORED : SUPPLY_NOTHING;
    }
    return settings_may_be_stored(work, slot) ? SUPPLY_PERHAPS_STORED : SUPPLY_NOTHING;
}

/* ---- rules: all of them are about fields of the type itself ---- */

static struct bytes place_of_field(struct settings_work *work, const struct type_field *field)
{
    struct settings_position position = {.step = STEP_MEMBER, .name = bytes_from(field->name)};

    return settings_place_of(work->arena, &position);
}

static void fail_rule(struct settings_work *work, struct settings_slot *slot, struct bytes message)
{
    if (slot->failed) {
        return;
    }
    slot->failed = true;
    settings_fail_with(work, bytes_from(slot->field->name), message);
}

static struct bytes name_fields(struct settings_work *work, const struct type_rule *rule, const char *between, const char *rest)
{
    struct bytes names = settings_join(work->arena, rule->fields, between);

    return arena_printf(work->arena, "%.*s %s", BYTES_FORMAT(names), rest);
}

static void apply_any_of(struct settings_work *work, const struct settings_members *members, const struct type_rule *rule,
                         struct settings_slot *slot)
{
    struct settings_place *any = NULL;

    for (const struct json_value *name = rule->fields->first; name != NULL; name = name->next) {
        struct settings_slot *other = settings_slot_named(members, name->text);
        enum settings_supply supply = settings_supply_of(work, other);
        if (supply == SUPPLY_GIVEN) {
            return;
        }
        if (supply == SUPPLY_PERHAPS_STORED) {
            any = settings_add_place(work->arena, any, place_of_field(work, other->field));
        }
    }
    struct bytes message = name_fields(work, rule, " or ", "is required");
    if (any == NULL) {
        fail_rule(work, slot, message);
    } else if (!slot->failed && !slot->needed) {
        struct settings_error error = {.field = bytes_from(slot->field->name), .message = message};
        slot->needed = true;
        settings_need_any(work, any, (struct bytes){NULL, 0}, &error);
    }
}

/* `slot`: the field that must be there as well. */
static void apply_required_when_present(struct settings_work *work, const struct settings_members *members,
                                        const struct type_rule *rule, struct settings_slot *slot)
{
    const struct settings_slot *given = settings_slot_named(members, bytes_from(rule->given));
    enum settings_supply whether = settings_supply_of(work, given);
    enum settings_supply supply = settings_supply_of(work, slot);

    /* What is wrong itself asks for nothing: only the wrong field is named. */
    if (whether == SUPPLY_NOTHING || supply == SUPPLY_GIVEN || given->failed) {
        return;
    }
    struct settings_error error = {
        .field = bytes_from(slot->field->name),
        .message = arena_printf(work->arena, "%s is required when %s is given", slot->field->name, rule->given),
    };
    if (whether == SUPPLY_GIVEN && supply == SUPPLY_NOTHING) {
        fail_rule(work, slot, error.message);
        return;
    }
    if (slot->failed || slot->needed) {
        return;
    }
    struct settings_place *any =
        supply == SUPPLY_NOTHING ? NULL : settings_add_place(work->arena, NULL, place_of_field(work, slot->field));
    slot->needed = true;
    settings_need_any(work, any, whether == SUPPLY_GIVEN ? (struct bytes){NULL, 0} : place_of_field(work, given->field),
                      &error);
}

/* A value of another kind counts as true: it has its own error. */
static bool is_not_false(const struct settings_slot *slot)
{
    const struct json_value *value = settings_effective(slot);

    return value != NULL && (value->kind != JSON_BOOLEAN || value->boolean);
}

static bool is_true(const struct settings_slot *slot)
{
    const struct json_value *value = settings_effective(slot);

    return value != NULL && value->kind == JSON_BOOLEAN && value->boolean;
}

static void apply_not_both_true(struct settings_work *work, const struct settings_members *members,
                                const struct type_rule *rule, struct settings_slot *slot)
{
    size_t count = 0;

    for (const struct json_value *name = rule->fields->first; name != NULL; name = name->next) {
        count += is_true(settings_slot_named(members, name->text));
    }
    if (count > 1) {
        fail_rule(
            work, slot,
            name_fields(work, rule, " and ", rule->fields->count == 2 ? "must not both be true" : "must not be true together"));
    }
}

/* "protocol is FTPS and useSsl is true" */
static struct bytes tell_conditions(struct arena *arena, const struct type_rule *rule)
{
    struct buf buf;

    buf_init(&buf, arena, 0);
    for (size_t i = 0; i < rule->when_count; i++) {
        buf_printf(&buf, "%s%s is ", i > 0 ? " and " : "", rule->when[i].field);
        for (const struct json_value *value = rule->when[i].values->first; value != NULL; value = value->next) {
            buf_add(&buf, value->kind == JSON_BOOLEAN ? bytes_from(value->boolean ? "true" : "false") : value->text);
            buf_add_string(&buf, value->next != NULL ? " or " : "");
        }
    }
    return buf_bytes(&buf);
}

static void apply_any_true_when(struct settings_work *work, const struct settings_members *members,
                                const struct type_rule *rule, struct settings_slot *slot)
{
    for (const struct json_value *name = rule->fields->first; name != NULL; name = name->next) {
        if (is_not_false(settings_slot_named(members, name->text))) {
            return;
        }
    }
    struct bytes when = tell_conditions(work->arena, rule);
    struct bytes text = arena_printf(work->arena, "must be true when %.*s", BYTES_FORMAT(when));
    fail_rule(work, slot, name_fields(work, rule, " or ", text.data == NULL ? "" : text.data));
}

static void apply_rule(struct settings_work *work, const struct settings_members *members, const struct type_rule *rule,
                       struct settings_slot *slot)
{
    switch (rule->kind) {
    case RULE_ANY_OF_WHEN:
    case RULE_ANY_OF:
        apply_any_of(work, members, rule, slot);
        break;
    case RULE_REQUIRED_WHEN_PRESENT:
        apply_required_when_present(work, members, rule, slot);
        break;
    case RULE_NOT_BOTH_TRUE:
        apply_not_both_true(work, members, rule, slot);
        break;
    case RULE_ANY_TRUE_WHEN:
        apply_any_true_when(work, members, rule, slot);
        break;
    }
}

/* Where a rule is reported: at its first field, but what is required by another field's presence each at itself. */
static bool is_reported_at(const struct settings_members *members, const struct type_rule *rule,
                           const struct settings_slot *slot)
{
    for (const struct json_value *name = rule->fields->first; name != NULL; name = name->next) {
        if (settings_slot_named(members, name->text) == slot) {
            return true;
        }
        if (rule->kind != RULE_REQUIRED_WHEN_PRESENT) {
            return false;
        }
    }
    return false;
}

void settings_apply_rules(struct settings_work *work, const struct settings_members *members, size_t index)
{
    const struct connection_type *type = work->input->type;

    for (size_t i = 0; i < type->rule_count; i++) {
        const struct type_rule *rule = &type->rules[i];
        if (is_reported_at(members, rule, &members->slots[index])
            && settings_conditions_hold(members, rule->when, rule->when_count)) {
            apply_rule(work, members, rule, &members->slots[index]);
        }
    }
}
