/*
 * What the server said, told to who asked: a result goes to the ticket, or is shared out among the tickets of a batch.
 * Not here: whether a statement is worth another attempt (pool.c, sqlstate.h).
 */
#ifndef PATCHBAY_DB_ANSWER_H
#define PATCHBAY_DB_ANSWER_H

#include <libpq-fe.h>

#include "base/log.h"
#include "db/queue.h"

#define DB_BATCH_MAX 256

/* Nobody knows; of a write not even whether it was done. */
void db_answer_unavailable(struct db_ticket *ticket);
/* The statement failed and is not repeated. */
void db_answer_refused(struct db_ticket *ticket, const PGresult *result);
/* The statement succeeded: a batch's members get their rows by the column `ordinal`, a ticket that is alone gets all. At most DB_BATCH_MAX. */
void db_answer_rows(struct db_ticket *const *batch, size_t count, const PGresult *result);
/* COMMIT of a transaction that failed before is carried out, as ROLLBACK. */
bool db_answer_is_refused_commit(const struct db_statement *statement, PGresult *result);
/* A field of an error (PG_DIAG_...); "" where there is none. */
const char *db_answer_field(const PGresult *result, int field);
/* That a statement was refused, without the server's words. */
void db_answer_log(enum log_level level, const char *event, const struct db_statement *statement, const PGresult *result);

#endif
