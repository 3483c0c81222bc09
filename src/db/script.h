/*
 * SQL scripts that are written for psql (\ir): run by psql as a child process, to the server and as the role of a db_admin.
 *
 *     begin; BEFORE; the file; AFTER; commit        all of it or nothing
 *
 * What psql must know of the connection goes on its command line but for the password, which goes by the environment.
 * Failure: the fault holds psql's first error, with file and line. Limits: psql is looked for in PATH.
 * Not here: statements with values (admin.h), what scripts there are.
 */
#ifndef PATCHBAY_DB_SCRIPT_H
#define PATCHBAY_DB_SCRIPT_H

#include "db/admin.h"

/* `before` and `after` are statements without values, or NULL. */
bool db_script_run(struct db_admin *admin, const char *before, const char *file, const char *after, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
