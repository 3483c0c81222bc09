/*
 * Checks of one value by itself, against its field. The first thing that is wrong is told, as the end of a sentence that begins
 * with the field's path; it tells what is wanted and never what was sent.
 */
#include "registry/settings_work.h"

#include <regex.h>
#include <string.h>

static struct bytes nothing_wrong(void)
{
    return (struct bytes){NULL, 0};
}

static const char *const wanted[] = {
    [TYPE_STRING] = "must be a string", [TYPE_INTEGER] = "must be an integer", [TYPE_BOOLEAN] = "must be a boolean",
    [TYPE_ARRAY] = "must be an array",  [TYPE_OBJECT] = "must be an object",   [TYPE_ANY] = "",
};

static bool is_of_kind(enum type_kind kind, const struct json_value *value)
{
    switch (kind) {
    case TYPE_STRING:
        return value->kind == JSON_STRING;
    case TYPE_INTEGER:
        return value->kind == JSON_NUMBER && value->integer;
    case TYPE_BOOLEAN:
        return value->kind == JSON_BOOLEAN;
    case TYPE_ARRAY:
        return value->kind == JSON_ARRAY;
    case TYPE_OBJECT:
        return value->kind == JSON_OBJECT;
    case TYPE_ANY:
        return true;
    }
    return false;
}

/* The choice that a value means, or NULL. */
static const struct json_value *find_choice(const struct type_field *field, const struct json_value *value)
{
    for (const struct json_value *choice = field->choices->first; choice != NULL; choice = choice->next) {
        int64_t wanted_number, number;
        if (choice->kind != value->kind) {
            continue;
        }
        if (choice->kind == JSON_NUMBER && json_int64(choice, &wanted_number) && json_int64(value, &number)
            && number == wanted_number) {
            return choice;
        }
        if (choice->kind == JSON_STRING && bytes_equal(choice->text, value->text)) {
            return choice;
        }
        if (choice->kind == JSON_STRING && field->choices_ignore_case && choice->text.length == value->text.length
            && strncasecmp(choice->text.data, value->text.data, value->text.length) == 0) {
            return choice;
        }
    }
    return NULL;
}

struct bytes settings_join(struct arena *arena, const struct json_value *array, const char *between)
{
    struct buf buf;

    buf_init(&buf, arena, 0);
    for (const struct json_value *item = array->first; item != NULL; item = item->next) {
        buf_add(&buf, item->text);
        if (item->next != NULL) {
            buf_add_string(&buf, between);
        }
    }
    return buf_bytes(&buf);
}

static const struct json_value *end_with_slash(struct arena *arena, const struct json_value *value)
{
    if (value->text.length == 0 || bytes_ends(value->text, "/")) {
        return value;
    }
    struct bytes text = arena_printf(arena, "%.*s/", BYTES_FORMAT(value->text));
    return text.data == NULL ? value : json_new_string(arena, text);
}

/* All of them, so that tidying what was tidied changes nothing. */
static const struct json_value *drop_leading_slashes(struct arena *arena, const struct json_value *value)
{
    size_t from = 0;

    while (from < value->text.length && value->text.data[from] == '/') {
        from++;
    }
    return from == 0 ? value : json_new_string(arena, bytes_slice(value->text, from, value->text.length));
}

const struct json_value *settings_tidy(struct arena *arena, const struct type_field *field, const struct json_value *value,
                                       const char *host_name)
{
    if (field->fill_host_name && host_name != NULL && host_name[0] != '\0'
        && (value == NULL || (value->kind == JSON_STRING && value->text.length == 0))) {
        return json_new_string(arena, bytes_from(host_name));
    }
    if (value == NULL || value->kind != JSON_STRING) {
        return value;
    }
    if (field->choices_ignore_case && field->choices != NULL) {
        const struct json_value *choice = find_choice(field, value);
        return choice == NULL ? value : choice;
    }
    switch (field->tidy) {
    case TIDY_TRAILING_SLASH:
        return end_with_slash(arena, value);
    case TIDY_NO_LEADING_SLASH:
        return drop_leading_slashes(arena, value);
    case TIDY_NOTHING:
        break;
    }
    return value;
}

/* In front of any other check of a text: an empty one is a missing one. */
static struct bytes check_emptiness(const struct settings_slot *slot)
{
    const struct json_value *assumed = slot->field->default_value;

