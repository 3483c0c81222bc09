#include "db/sqlstate.h"

#include <stddef.h>

#include "tests/support/unit.h"

START_TEST(what_passes_by_itself_is_unavailable)
{
    static const char *const states[] = {"08006", "25006", "53100", "53200", "53300", "55P03", "57014", "57P01", "57P02", "57P03", NULL};
    for (size_t i = 0; states[i] != NULL; i++) {
        ck_assert_msg(sqlstate_judge(states[i]) == SQLSTATE_UNAVAILABLE, "%s", states[i]);
    }
    ck_assert_int_eq(sqlstate_judge(NULL), SQLSTATE_UNAVAILABLE);
}
END_TEST

START_TEST(what_the_same_call_would_meet_again_is_refused)
{
    static const char *const states[] = {"22P02", "23505", "42501", "42883", "55000", "57000", "P0001", "XX000", "40002", "", NULL};
    for (size_t i = 0; states[i] != NULL; i++) {
        ck_assert_msg(sqlstate_judge(states[i]) == SQLSTATE_REFUSED, "%s", states[i]);
    }
}
END_TEST

START_TEST(deadlocks_and_serialization_failures_are_worth_another_attempt)
{
    ck_assert_int_eq(sqlstate_judge("40001"), SQLSTATE_AGAIN);
    ck_assert_int_eq(sqlstate_judge("40P01"), SQLSTATE_AGAIN);
}
END_TEST

START_TEST(a_plan_that_no_longer_fits_asks_for_a_new_session)
{
    ck_assert_int_eq(sqlstate_judge("0A000"), SQLSTATE_STALE);
    ck_assert_int_eq(sqlstate_judge("26000"), SQLSTATE_STALE);
}
END_TEST

START_TEST(constraints_are_a_class_of_their_own)
{
    ck_assert(sqlstate_is_constraint("23505"));
    ck_assert(!sqlstate_is_constraint("22003"));
    ck_assert(!sqlstate_is_constraint(NULL));
}
END_TEST

static Suite *sqlstate_suite(void)
{
    Suite *suite = suite_create("db/sqlstate");
    TCase *judgements = tcase_create("judgements");
    tcase_add_test(judgements, what_passes_by_itself_is_unavailable);
    tcase_add_test(judgements, what_the_same_call_would_meet_again_is_refused);
    tcase_add_test(judgements, deadlocks_and_serialization_failures_are_worth_another_attempt);
    tcase_add_test(judgements, a_plan_that_no_longer_fits_asks_for_a_new_session);
    tcase_add_test(judgements, constraints_are_a_class_of_their_own);
    suite_add_tcase(suite, judgements);
    return suite;
}

int main(void)
{
    return unit_main(sqlstate_suite());
}
