/*
 * The table of commands: complete rows, and docs/command.md tells each of them by its usage.
 */
#include "cli/commands.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "tests/support/unit.h"

static char document[200000];

static void read_document(void)
{
    char path[1000];
    const char *source = getenv("PATCHBAY_SOURCE");

    snprintf(path, sizeof(path), "%s/docs/command.md", source == NULL ? "." : source);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "no %s", path);
    size_t length = fread(document, 1, sizeof(document) - 1, file);
    document[length] = '\0';
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(each_command_is_told_in_its_document_by_its_usage)
{
    read_document();
    for (const struct command *command = commands_table(); command->noun != NULL; command++) {
        char *usage = NULL, line[500];
        size_t length = 0;
        FILE *stream = open_memstream(&usage, &length);
        help_usage(stream, command);
        fclose(stream);
        snprintf(line, sizeof(line), "\n`%s`\n", usage);
        ck_assert_msg(strstr(document, line) != NULL, "docs/command.md lacks the line `%s`", usage);
        free(usage);
    }
}
END_TEST

START_TEST(each_usage_in_the_document_is_a_command)
{
    size_t told = 0, commands = 0;

    read_document();
    for (const char *at = strstr(document, "\n\n`"); at != NULL; at = strstr(at + 1, "\n\n`")) {
        const char *end = strchr(at + 3, '\n');
        told += end != NULL && end[-1] == '`' && memchr(at + 3, '`', (size_t) (end - at - 4)) == NULL;
    }
    for (const struct command *command = commands_table(); command->noun != NULL; command++) {
        commands++;
    }
    ck_assert_uint_eq(told, commands);
}
END_TEST

START_TEST(each_row_is_complete)
{
    for (const struct command *command = commands_table(); command->noun != NULL; command++) {
        ck_assert_ptr_nonnull(command->run);
        ck_assert_ptr_nonnull(command->help);
        size_t length = strlen(command->help);
        ck_assert_msg(length > 10 && command->help[length - 1] != '.' && !isupper((unsigned char) command->help[0]), "help of %s", command->noun);
        ck_assert_ptr_null(command->arguments[COMMAND_ARGUMENTS_MAX]);
        ck_assert_ptr_null(command->options[COMMAND_OPTIONS_MAX].name);
    }
}
END_TEST

START_TEST(no_command_and_no_option_is_there_twice)
{
    for (const struct command *a = commands_table(); a->noun != NULL; a++) {
        for (const struct command *b = commands_table(); b < a; b++) {
            bool same_verb = a->verb == NULL || b->verb == NULL ? a->verb == b->verb : strcmp(a->verb, b->verb) == 0;
            ck_assert_msg(strcmp(a->noun, b->noun) != 0 || !same_verb, "%s twice", a->noun);
        }
        for (size_t i = 0; a->options[i].name != NULL; i++) {
            ck_assert_str_ne(a->options[i].name, "config");
            ck_assert_str_ne(a->options[i].name, "help");
            ck_assert_str_ne(a->options[i].name, "version");
            for (size_t j = 0; j < i; j++) {
                ck_assert_str_ne(a->options[i].name, a->options[j].name);
            }
        }
    }
}
END_TEST

START_TEST(each_list_has_json)
{
    for (const struct command *command = commands_table(); command->noun != NULL; command++) {
        bool is_list = command->verb != NULL && (strcmp(command->verb, "list") == 0 || strcmp(command->verb, "status") == 0);
        bool has_json = false;
        for (size_t i = 0; command->options[i].name != NULL; i++) {
            has_json = has_json || strcmp(command->options[i].name, "json") == 0;
        }
        ck_assert_msg(!is_list || has_json, "%s %s lacks --json", command->noun, command->verb);
    }
}
END_TEST

static Suite *commands_suite(void)
{
    Suite *suite = suite_create("commands");
    TCase *cases = tcase_create("commands");

    tcase_add_test(cases, each_command_is_told_in_its_document_by_its_usage);
    tcase_add_test(cases, each_usage_in_the_document_is_a_command);
    tcase_add_test(cases, each_row_is_complete);
    tcase_add_test(cases, no_command_and_no_option_is_there_twice);
    tcase_add_test(cases, each_list_has_json);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(commands_suite());
}
