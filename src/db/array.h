/*
 * Calls -> parameters: one binary array a parameter, one element a call. Only for this room.
 *
 * An array on the wire (array_recv), all numbers big endian and 32 bits wide:
 *     dimensions = 1 | has NULLs (0, 1) | element type's oid | element count | lower bound = 1 | elements
 * An element is its length (-1: NULL) and its bytes: text, bytea, json raw; jsonb a version byte 1 and the text; uuid 16 bytes;
 * bool 1 byte; int4, int8 big endian.
 * Ownership: a db_arrays keeps one block of memory and uses it again for the next batch; db_arrays_free frees it.
 */
#ifndef PATCHBAY_DB_ARRAY_H
#define PATCHBAY_DB_ARRAY_H

#include "db/call.h"

struct db_arrays {
    char *data;
    size_t capacity;
    size_t count;                      /* parameters */
    const char *values[DB_VALUES_MAX]; /* these three as PQsendQueryPrepared takes them */
    int lengths[DB_VALUES_MAX];
    int formats[DB_VALUES_MAX];
};

/* The array type's oid of a parameter, as PQsendPrepare takes it. */
unsigned db_array_oid(enum db_type type);
/* What one call adds to a batch, in bytes. */
size_t db_array_size(const struct db_call *call);
/* Encodes `count` calls of one statement. False when memory is short or an array would pass PostgreSQL's 1 GB. */
bool db_arrays_encode(struct db_arrays *arrays, const struct db_call *const *calls, size_t count) __attribute__((warn_unused_result));
void db_arrays_free(struct db_arrays *arrays);

#endif
