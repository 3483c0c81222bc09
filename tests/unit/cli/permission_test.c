/*
 * The list of --permission. That the names are the database's too is held by tests/cli/commands.
 */
#include "cli/permission.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

static void take(const char *list)
{
    struct fault fault = {.kind = FAULT_NONE};

    ck_assert_msg(permission_check_list(bytes_from(list), &fault), "%s: %s", list, fault.message);
}

static void refuse(const char *list, const char *reason)
{
    struct fault fault = {.kind = FAULT_NONE};

    ck_assert_msg(!permission_check_list(bytes_from(list), &fault), "%s is taken", list);
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    ck_assert_msg(strstr(fault.message, reason) != NULL, "\"%s\" does not say %s", fault.message, reason);
}

START_TEST(each_category_goes_with_each_action)
{
    static const char *const categories[] = {"API_MANAGEMENT", "SECRETS", "IDENTITY", "CONNECTIONS", "GLOBAL_SETTINGS"};
    static const char *const actions[] = {"MANAGE", "DEPLOY_UNDEPLOY", "EXPORT_IMPORT", "VIEW"};

    for (size_t i = 0; i < 20; i++) {
        char name[64];
        snprintf(name, sizeof(name), "%s:%s", categories[i / 4], actions[i % 4]);
        ck_assert(permission_known(bytes_from(name)));
        take(name);
    }
}
END_TEST

START_TEST(a_list_has_commas)
{
    take("CONNECTIONS:VIEW,CONNECTIONS:MANAGE,SECRETS:VIEW");
}
END_TEST

START_TEST(the_first_unknown_permission_is_named)
{
    refuse("CONNECTIONS:VIEW,CONNECTIONS:READ,SECRETS:WRITE", "\"CONNECTIONS:READ\"");
    refuse("connections:view", "\"connections:view\"");
    refuse("CONNECTIONS", "\"CONNECTIONS\"");
    refuse("CONNECTIONS:", "\"CONNECTIONS:\"");
    refuse(":VIEW", "\":VIEW\"");
    refuse("VIEW:CONNECTIONS", "\"VIEW:CONNECTIONS\"");
    refuse("CONNECTIONS:VIEW:", "\"CONNECTIONS:VIEW:\"");
    refuse("CONNECTIONS:VIEW, SECRETS:VIEW", "\" SECRETS:VIEW\"");
    refuse("CONNECTIONS:*", "\"CONNECTIONS:*\"");
}
END_TEST

START_TEST(an_empty_place_in_the_list_is_refused)
{
    refuse("", "missing");
    refuse("CONNECTIONS:VIEW,", "missing");
    refuse(",CONNECTIONS:VIEW", "\"\"");
    refuse("CONNECTIONS:VIEW,,SECRETS:VIEW", "\"\"");
}
END_TEST

static Suite *permission_suite(void)
{
    Suite *suite = suite_create("permission");
    TCase *cases = tcase_create("permission");

    tcase_add_test(cases, each_category_goes_with_each_action);
    tcase_add_test(cases, a_list_has_commas);
    tcase_add_test(cases, the_first_unknown_permission_is_named);
    tcase_add_test(cases, an_empty_place_in_the_list_is_refused);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(permission_suite());
}
