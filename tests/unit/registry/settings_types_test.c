/*
 * What holds for every type of conf/types, with cases made from the type files themselves: each rule broken is one error that
 * names its field, and what is read may be written back.
 */
#include <stdio.h>
#include <string.h>

#include "json/writer.h"
#include "tests/unit/registry/settings_bodies.h"

static const struct connection_type *type_number(int index)
{
    return type_at(support_types(), (size_t) index);
}

static const char *show(const struct json_value *value)
{
    return arena_copy(support_arena, json_text(support_arena, value)).data;
}

/* ---- each rule broken ---- */

/* Where a field is within a body: parent holds the value; by its key, or as first item. */
struct leaf {
    const struct connection_type *type;
    const struct type_field *field;
    struct json_value *body;
    struct json_value *parent;
    const char *key; /* NULL: the first item of `parent` */
    const char *path;
};

static void expect_one_error(const struct leaf *leaf, const char *what)
{
    struct settings settings = support_divide_tree(leaf->type, leaf->body, false);
    const char *errors = support_errors(&settings);

    ck_assert_msg(settings.errors != NULL && settings.errors->next == NULL && bytes_is(settings.errors->field, leaf->path),
                  "%s: %s %s: expected one error, there is \"%s\" for %s", leaf->type->name, leaf->path, what, errors,
                  show(leaf->body));
    ck_assert_msg(strstr(errors, leaf->field->alias_of != NULL ? leaf->field->alias_of : leaf->path) != NULL, "%s", errors);
}

/* The leaf with another value, and back again. */
static void expect_refusal(const struct leaf *leaf, const char *value_text, const char *what)
{
    struct json_value *value = leaf->key == NULL ? leaf->parent->first : json_member(leaf->parent, leaf->key);
    struct json_value before = *value;
    struct json_value *wrong = support_read(value_text);

    wrong->key = value->key;
    wrong->next = value->next;
    *value = *wrong;
    expect_one_error(leaf, what);
    *value = before;
}

static void break_kind(const struct leaf *leaf)
{
    static const struct {
        const char *text;
        enum type_kind kind;
    } values[] = {
        {"\"text\"", TYPE_STRING}, {"1.5", TYPE_ANY},   {"true", TYPE_BOOLEAN}, {"[]", TYPE_ARRAY},
        {"{}", TYPE_OBJECT},       {"7", TYPE_INTEGER}, {"1e1", TYPE_ANY},
    };

    for (size_t i = 0; leaf->field->kind != TYPE_ANY && i < sizeof values / sizeof values[0]; i++) {
        if (values[i].kind != leaf->field->kind) {
            expect_refusal(leaf, values[i].text, "of another kind");
        }
    }
}

static void break_limits(const struct leaf *leaf)
{
    const struct type_field *field = leaf->field;

    if (field->choices != NULL) {
        expect_refusal(leaf, field->kind == TYPE_STRING ? "\"no such choice\"" : "987654321", "outside the enum");
        expect_refusal(leaf, field->kind == TYPE_STRING ? "\"\"" : "-987654321", "outside the enum");
    }
    if (field->has_minimum) {
        expect_refusal(leaf, arena_printf(support_arena, "%lld", (long long) field->minimum - 1).data, "below the minimum");
    }
    if (field->has_maximum) {
        expect_refusal(leaf, arena_printf(support_arena, "%lld", (long long) field->maximum + 1).data, "above the maximum");
    }
    if (field->minimum_length > 1) {
        expect_refusal(leaf, "\"\xc3\xa9\"", "too short");
    }
    if (field->pattern != NULL) {
        expect_refusal(leaf, "\"no match\"", "against the pattern");
    }
    if (field->minimum_items > 0) {
        expect_refusal(leaf, "[]", "with too few items");
    }
    if (field->secret) {
        expect_refusal(leaf, "\"**********\"", "masked");
    }
    if (field->map_keys != NULL) {
        struct json_value *value = leaf->key == NULL ? leaf->parent->first : json_member(leaf->parent, leaf->key);
        struct leaf stray = *leaf;
        stray.path = arena_printf(support_arena, "%s[\"no such key\"]", leaf->path).data;
        bodies_put(value, "no such key", bodies_smallest(field->map_values, true));
        expect_one_error(&stray, "with a stray key");
        bodies_drop(value, "no such key");
    }
}

