/*
 * A type file while it is read: its text and tree, and how to say what is wrong in it, with file and line. Internal to this
 * room.
 *
 * Every kind of object in a type file has a table of the keys it may have (struct type_key). What is not in the table is
 * refused: a misspelt `requierd` must not make a field optional.
 */
#ifndef PATCHBAY_REGISTRY_TYPE_SOURCE_H
#define PATCHBAY_REGISTRY_TYPE_SOURCE_H

#include <regex.h>

#include "registry/type.h"

/* Compiled ones, to be freed with the table. */
struct type_pattern {
    regex_t regex;
    struct type_pattern *next;
};

struct type_table {
    struct arena *arena;
    struct connection_type *types;
    size_t count;
    struct type_pattern *patterns;
};

struct type_source {
    const char *path;
    struct bytes text;
    const struct json_value *root;
    struct arena *arena; /* the table's */
    struct type_pattern **patterns;
    struct fault *fault;
};

#define TYPE_KEY_ANY (-1) /* any JSON kind but null */

struct type_key {
    const char *name;
    int kind; /* enum json_kind or TYPE_KEY_ANY */
    bool required;
    unsigned type_kinds; /* of fields: for which enum type_kind it means something, as bits; 0: for all */
};

/* "FILE:LINE: what", the line where `at` begins in the text. Returns false. */
bool type_fail(const struct type_source *source, const struct json_value *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The text of a file of at most 1 MiB, in the arena. */
bool type_read_text(const char *path, struct arena *arena, struct bytes *text, struct fault *fault) __attribute__((warn_unused_result));
/* Parses source->text into source->root; a syntax error is told with its line. */
bool type_parse(struct type_source *source) __attribute__((warn_unused_result));
/* `object` must be an object with known keys of the right kinds; `what` names it in messages ("a field"). */
bool type_check_keys(const struct type_source *source, const struct json_value *object, const char *what,
                     const struct type_key *keys, size_t count) __attribute__((warn_unused_result));
/* An array, not empty, of different texts. */
bool type_check_texts(const struct type_source *source, const struct json_value *array, const char *what)
    __attribute__((warn_unused_result));
/* The member's text as a C string in the arena, NULL when there is no such member. */
const char *type_text(const struct type_source *source, const struct json_value *object, const char *key);
bool type_flag(const struct json_value *object, const char *key);

/* Compiles field->pattern (POSIX extended); `at` is where it stands in the file. */
bool type_compile(const struct type_source *source, const struct json_value *at, struct type_field *field)
    __attribute__((warn_unused_result));

/* ---- type_field.c, type_rule.c ---- */

/* Reads an array of fields and checks all that can be seen in them. `outer`: they are the type's own, not those of an inner
 * object. */
bool type_read_fields(const struct type_source *source, const struct json_value *array, bool outer,
                      const struct type_field **fields, size_t *count) __attribute__((warn_unused_result));
/* {"sibling": value or [values], ...} */
bool type_read_conditions(const struct type_source *source, const struct json_value *object, const struct type_field *fields,
                          size_t count, const struct type_condition **when, size_t *when_count)
    __attribute__((warn_unused_result));
bool type_check_relations(const struct type_source *source, const struct json_value *array, struct type_field *fields,
                          size_t count) __attribute__((warn_unused_result));
bool type_read_rules(const struct type_source *source, const struct json_value *array, struct connection_type *type)
    __attribute__((warn_unused_result));

#endif
