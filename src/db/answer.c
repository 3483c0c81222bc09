/*
 * A refusal is logged by its codes alone: the server's message may quote what a client sent.
 */
#include "db/answer.h"

#include <string.h>

#include "base/log.h"
#include "db/sqlstate.h"

void db_answer_unavailable(struct db_ticket *ticket)
{
    ticket->done(ticket, &(struct db_result){.status = DB_UNAVAILABLE, .sqlstate = "", .constraint = ""});
}

const char *db_answer_field(const PGresult *result, int field)
{
    const char *text = PQresultErrorField(result, field);
    return text == NULL ? "" : text;
}

void db_answer_log(enum log_level level, const char *event, const struct db_statement *statement, const PGresult *result)
{
    log_write(level, event,
              (const struct log_field[]){LOG_FIELD_TEXT("statement", bytes_from(statement->name)),
                                         LOG_FIELD_TEXT("sqlstate", bytes_from(db_answer_field(result, PG_DIAG_SQLSTATE))),
                                         LOG_FIELD_TEXT("severity", bytes_from(db_answer_field(result, PG_DIAG_SEVERITY_NONLOCALIZED))),
                                         LOG_FIELD_TEXT("constraint", bytes_from(db_answer_field(result, PG_DIAG_CONSTRAINT_NAME))), LOG_FIELD_END});
}

void db_answer_refused(struct db_ticket *ticket, const PGresult *result)
{
    const char *sqlstate = db_answer_field(result, PG_DIAG_SQLSTATE);
    db_answer_log(sqlstate_is_constraint(sqlstate) ? LOG_INFO : LOG_ERROR, "statement_refused", ticket->call->statement, result);
    ticket->done(ticket, &(struct db_result){.status = DB_REFUSED,
                                             .sqlstate = sqlstate,
                                             .constraint = db_answer_field(result, PG_DIAG_CONSTRAINT_NAME)});
}

/* Finds each member's row by its ordinal: a function may return them in any order. -1: none. */
static void find_rows(const PGresult *result, size_t count, int *row_of)
{
    for (size_t i = 0; i < count; i++) {
        row_of[i] = -1;
    }
    bool strange = false; /* then no row is believed: the function is broken, and the callers will say so */
    for (int row = PQntuples(result) - 1; row >= 0; row--) {
        int64_t ordinal = 0;
        if (!bytes_to_int64(bytes_from(PQgetvalue(result, row, 0)), &ordinal) || ordinal < 1 || ordinal > (int64_t) count) {
            strange = true;
        } else {
            strange = strange || row_of[ordinal - 1] >= 0;
            row_of[ordinal - 1] = row;
        }
    }
    for (size_t i = 0; strange && i < count; i++) {
        row_of[i] = -1;
    }
}

bool db_answer_is_refused_commit(const struct db_statement *statement, PGresult *result)
{
    return statement == &db_commit && strcmp(PQcmdStatus(result), "COMMIT") != 0;
}

void db_answer_rows(struct db_ticket *const *batch, size_t count, const PGresult *result)
{
    const struct db_statement *statement = batch[0]->call->statement;
    struct db_result answer = {.status = DB_DONE, .sqlstate = "", .constraint = "", .rows = result, .count = PQntuples(result)};
    if (!statement->gathers) {
        batch[0]->done(batch[0], &answer);
        return;
    }
    int row_of[DB_BATCH_MAX];
    find_rows(result, count, row_of);
    for (size_t i = 0; i < count; i++) {
        answer.first = row_of[i] < 0 ? 0 : row_of[i];
        answer.count = row_of[i] < 0 ? 0 : 1;
        batch[i]->done(batch[i], &answer);
    }
}
