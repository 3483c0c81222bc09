/*
 * JSON Patch (RFC 6902) on a tree: add, remove, replace, move, copy, test, in order, all or nothing as far as the caller drops the document
 * after a failure (it is changed in place).
 *
 * Failure: FAULT_INVALID, the message says which operation (counted from 0) and why, and holds nothing of document or patch but the op's
 * name; FAULT_TOO_LARGE when the arena overflows.
 * Limits: nesting of the result, and the number of steps (nodes walked, copied, compared), so that no patch keeps a worker busy for long.
 * Ownership: the patch is left as it is; what it brings is copied.
 */
#ifndef PATCHBAY_JSON_PATCH_H
#define PATCHBAY_JSON_PATCH_H

#include "json/reader.h"

struct json_patch_limits {
    unsigned depth; /* as in json_limits */
    size_t steps;
};

bool json_patch(struct json_value **document, const struct json_value *patch, const struct json_patch_limits *limits, struct arena *arena,
                struct fault *fault) __attribute__((warn_unused_result));

#endif
