/* Logins, against a real database. */
#include "registry/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/admin.h"
#include "db/pool.h"
#include "registry/caller.h"
#include "seal/password.h"
#include "tests/support/unit.h"

static struct db_session *session;
static struct db_admin *admin;
static char name[32];

static void open_all(void)
{
    struct db_pool_options options = {.dsn = getenv("PATCHBAY_TEST_DSN"), .connections = 1, .batch_limit = 1, .wait_ms = 5000,
                                      .statement_timeout_ms = 10000, .reconnect_ms_max = 1000};
    unsigned char random[4];
    const char *admin_dsn = getenv("PATCHBAY_TEST_ADMIN_DSN");
    char verifier[PASSWORD_VERIFIER_SIZE];
    const char *values[] = {name, verifier};
    struct db_result result;
    struct fault fault = {0};

    ck_assert_ptr_nonnull(admin_dsn);
    ck_assert_msg(db_session_new(&session, &options, &fault), "%s", fault.message);
    ck_assert_msg(db_admin_new(&admin, admin_dsn, &fault), "%s", fault.message);
    digest_random(random, sizeof random); /* the tests share a database */
    snprintf(name, sizeof name, "user %02x%02x%02x%02x", random[0], random[1], random[2], random[3]);
    ck_assert(password_make_verifier(BYTES("geheim"), verifier, &fault));
    ck_assert_msg(db_admin_query(admin, "select patchbay.user_create($1, $2)", 2, values, &result, &fault), "%s", fault.message);
}

static void close_all(void)
{
    db_session_free(session);
    db_admin_free(admin);
}

struct answer {
    enum login_outcome outcome;
    enum connection_outcome caller;
    char verifier[PASSWORD_VERIFIER_SIZE];
    int64_t seconds;
};

static void take_begun(void *argument, const struct db_result *result)
{
    struct answer *answer = argument;
    struct bytes verifier = {NULL, 0};

    answer->outcome = login_begin_outcome(result, &verifier, &answer->seconds);
    snprintf(answer->verifier, sizeof answer->verifier, "%.*s", BYTES_FORMAT(verifier));
}

static void take_finished(void *argument, const struct db_result *result)
{
    ((struct answer *) argument)->outcome = login_finish_outcome(result);
}

static void take_caller(void *argument, const struct db_result *result)
{
    ((struct answer *) argument)->caller = caller_check_outcome(result);
}

/* A whole login, as the api does it. */
static struct answer log_in(struct login *login, const char *password)
{
    struct answer answer = {0};
    struct db_call call;

    login_begin_call(login, &call);
    db_session_run(session, &call, take_begun, &answer);
    if (answer.outcome != LOGIN_CHECK) {
        return answer;
    }
    if (password_check(bytes_from(password), bytes_from(answer.verifier)) == PASSWORD_RIGHT) {
        login->verifier = bytes_from(answer.verifier);
    }
    login_finish_call(login, &call);
    db_session_run(session, &call, take_finished, &answer);
    return answer;
}

static struct login from(const char *address)
{
    return (struct login){.name = bytes_from(name), .address = bytes_from(address), .request_id = BYTES("request")};
}

START_TEST(the_right_password_opens_a_session_that_is_a_credential)
{
    struct login login = from("192.0.2.1");
    struct answer answer = log_in(&login, "geheim");
    unsigned char digest[DIGEST_SHA256_SIZE];
    struct db_call call;

    ck_assert_int_eq(answer.outcome, LOGIN_OPENED);
    ck_assert(digest_credential(bytes_from(login.session), "pbs", digest));
    caller_check_call(digest, &call);
    db_session_run(session, &call, take_caller, &answer);
    ck_assert_int_eq(answer.caller, CONNECTION_OK);
}
END_TEST

START_TEST(a_wrong_password_opens_none)
{
    struct login login = from("192.0.2.1");
    struct answer answer = log_in(&login, "Geheim");
    struct db_call call;

    ck_assert_int_eq(answer.outcome, LOGIN_WRONG);
    caller_check_call(login.session_digest, &call);
    db_session_run(session, &call, take_caller, &answer);
    ck_assert_int_eq(answer.caller, CONNECTION_INVALID_TOKEN);
}
END_TEST