static void break_presence(const struct leaf *leaf)
{
    if (leaf->key == NULL || !leaf->field->required || leaf->field->default_value != NULL) {
        return;
    }
    struct json_value *value = json_copy(support_arena, json_member(leaf->parent, leaf->key));

    expect_refusal(leaf, "null", "null though required");
    if (leaf->field->kind == TYPE_STRING && leaf->field->choices == NULL) {
        expect_refusal(leaf, "\"\"", "empty though required");
    }
    bodies_drop(leaf->parent, leaf->key);
    expect_one_error(leaf, "missing though required");
    bodies_put(leaf->parent, leaf->key, value);
}

static void break_one_true(const struct leaf *leaf)
{
    struct json_value *value = leaf->key == NULL ? leaf->parent->first : json_member(leaf->parent, leaf->key);

    for (const struct json_value *name = leaf->field->one_true == NULL ? NULL : leaf->field->one_true->first; name != NULL;
         name = name->next) {
        bodies_put(value, arena_copy(support_arena, name->text).data, json_new_boolean(support_arena, false));
    }
    if (leaf->field->one_true != NULL) {
        expect_one_error(leaf, "with nothing true");
    }
}

static void break_leaf(const struct leaf *leaf)
{
    const struct type_field *field = leaf->field;

    break_kind(leaf);
    break_limits(leaf);
    break_presence(leaf);
    struct json_value *value = leaf->key == NULL ? leaf->parent->first : json_member(leaf->parent, leaf->key);
    for (size_t i = 0; i < field->member_count; i++) {
        const char *path = arena_printf(support_arena, "%s.%s", leaf->path, field->members[i].name).data;
        break_leaf(&(struct leaf){leaf->type, &field->members[i], leaf->body, value, field->members[i].name, path});
    }
    if (field->items != NULL) {
        const char *path = arena_printf(support_arena, "%s[0]", leaf->path).data;
        break_leaf(&(struct leaf){leaf->type, field->items, leaf->body, value, NULL, path});
    }
    if (field->map_values != NULL) {
        const char *key = arena_copy(support_arena, value->first->key).data;
        break_leaf(&(struct leaf){leaf->type, field->map_values, leaf->body, value, key,
                                  arena_printf(support_arena, "%s[\"%s\"]", leaf->path, key).data});
    }
    for (const struct json_value *key = field->map_must_contain == NULL ? NULL : field->map_must_contain->first; key != NULL;
         key = key->next) {
        struct leaf contained = *leaf;
        contained.path = arena_printf(support_arena, "%s[\"%.*s\"]", leaf->path, BYTES_FORMAT(key->text)).data;
        const char *name = arena_copy(support_arena, key->text).data;
        struct json_value *entry = json_copy(support_arena, json_member(value, name));
        bodies_drop(value, name);
        expect_one_error(&contained, "without a key it must contain");
        bodies_put(value, name, entry);
    }
    break_one_true(leaf);
}

START_TEST(each_rule_of_a_field_broken_is_one_error_that_names_it)
{
    const struct connection_type *type = type_number(_i);

    for (size_t i = 0; i < type->field_count; i++) {
        const struct type_field *field = &type->fields[i];
        struct json_value *body = json_new(support_arena, JSON_OBJECT);

        bodies_put(body, field->name, bodies_smallest(field, true));
        bodies_complete(type, body);
        break_leaf(
            &(struct leaf){type, field, body, body, field->name, field->alias_of == NULL ? field->name : field->alias_of});
    }
}
END_TEST

/* A body in which all conditions hold. */
static struct json_value *body_under(const struct connection_type *type, const struct type_condition *when, size_t count)
{
    struct json_value *body = json_new(support_arena, JSON_OBJECT);

    for (size_t i = 0; i < count; i++) {
        bodies_put(body, when[i].field, json_copy(support_arena, when[i].values->first));
    }
    bodies_complete(type, body);
    return body;
}

