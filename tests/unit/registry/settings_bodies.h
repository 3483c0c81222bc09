/*
 * Bodies made from type files, so that no rule of any type, also of one added later, can be forgotten by the tests.
 *
 * Valid bodies are found by asking: what settings_divide misses is added until it misses nothing.
 */
#ifndef PATCHBAY_TESTS_UNIT_REGISTRY_SETTINGS_BODIES_H
#define PATCHBAY_TESTS_UNIT_REGISTRY_SETTINGS_BODIES_H

#include "tests/unit/registry/settings_support.h"

/* The smallest valid value; with `full`, containers have every member and one item or key at least. */
struct json_value *bodies_smallest(const struct type_field *field, bool full);
/* Any valid value (siblings not considered), with nasty texts, secrets and unknown members. */
struct json_value *bodies_random(const struct type_field *field, uint64_t *state);
/* Adds to the body what the type requires; fails the test when that does not come to an end. */
void bodies_complete(const struct connection_type *type, struct json_value *body);
/* A valid body of anything. */
struct json_value *bodies_random_body(const struct connection_type *type, uint64_t *state);

/* Editing: a member is put last or replaced where it is; dropped if it is there. */
void bodies_put(struct json_value *object, const char *key, struct json_value *value);
void bodies_drop(struct json_value *object, const char *key);

#endif
