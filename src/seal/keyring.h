/*
 * The keys: numbered, in files that only their owner can read, one of them active.
 *
 * File format, one key a line, '#' comments and empty lines allowed:
 *     1:9f86d081884c7d65...            number (1 to 2147483647) ':' 64 hex digits (256 bits)
 *     2:...:active                     the active one; without a mark the highest number is active
 * Spaces around a line and CR before its end are tolerated. Refused, with a message that names file and line, never a digit of a key:
 * a file on which group or others have any right, that belongs to neither us nor root (root reads anybody's), that is no regular file
 * or larger than 64 KiB; a repeated number, a bad digit, no key at all, more than KEYRING_KEYS_MAX, two active marks.
 * Ownership: keyring_new/keyring_free; key bytes live in memory that is locked if possible, kept out of core files (MADV_DONTDUMP) and wiped at the end.
 * Not here: using a key (seal.h).
 */
#ifndef PATCHBAY_SEAL_KEYRING_H
#define PATCHBAY_SEAL_KEYRING_H

#include "base/bytes.h"
#include "base/fault.h"

#define KEYRING_KEY_SIZE 32
#define KEYRING_KEYS_MAX 64

struct keyring;

/*
 * `sources`: a file, or several parted by commas. One that begins with '|' is an executable whose output is read in the file's format (a vault, a
 * KMS); it is run without a shell or arguments, for at most 30 seconds, and must exit with 0. Numbers are unique over all sources.
 */
bool keyring_new(struct keyring **keyring, const char *sources, struct fault *fault) __attribute__((warn_unused_result));
void keyring_free(struct keyring *keyring);
int32_t keyring_active(const struct keyring *keyring);
size_t keyring_count(const struct keyring *keyring);
int32_t keyring_number(const struct keyring *keyring, size_t index); /* ascending */
/* The 32 bytes of a key, or NULL when the keyring has none of that number. Only for seal.c. */
const unsigned char *keyring_key(const struct keyring *keyring, int32_t number);

/*
 * A new random key with the next number goes into the (first) file; also *number, which may be 0, was given to a key already. It seals nothing yet: whichever key was active stays so, and now says it. Then
 * keyring_activate, once every worker can have read the file. Both replace the file whole (a new one, synced, renamed), with its owner and mode;
 * a link to it stays.
 */
bool keyring_add(const char *sources, int32_t *number, struct fault *fault) __attribute__((warn_unused_result));
bool keyring_activate(const char *sources, int32_t number, struct fault *fault) __attribute__((warn_unused_result));
/* Whether a file of the sources is another one than when the keyring was read. Executables are not asked again. */
bool keyring_is_stale(const struct keyring *keyring, const char *sources);

/* Writes a new keyring file (mode 0600, refuses to overwrite) with one random key, number 1. For quickstart and tests. */
bool keyring_create(const char *file, struct fault *fault) __attribute__((warn_unused_result));

#endif