START_TEST(each_conditional_field_left_out_is_one_error_that_names_it)
{
    const struct connection_type *type = type_number(_i);

    for (size_t i = 0; i < type->field_count; i++) {
        const struct type_field *field = &type->fields[i];
        if (field->required_when_count == 0) {
            continue;
        }
        struct json_value *body = body_under(type, field->required_when, field->required_when_count);
        ck_assert_ptr_nonnull(json_member(body, field->name));
        struct leaf leaf = {type, field, body, body, field->name, field->name};
        expect_refusal(&leaf, "null", "null though required");
        expect_refusal(&leaf,
                       field->kind == TYPE_STRING  ? "\"\""
                       : field->kind == TYPE_ARRAY ? "[]"
                                                   : "null",
                       "empty though required");
        bodies_drop(body, field->name);
        expect_one_error(&leaf, "missing though required");

        struct settings replaces = support_divide_tree(type, body, true);
        if (field->secret) {
            ck_assert_msg(replaces.errors == NULL && replaces.needs != NULL, "%s: %s", type->name, field->name);
            unit_assert_bytes(replaces.needs->error.field, field->name);
        } else {
            ck_assert_msg(replaces.errors != NULL, "%s: %s", type->name, field->name);
        }
    }
}
END_TEST

static void set_all(struct json_value *body, const struct connection_type *type, const struct type_rule *rule,
                    const char *value_text)
{
    for (const struct json_value *name = rule->fields->first; name != NULL; name = name->next) {
        if (value_text == NULL) {
            bodies_drop(body, type_field_find(type->fields, type->field_count, name->text)->name);
        } else {
            bodies_put(body, type_field_find(type->fields, type->field_count, name->text)->name, support_read(value_text));
        }
    }
}

START_TEST(each_constraint_broken_is_one_error_that_names_it)
{
    const struct connection_type *type = type_number(_i);

    for (size_t i = 0; i < type->rule_count; i++) {
        const struct type_rule *rule = &type->rules[i];
        struct json_value *body = body_under(type, rule->when, rule->when_count);
        struct bytes first = rule->fields->first->text;
        struct leaf leaf = {type, type_field_find(type->fields, type->field_count, first),
                            body, body,
                            NULL, arena_copy(support_arena, first).data};

        if (rule->kind == RULE_REQUIRED_WHEN_PRESENT) {
            const struct type_field *given = type_field_find(type->fields, type->field_count, bytes_from(rule->given));
            bodies_put(body, rule->given, bodies_smallest(given, true));
        }
        set_all(body, type, rule,
                rule->kind == RULE_NOT_BOTH_TRUE   ? "true"
                : rule->kind == RULE_ANY_TRUE_WHEN ? "false"
                                                   : NULL);
        expect_one_error(&leaf, "with a constraint broken");
    }
}
END_TEST

START_TEST(every_type_has_a_smallest_body_that_creates)
{
    const struct connection_type *type = type_number(_i);
    struct json_value *body = json_new(support_arena, JSON_OBJECT);

    bodies_complete(type, body);
    struct settings settings = support_divide_tree(type, body, false);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct json_value *member = json_member(settings.readable, type->fields[i].name);
        ck_assert_msg((member != NULL) == (type->fields[i].alias_of == NULL), "%s", type->fields[i].name);
    }
}
END_TEST

/* ---- reading and writing back ---- */

static const struct settings_sealed *find_sealed(const struct settings *settings, struct bytes place)
{
    for (const struct settings_sealed *sealed = settings->sealed; sealed != NULL; sealed = sealed->next) {
        if (bytes_equal(sealed->place, place)) {
            return sealed;
        }
    }
    return NULL;
}

static void expect_same_sealed(const struct settings *a, const struct settings *b, const char *body)
{
    for (const struct settings_sealed *sealed = a->sealed; sealed != NULL; sealed = sealed->next) {
        const struct settings_sealed *other = find_sealed(b, sealed->place);
        ck_assert_msg(other != NULL && bytes_equal(other->plaintext, sealed->plaintext), "%.*s differs in %s",
                      BYTES_FORMAT(sealed->place), body);
    }
}

/* As SQL judges them: stored afterwards is what was sent now, and what was there and is kept. */
static void expect_needs_met(const struct settings *stored, const struct settings *now, const char *body)
{
    for (const struct settings_need *need = now->needs; need != NULL; need = need->next) {
        bool met = need->given.length > 0 && find_sealed(stored, need->given) == NULL && find_sealed(now, need->given) == NULL;
        for (const struct settings_place *place = need->any; place != NULL && !met; place = place->next) {
            met = find_sealed(now, place->place) != NULL
                  || (find_sealed(stored, place->place) != NULL && support_has_place(now->keep, place->place));
        }
        ck_assert_msg(met, "%.*s is not met by %s", BYTES_FORMAT(need->error.message), body);
    }
}

