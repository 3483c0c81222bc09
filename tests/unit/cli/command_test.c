/*
 * Exit codes and the one line of standard error, with made-up commands.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/support/unit.h"
#include "tests/unit/cli/runner.h"

static enum command_end succeed(struct command_context *context, struct fault *fault)
{
    (void) fault;
    fprintf(context->out, "%s %s %d\n", command_argument(context, 0), command_option(context, "size"), command_flag(context, "json"));
    return COMMAND_DONE;
}

static enum command_end fail_aloud(struct command_context *context, struct fault *fault)
{
    (void) context;
    fault_set(fault, FAULT_INVALID, "there is no box \n\xc2\x9b[31m\xff");
    return COMMAND_FAILED;
}

static enum command_end fail_silently(struct command_context *context, struct fault *fault)
{
    (void) fault;
    fputs("first mistake\nsecond mistake\n", context->err);
    return COMMAND_FAILED;
}

static enum command_end misuse(struct command_context *context, struct fault *fault)
{
    return command_check_id(command_argument(context, 0), fault) ? COMMAND_DONE : COMMAND_WRONG_USAGE;
}

static enum command_end ask(struct command_context *context, struct fault *fault)
{
    struct db_result result;
    return command_query(context, "select 1", 0, NULL, &result, fault) ? COMMAND_DONE : COMMAND_FAILED;
}

static enum command_end print_key(struct command_context *context, struct fault *fault)
{
    return command_print_credential(context, BYTES("pbt_1"), fault) ? COMMAND_DONE : COMMAND_FAILED;
}

static const struct command table[] = {
    {"box", "add", {"NAME"}, {{"size", "S", true}, {"json", NULL, false}}, succeed, "adds a box"},
    {"box", "remove", {"ID"}, {{NULL, NULL, false}}, misuse, "removes a box"},
    {"fail", NULL, {NULL}, {{NULL, NULL, false}}, fail_aloud, "fails"},
    {"fail-silently", NULL, {NULL}, {{NULL, NULL, false}}, fail_silently, "fails"},
    {"ask", NULL, {NULL}, {{NULL, NULL, false}}, ask, "asks the database"},
    {"print-key", NULL, {NULL}, {{NULL, NULL, false}}, print_key, "prints a key"},
    {NULL, NULL, {NULL}, {{NULL, NULL, false}}, NULL, NULL},
};

START_TEST(what_a_handler_prints_is_printed_and_0_returned)
{
    ck_assert_int_eq(runner_run(table, "box|add|red|--size|3|--json"), 0);
    ck_assert_str_eq(runner_out, "red 3 1\n");
    ck_assert_str_eq(runner_err, "");
}
END_TEST

START_TEST(wrong_usage_is_one_line_and_2)
{
    ck_assert_int_eq(runner_run(table, "box|add|red"), 2);
    runner_expect_error("patchbay: --size S is missing");
    ck_assert_int_eq(runner_run(table, ""), 2);
    runner_expect_error("patchbay: which command?");
}
END_TEST

START_TEST(a_failure_is_one_line_and_1_whatever_it_says)
{
    ck_assert_int_eq(runner_run(table, "fail"), 1);
    runner_expect_error("patchbay: there is no box  \\xc2\\x9b[31m\\xff\n");
}
END_TEST

START_TEST(nothing_is_added_when_a_handler_told_all_by_itself)
{
    ck_assert_int_eq(runner_run(table, "fail-silently"), 1);
    ck_assert_str_eq(runner_err, "first mistake\nsecond mistake\n");
}
END_TEST

START_TEST(an_id_is_a_positive_number_that_fits)
{
    static const char *const wrong[] = {"",  "0",    "-1",  "x",   "1x", " 1", "1 ", "+1", "1.0", "9223372036854775808", "99999999999999999999999",
                                        "--", "0x1f", "1e3", "\xd9\xa1"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char words[100];
        snprintf(words, sizeof(words), "box|remove|--|%s", wrong[i]);
        ck_assert_int_eq(runner_run(table, words), 2);
        runner_expect_error("an id is a number");
    }
    ck_assert_int_eq(runner_run(table, "box|remove|1"), 0);
    ck_assert_int_eq(runner_run(table, "box|remove|9223372036854775807"), 0);
}
END_TEST

START_TEST(a_database_that_cannot_be_reached_is_one_line)
{
    setenv("PATCHBAY_ADMIN_DATABASE", "host=/nonexistent dbname=patchbay", 1);
    ck_assert_int_eq(runner_run(table, "ask"), 1);
    runner_expect_error("no connection to the database (admin_database): ");
}
END_TEST

START_TEST(a_mistake_in_the_settings_is_told_with_its_line)
{
    char words[200];

    runner_write("conf", "# one\nbody_limit = much\n", 0600);
    snprintf(words, sizeof(words), "ask|--config|%s/conf", runner_folder);
    ck_assert_int_eq(runner_run(table, words), 1);
    runner_expect_error("/conf:2: body_limit must be");
}
END_TEST

START_TEST(of_several_mistakes_in_the_settings_the_first_is_told_and_their_number)
{
    char words[200];

    runner_write("conf", "body_limit = much\nno_such = 1\nlog_level = loud\n", 0600);
    snprintf(words, sizeof(words), "ask|--config|%s/conf", runner_folder);
    ck_assert_int_eq(runner_run(table, words), 1);
    runner_expect_error("3 mistakes in the settings");
    ck_assert_ptr_nonnull(strstr(runner_err, "/conf:1: body_limit"));
}
END_TEST

START_TEST(a_settings_file_that_is_not_there_is_told)
{
    ck_assert_int_eq(runner_run(table, "ask|--config|/nonexistent/conf"), 1);
    runner_expect_error("/nonexistent/conf: ");
}
END_TEST

START_TEST(help_and_version_need_no_settings)
{
    setenv("PATCHBAY_BODY_LIMIT", "wrong", 1);
    ck_assert_int_eq(runner_run(table, "help"), 0);
    ck_assert_ptr_nonnull(strstr(runner_out, "    box add NAME --size S [--json]\n        adds a box\n"));
    ck_assert_ptr_nonnull(strstr(runner_out, "    ask\n        asks the database\n"));
    ck_assert_int_eq(runner_run(table, "help|box|remove"), 0);
    ck_assert_str_eq(runner_out, "    box remove ID\n        removes a box\n");
    ck_assert_int_eq(runner_run(table, "box|--help"), 0);
    ck_assert_ptr_null(strstr(runner_out, "asks the database"));
    ck_assert_int_eq(runner_run(table, "--version"), 0);
    ck_assert_msg(strncmp(runner_out, "patchbay ", 9) == 0, "%s", runner_out);
    ck_assert_str_eq(runner_err, "");
}
END_TEST

static int run_into_full_disk(const char *noun, char *err, size_t size)
{
    char *argv[] = {(char[]){"patchbay"}, strdup(noun), NULL};
    FILE *full = fopen("/dev/full", "w");
    FILE *err_stream = fmemopen(err, size, "w");

    ck_assert(full != NULL && err_stream != NULL);
    int end = command_run(table, 2, argv, full, err_stream);
    fclose(full);
    fclose(err_stream);
    free(argv[1]);
    return end;
}

START_TEST(output_that_cannot_be_written_is_a_failure)
{
    char err[500] = "";

    ck_assert_int_eq(run_into_full_disk("help", err, sizeof(err)), 1);
    ck_assert_str_eq(err, "patchbay: cannot write to standard output: No space left on device\n");
    ck_assert_int_eq(run_into_full_disk("print-key", err, sizeof(err)), 1);
    ck_assert_ptr_nonnull(strstr(err, "revoke it"));
    ck_assert_ptr_null(strstr(err, "pbt_1"));
}
END_TEST

static Suite *command_suite(void)
{
    Suite *suite = suite_create("command");
    TCase *cases = tcase_create("command");

    tcase_add_checked_fixture(cases, runner_make_folder, runner_remove_folder);
    tcase_add_test(cases, what_a_handler_prints_is_printed_and_0_returned);
    tcase_add_test(cases, wrong_usage_is_one_line_and_2);
    tcase_add_test(cases, a_failure_is_one_line_and_1_whatever_it_says);
    tcase_add_test(cases, nothing_is_added_when_a_handler_told_all_by_itself);
    tcase_add_test(cases, an_id_is_a_positive_number_that_fits);
    tcase_add_test(cases, a_database_that_cannot_be_reached_is_one_line);
    tcase_add_test(cases, a_mistake_in_the_settings_is_told_with_its_line);
    tcase_add_test(cases, of_several_mistakes_in_the_settings_the_first_is_told_and_their_number);
    tcase_add_test(cases, a_settings_file_that_is_not_there_is_told);
    tcase_add_test(cases, help_and_version_need_no_settings);
    tcase_add_test(cases, output_that_cannot_be_written_is_a_failure);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(command_suite());
}
