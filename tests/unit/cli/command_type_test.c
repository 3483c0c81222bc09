/*
 * type list and type show, with a made-up type that has every kind of rule, and with the types that are shipped.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "tests/support/unit.h"
#include "tests/unit/cli/runner.h"

static const char made_up[] =
    "{\"type\":\"made-up\",\"title\":\"Made up\",\"fields\":["
    "{\"name\":\"host\",\"type\":\"string\",\"pattern\":\"^h\"},"
    "{\"name\":\"url\",\"type\":\"string\"},"
    "{\"name\":\"port\",\"type\":\"integer\",\"required\":true,\"default\":25,\"min\":1,\"max\":65535},"
    "{\"name\":\"mode\",\"type\":\"string\",\"required\":true,\"enum\":[\"A\",\"B\"],\"enum_case_insensitive\":true},"
    "{\"name\":\"auth\",\"type\":\"boolean\",\"default\":false},"
    "{\"name\":\"password\",\"type\":\"string\",\"secret\":true,\"required_when\":{\"auth\":true,\"mode\":[\"A\",\"B\"]},\"min_length\":8},"
    "{\"name\":\"hosts\",\"type\":\"array\",\"min_items\":1,\"items\":{\"type\":\"object\",\"members\":"
    "[{\"name\":\"port\",\"type\":\"integer\",\"min\":0}]}},"
    "{\"name\":\"map\",\"type\":\"object\",\"map_values\":{\"type\":\"string\"},\"map_must_contain\":[\"x\"]},"
    "{\"name\":\"store\",\"type\":\"string\",\"reference\":\"keystore\"}"
    "],\"constraints\":[{\"kind\":\"any_of_required\",\"fields\":[\"host\",\"url\"]}]}";

static void make_types(void)
{
    runner_make_folder();
    runner_write("made-up.json", made_up, 0644);
    setenv("PATCHBAY_TYPES_DIR", runner_folder, 1);
}

START_TEST(types_are_listed_with_the_number_of_their_fields)
{
    ck_assert_int_eq(runner_run(commands_table(), "type|list"), 0);
    ck_assert_str_eq(runner_out, "name\ttitle\tfields\nmade-up\tMade up\t9\n");
    ck_assert_int_eq(runner_run(commands_table(), "type|list|--json"), 0);
    ck_assert_str_eq(runner_out, "{\"name\":\"made-up\",\"title\":\"Made up\",\"fields\":9}\n");
}
END_TEST

START_TEST(a_type_is_shown_field_by_field_with_its_rules)
{
    ck_assert_int_eq(runner_run(commands_table(), "type|show|made-up"), 0);
    ck_assert_str_eq(runner_err, "");
    ck_assert_str_eq(runner_out, "field\tkind\trequired\tsecret\tdefault\trules\n"
                                 "host\tstring\tfalse\tfalse\t\tmatches ^h; at least one must be given of host, url\n"
                                 "url\tstring\tfalse\tfalse\t\t\n"
                                 "port\tinteger\ttrue\tfalse\t25\t1 to 65535\n"
                                 "mode\tstring\ttrue\tfalse\t\tone of A, B in any letter case\n"
                                 "auth\tboolean\tfalse\tfalse\tfalse\t\n"
                                 "password\tstring\tfalse\ttrue\t\trequired when auth is true and mode is A or B; at least 8 characters\n"
                                 "hosts\tarray\tfalse\tfalse\t\tat least 1\n"
                                 "hosts[]\tobject\tfalse\tfalse\t\t\n"
                                 "hosts[].port\tinteger\tfalse\tfalse\t\tat least 0\n"
                                 "map\tobject\tfalse\tfalse\t\tmust have the keys x\n"
                                 "map.*\tstring\tfalse\tfalse\t\t\n"
                                 "store\tstring\tfalse\tfalse\t\tname of a keystore\n");
}
END_TEST

START_TEST(a_type_is_shown_as_json_lines)
{
    ck_assert_int_eq(runner_run(commands_table(), "type|show|made-up|--json"), 0);
    ck_assert_ptr_nonnull(strstr(runner_out, "{\"field\":\"port\",\"kind\":\"integer\",\"required\":true,\"secret\":false,\"default\":25,"
                                             "\"rules\":\"1 to 65535\"}\n"));
    ck_assert_ptr_nonnull(strstr(runner_out, "{\"field\":\"url\",\"kind\":\"string\",\"required\":false,\"secret\":false,\"default\":null,\"rules\":\"\"}\n"));
}
END_TEST

START_TEST(an_unknown_type_is_refused)
{
    ck_assert_int_eq(runner_run(commands_table(), "type|show|made"), 1);
    runner_expect_error("there is no type made");
}
END_TEST

START_TEST(types_that_cannot_be_read_are_told_in_one_line)
{
    runner_write("broken.json", "{", 0644);
    ck_assert_int_eq(runner_run(commands_table(), "type|list"), 1);
    runner_expect_error("broken.json");
    ck_assert_int_eq(runner_run(commands_table(), "type|show|made-up"), 1);
    runner_expect_error("broken.json");
}
END_TEST

START_TEST(each_type_that_is_shipped_can_be_shown)
{
    char folder[1000], names[65536], words[300];
    const char *source = getenv("PATCHBAY_SOURCE");

    snprintf(folder, sizeof(folder), "%s/conf/types", source == NULL ? "." : source);
    setenv("PATCHBAY_TYPES_DIR", folder, 1);
    ck_assert_int_eq(runner_run(commands_table(), "type|list"), 0);
    strcpy(names, strchr(runner_out, '\n') + 1);
    for (char *rest = names, *line = NULL; (line = strsep(&rest, "\n")) != NULL && *line != '\0';) {
        snprintf(words, sizeof(words), "type|show|%.*s", (int) strcspn(line, "\t"), line);
        ck_assert_msg(runner_run(commands_table(), words) == 0, "%s: %s", words, runner_err);
        ck_assert_ptr_nonnull(strchr(runner_out, '\n'));
    }
}
END_TEST

static Suite *type_suite(void)
{
    Suite *suite = suite_create("command_type");
    TCase *cases = tcase_create("command_type");

    tcase_add_checked_fixture(cases, make_types, runner_remove_folder);
    tcase_add_test(cases, types_are_listed_with_the_number_of_their_fields);
    tcase_add_test(cases, a_type_is_shown_field_by_field_with_its_rules);
    tcase_add_test(cases, a_type_is_shown_as_json_lines);
    tcase_add_test(cases, an_unknown_type_is_refused);
    tcase_add_test(cases, types_that_cannot_be_read_are_told_in_one_line);
    tcase_add_test(cases, each_type_that_is_shipped_can_be_shown);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(type_suite());
}
