/*
 * The libpq handle of a db_admin. Only for this room; it stays the db_admin's.
 */
#ifndef PATCHBAY_DB_ADMIN_HANDLE_H
#define PATCHBAY_DB_ADMIN_HANDLE_H

#include <libpq-fe.h>

#include "db/admin.h"

PGconn *db_admin_handle(struct db_admin *admin);

#endif
