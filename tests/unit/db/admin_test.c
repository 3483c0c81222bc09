#include "db/admin.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/db/toy.h"

static struct db_admin *open_admin(void)
{
    struct db_admin *admin = NULL;
    struct fault fault = {0};
    ck_assert_msg(db_admin_new(&admin, toy_dsn(), &fault), "%s", fault.message);
    return admin;
}

START_TEST(values_go_in_and_rows_come_out)
{
    struct db_admin *admin = open_admin();
    struct db_result result;
    struct fault fault = {0};
    const char *const values[] = {"it's $1; drop table x", NULL, "42"};
    ck_assert(db_admin_query(admin, "select $1::text as words, $2::text as nothing, $3::int + 1 as number", 3, values, &result, &fault));
    ck_assert_int_eq(result.status, DB_DONE);
    ck_assert_int_eq(result.count, 1);
    ck_assert_int_eq(db_columns(&result), 3);
    ck_assert_str_eq(db_column_name(&result, 1), "nothing");
    unit_assert_bytes(db_text(&result, 0, 0), "it's $1; drop table x");
    ck_assert(db_is_null(&result, 0, 1));
    ck_assert_int_eq(db_number(&result, 0, 2), 43);
    db_admin_free(admin);
}
END_TEST

START_TEST(a_command_has_no_rows)
{
    struct db_admin *admin = open_admin();
    struct db_result result;
    struct fault fault = {0};
    ck_assert(db_admin_query(admin, "set work_mem = '1MB'", 0, NULL, &result, &fault));
    ck_assert_int_eq(result.count, 0);
    ck_assert_int_eq(db_columns(&result), 0);
    db_admin_free(admin);
}
END_TEST

START_TEST(a_refusal_is_told_in_the_servers_words_with_the_hint)
{
    struct db_admin *admin = open_admin();
    struct db_result result;
    struct fault fault = {0};
    const char *const values[] = {"a secret parameter"};
    ck_assert(!db_admin_query(admin, "do $$ begin raise 'No such project.' using hint = 'Make it first.', errcode = 'P0001'; end $$", 0, NULL,
                              &result, &fault));
    ck_assert_str_eq(fault.message, "No such project. (Make it first.)");
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    ck_assert_int_eq(result.status, DB_REFUSED);
    ck_assert_str_eq(result.sqlstate, "P0001");
    ck_assert(!db_admin_query(admin, "select nonsense from $1", 1, values, &result, &fault));
    ck_assert_ptr_null(strstr(fault.message, "secret"));
    ck_assert(db_admin_query(admin, "select 1", 0, NULL, &result, &fault)); /* and the next one works */
    db_admin_free(admin);
}
END_TEST

START_TEST(a_server_that_is_not_there_is_unavailable)
{
    struct db_admin *admin = NULL;
    struct fault fault = {0};
    ck_assert(!db_admin_new(&admin, "host=/nowhere dbname=patchbay", &fault));
    ck_assert_int_eq(fault.kind, FAULT_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(fault.message, "/nowhere"));
    ck_assert_ptr_null(strchr(fault.message, '\n'));
}
END_TEST

START_TEST(a_connection_that_broke_is_unavailable)
{
    struct db_admin *admin = open_admin();
    struct db_result result;
    struct fault fault = {0};
    ck_assert(!db_admin_query(admin, "select pg_terminate_backend(pg_backend_pid())", 0, NULL, &result, &fault));
    ck_assert_int_eq(fault.kind, FAULT_UNAVAILABLE);
    ck_assert_int_eq(result.status, DB_UNAVAILABLE);
    ck_assert(!db_admin_query(admin, "select 1", 0, NULL, &result, &fault));
    ck_assert_int_eq(fault.kind, FAULT_UNAVAILABLE);
    db_admin_free(admin);
}
END_TEST

static Suite *admin_suite(void)
{
    Suite *suite = suite_create("db/admin");
    TCase *queries = tcase_create("queries");
    tcase_add_test(queries, values_go_in_and_rows_come_out);
    tcase_add_test(queries, a_command_has_no_rows);
    tcase_add_test(queries, a_refusal_is_told_in_the_servers_words_with_the_hint);
    tcase_add_test(queries, a_server_that_is_not_there_is_unavailable);
    tcase_add_test(queries, a_connection_that_broke_is_unavailable);
    suite_add_tcase(suite, queries);
    return suite;
}

int main(void)
{
    return unit_main(admin_suite());
}
