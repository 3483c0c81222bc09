#include "db/pool.h"

#include <string.h>

#include "tests/unit/db/toy.h"

struct answer {
    int answers;
    enum db_status status;
    int64_t number;
};

static void record(void *context, const struct db_result *result)
{
    struct answer *answer = context;
    answer->answers++;
    answer->status = result->status;
    answer->number = result->count > 0 ? db_number(result, 0, 1) : 0;
}

static struct db_session *new_session(int wait_ms)
{
    struct db_pool_options options = toy_options(1);
    struct db_session *session = NULL;
    struct fault fault = {0};
    options.wait_ms = wait_ms;
    ck_assert_msg(db_session_new(&session, &options, &fault), "%s", fault.message);
    return session;
}

static struct answer look(struct db_session *session)
{
    struct toy_call call;
    struct answer answer = {0};
    toy_look(&call, "key", 0);
    db_session_run(session, &call.call, record, &answer);
    ck_assert_int_eq(answer.answers, 1);
    return answer;
}

START_TEST(one_call_after_the_other)
{
    struct db_session *session = new_session(5000);
    for (int i = 0; i < 20; i++) {
        struct answer answer = look(session);
        ck_assert_int_eq(answer.status, DB_DONE);
        ck_assert_int_eq(answer.number, 1);
    }
    ck_assert_int_eq(toy_ask("select count(*) from pg_stat_activity where application_name = 'patchbay'"), 1);
    db_session_free(session);
}
END_TEST

START_TEST(a_lost_connection_is_opened_again_even_for_writes)
{
    struct db_session *session = new_session(5000);
    ck_assert_int_eq(look(session).status, DB_DONE);
    toy_server("restart");
    struct toy_call call;
    struct answer answer = {0};
    toy_work(&call, "key", 0);
    db_session_run(session, &call.call, record, &answer);
    ck_assert_int_eq(answer.status, DB_DONE);
    db_session_free(session);
}
END_TEST

START_TEST(without_a_server_the_wait_is_bounded)
{
    struct db_session *session = new_session(200);
    toy_server("stop");
    ck_assert_int_eq(look(session).status, DB_UNAVAILABLE);
    toy_server("start");
    db_session_free(session);
    session = new_session(5000);
    ck_assert_int_eq(look(session).status, DB_DONE);
    db_session_free(session);
}
END_TEST

static Suite *session_suite(void)
{
    Suite *suite = suite_create("db/session");
    TCase *calls = tcase_create("calls");
    tcase_add_unchecked_fixture(calls, toy_make, NULL);
    tcase_add_test(calls, one_call_after_the_other);
    tcase_add_test(calls, a_lost_connection_is_opened_again_even_for_writes);
    tcase_add_test(calls, without_a_server_the_wait_is_bounded);
    suite_add_tcase(suite, calls);
    return suite;
}

int main(void)
{
    return unit_main(session_suite());
}
