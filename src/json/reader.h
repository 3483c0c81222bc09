/*
 * JSON text -> tree, strictly, in an arena. This room alone includes yajl.
 *
 * Refused (FAULT_INVALID, the message says what and where: "repeated key at byte 17", counted from 1): malformed text (also none at all),
 * anything after the value, invalid UTF-8, the character U+0000, lone surrogates in \u escapes, a repeated key (compared decoded), nesting over
 * `depth` (arrays and objects, the outermost counted), integers that are no int64 and numbers beyond a finite double (1e400 is refused; 1e-400 is
 * merely tiny), and numbers with more than 16383 decimal places, which the database could not compare. A message holds nothing of the text. FAULT_TOO_LARGE when the arena overflows.
 * Strings are decoded; numbers keep their text, so that they can be written as they were sent.
 * Ownership: everything is in the arena, the text is copied: it may go after json_read.
 * Not here: what members mean.
 */
#ifndef PATCHBAY_JSON_READER_H
#define PATCHBAY_JSON_READER_H

#include "base/arena.h"
#include "base/fault.h"

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_value {
    enum json_kind kind;
    bool boolean;            /* JSON_BOOLEAN */
    bool integer;            /* JSON_NUMBER: no fraction, no exponent */
    size_t count;            /* JSON_ARRAY, JSON_OBJECT: children */
    union {
        struct bytes text;       /* JSON_STRING: decoded; JSON_NUMBER: as written */
        struct json_value *last; /* json_append's own: who unlinks children of a node it appended to sets this to NULL */
    };
    struct bytes key;        /* as a member of an object: its name, decoded */
    struct json_value *first; /* children, in the order of the text */
    struct json_value *next;  /* next sibling */
};

#define JSON_DEPTH_MAX 100 /* with room for what the writer puts around it: yajl writes 127 levels */

struct json_limits {
    unsigned depth;             /* 32 for requests; more than JSON_DEPTH_MAX counts as that */
    const char *repeatable_key; /* a key of the outermost object that may occur twice (both members are kept), or NULL */
};

bool json_read(struct json_value **value, struct bytes text, const struct json_limits *limits, struct arena *arena, struct fault *fault)
    __attribute__((warn_unused_result));

/* The first member of that name, or NULL (also when `object` is no object or NULL). */
struct json_value *json_member(const struct json_value *object, const char *key);
struct json_value *json_member_bytes(const struct json_value *object, struct bytes key);
/* A JSON_NUMBER with integer set, as int64. */
bool json_int64(const struct json_value *value, int64_t *number);
/* New nodes, for those who edit a tree. NULL on overflow. */
struct json_value *json_new(struct arena *arena, enum json_kind kind);
struct json_value *json_new_string(struct arena *arena, struct bytes text); /* borrows text */
struct json_value *json_new_boolean(struct arena *arena, bool boolean);
struct json_value *json_new_integer(struct arena *arena, int64_t number);
/* Last in an array or object (set child->key before); counts it. The first time on a node that was read walks its children, then it is O(1). */
void json_append(struct json_value *parent, struct json_value *child);
/* Deep copy into the arena. NULL on overflow. */
struct json_value *json_copy(struct arena *arena, const struct json_value *value);
const char *json_kind_name(enum json_kind kind); /* "a string", "an object", ... for messages */

#endif