START_TEST(who_fails_often_waits_and_nobody_else)
{
    struct login login;

    for (int i = 0; i < 4; i++) {
        login = from("192.0.2.1");
        ck_assert_int_eq(log_in(&login, "x").outcome, LOGIN_WRONG);
    }
    login = from("192.0.2.1");
    struct answer answer = log_in(&login, "geheim");
    ck_assert_int_eq(answer.outcome, LOGIN_WAIT);
    ck_assert_int_eq(answer.seconds, 1);
    login = from("192.0.2.2");
    ck_assert_int_eq(log_in(&login, "geheim").outcome, LOGIN_OPENED);
}
END_TEST

START_TEST(an_address_that_is_no_text_is_taken_for_none)
{
    static const char *const addresses[] = {"", "\xff\xfe", "somewhere else", "::1%eth0"};
    struct login login;

    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        login = from(addresses[i]);
        ck_assert_int_eq(log_in(&login, "geheim").outcome, LOGIN_OPENED);
    }
    login = (struct login){.name = bytes_from(name), .request_id = BYTES("request")};
    ck_assert_int_eq(log_in(&login, "geheim").outcome, LOGIN_OPENED);
}
END_TEST

static void digest_place(const char *who, const char *address, unsigned char digest[DIGEST_SHA256_SIZE])
{
    struct login login = {.name = bytes_from(who), .address = bytes_from(address)};
    struct db_call call;

    login_begin_call(&login, &call);
    memcpy(digest, login.failure_digest, DIGEST_SHA256_SIZE);
}

static bool are_one_place(const char *address, const char *other)
{
    unsigned char a[DIGEST_SHA256_SIZE], b[DIGEST_SHA256_SIZE];

    digest_place("alice", address, a);
    digest_place("alice", other, b);
    return memcmp(a, b, sizeof a) == 0;
}

START_TEST(of_ipv6_the_network_counts)
{
    ck_assert(are_one_place("192.0.2.1", "192.0.2.1"));
    ck_assert(!are_one_place("192.0.2.1", "192.0.2.2"));
    ck_assert(are_one_place("::ffff:192.0.2.1", "192.0.2.1"));
    ck_assert(are_one_place("2001:db8::1", "2001:db8::ffff:1:2:3"));
    ck_assert(are_one_place("2001:db8::1", "2001:DB8:0:0:1::"));
    ck_assert(!are_one_place("2001:db8::1", "2001:db8:0:1::1"));
    ck_assert(!are_one_place("", "::1"));
    ck_assert(!are_one_place("a", "b"));
}
END_TEST

START_TEST(names_and_addresses_do_not_run_together)
{
    unsigned char a[DIGEST_SHA256_SIZE], b[DIGEST_SHA256_SIZE];

    digest_place("alice1", "92.0.2.1", a);
    digest_place("alice", "192.0.2.1", b);
    ck_assert_mem_ne(a, b, sizeof a);
}
END_TEST

static Suite *login_suite(void)
{
    Suite *suite = suite_create("login");
    TCase *real = tcase_create("real");
    TCase *places = tcase_create("places");

    tcase_add_checked_fixture(real, open_all, close_all);
    tcase_add_test(real, the_right_password_opens_a_session_that_is_a_credential);
    tcase_add_test(real, a_wrong_password_opens_none);
    tcase_add_test(real, who_fails_often_waits_and_nobody_else);
    tcase_add_test(real, an_address_that_is_no_text_is_taken_for_none);
    suite_add_tcase(suite, real);
    tcase_add_test(places, of_ipv6_the_network_counts);
    tcase_add_test(places, names_and_addresses_do_not_run_together);
    suite_add_tcase(suite, places);
    return suite;
}

int main(void)
{
    return unit_main(login_suite());
}
