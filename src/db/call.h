/*
 * One call to the database, as a value; and its result. libpq is in this room only.
 *
 * Every statement is `SELECT * FROM function($1, ..., $n)` where each parameter is an array with one element a gathered
 * request, and each result row begins with the column `ordinal` (int8, 1-based): whose row it is. A statement that
 * returns several rows a request (lists) has gathers = false and is sent alone.
 * Values are borrowed: they must live until the result was delivered.
 * Calls are a transaction each, unless they carry a hold: those of one hold run one after the other on one connection, from db_begin to db_commit
 * or db_rollback (pool.h).
 */
#ifndef PATCHBAY_DB_CALL_H
#define PATCHBAY_DB_CALL_H

#include "base/bytes.h"

#define DB_VALUES_MAX 32

enum db_type { DB_TEXT, DB_BYTEA, DB_BOOL, DB_INT4, DB_INT8, DB_UUID, DB_JSON, DB_JSONB };

/* A transaction over several calls, which keeps a connection for itself. Zeroed by its owner; stays where it is until it has ended. */
struct db_hold {
    void *slot; /* the pool's: the connection; NULL before db_begin, after the end, and when it is lost */
};

struct db_statement {
    const char *name;     /* of the prepared statement, unique */
    const char *function; /* schema-qualified SQL function: "patchbay.connection_update" */
    bool gathers;         /* several calls may leave as one */
    bool writes;          /* when the connection breaks under way it is not repeated */
    const char *command;  /* db_begin and the like: sent as it is, instead of a function's call */
    int limit_ms;         /* of a read: from its submission on, how long an answer is of use; 0: as long as the pool waits for any */
    size_t value_count;
    enum db_type types[DB_VALUES_MAX];
};

struct db_value {
    bool present;      /* false: SQL NULL */
    struct bytes data; /* TEXT, BYTEA, JSON, JSONB as text; UUID as 16 bytes */
    int64_t number;    /* BOOL (0, 1), INT4, INT8 */
};

struct db_call {
    const struct db_statement *statement;
    struct db_value values[DB_VALUES_MAX];
    uint64_t row; /* calls with the same non-zero row never share a batch */
    bool alone;   /* never gathered: creates and renames, which may violate a constraint */
    struct db_hold *hold; /* NULL: a transaction of its own */
};

/* Calls of these have a hold and no values. */
extern const struct db_statement db_begin, db_commit, db_rollback;

enum db_status {
    DB_DONE,        /* rows are there (perhaps none) */
    DB_REFUSED,     /* the statement failed: sqlstate, constraint */
    DB_UNAVAILABLE, /* no connection, lost under way, or timed out: outcome of a write unknown */
};

struct db_result {
    enum db_status status;
    const char *sqlstate;   /* DB_REFUSED; "" otherwise */
    const char *constraint; /* DB_REFUSED: name of the violated constraint or "" */
    const void *rows;       /* PGresult */
    int first, count;       /* this call's rows */
};

/* Rows count from 0 within this call's; columns from 0 too, and column 0 is `ordinal`. */
bool db_is_null(const struct db_result *result, int row, int column);
struct bytes db_text(const struct db_result *result, int row, int column);  /* borrowed until the callback returns; NULL gives {NULL, 0} */
int64_t db_number(const struct db_result *result, int row, int column);     /* 0 for NULL */
bool db_true(const struct db_result *result, int row, int column);
bool db_uuid(const struct db_result *result, int row, int column, unsigned char uuid[16]); /* false for NULL */

/* Setting a value by position. */
void db_set_text(struct db_call *call, size_t index, struct bytes text);
void db_set_text_or_null(struct db_call *call, size_t index, struct bytes text); /* data == NULL gives SQL NULL */
void db_set_number(struct db_call *call, size_t index, int64_t number);
void db_set_uuid(struct db_call *call, size_t index, const unsigned char uuid[16]);

#endif