static void expect_unchanged(const struct connection_type *type, const struct json_value *body)
{
    const char *sent = show(body);
    struct settings created = support_divide_tree(type, body, false);
    const char *readable = support_readable(&created);

    struct settings full = support_divide_tree(type, support_filled(&created), true);
    ck_assert_msg(full.errors == NULL, "%s: %sfor %s", type->name, support_errors(&full), sent);
    ck_assert_str_eq(support_readable(&full), readable);
    expect_same_sealed(&created, &full, sent);
    expect_same_sealed(&full, &created, sent);
    expect_needs_met(&created, &full, sent);

    struct settings masked = support_divide_tree(type, support_read(readable), true);
    ck_assert_msg(masked.errors == NULL, "%s: %sfor %s", type->name, support_errors(&masked), sent);
    ck_assert_str_eq(support_readable(&masked), readable);
    ck_assert_msg(masked.sealed == NULL, "%s: %sfor %s", type->name, support_sealed(&masked), sent);
    for (const struct settings_sealed *sealed = created.sealed; sealed != NULL; sealed = sealed->next) {
        ck_assert_msg(support_has_place(masked.keep, sealed->place), "%.*s is lost by %s", BYTES_FORMAT(sealed->place),
                      readable);
    }
    expect_needs_met(&created, &masked, sent);
}

#define ROUNDS 60

START_TEST(what_is_read_may_be_written_back_with_and_without_secrets)
{
    const struct connection_type *type = type_number(_i);

    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        uint64_t state = seed * 1000 + (uint64_t) _i;
        struct json_value *body = bodies_random_body(type, &state);
        expect_unchanged(type, body);
        support_close();
        support_open();
        type = type_number(_i);
    }
}
END_TEST

static void expect_no_secret(const struct json_value *value, const char *body)
{
    static const char *const telling[] = {":p@", "password=p", "u:p", "\"token\"", "PRIVATE KEY"};

    for (size_t i = 0; value->kind == JSON_STRING && i < sizeof telling / sizeof telling[0]; i++) {
        ck_assert_msg(memmem(value->text.data, value->text.length, telling[i], strlen(telling[i])) == NULL,
                      "%s is readable in %s", telling[i], body);
    }
    for (const struct json_value *child = value->first; child != NULL; child = child->next) {
        expect_no_secret(child, body);
    }
}

START_TEST(no_secret_stays_readable_and_no_place_holds_one)
{
    const struct connection_type *type = type_number(_i);

    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        uint64_t state = seed * 1000 + 500 + (uint64_t) _i;
        struct json_value *body = bodies_random_body(type, &state);
        struct settings settings = support_divide_tree(type, body, false);
        const char *sent = show(body);

        expect_no_secret(settings.readable, sent);
        for (const struct settings_sealed *sealed = settings.sealed; sealed != NULL; sealed = sealed->next) {
            ck_assert_msg(memmem(sealed->place.data, sealed->place.length, "u:p", 3) == NULL, "%.*s",
                          BYTES_FORMAT(sealed->place));
        }
    }
}
END_TEST

static Suite *settings_types_suite(void)
{
    Suite *suite = suite_create("settings_types");
    TCase *tcase = tcase_create("types");

    int count = support_count_types();

    support_add_fixture(tcase);
    tcase_add_loop_test(tcase, every_type_has_a_smallest_body_that_creates, 0, count);
    tcase_add_loop_test(tcase, each_rule_of_a_field_broken_is_one_error_that_names_it, 0, count);
    tcase_add_loop_test(tcase, each_conditional_field_left_out_is_one_error_that_names_it, 0, count);
    tcase_add_loop_test(tcase, each_constraint_broken_is_one_error_that_names_it, 0, count);
    tcase_add_loop_test(tcase, what_is_read_may_be_written_back_with_and_without_secrets, 0, count);
    tcase_add_loop_test(tcase, no_secret_stays_readable_and_no_place_holds_one, 0, count);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_main(settings_types_suite());
}
