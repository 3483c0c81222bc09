/* Results become text, so that a test says in one literal all that is expected, and what is not expected shows up. */
#include "tests/unit/registry/settings_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json/writer.h"

struct arena *support_arena;
static struct type_table *types;
static struct type_table *made_up[16];
static size_t made_up_count;

static const char *const common[] = {"type", "name", "description", "deployToWorker", "enabled", NULL};

void support_open(void)
{
    support_arena = arena_new((size_t) 512 * 1024 * 1024);
    ck_assert_ptr_nonnull(support_arena);
}

void support_close(void)
{
    arena_free(support_arena);
    type_table_free(types);
    types = NULL;
    while (made_up_count > 0) {
        type_table_free(made_up[--made_up_count]);
    }
}

void support_add_fixture(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, support_open, support_close);
}

static bool load_types(struct type_table **table, struct fault *fault)
{
    const char *top = getenv("PATCHBAY_SOURCE");
    char folder[1024];

    snprintf(folder, sizeof folder, "%s/conf/types", top == NULL ? "." : top);
    return type_table_load(table, folder, fault);
}

int support_count_types(void)
{
    struct type_table *table;
    struct fault fault;

    if (!load_types(&table, &fault)) {
        fprintf(stderr, "%s\n", fault.message);
        return 1; /* the one test that then runs fails and says why */
    }
    int count = (int) type_count(table);
    type_table_free(table);
    return count;
}

const struct type_table *support_types(void)
{
    struct fault fault;

    if (types == NULL) {
        ck_assert_msg(load_types(&types, &fault), "%s", fault.message);
    }
    return types;
}

const struct connection_type *support_type(const char *name)
{
    const struct connection_type *type = type_find(support_types(), bytes_from(name));

    ck_assert_msg(type != NULL, "there is no type %s", name);
    return type;
}

bool support_load(const char *file_name, const char *text, struct type_table **table, struct fault *fault)
{
    char folder[] = "/tmp/patchbay-types-XXXXXX";
    char path[256];

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/%s", folder, file_name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
    bool loaded = type_table_load(table, folder, fault);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(folder), 0);
    return loaded;
}

static char *double_quoted(const char *text)
{
    struct bytes copy = arena_copy(support_arena, bytes_from(text));
    char *data = arena_alloc(support_arena, copy.length + 1);

    memcpy(data, copy.data, copy.length);
    for (size_t i = 0; i < copy.length; i++) {
        data[i] = data[i] == '\'' ? '"' : data[i];
    }
    return data;
}

const struct connection_type *support_made_up(const char *text)
{
    struct type_table *table;
    struct fault fault;

    ck_assert_uint_lt(made_up_count, sizeof made_up / sizeof made_up[0]);
    ck_assert_msg(support_load("made-up.json", double_quoted(text), &table, &fault), "%s", fault.message);
    made_up[made_up_count++] = table;
    return type_at(table, 0);
}

struct json_value *support_read(const char *text)
{
    struct json_limits limits = {.depth = 64};
    struct json_value *value;
    struct fault fault;

    ck_assert_msg(json_read(&value, bytes_from(text), &limits, support_arena, &fault), "%s in %s", fault.message, text);
    return value;
}

struct settings support_divide_tree(const struct connection_type *type, const struct json_value *body, bool replaces)
{
    struct settings_input input = {
        .type = type, .object = body, .common = common, .replaces = replaces, .host_name = SUPPORT_HOST_NAME};
    struct settings settings;

    ck_assert(settings_divide(&settings, &input, support_arena));
    return settings;
}

struct settings support_divide(const struct connection_type *type, const char *body, bool replaces)
{
    return support_divide_tree(type, support_read(double_quoted(body)), replaces);
}

struct settings support_create(const char *type, const char *body)
{
    return support_divide(support_type(type), body, false);
}

struct settings support_replace(const char *type, const char *body)
{
    return support_divide(support_type(type), body, true);
}

