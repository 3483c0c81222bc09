/*
 * Shown is what was loaded, not the file: what a type means here. Fields within fields come as paths, as validation errors name
 * them ("hostPortList[].port"; `*` is any key of a map). A rule over several fields stands at the first of them, where its
 * violation is reported too.
 */
#include <assert.h>

#include "cli/commands.h"
#include "json/writer.h"
#include "registry/type.h"

#define TYPE_MEMORY ((size_t) 16 * 1024 * 1024)

/* ---- loading ---- */

static struct type_table *load_types(struct command_context *context, struct fault *fault)
{
    const struct config *config = command_config(context, fault);
    struct type_table *types = NULL;

    return config != NULL && type_table_load(&types, config->types_dir, fault) ? types : NULL;
}

static struct bytes text_of(bool value)
{
    return value ? BYTES("true") : BYTES("false");
}

enum command_end command_type_list(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"name", LISTING_TEXT}, {"title", LISTING_TEXT}, {"fields", LISTING_NUMBER}, {NULL, LISTING_TEXT}};
    struct type_table *types = load_types(context, fault);
    struct listing listing;

    if (types == NULL) {
        return COMMAND_FAILED;
    }
    listing_open(&listing, context->out, columns, command_flag(context, "json"));
    for (size_t i = 0; i < type_count(types); i++) {
        const struct connection_type *type = type_at(types, i);
        char count[32];
        snprintf(count, sizeof(count), "%zu", type->field_count);
        listing_add(&listing, (struct bytes[]){bytes_from(type->name), bytes_from(type->title), bytes_from(count)});
    }
    bool printed = listing_close(&listing, fault);
    type_table_free(types);
    return printed ? COMMAND_DONE : COMMAND_FAILED;
}

/* ---- what a field must be, in words ---- */

struct words {
    struct buf text;
    bool begun;
};

/* Parts of a field's rules are set apart by semicolons. */
static struct buf *begin_part(struct words *words)
{
    if (words->begun) {
        buf_add_string(&words->text, "; ");
    }
    words->begun = true;
    return &words->text;
}

/* "READ, WRITE": texts plain, everything else as JSON. */
static void add_values(struct buf *text, const struct json_value *array, const char *separator)
{
    for (const struct json_value *value = array->first; value != NULL; value = value->next) {
        buf_add(text, value->kind == JSON_STRING ? value->text : json_text(text->arena, value));
        buf_add_string(text, value->next == NULL ? "" : separator);
    }
}

static void add_conditions(struct buf *text, const struct type_condition *when, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_printf(text, "%s%s is ", i == 0 ? " when " : " and ", when[i].field);
        add_values(text, when[i].values, " or ");
    }
}

static void say_range(struct words *words, const struct type_field *field)
{
    if (field->has_minimum && field->has_maximum) {
        buf_printf(begin_part(words), "%lld to %lld", (long long) field->minimum, (long long) field->maximum);
    } else if (field->has_minimum) {
        buf_printf(begin_part(words), "at least %lld", (long long) field->minimum);
    } else if (field->has_maximum) {
        buf_printf(begin_part(words), "at most %lld", (long long) field->maximum);
    }
    if (field->minimum_length > 0 && field->maximum_length > 0) {
        buf_printf(begin_part(words), "%zu to %zu characters", field->minimum_length, field->maximum_length);
    } else if (field->minimum_length > 0) {
        buf_printf(begin_part(words), "at least %zu characters", field->minimum_length);
    } else if (field->maximum_length > 0) {
        buf_printf(begin_part(words), "at most %zu characters", field->maximum_length);
    }
}

static void say_items(struct words *words, const struct type_field *field)
{
    if (field->minimum_items > 0) {
        buf_printf(begin_part(words), "at least %zu", field->minimum_items);
    }
    if (field->minimum_items_when != NULL) {
        buf_printf(begin_part(words), "at least %zu when %s is true", field->minimum_items_when_count, field->minimum_items_when);
    }
    if (field->map_keys != NULL) {
        buf_add_string(begin_part(words), "keys: ");
        add_values(&words->text, field->map_keys, ", ");
    }
    if (field->map_must_contain != NULL) {
        buf_add_string(begin_part(words), "must have the keys ");
        add_values(&words->text, field->map_must_contain, ", ");
    }
    for (const struct json_value *key = field->map_key_from == NULL ? NULL : field->map_key_from->first; key != NULL; key = key->next) {
        buf_printf(begin_part(words), "%.*s may come from %.*s", BYTES_FORMAT(key->key), BYTES_FORMAT(key->text));
    }
    if (field->one_true != NULL) {
        buf_add_string(begin_part(words), "at least one must be true of ");
        add_values(&words->text, field->one_true, ", ");
    }
}

static void say_filling(struct words *words, const struct type_field *field)
{
    if (field->tidy == TIDY_TRAILING_SLASH) {
        buf_add_string(begin_part(words), "a slash is added at the end");
    } else if (field->tidy == TIDY_NO_LEADING_SLASH) {
        buf_add_string(begin_part(words), "slashes at the beginning are taken away");
    }
    if (field->fill_host_name) {
        buf_add_string(begin_part(words), "the server's host name when empty or left out");
    }
    if (field->reference != NULL) {
        const char *by = field->reference_by_name ? "name" : "id";
        buf_printf(begin_part(words), "%s of %s %s", by, field->reference[0] == 'e' ? "an" : "a", field->reference);
    }
}

