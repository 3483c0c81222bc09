/*
 * Whether a keystore opens: PKCS#12 and JKS files with their passwords. Their keys are looked at and forgotten, never handed out.
 *
 * PKCS#12: its integrity is checked and every key and certificate in it decrypted. JKS: its structure and integrity are checked; keys in it
 * have passwords of their own, which nobody has told. Without a password a JKS is checked in structure only, and so is
 * a PKCS#12 that may stay closed; any other must open with an empty one.
 * A keystore that is to be opened with very many iterations would keep a processor for minutes: `effort` is how many are left for this caller, as
 * the file counts them (each is a hash or a few, since a key longer than the hash, and its IV, take derivations of their own).
 * This is slow on purpose; it is no work for the loop.
 */
#ifndef PATCHBAY_SEAL_KEYSTORE_H
#define PATCHBAY_SEAL_KEYSTORE_H

#include "base/arena.h"
#include "base/fault.h"

enum keystore_format { KEYSTORE_UNKNOWN, KEYSTORE_JKS, KEYSTORE_PKCS12 };

/* What a fault is about; its message goes on from the name of that ("does not open the keystore"). */
enum keystore_part { KEYSTORE_FILE, KEYSTORE_TYPE, KEYSTORE_PASSWORD, KEYSTORE_ALIAS };

struct keystore {
    struct bytes content;
    enum keystore_format format; /* as it was said */
    struct bytes password;       /* UTF-8 without NUL; {NULL, 0}: none */
    bool may_stay_closed;        /* without a password */
    struct bytes alias;          /* an entry there must be, letter case ignored as far as ASCII goes; {NULL, 0}: none is named */
};

/* "JKS", "PKCS12"; KEYSTORE_UNKNOWN for anything else. */
enum keystore_format keystore_format_from(struct bytes name);
/* What the content is, by its first bytes. */
enum keystore_format keystore_recognise(struct bytes content);
/* Counts *effort down. FAULT_INVALID, and *part says what is wrong. The arena takes a copy of the password. */
bool keystore_open(const struct keystore *keystore, int64_t *effort, enum keystore_part *part, struct arena *arena, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
