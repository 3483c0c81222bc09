/*
 * What the files of connection operations share: how targets become parameters and results become outcomes. For registry/connection*.c only.
 */
#ifndef PATCHBAY_REGISTRY_CONNECTION_CALL_H
#define PATCHBAY_REGISTRY_CONNECTION_CALL_H

#include "registry/connection.h"

void connection_set_digest(struct db_call *call, size_t index, const unsigned char *digest);
/* Equal for two calls about the same row; letter case is folded as far as ASCII goes, SQL catches the rest (`again`). Never 0. */
uint64_t connection_row_key(const struct connection_target *target);
/* Sets out->outcome where the call itself failed: false when there is no row to look at. Otherwise *out is empty. */
bool connection_has_row(const struct db_result *result, struct connection_result *out);
/* CONNECTION_FAILED for a name that is not known. */
enum connection_outcome connection_outcome_from(struct bytes name);

#endif
