/*
 * An address is what the web server says. Of IPv6 the first 64 bits count: the rest is the caller's to choose, and would give everybody as
 * many addresses as guesses.
 */
#include "registry/login.h"

#include <arpa/inet.h>
#include <string.h>

#define ADDRESS_MAX 128

enum { BEGIN_NAME, BEGIN_FAILURE_DIGEST, BEGIN_VALUES };

/* It may begin a delay anew, so it is not repeated when the connection breaks. */
static const struct db_statement begin_statement = {
    .name = "login_begin", .function = "patchbay.login_begin", .gathers = true, .writes = true, .value_count = BEGIN_VALUES,
    .types = {DB_TEXT, DB_BYTEA},
};

enum { BEGUN_ORDINAL, BEGUN_VERIFIER, BEGUN_WAIT };

enum { FINISH_NAME, FINISH_FAILURE_DIGEST, FINISH_VERIFIER, FINISH_SESSION_DIGEST, FINISH_SECONDS, FINISH_ADDRESS, FINISH_REQUEST_ID, FINISH_VALUES };

static const struct db_statement finish_statement = {
    .name = "login_finish", .function = "patchbay.login_finish", .gathers = true, .writes = true, .value_count = FINISH_VALUES,
    .types = {DB_TEXT, DB_BYTEA, DB_TEXT, DB_BYTEA, DB_INT4, DB_TEXT, DB_TEXT},
};

enum { FINISHED_ORDINAL, FINISHED_OPENED };

/* What of an address tells callers apart, as text of its own choosing. */
static size_t write_place(struct bytes address, char place[ADDRESS_MAX])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    unsigned char ipv6[16];
    size_t length = address.length < ADDRESS_MAX - 1 ? address.length : ADDRESS_MAX - 1;

    memcpy(place, address.data == NULL ? "" : address.data, length);
    place[length] = '\0';
    if (inet_pton(AF_INET6, place, ipv6) != 1) {
        return length;
    }
    if (memcmp(ipv6, mapped, sizeof mapped) == 0) {
        return inet_ntop(AF_INET, ipv6 + sizeof mapped, place, ADDRESS_MAX) == NULL ? 0 : strlen(place);
    }
    memset(ipv6 + 8, 0, 8);
    return inet_ntop(AF_INET6, ipv6, place, ADDRESS_MAX) == NULL ? 0 : strlen(place);
}

/* Digest of the digests of name and place: no two pairs run together. */
static void digest_failures(struct login *login)
{
    unsigned char both[2 * DIGEST_SHA256_SIZE];
    char place[ADDRESS_MAX];
    size_t length = write_place(login->address, place);

    digest_sha256(login->name, both);
    digest_sha256((struct bytes){place, length}, both + DIGEST_SHA256_SIZE);
    digest_sha256((struct bytes){(const char *) both, sizeof both}, login->failure_digest);
}

static struct bytes digest_bytes(const unsigned char *digest)
{
    return (struct bytes){(const char *) digest, DIGEST_SHA256_SIZE};
}

void login_begin_call(struct login *login, struct db_call *call)
{
    digest_failures(login);
    *call = (struct db_call){.statement = &begin_statement};
    db_set_text(call, BEGIN_NAME, login->name);
    db_set_text(call, BEGIN_FAILURE_DIGEST, digest_bytes(login->failure_digest));
}

/* What the call itself came to, before its row is looked at. */
static bool has_row(const struct db_result *result, enum login_outcome *outcome)
{
    *outcome = result->status == DB_UNAVAILABLE ? LOGIN_UNAVAILABLE : LOGIN_FAILED;
    return result->status == DB_DONE && result->count == 1;
}

enum login_outcome login_begin_outcome(const struct db_result *result, struct bytes *verifier, int64_t *seconds)
{
    enum login_outcome outcome;

    if (!has_row(result, &outcome)) {
        return outcome;
    }
    *verifier = db_text(result, 0, BEGUN_VERIFIER);
    *seconds = db_number(result, 0, BEGUN_WAIT);
    return *seconds > 0 ? LOGIN_WAIT : LOGIN_CHECK;
}

void login_finish_call(struct login *login, struct db_call *call)
{
    digest_make_credential("pbs", login->session, login->session_digest);
    *call = (struct db_call){.statement = &finish_statement};
    db_set_text(call, FINISH_NAME, login->name);
    db_set_text(call, FINISH_FAILURE_DIGEST, digest_bytes(login->failure_digest));
    db_set_text_or_null(call, FINISH_VERIFIER, login->verifier);
    db_set_text(call, FINISH_SESSION_DIGEST, digest_bytes(login->session_digest));
    db_set_number(call, FINISH_SECONDS, LOGIN_SECONDS);
    db_set_text(call, FINISH_ADDRESS, bytes_utf8(login->address, NULL) ? bytes_slice(login->address, 0, ADDRESS_MAX) : BYTES(""));
    db_set_text(call, FINISH_REQUEST_ID, login->request_id);
}

enum login_outcome login_finish_outcome(const struct db_result *result)
{
    enum login_outcome outcome;

    if (!has_row(result, &outcome)) {
        return outcome;
    }
    return db_true(result, 0, FINISHED_OPENED) ? LOGIN_OPENED : LOGIN_WRONG;
}
