/*
 * Binary, because text arrays would have to be quoted by us and parsed by the server, for bodies of a megabyte too. Sizes are added up
 * first, so that one block of memory holds a whole batch.
 */
#include "db/array.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_SIZE 20u                       /* of an array */
#define LENGTH_SIZE 4u                        /* before an element */
#define ARRAY_SIZE_MAX ((size_t) 1000 << 20)  /* PostgreSQL takes up to 1 GB in one value */
#define CAPACITY_KEPT ((size_t) 256 << 10)    /* what stays allocated between batches; a large body does not pin memory for ever */

/* Oids of built-in types are a part of PostgreSQL's protocol: they never change. */
static const struct {
    uint32_t element, array;
} oids[] = {
    [DB_TEXT] = {25, 1009}, [DB_BYTEA] = {17, 1001}, [DB_BOOL] = {16, 1000},   [DB_INT4] = {23, 1007},
    [DB_INT8] = {20, 1016}, [DB_UUID] = {2950, 2951}, [DB_JSON] = {114, 199}, [DB_JSONB] = {3802, 3807},
};

unsigned db_array_oid(enum db_type type)
{
    return oids[type].array;
}

static size_t size_element(enum db_type type, const struct db_value *value)
{
    if (!value->present) {
        return LENGTH_SIZE;
    }
    switch (type) {
    case DB_BOOL:
        return LENGTH_SIZE + 1;
    case DB_INT4:
        return LENGTH_SIZE + 4;
    case DB_INT8:
        return LENGTH_SIZE + 8;
    case DB_JSONB:
        return LENGTH_SIZE + 1 + value->data.length;
    case DB_UUID:
        assert(value->data.length == 16);
        return LENGTH_SIZE + 16;
    case DB_TEXT:
    case DB_BYTEA:
    case DB_JSON:
        break;
    }
    return LENGTH_SIZE + value->data.length;
}

size_t db_array_size(const struct db_call *call)
{
    size_t size = 0;
    for (size_t i = 0; i < call->statement->value_count; i++) {
        size += size_element(call->statement->types[i], &call->values[i]);
    }
    return size;
}

static char *put_bytes(char *to, const void *data, size_t length)
{
    return length == 0 ? to : (char *) memcpy(to, data, length) + length;
}

static char *put_int32(char *to, uint32_t number)
{
    uint32_t big = htobe32(number);
    return put_bytes(to, &big, sizeof(big));
}

static char *put_element(char *to, enum db_type type, const struct db_value *value)
{
    if (!value->present) {
        return put_int32(to, UINT32_MAX); /* -1 */
    }
    to = put_int32(to, (uint32_t) (size_element(type, value) - LENGTH_SIZE));
    switch (type) {
    case DB_BOOL:
        *to = value->number != 0;
        return to + 1;
    case DB_INT4:
        assert(value->number >= INT32_MIN && value->number <= INT32_MAX);
        return put_int32(to, (uint32_t) value->number);
    case DB_INT8: {
        uint64_t big = htobe64((uint64_t) value->number);
        return put_bytes(to, &big, sizeof(big));
    }
    case DB_JSONB:
        *to++ = 1;
        break;
    case DB_TEXT:
    case DB_BYTEA:
    case DB_UUID:
    case DB_JSON:
        break;
    }
    return put_bytes(to, value->data.data, value->data.length);
}

static char *put_array(char *to, size_t parameter, const struct db_call *const *calls, size_t count)
{
    enum db_type type = calls[0]->statement->types[parameter];
    bool has_null = false;
    for (size_t i = 0; i < count; i++) {
        has_null = has_null || !calls[i]->values[parameter].present;
    }
    to = put_int32(to, 1);
    to = put_int32(to, has_null);
    to = put_int32(to, oids[type].element);
    to = put_int32(to, (uint32_t) count);
    to = put_int32(to, 1);
    for (size_t i = 0; i < count; i++) {
        to = put_element(to, type, &calls[i]->values[parameter]);
    }
    return to;
}

static bool reserve(struct db_arrays *arrays, size_t size)
{
    if (size <= arrays->capacity && arrays->capacity <= CAPACITY_KEPT) {
        return true;
    }
    size_t capacity = size > CAPACITY_KEPT ? size : CAPACITY_KEPT;
    free(arrays->data);
    arrays->data = malloc(capacity);
    arrays->capacity = arrays->data == NULL ? 0 : capacity;
    return arrays->data != NULL;
}

bool db_arrays_encode(struct db_arrays *arrays, const struct db_call *const *calls, size_t count)
{
    const struct db_statement *statement = calls[0]->statement;
    size_t size = statement->value_count * HEADER_SIZE;
    for (size_t i = 0; i < count; i++) {
        assert(calls[i]->statement == statement);
        size += db_array_size(calls[i]);
    }
    if (size > ARRAY_SIZE_MAX || !reserve(arrays, size)) {
        return false;
    }
    char *to = arrays->data;
    for (size_t parameter = 0; parameter < statement->value_count; parameter++) {
        char *end = put_array(to, parameter, calls, count);
        arrays->values[parameter] = to;
        arrays->lengths[parameter] = (int) (end - to);
        arrays->formats[parameter] = 1;
        to = end;
    }
    assert(statement->value_count == 0 || to == arrays->data + size);
    arrays->count = statement->value_count;
    return true;
}

void db_arrays_free(struct db_arrays *arrays)
{
    free(arrays->data);
    memset(arrays, 0, sizeof(*arrays));
}