static const char *end_text(struct buf *buf)
{
    buf_add_char(buf, '\0');
    return buf_bytes(buf).data;
}

static struct buf begin_text(void)
{
    struct buf buf;

    buf_init(&buf, support_arena, 0);
    return buf;
}

static void add_error(struct buf *buf, const struct settings_error *error)
{
    buf_printf(buf, "%.*s: %.*s\n", BYTES_FORMAT(error->field), BYTES_FORMAT(error->message));
}

const char *support_errors(const struct settings *settings)
{
    struct buf buf = begin_text();

    for (const struct settings_error *error = settings->errors; error != NULL; error = error->next) {
        add_error(&buf, error);
    }
    return end_text(&buf);
}

const char *support_sealed(const struct settings *settings)
{
    struct buf buf = begin_text();

    for (const struct settings_sealed *sealed = settings->sealed; sealed != NULL; sealed = sealed->next) {
        buf_printf(&buf, "%.*s = %.*s\n", BYTES_FORMAT(sealed->place), BYTES_FORMAT(sealed->plaintext));
    }
    return end_text(&buf);
}

static const char *places_text(const struct settings_place *places)
{
    struct buf buf = begin_text();

    for (; places != NULL; places = places->next) {
        buf_printf(&buf, "%.*s\n", BYTES_FORMAT(places->place));
    }
    return end_text(&buf);
}

const char *support_keep(const struct settings *settings)
{
    return places_text(settings->keep);
}

const char *support_warnings(const struct settings *settings)
{
    return places_text(settings->warnings);
}

const char *support_needs(const struct settings *settings)
{
    struct buf buf = begin_text();

    for (const struct settings_need *need = settings->needs; need != NULL; need = need->next) {
        for (const struct settings_place *place = need->any; place != NULL; place = place->next) {
            buf_printf(&buf, "%.*s ", BYTES_FORMAT(place->place));
        }
        if (need->given.length > 0) {
            buf_printf(&buf, "(given %.*s) ", BYTES_FORMAT(need->given));
        }
        buf_add_string(&buf, "-> ");
        add_error(&buf, &need->error);
    }
    return end_text(&buf);
}

const char *support_references(const struct settings *settings)
{
    struct buf buf = begin_text();

    for (const struct settings_reference *reference = settings->references; reference != NULL; reference = reference->next) {
        buf_printf(&buf, "%s %.*s -> ", reference->kind, BYTES_FORMAT(reference->name));
        add_error(&buf, &reference->error);
    }
    return end_text(&buf);
}

const char *support_readable(const struct settings *settings)
{
    return arena_copy(support_arena, json_text(support_arena, settings->readable)).data;
}

const char *support_member(const struct settings *settings, const char *name)
{
    const struct json_value *member = json_member(settings->readable, name);

    return member == NULL ? "(none)" : arena_copy(support_arena, json_text(support_arena, member)).data;
}

struct json_value *support_boxes(const struct settings *settings)
{
    struct json_value *boxes = json_new(support_arena, JSON_OBJECT);

    for (const struct settings_sealed *sealed = settings->sealed; sealed != NULL; sealed = sealed->next) {
        struct json_value *box = json_new_string(support_arena, sealed->plaintext);
        box->key = sealed->place;
        json_append(boxes, box);
    }
    return boxes;
}

static bool open_plainly(void *context, struct bytes place, struct bytes box, const struct json_value *there, struct bytes *plaintext, struct fault *fault)
{
    (void) context;
    (void) there;
    (void) place;
    (void) fault;
    *plaintext = box;
    return true;
}

struct json_value *support_filled(const struct settings *settings)
{
    struct json_value *tree = support_read(support_readable(settings));
    struct fault fault;

    ck_assert(settings_fill(tree, support_boxes(settings), open_plainly, NULL, support_arena, &fault));
    return tree;
}

bool support_has_place(const struct settings_place *places, struct bytes place)
{
    for (; places != NULL; places = places->next) {
        if (bytes_equal(places->place, place)) {
            return true;
        }
    }
    return false;
}
