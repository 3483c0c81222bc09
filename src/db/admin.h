/*
 * Plain statements with text parameters and text results, blocking: for the admin command.
 * Failures become a fault with the server's primary message (and hint), never the statement or its parameters.
 */
#ifndef PATCHBAY_DB_ADMIN_H
#define PATCHBAY_DB_ADMIN_H

#include "base/fault.h"
#include "db/call.h"

struct db_admin;

/* Whether libpq understands it; nobody is asked. */
bool db_admin_understands(const char *dsn, struct fault *fault) __attribute__((warn_unused_result));
bool db_admin_new(struct db_admin **admin, const char *dsn, struct fault *fault) __attribute__((warn_unused_result));
void db_admin_free(struct db_admin *admin);
/* values[i] may be NULL for SQL NULL. *result stays valid until the next call. */
bool db_admin_query(struct db_admin *admin, const char *sql, size_t count, const char *const *values, struct db_result *result, struct fault *fault)
    __attribute__((warn_unused_result));
int db_columns(const struct db_result *result);
const char *db_column_name(const struct db_result *result, int column);

#endif
