/*
 * Passwords are kept as verifiers, which cost time and memory to compare with on purpose (scrypt): who steals the table has to pay that for
 * every guess.
 *
 *     scrypt$32768$8$1$<32 hex digits of salt>$<64 hex digits of hash>      N, r, p; user_account.password holds exactly this form
 *
 * N, r and p are read from the verifier, so that stronger ones can come later while older ones stay good; new ones get N = 2^15, r = 8, p = 1
 * (32 MiB, about a twentieth of a second). Both functions block for that long and may run in any thread.
 * Failure: neither says anything about the password. Buffers are wiped.
 */
#ifndef PATCHBAY_SEAL_PASSWORD_H
#define PATCHBAY_SEAL_PASSWORD_H

#include "base/bytes.h"
#include "base/fault.h"

#define PASSWORD_VERIFIER_SIZE 160

enum password_check {
    PASSWORD_RIGHT,
    PASSWORD_WRONG,
    PASSWORD_UNCHECKED, /* memory is short: it says nothing about the password */
};

/* A new verifier with a salt of its own, NUL-terminated. */
bool password_make_verifier(struct bytes password, char verifier[PASSWORD_VERIFIER_SIZE], struct fault *fault) __attribute__((warn_unused_result));
/* A verifier that is empty (nobody of that name) or not well-formed is wrong, after as much work as a real one. */
enum password_check password_check(struct bytes password, struct bytes verifier);

#endif
