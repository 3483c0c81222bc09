/*
 * Java's own keystores. For seal/keystore.c only.
 *
 *     FEEDFEED | version 1 or 2 (4) | count (4) | entries | SHA-1(password in UTF-16BE | "Mighty Aphrodite" | all before)
 *     an entry: 1 | alias | date (8) | sealed key | count (4) | certificates      or     2 | alias | date (8) | certificate
 * Texts have a length of 2 bytes, keys and certificates one of 4; a certificate has its type before it (version 2). All big endian.
 */
#ifndef PATCHBAY_SEAL_KEYSTORE_JKS_H
#define PATCHBAY_SEAL_KEYSTORE_JKS_H

#include "seal/keystore.h"

bool keystore_jks_recognise(struct bytes content);
/* As keystore_open; *has_alias tells whether there is the entry. */
bool keystore_jks_open(const struct keystore *keystore, bool *has_alias, enum keystore_part *part, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
