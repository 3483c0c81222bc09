/*
 * What the tests of settings share: types loaded once, bodies divided from JSON text, results as text that can be compared.
 *
 * Everything lives in one arena, `support_arena`, which each test's fixture opens and closes.
 */
#ifndef PATCHBAY_TESTS_UNIT_REGISTRY_SETTINGS_SUPPORT_H
#define PATCHBAY_TESTS_UNIT_REGISTRY_SETTINGS_SUPPORT_H

#include "registry/settings.h"
#include "tests/support/unit.h"

#define SUPPORT_HOST_NAME "worker-7"

extern struct arena *support_arena;

void support_open(void);
void support_close(void);
/* Fixture of every case. */
void support_add_fixture(TCase *tcase);

/* How many types conf/types has; for suites, which are made outside of any test. */
int support_count_types(void);
/* The types of conf/types. */
const struct type_table *support_types(void);
const struct connection_type *support_type(const char *name);
/* A type made up for a test, from the text of its file; its name must be "made-up". */
const struct connection_type *support_made_up(const char *text);
/* Loads a folder with one file; false and the fault when it is refused. The folder is removed again. */
bool support_load(const char *file_name, const char *text, struct type_table **table, struct fault *fault);

struct json_value *support_read(const char *text);
struct settings support_divide_tree(const struct connection_type *type, const struct json_value *body, bool replaces);
struct settings support_divide(const struct connection_type *type, const char *body, bool replaces);

/* As a body that creates or replaces a connection of a type of conf/types; ' stands for " in the text. */
struct settings support_create(const char *type, const char *body);
struct settings support_replace(const char *type, const char *body);

/* Lists as text, one entry a line: "field: message", "place = plaintext", "place", "place place (given place) -> field:
 * message". */
const char *support_errors(const struct settings *settings);
const char *support_sealed(const struct settings *settings);
const char *support_keep(const struct settings *settings);
const char *support_needs(const struct settings *settings);
const char *support_references(const struct settings *settings);
const char *support_warnings(const struct settings *settings);
const char *support_readable(const struct settings *settings);
/* One top-level member of the readable settings as JSON text, "(none)" when there is none. */
const char *support_member(const struct settings *settings, const char *name);

/* The sealed values as stored boxes: {place: plaintext}. */
struct json_value *support_boxes(const struct settings *settings);
/* The readable settings as a reader of secrets sees them. */
struct json_value *support_filled(const struct settings *settings);
bool support_has_place(const struct settings_place *places, struct bytes place);

#endif
