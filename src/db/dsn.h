/*
 * A connection string as libpq's keywords and values, with what Patchbay adds. Only for this room.
 */
#ifndef PATCHBAY_DB_DSN_H
#define PATCHBAY_DB_DSN_H

#include <libpq-fe.h>

#include "base/fault.h"

#define DB_DSN_KEYWORDS_MAX 96 /* libpq 15 knows 45 */

struct db_dsn {
    const char *keywords[DB_DSN_KEYWORDS_MAX + 1]; /* ended by NULL: for PQconnectStartParams */
    const char *values[DB_DSN_KEYWORDS_MAX + 1];
    size_t count;
    PQconninfoOption *parsed; /* owns what the string said */
    char *options;            /* owns the merged `options` */
};

/* Understands `text` ("host=/run/postgresql dbname=patchbay" or a postgresql:// URI). db_dsn_free is due in any case. */
bool db_dsn_parse(struct db_dsn *dsn, const char *text, struct fault *fault) __attribute__((warn_unused_result));
void db_dsn_free(struct db_dsn *dsn);
/* `value` is borrowed. db_dsn_default leaves what the string said, db_dsn_force does not. */
void db_dsn_default(struct db_dsn *dsn, const char *keyword, const char *value);
void db_dsn_force(struct db_dsn *dsn, const char *keyword, const char *value);
/* Appends server settings ("-c name=value ...") to `options`; later ones win, so these win over the string's. */
bool db_dsn_add_options(struct db_dsn *dsn, const char *more, struct fault *fault) __attribute__((warn_unused_result));

#endif
