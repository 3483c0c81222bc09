/*
 * Logins: a name and a password for a session. Two calls, and between them the password is checked, slowly (seal/password.h).
 *
 *     login_begin_call -> login_begin_outcome: LOGIN_CHECK and the verifier
 *     password_check(password, verifier)                 in a thread
 *     login_finish_call -> login_finish_outcome: LOGIN_OPENED
 *
 * Failures are counted by name and address together, so that guessing gets slower and slower but keeps nobody else out.
 * Not here: the form of requests and answers (api/), how long to wait (sql/functions/login_delay.sql).
 */
#ifndef PATCHBAY_REGISTRY_LOGIN_H
#define PATCHBAY_REGISTRY_LOGIN_H

#include "db/call.h"
#include "seal/digest.h"

#define LOGIN_SECONDS 3600 /* how long a session lasts */

struct login {
    struct bytes name;
    struct bytes address;    /* of the caller, as the web server told it; may be empty */
    struct bytes request_id;
    struct bytes verifier;   /* what the password was right against; {NULL, 0}: it was wrong */
    char session[DIGEST_CREDENTIAL_SIZE]; /* the access token, made by login_finish_call; valid once LOGIN_OPENED */
    unsigned char failure_digest[DIGEST_SHA256_SIZE];
    unsigned char session_digest[DIGEST_SHA256_SIZE];
};

enum login_outcome {
    LOGIN_CHECK,
    LOGIN_WAIT,   /* too many failures: not yet */
    LOGIN_OPENED,
    LOGIN_WRONG,
    LOGIN_UNAVAILABLE,
    LOGIN_FAILED, /* unexpected */
};

void login_begin_call(struct login *login, struct db_call *call);
/* *verifier (LOGIN_CHECK) is borrowed from the result, and empty where there is no such user; *seconds (LOGIN_WAIT) is 1 or more. */
enum login_outcome login_begin_outcome(const struct db_result *result, struct bytes *verifier, int64_t *seconds);
void login_finish_call(struct login *login, struct db_call *call);
enum login_outcome login_finish_outcome(const struct db_result *result);

#endif
