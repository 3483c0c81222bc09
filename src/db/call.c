/*
 * Reading results asks libpq for text: the values that workers read back are small (an outcome, a revision, an id) or JSON text that is
 * passed on as it is. Column 0 is `ordinal`.
 */
#include "db/call.h"

#include <assert.h>
#include <libpq-fe.h>

/* A call with no statement yet may be filled too; the pool checks what it sends. */
static struct db_value *value_at(struct db_call *call, size_t index)
{
    assert(index < (call->statement == NULL ? DB_VALUES_MAX : call->statement->value_count));
    return &call->values[index];
}

/* An idle transaction has a worker behind it that hangs or is gone; its locks must not outlive it. */
const struct db_statement db_begin = {
    .name = "begin", .command = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 10000", .writes = true};
const struct db_statement db_commit = {.name = "commit", .command = "COMMIT", .writes = true};
const struct db_statement db_rollback = {.name = "rollback", .command = "ROLLBACK", .writes = true};

void db_set_text(struct db_call *call, size_t index, struct bytes text)
{
    *value_at(call, index) = (struct db_value){.present = true, .data = text};
}

void db_set_text_or_null(struct db_call *call, size_t index, struct bytes text)
{
    *value_at(call, index) = (struct db_value){.present = text.data != NULL, .data = text};
}

void db_set_number(struct db_call *call, size_t index, int64_t number)
{
    *value_at(call, index) = (struct db_value){.present = true, .number = number};
}

void db_set_uuid(struct db_call *call, size_t index, const unsigned char uuid[16])
{
    *value_at(call, index) = (struct db_value){.present = true, .data = {(const char *) uuid, 16}};
}

bool db_is_null(const struct db_result *result, int row, int column)
{
    assert(row >= 0 && row < result->count);
    return PQgetisnull(result->rows, result->first + row, column) != 0;
}

struct bytes db_text(const struct db_result *result, int row, int column)
{
    if (db_is_null(result, row, column)) {
        return (struct bytes){NULL, 0};
    }
    return (struct bytes){PQgetvalue(result->rows, result->first + row, column),
                          (size_t) PQgetlength(result->rows, result->first + row, column)};
}

int64_t db_number(const struct db_result *result, int row, int column)
{
    struct bytes text = db_text(result, row, column);
    int64_t number = 0;
    bool understood = text.data == NULL || bytes_to_int64(text, &number);
    assert(understood); /* the column is not a number: the statement's SQL and its reader disagree */
    return understood ? number : 0;
}

bool db_true(const struct db_result *result, int row, int column)
{
    return bytes_is(db_text(result, row, column), "t");
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool db_uuid(const struct db_result *result, int row, int column, unsigned char uuid[16])
{
    struct bytes text = db_text(result, row, column);
    if (text.data == NULL) {
        return false;
    }
    size_t digits = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '-') {
            continue;
        }
        int digit = hex_digit(text.data[i]);
        assert(digit >= 0 && digits < 32);
        uuid[digits / 2] = (unsigned char) (digits % 2 == 0 ? digit << 4 : uuid[digits / 2] | digit);
        digits++;
    }
    assert(digits == 32);
    return true;
}
