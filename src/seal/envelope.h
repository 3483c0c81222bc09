/*
 * Envelopes: text that only the holder of a private key can read, for secrets that leave the registry (patchbay export --seal-to).
 *
 *     base64( DER of a CMS message: AuthEnvelopedData, RFC 5083, AES-256-GCM, one recipient )       one line, no breaks
 *
 * so `openssl cms -decrypt -inform DER -inkey key.pem` opens it. RSA (2048 bits and more): OAEP with SHA-256. EC (P-256, P-384, P-521): ephemeral
 * ECDH, X9.63 KDF with SHA-256, AES-256 key wrap.
 * An envelope tells who can open it and that it is whole; not who made it: anybody who has the public key can make one.
 *
 * Ownership: recipient and opener are new/free; results are in the arena. The private key's text and all plaintext are wiped.
 * Failure: FAULT_INVALID names the file or says that an envelope does not open; never a value, never a digit of a key.
 * Not here: what is in an envelope (cli/transfer.h), boxes of the database (seal.h).
 */
#ifndef PATCHBAY_SEAL_ENVELOPE_H
#define PATCHBAY_SEAL_ENVELOPE_H

#include "base/arena.h"
#include "base/fault.h"

struct envelope_recipient;
struct envelope_opener;

/* `file`: PEM with exactly one public key, or exactly one certificate that is valid now. A private key is refused: it should not be here. */
bool envelope_recipient_new(struct envelope_recipient **recipient, const char *file, struct fault *fault) __attribute__((warn_unused_result));
void envelope_recipient_free(struct envelope_recipient *recipient);
/* SHA-256 of the public key (its DER, SubjectPublicKeyInfo), 64 hex digits. */
const char *envelope_recipient_digest(const struct envelope_recipient *recipient);
bool envelope_seal(const struct envelope_recipient *recipient, struct bytes plaintext, struct arena *arena, struct bytes *envelope, struct fault *fault)
    __attribute__((warn_unused_result));

/* `file`: a private key in PEM, without a passphrase, and like a keyring closed to others. `kind` (a setting's name) begins messages. */
bool envelope_opener_new(struct envelope_opener **opener, const char *kind, const char *file, struct fault *fault) __attribute__((warn_unused_result));
void envelope_opener_free(struct envelope_opener *opener);
bool envelope_open(const struct envelope_opener *opener, struct bytes envelope, struct arena *arena, struct bytes *plaintext, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
