/*
 * What an administrator wrote in the connection string stays in force; Patchbay adds what its statements rely on and never
 * quotes the string in a message when a password may stand in it.
 */
#include "db/dsn.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t find_keyword(const struct db_dsn *dsn, const char *keyword)
{
    size_t i = 0;
    while (i < dsn->count && strcmp(dsn->keywords[i], keyword) != 0) {
        i++;
    }
    return i;
}

/* libpq's message repeats the word it stumbled over; in a string with a password in it that word may be a part of the password. */
static bool may_be_quoted(const char *text)
{
    return strstr(text, "password") == NULL && strstr(text, "://") == NULL;
}

bool db_dsn_parse(struct db_dsn *dsn, const char *text, struct fault *fault)
{
    memset(dsn, 0, sizeof(*dsn));
    char *message = NULL;
    dsn->parsed = PQconninfoParse(text, &message);
    if (dsn->parsed == NULL) {
        size_t length = message == NULL ? 0 : strcspn(message, "\n");
        if (length > 0 && may_be_quoted(text)) {
            fault_set(fault, FAULT_INVALID, "not a connection string that libpq understands: %.*s", (int) length, message);
        } else {
            fault_set(fault, FAULT_INVALID, "not a connection string that libpq understands (keyword=value pairs or a postgresql:// URI)");
        }
        PQfreemem(message);
        return false;
    }
    for (const PQconninfoOption *option = dsn->parsed; option->keyword != NULL; option++) {
        if (option->val != NULL) {
            db_dsn_force(dsn, option->keyword, option->val);
        }
    }
    return true;
}

void db_dsn_free(struct db_dsn *dsn)
{
    PQconninfoFree(dsn->parsed);
    free(dsn->options);
    memset(dsn, 0, sizeof(*dsn));
}

void db_dsn_force(struct db_dsn *dsn, const char *keyword, const char *value)
{
    size_t i = find_keyword(dsn, keyword);
    if (i == dsn->count) {
        assert(dsn->count < DB_DSN_KEYWORDS_MAX);
        dsn->count++;
    }
    dsn->keywords[i] = keyword;
    dsn->values[i] = value;
}

void db_dsn_default(struct db_dsn *dsn, const char *keyword, const char *value)
{
    if (find_keyword(dsn, keyword) == dsn->count) {
        db_dsn_force(dsn, keyword, value);
    }
}

bool db_dsn_add_options(struct db_dsn *dsn, const char *more, struct fault *fault)
{
    /* Naming `options` makes libpq forget PGOPTIONS, so that is carried over here. */
    size_t i = find_keyword(dsn, "options");
    const char *given = i < dsn->count ? dsn->values[i] : getenv("PGOPTIONS");
    char *merged = NULL;
    if (asprintf(&merged, "%s%s%s", given == NULL ? "" : given, given == NULL ? "" : " ", more) < 0) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    free(dsn->options);
    dsn->options = merged;
    db_dsn_force(dsn, "options", merged);
    return true;
}
