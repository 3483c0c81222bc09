/*
 * The admin command talks to one administrator at a terminal, who may see the server's own words: messages come from SQL functions that were
 * written to be read. Statements and parameters are not repeated, since passwords and tokens are among them.
 */
#include "db/admin.h"

#include <assert.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "db/admin_handle.h"
#include "db/dsn.h"
#include "db/sqlstate.h"

struct db_admin {
    struct db_dsn dsn;
    PGconn *handle;
    PGresult *result; /* of the last query */
};

static void ignore_notice(void *context, const PGresult *result)
{
    (void) context;
    (void) result;
}

static bool open_handle(struct db_admin *admin, struct fault *fault)
{
    admin->handle = PQconnectdbParams(admin->dsn.keywords, admin->dsn.values, 0);
    if (admin->handle == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    if (PQstatus(admin->handle) != CONNECTION_OK) {
        const char *message = PQerrorMessage(admin->handle);
        return fault_set(fault, FAULT_UNAVAILABLE, "%.*s", (int) strcspn(message, "\n"), message);
    }
    PQsetNoticeReceiver(admin->handle, ignore_notice, NULL);
    return true;
}

bool db_admin_understands(const char *dsn, struct fault *fault)
{
    struct db_dsn parsed;
    bool understood = db_dsn_parse(&parsed, dsn, fault);

    db_dsn_free(&parsed);
    return understood;
}

bool db_admin_new(struct db_admin **admin, const char *dsn, struct fault *fault)
{
    struct db_admin *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    if (!db_dsn_parse(&made->dsn, dsn, fault)) {
        db_admin_free(made);
        return false;
    }
    db_dsn_force(&made->dsn, "client_encoding", "UTF8");
    db_dsn_default(&made->dsn, "application_name", "patchbay-admin");
    db_dsn_default(&made->dsn, "connect_timeout", "10");
    if (!open_handle(made, fault)) {
        db_admin_free(made);
        return false;
    }
    *admin = made;
    return true;
}

void db_admin_free(struct db_admin *admin)
{
    if (admin != NULL) {
        PQclear(admin->result);
        PQfinish(admin->handle);
        db_dsn_free(&admin->dsn);
        free(admin);
    }
}

static const char *field_of(const PGresult *result, int field)
{
    const char *text = PQresultErrorField(result, field);
    return text == NULL ? "" : text;
}

/* A schema, table or function that is not there: the program is right, and the database was not installed or is older. */
static bool tells_of_another_schema(const char *sqlstate)
{
    return strcmp(sqlstate, "3F000") == 0 || strcmp(sqlstate, "42P01") == 0 || strcmp(sqlstate, "42883") == 0;
}

static bool explain(struct db_admin *admin, struct db_result *result, struct fault *fault)
{
    const char *sqlstate = PQresultErrorField(admin->result, PG_DIAG_SQLSTATE);
    bool away = PQstatus(admin->handle) == CONNECTION_BAD || sqlstate_judge(sqlstate) == SQLSTATE_UNAVAILABLE;
    *result = (struct db_result){.status = away ? DB_UNAVAILABLE : DB_REFUSED,
                                 .sqlstate = field_of(admin->result, PG_DIAG_SQLSTATE),
                                 .constraint = field_of(admin->result, PG_DIAG_CONSTRAINT_NAME)};
    if (sqlstate == NULL) {
        return fault_set(fault, FAULT_UNAVAILABLE, "the connection to the database was lost");
    }
    const char *message = field_of(admin->result, PG_DIAG_MESSAGE_PRIMARY);
    const char *hint = tells_of_another_schema(sqlstate) ? "patchbay upgrade installs the schema, or brings it up to date"
                                                         : field_of(admin->result, PG_DIAG_MESSAGE_HINT);
    return fault_set(fault, away ? FAULT_UNAVAILABLE : FAULT_INVALID, *hint == '\0' ? "%s" : "%s (%s)", message, hint);
}

bool db_admin_query(struct db_admin *admin, const char *sql, size_t count, const char *const *values, struct db_result *result,
                    struct fault *fault)
{
    PQclear(admin->result);
    admin->result = PQexecParams(admin->handle, sql, (int) count, NULL, values, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(admin->result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        return explain(admin, result, fault);
    }
    *result = (struct db_result){.status = DB_DONE, .sqlstate = "", .constraint = "", .rows = admin->result, .count = PQntuples(admin->result)};
    return true;
}

int db_columns(const struct db_result *result)
{
    return PQnfields(result->rows);
}

const char *db_column_name(const struct db_result *result, int column)
{
    assert(column >= 0 && column < db_columns(result));
    return PQfname(result->rows, column);
}

PGconn *db_admin_handle(struct db_admin *admin)
{
    return admin->handle;
}
