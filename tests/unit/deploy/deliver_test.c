/*
 * What the end of a delivery means for what is known about the worker.
 */
#include "deploy/deliver.h"

#include "tests/support/unit.h"

static const struct {
    enum courier_end end;
    int status;
    bool sent, present;
    enum deployment_outcome outcome;
    const char *error;
    bool alive;
} rows[] = {
    {COURIER_ANSWERED, 200, true, true, DEPLOYMENT_TAKEN, "", true},
    {COURIER_ANSWERED, 204, true, false, DEPLOYMENT_TAKEN, "", true},
    {COURIER_ANSWERED, 404, true, false, DEPLOYMENT_TAKEN, "", true},
    {COURIER_ANSWERED, 410, true, false, DEPLOYMENT_TAKEN, "", true},
    {COURIER_ANSWERED, 404, true, true, DEPLOYMENT_REFUSED, "http 404", true},
    {COURIER_ANSWERED, 302, true, true, DEPLOYMENT_REFUSED, "http 302", true},
    {COURIER_ANSWERED, 409, true, true, DEPLOYMENT_REFUSED, "http 409", true},
    {COURIER_ANSWERED, 401, true, true, DEPLOYMENT_REFUSED, "http 401", false},
    {COURIER_ANSWERED, 403, true, false, DEPLOYMENT_REFUSED, "http 403", false},
    {COURIER_ANSWERED, 500, true, true, DEPLOYMENT_REFUSED, "http 500", false},
    {COURIER_ANSWERED, 502, true, true, DEPLOYMENT_DOUBTFUL, "http 502", false},
    {COURIER_ANSWERED, 504, true, true, DEPLOYMENT_DOUBTFUL, "http 504", false},
    {COURIER_DNS, 0, false, true, DEPLOYMENT_REFUSED, "dns", false},
    {COURIER_CONNECT, 0, false, true, DEPLOYMENT_REFUSED, "connect", false},
    {COURIER_TLS, 0, false, true, DEPLOYMENT_REFUSED, "tls", false},
    {COURIER_TIMEOUT, 0, false, true, DEPLOYMENT_REFUSED, "timeout", false},
    {COURIER_TIMEOUT, 0, true, true, DEPLOYMENT_DOUBTFUL, "timeout", false},
    {COURIER_RESET, 0, true, false, DEPLOYMENT_DOUBTFUL, "reset", false},
};

START_TEST(each_end_has_its_meaning)
{
    struct courier_delivery delivery = {.end = rows[_i].end, .status = rows[_i].status, .sent = rows[_i].sent};
    struct deployment_parcel parcel = {.present = rows[_i].present};

    deliver_end(&delivery, &parcel);
    ck_assert_int_eq(parcel.outcome, rows[_i].outcome);
    ck_assert_str_eq(parcel.error, rows[_i].error);
    ck_assert_int_eq(parcel.alive, rows[_i].alive);
}
END_TEST

START_TEST(a_present_parcel_is_put_and_an_absent_one_deleted)
{
    struct deployment_parcel parcel = {.present = true, .body = BYTES("{}"), .url = "http://w/connections/x", .revision_text = "3"};
    struct courier_delivery delivery;

    deliver_begin(&delivery, &parcel, 1000);
    ck_assert_str_eq(delivery.method, "PUT");
    ck_assert_str_eq(delivery.revision, "3");
    unit_assert_bytes(delivery.body, "{}");
    parcel.present = false;
    deliver_begin(&delivery, &parcel, -5);
    ck_assert_str_eq(delivery.method, "DELETE");
    ck_assert_ptr_null(delivery.body.data);
    ck_assert_int_gt(delivery.deadline_ms, 0);
}
END_TEST

static Suite *deliver_suite(void)
{
    Suite *suite = suite_create("deliver");
    TCase *cases = tcase_create("meanings");

    tcase_add_loop_test(cases, each_end_has_its_meaning, 0, (int) (sizeof rows / sizeof rows[0]));
    tcase_add_test(cases, a_present_parcel_is_put_and_an_absent_one_deleted);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(deliver_suite());
}
