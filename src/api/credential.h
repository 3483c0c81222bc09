/*
 * Where dialects find a caller's credential. Well-formed is all that is judged here; whose it is the database says.
 */
#ifndef PATCHBAY_API_CREDENTIAL_H
#define PATCHBAY_API_CREDENTIAL_H

#include "api/api.h"

/* Authorization: Bearer <token of a project or of a person, or access token>. Fits api_dialect.credential. */
bool credential_bearer(struct api_exchange *exchange, unsigned char digest[DIGEST_SHA256_SIZE]);

#endif