    if (!slot->required || slot->value->kind != JSON_STRING || slot->value->text.length > 0) {
        return nothing_wrong();
    }
    if (assumed == NULL) {
        return BYTES("is required");
    }
    return assumed->kind == JSON_STRING && assumed->text.length == 0 ? nothing_wrong() : BYTES("must not be empty");
}

static struct bytes check_choice(struct arena *arena, const struct settings_slot *slot)
{
    if (slot->field->choices == NULL || find_choice(slot->field, slot->value) != NULL) {
        return nothing_wrong();
    }
    struct bytes choices = settings_join(arena, slot->field->choices, ", ");
    return arena_printf(arena, "must be one of %.*s", BYTES_FORMAT(choices));
}

static struct bytes check_range(struct arena *arena, const struct type_field *field, const struct json_value *value)
{
    int64_t number;

    if (!json_int64(value, &number)) {
        return BYTES("must be an integer of at most 64 bits");
    }
    bool low = field->has_minimum && number < field->minimum;
    bool high = field->has_maximum && number > field->maximum;
    if (!low && !high) {
        return nothing_wrong();
    }
    if (field->has_minimum && field->has_maximum) {
        return arena_printf(arena, "must be between %lld and %lld", (long long) field->minimum, (long long) field->maximum);
    }
    return low ? arena_printf(arena, "must be at least %lld", (long long) field->minimum)
               : arena_printf(arena, "must be at most %lld", (long long) field->maximum);
}

static struct bytes check_length(struct arena *arena, const struct type_field *field, struct bytes text)
{
    size_t characters = 0;

    if ((field->minimum_length == 0 && field->maximum_length == 0) || !bytes_utf8(text, &characters)) {
        return nothing_wrong();
    }
    if (characters < field->minimum_length) {
        return arena_printf(arena, "must have at least %zu characters", field->minimum_length);
    }
    if (field->maximum_length > 0 && characters > field->maximum_length) {
        return arena_printf(arena, "must have at most %zu characters", field->maximum_length);
    }
    return nothing_wrong();
}

static struct bytes check_pattern(struct arena *arena, const struct type_field *field, struct bytes text)
{
    struct bytes copy = field->compiled_pattern == NULL ? (struct bytes){NULL, 0} : arena_copy(arena, text);

    if (copy.data == NULL || regexec(field->compiled_pattern, copy.data, 0, NULL, 0) == 0) {
        return nothing_wrong();
    }
    return arena_printf(arena, "must match %s", field->pattern);
}

static struct bytes check_count(struct arena *arena, const struct settings_slot *slot)
{
    const struct type_field *field = slot->field;
    size_t minimum = field->minimum_items;

    if (field->minimum_items_when != NULL && slot->among != NULL) {
        const struct json_value *when =
            settings_effective(settings_slot_named(slot->among, bytes_from(field->minimum_items_when)));
        if (when != NULL && when->kind == JSON_BOOLEAN && when->boolean && field->minimum_items_when_count > minimum) {
            minimum = field->minimum_items_when_count;
        }
    }
    if (slot->value->count >= minimum) {
        return nothing_wrong();
    }
    return arena_printf(arena, "must have at least %zu item%s", minimum, minimum == 1 ? "" : "s");
}

struct bytes settings_check(struct arena *arena, const struct settings_slot *slot)
{
    const struct type_field *field = slot->field;
    struct bytes reason;

    if (!is_of_kind(field->kind, slot->value)) {
        return bytes_from(wanted[field->kind]);
    }
    switch (field->kind) {
    case TYPE_STRING:
        reason = check_emptiness(slot);
        reason = reason.data != NULL ? reason : check_choice(arena, slot);
        reason = reason.data != NULL ? reason : check_length(arena, field, slot->value->text);
        return reason.data != NULL ? reason : check_pattern(arena, field, slot->value->text);
    case TYPE_INTEGER:
        reason = check_choice(arena, slot);
        return reason.data != NULL ? reason : check_range(arena, field, slot->value);
    case TYPE_ARRAY:
        return check_count(arena, slot);
    case TYPE_BOOLEAN:
    case TYPE_OBJECT:
    case TYPE_ANY:
        break;
    }
    return nothing_wrong();
}
