/*
 * Input: a line of a body, then a type file. A file that is taken describes a type that bodies can be divided by, and that knows its own fields.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json/writer.h"
#include "registry/settings.h"
#include "tests/fuzz/fuzz.h"

static char folder[4096], path[4200];

static void remove_folder(void)
{
    (void) unlink(path);
    (void) rmdir(folder);
}

static void make_folder(void)
{
    const char *temporary = getenv("TMPDIR");

    if (path[0] != '\0') {
        return;
    }
    (void) snprintf(folder, sizeof folder, "%s/patchbay-fuzz-XXXXXX", temporary == NULL ? "/tmp" : temporary);
    fuzz_require(mkdtemp(folder) != NULL);
    (void) snprintf(path, sizeof path, "%s/fuzzed.json", folder);
    (void) atexit(remove_folder);
}

/* A link to memory: on a disk each file that is written anew waits for the one before it. */
static void link_file(struct bytes text)
{
    const char *target = fuzz_file(text);

    (void) unlink(path);
    fuzz_require(symlink(target, path) == 0);
}

/* The C library compiles nested repetitions into memory without bound. An administrator who writes them harms nobody else; here they only stop the search. */
static bool repeats_much(struct bytes text)
{
    size_t bounds = 0;

    for (size_t i = 0; i < text.length; i++) {
        bounds += text.data[i] == '{' && i + 1 < text.length && text.data[i + 1] >= '0' && text.data[i + 1] <= '9';
        bounds += text.data[i] == '\\' && i + 1 < text.length && text.data[i + 1] == 'u'; /* a bound in disguise */
    }
    return bounds > 1;
}

static void check_type(const struct connection_type *type, struct bytes body)
{
    static const char *const common[] = {"type", NULL};
    struct arena *arena = fuzz_arena();
    const struct json_value *object = fuzz_json(body, arena);

    for (size_t i = 0; i < type->field_count; i++) {
        fuzz_require(type_field_find(type->fields, type->field_count, bytes_from(type->fields[i].name)) == &type->fields[i]);
    }
    for (int replaces = 0; object != NULL && object->kind == JSON_OBJECT && replaces < 2; replaces++) {
        struct settings_input input = {.type = type, .object = object, .common = common, .replaces = replaces == 1, .host_name = "host"};
        struct settings settings;
        fuzz_require(settings_divide(&settings, &input, arena) || arena_overflowed(arena));
        fuzz_require(arena_overflowed(arena) || json_text(arena, settings.readable).data != NULL || arena_overflowed(arena));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = fuzz_bytes(data, size), body = fuzz_line(&text);
    struct type_table *table;
    struct fault fault = {0};

    if (repeats_much(text)) {
        return 0;
    }
    make_folder();
    link_file(text);
    if (type_table_load(&table, folder, &fault)) {
        fuzz_require(type_count(table) == 1 && type_find(table, BYTES("fuzzed")) == type_at(table, 0));
        check_type(type_at(table, 0), body);
        type_table_free(table);
    } else {
        fuzz_require(fault.kind != FAULT_NONE && strstr(fault.message, "fuzzed.json") != NULL);
    }
    return 0;
}