/* Rules of the type whose first field this is. */
static void say_rules(struct words *words, const struct type_field *field, const struct connection_type *type)
{
    for (size_t i = 0; i < type->rule_count; i++) {
        const struct type_rule *rule = &type->rules[i];
        if (rule->fields->first == NULL || !bytes_is(rule->fields->first->text, field->name)) {
            continue;
        }
        struct buf *text = begin_part(words);
        switch (rule->kind) {
        case RULE_ANY_OF:
        case RULE_ANY_OF_WHEN:
            buf_add_string(text, "at least one must be given of ");
            break;
        case RULE_REQUIRED_WHEN_PRESENT:
            buf_printf(text, "with %s there must be ", rule->given);
            break;
        case RULE_NOT_BOTH_TRUE:
            buf_add_string(text, "only one may be true of ");
            break;
        case RULE_ANY_TRUE_WHEN:
            buf_add_string(text, "at least one must be true of ");
            break;
        }
        add_values(text, rule->fields, ", ");
        add_conditions(text, rule->when, rule->when_count);
    }
}

/* `type` is NULL for fields within fields: rules are the type's own fields'. */
static struct bytes describe(struct arena *arena, const struct type_field *field, const struct connection_type *type)
{
    struct words words = {.begun = false};

    buf_init(&words.text, arena, 128);
    if (field->alias_of != NULL) {
        buf_printf(begin_part(&words), "another spelling of %s", field->alias_of);
    }
    if (field->required_when_count > 0) {
        buf_add_string(begin_part(&words), "required");
        add_conditions(&words.text, field->required_when, field->required_when_count);
    }
    if (field->choices != NULL) {
        buf_add_string(begin_part(&words), "one of ");
        add_values(&words.text, field->choices, ", ");
        buf_add_string(&words.text, field->choices_ignore_case ? " in any letter case" : "");
    }
    say_range(&words, field);
    if (field->pattern != NULL) {
        buf_printf(begin_part(&words), "matches %s", field->pattern);
    }
    say_items(&words, field);
    say_filling(&words, field);
    if (type != NULL) {
        say_rules(&words, field, type);
    }
    return buf_bytes(&words.text);
}

/* ---- fields, and fields within them ---- */

static struct bytes kind_of(const struct type_field *field)
{
    static const char *const names[] = {[TYPE_STRING] = "string", [TYPE_INTEGER] = "integer", [TYPE_BOOLEAN] = "boolean",
                                        [TYPE_ARRAY] = "array",   [TYPE_OBJECT] = "object",   [TYPE_ANY] = "any"};
    return bytes_from(names[field->kind]);
}

struct showing {
    struct listing listing;
    struct arena *arena;
};

static void list_fields(struct showing *showing, struct bytes outer, const struct type_field *fields, size_t count);

static void list_field(struct showing *showing, struct bytes path, const struct type_field *field, const struct connection_type *type)
{
    struct arena *arena = showing->arena;
    struct bytes preset = field->default_value == NULL ? (struct bytes){NULL, 0} : json_text(arena, field->default_value);
    struct bytes inner = field->kind == TYPE_ARRAY ? arena_printf(arena, "%.*s[]", BYTES_FORMAT(path)) : path;

    listing_add(&showing->listing, (struct bytes[]){path, kind_of(field), text_of(field->required), text_of(field->secret), preset,
                                                    describe(arena, field, type)});
    if (field->items != NULL) {
        list_field(showing, inner, field->items, NULL);
    } else {
        list_fields(showing, inner, field->members, field->member_count);
    }
    if (field->map_values != NULL) {
        list_field(showing, arena_printf(arena, "%.*s.*", BYTES_FORMAT(path)), field->map_values, NULL);
    }
}

static void list_fields(struct showing *showing, struct bytes outer, const struct type_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        list_field(showing, arena_printf(showing->arena, "%.*s.%s", BYTES_FORMAT(outer), fields[i].name), &fields[i], NULL);
    }
}

static bool show_type(struct command_context *context, const struct connection_type *type, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"field", LISTING_TEXT}, {"kind", LISTING_TEXT}, {"required", LISTING_BOOLEAN}, {"secret", LISTING_BOOLEAN},
        {"default", LISTING_JSON}, {"rules", LISTING_TEXT}, {NULL, LISTING_TEXT}};
    struct showing showing = {.arena = arena_new(TYPE_MEMORY)};

    if (showing.arena == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    listing_open(&showing.listing, context->out, columns, command_flag(context, "json"));
    for (size_t i = 0; i < type->field_count; i++) {
        list_field(&showing, bytes_from(type->fields[i].name), &type->fields[i], type);
    }
    bool shown = listing_close(&showing.listing, fault);
    if (shown && arena_overflowed(showing.arena)) {
        shown = fault_set(fault, FAULT_INTERNAL, "the type is too large for memory");
    }
    arena_free(showing.arena);
    return shown;
}

enum command_end command_type_show(struct command_context *context, struct fault *fault)
{
    const char *name = command_argument(context, 0);
    struct type_table *types = load_types(context, fault);

    if (types == NULL) {
        return COMMAND_FAILED;
    }
    const struct connection_type *type = type_find(types, bytes_from(name));
    bool shown = type != NULL ? show_type(context, type, fault)
                              : fault_set(fault, FAULT_INVALID, "there is no type %s; patchbay type list shows those there are", name);
    type_table_free(types);
    return shown ? COMMAND_DONE : COMMAND_FAILED;
}
