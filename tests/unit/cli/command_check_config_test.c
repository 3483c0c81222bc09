/*
 * check-config: every mistake with its line, then keyring and types.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "tests/support/unit.h"
#include "tests/unit/cli/runner.h"

#define KEY "1:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"

static char words[200];

static void forget_environment(void)
{
    unsetenv("PATCHBAY_CONFIG");
    unsetenv("PATCHBAY_TYPES_DIR");
    unsetenv("PATCHBAY_KEYRING_FILE");
}

/* A folder with a settings file that names a keyring and a folder of types, all of them right. */
static void make_right(void)
{
    char text[500];

    forget_environment();
    runner_make_folder();
    snprintf(text, sizeof(text), "mkdir '%s/types'", runner_folder);
    ck_assert_int_eq(system(text), 0);
    runner_write("types/made-up.json",
                 "{\"type\":\"made-up\",\"title\":\"Made up\",\"fields\":[{\"name\":\"host\",\"type\":\"string\",\"required\":true}],\"constraints\":[]}", 0644);
    runner_write("keyring", KEY, 0600);
    snprintf(text, sizeof(text), "keyring_file = %s/keyring\ntypes_dir = %s/types\n", runner_folder, runner_folder);
    runner_write("conf", text, 0644);
    snprintf(words, sizeof(words), "check-config|--config|%s/conf", runner_folder);
}

static void add_setting(const char *text)
{
    char path[200];

    snprintf(path, sizeof(path), "%s/conf", runner_folder);
    FILE *file = fopen(path, "a");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(right_settings_are_ok)
{
    char expected[200];

    ck_assert_int_eq(runner_run(commands_table(), words), 0);
    snprintf(expected, sizeof(expected), "%s/conf: ok\n", runner_folder);
    ck_assert_str_eq(runner_out, expected);
    ck_assert_str_eq(runner_err, "");
}
END_TEST

START_TEST(the_file_may_be_named_in_the_environment)
{
    char path[200], expected[210];

    snprintf(path, sizeof(path), "%s/conf", runner_folder);
    setenv("PATCHBAY_CONFIG", path, 1);
    ck_assert_int_eq(runner_run(commands_table(), "check-config"), 0);
    snprintf(expected, sizeof(expected), "%s: ok\n", path);
    ck_assert_str_eq(runner_out, expected);
}
END_TEST

START_TEST(every_mistake_is_named_with_its_line)
{
    char expected[200];

    add_setting("body_limit = 0\n\nno_such_setting = 1\nlog_level = loud\nnonsense\n");
    setenv("PATCHBAY_BATCH_LIMIT", "many", 1);
    ck_assert_int_eq(runner_run(commands_table(), words), 1);
    ck_assert_str_eq(runner_out, "");
    for (int line = 3; line <= 7; line++) {
        snprintf(expected, sizeof(expected), "%s/conf:%d: ", runner_folder, line);
        ck_assert_msg((strstr(runner_err, expected) != NULL) == (line != 4), "line %d in: %s", line, runner_err);
    }
    ck_assert_ptr_nonnull(strstr(runner_err, "PATCHBAY_BATCH_LIMIT: "));
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named)
{
    ck_assert_int_eq(runner_run(commands_table(), "check-config|--config|/nonexistent/conf"), 1);
    runner_expect_error("/nonexistent/conf: ");
}
END_TEST

START_TEST(values_that_would_stop_the_start_are_named_with_their_setting)
{
    add_setting("database = nonsense\nadmin_database = host=x pasword=hunter2 password=hunter2\ntime_zone = Mars/Olympus\n");
    ck_assert_int_eq(runner_run(commands_table(), words), 1);
    ck_assert_str_eq(runner_out, "");
    ck_assert_ptr_eq(strstr(runner_err, "database: "), runner_err);
    ck_assert_ptr_nonnull(strstr(runner_err, "\nadmin_database: "));
    ck_assert_ptr_nonnull(strstr(runner_err, "\ntime_zone: "));
    ck_assert_ptr_null(strstr(runner_err, "hunter2"));
}
END_TEST

START_TEST(a_folder_of_types_that_is_not_there_is_named_with_its_setting)
{
    setenv("PATCHBAY_TYPES_DIR", "/nonexistent/types", 1);
    ck_assert_int_eq(runner_run(commands_table(), words), 1);
    runner_expect_error("types_dir: /nonexistent/types: ");
}
END_TEST

START_TEST(a_wrong_connector_file_is_named)
{
    char text[300];

    runner_write("dfa.json", "{\n\"id\":\"dfa\",\n", 0644);
    snprintf(text, sizeof(text), "connectors_dir = %s\n", runner_folder);
    add_setting(text);
    ck_assert_int_eq(runner_run(commands_table(), words), 1);
    runner_expect_error("connectors_dir: ");
    runner_expect_error("/dfa.json");
}
END_TEST

START_TEST(a_keyring_that_others_may_read_is_named_without_a_digit)
{
    runner_write("keyring", KEY, 0644);
    ck_assert_int_eq(runner_run(commands_table(), words), 1);
    runner_expect_error("/keyring");
    ck_assert_ptr_null(strstr(runner_err, "9f86"));
}
END_TEST

START_TEST(a_wrong_type_file_is_named)
{
    runner_write("types/broken.json", "{\n\"type\":\"broken\",\n", 0644);
    ck_assert_int_eq(runner_run(commands_table(), words), 1);
    runner_expect_error("/types/broken.json");
}
END_TEST

START_TEST(a_wrong_keyring_and_a_wrong_type_are_both_named)
{
    runner_write("keyring", "no key\n", 0600);
    runner_write("types/broken.json", "{", 0644);
    ck_assert_int_eq(runner_run(commands_table(), words), 1);
    ck_assert_ptr_nonnull(strstr(runner_err, "/keyring"));
    ck_assert_ptr_nonnull(strstr(runner_err, "/types/broken.json"));
}
END_TEST

START_TEST(the_database_is_not_asked)
{
    add_setting("admin_database = host=/nonexistent\ndatabase = host=/nonexistent\n");
    ck_assert_int_eq(runner_run(commands_table(), words), 0);
}
END_TEST

static Suite *check_config_suite(void)
{
    Suite *suite = suite_create("command_check_config");
    TCase *cases = tcase_create("command_check_config");

    tcase_add_checked_fixture(cases, make_right, runner_remove_folder);
    tcase_add_test(cases, right_settings_are_ok);
    tcase_add_test(cases, the_file_may_be_named_in_the_environment);
    tcase_add_test(cases, every_mistake_is_named_with_its_line);
    tcase_add_test(cases, a_file_that_is_not_there_is_named);
    tcase_add_test(cases, values_that_would_stop_the_start_are_named_with_their_setting);
    tcase_add_test(cases, a_folder_of_types_that_is_not_there_is_named_with_its_setting);
    tcase_add_test(cases, a_wrong_connector_file_is_named);
    tcase_add_test(cases, a_keyring_that_others_may_read_is_named_without_a_digit);
    tcase_add_test(cases, a_wrong_type_file_is_named);
    tcase_add_test(cases, a_wrong_keyring_and_a_wrong_type_are_both_named);
    tcase_add_test(cases, the_database_is_not_asked);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(check_config_suite());
}
