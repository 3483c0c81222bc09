/*
 * Digests and random bytes, so that no other room includes OpenSSL.
 *
 * A credential (token, client key) is  <prefix>_<48 hex digits><8 hex digits>  where the last eight are the first four bytes of
 * SHA-256(prefix "_" 48 digits): a typing error or a foreign token is refused without asking the database. Prefixes: pbt (token), pbc (client
 * key), pbs (session). The database keeps SHA-256 of the whole text only.
 */
#ifndef PATCHBAY_SEAL_DIGEST_H
#define PATCHBAY_SEAL_DIGEST_H

#include "base/bytes.h"

#define DIGEST_SHA256_SIZE 32

void digest_sha256(struct bytes text, unsigned char digest[DIGEST_SHA256_SIZE]);
/* True and the digest when `text` is a well-formed credential with that prefix ("pbt") and the right checksum. */
bool digest_credential(struct bytes text, const char *prefix, unsigned char digest[DIGEST_SHA256_SIZE]);
/* A new credential with that prefix (of three letters), NUL-terminated, and its digest. It opens a door: wipe the text. */
#define DIGEST_CREDENTIAL_SIZE 64
void digest_make_credential(const char *prefix, char text[DIGEST_CREDENTIAL_SIZE], unsigned char digest[DIGEST_SHA256_SIZE]);
/* From the system's generator; aborts when it has none. */
void digest_random(unsigned char *data, size_t length);
/* A random UUID, version 4. */
void digest_uuid(unsigned char uuid[16]);

#endif
