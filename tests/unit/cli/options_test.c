/*
 * Command lines: what is understood, and each way of being wrong. The table is a made-up one, so that real commands may change.
 */
#include "cli/options.h"

#include <string.h>

#include "tests/support/unit.h"

#define WORDS_MAX 20

static enum command_end do_nothing(struct command_context *context, struct fault *fault)
{
    (void) context;
    (void) fault;
    return COMMAND_DONE;
}

static const struct command table[] = {
    {"box", "add", {"NAME", "PLACE"}, {{"colour", "C", false}, {"size", "S", true}, {"json", NULL, false}}, do_nothing, "adds a box"},
    {"box", "list", {NULL}, {{"json", NULL, false}}, do_nothing, "lists boxes"},
    {"send", NULL, {NULL}, {{"all", NULL, false}, {"to", "W", false}}, do_nothing, "sends boxes"},
    {"send", "status", {NULL}, {{"json", NULL, false}}, do_nothing, "tells how sending goes"},
    {"sweep", NULL, {"AGE"}, {{NULL, NULL, false}}, do_nothing, "sweeps"},
    {NULL, NULL, {NULL}, {{NULL, NULL, false}}, NULL, NULL},
};

static struct command_line line;
static struct fault fault;

/* The words of one command line, parted by '|'. */
static bool parse(const char *words)
{
    static char text[1000];
    char *argv[WORDS_MAX + 1] = {(char[]){"patchbay"}};
    int argc = 1;

    snprintf(text, sizeof(text), "%s", words);
    for (char *rest = text, *word = NULL; words[0] != '\0' && (word = strsep(&rest, "|")) != NULL;) {
        ck_assert_int_lt(argc, WORDS_MAX);
        argv[argc++] = word;
    }
    fault = (struct fault){.kind = FAULT_NONE};
    return options_parse(&line, table, argc, argv, &fault);
}

static void take(const char *words, const char *verb)
{
    ck_assert_msg(parse(words), "%s: %s", words, fault.message);
    ck_assert_int_eq(line.ask, COMMAND_RUN);
    ck_assert_ptr_nonnull(line.command);
    ck_assert_str_eq(line.command->verb == NULL ? "" : line.command->verb, verb);
}

static void refuse(const char *words, const char *reason)
{
    ck_assert_msg(!parse(words), "%s is taken", words);
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    ck_assert_msg(strstr(fault.message, reason) != NULL, "%s: \"%s\" does not say \"%s\"", words, fault.message, reason);
    ck_assert_ptr_null(strchr(fault.message, '\n'));
}

START_TEST(a_noun_a_verb_and_arguments_are_found)
{
    take("box|add|red box|attic|--size|3", "add");
    ck_assert_str_eq(line.arguments[0], "red box");
    ck_assert_str_eq(line.arguments[1], "attic");
    ck_assert_ptr_null(line.values[0]);
    ck_assert_str_eq(line.values[1], "3");
    ck_assert_ptr_null(line.values[2]);
    ck_assert_ptr_null(line.config_file);
}
END_TEST

START_TEST(options_stand_anywhere_behind_the_command)
{
    take("box|add|--json|n|--size=3|p|--colour|red", "add");
    ck_assert_str_eq(line.arguments[0], "n");
    ck_assert_str_eq(line.arguments[1], "p");
    ck_assert_str_eq(line.values[0], "red");
    ck_assert_str_eq(line.values[1], "3");
    ck_assert_ptr_nonnull(line.values[2]);
}
END_TEST

START_TEST(values_are_taken_as_they_are)
{
    take("box|add|n|p|--size=", "add");
    ck_assert_str_eq(line.values[1], "");
    take("box|add|n|p|--size|", "add");
    ck_assert_str_eq(line.values[1], "");
    take("box|add|n|p|--size=--json=x", "add");
    ck_assert_str_eq(line.values[1], "--json=x");
    take("box|add|n|p|--size|-3", "add");
    ck_assert_str_eq(line.values[1], "-3");
    take("box|add|n|p|--size|-", "add");
    ck_assert_str_eq(line.values[1], "-");
    take("box|add|n|p|--size|a=b|--colour=c=d", "add");
    ck_assert_str_eq(line.values[1], "a=b");
    ck_assert_str_eq(line.values[0], "c=d");
}
END_TEST

START_TEST(behind_two_dashes_everything_is_an_argument)
{
    take("box|add|--size|1|--|--json|-x", "add");
    ck_assert_str_eq(line.arguments[0], "--json");
    ck_assert_str_eq(line.arguments[1], "-x");
    ck_assert_ptr_null(line.values[2]);
    take("box|add|--size|1|a|--|--", "add");
    ck_assert_str_eq(line.arguments[1], "--");
}
END_TEST

START_TEST(an_argument_may_be_a_dash_or_empty)
{
    take("box|add|-||--size|1", "add");
    ck_assert_str_eq(line.arguments[0], "-");
    ck_assert_str_eq(line.arguments[1], "");
}
END_TEST

START_TEST(the_settings_file_is_named_anywhere)
{
    take("--config|f|box|list", "list");
    ck_assert_str_eq(line.config_file, "f");
    take("box|--config=f|list", "list");
    ck_assert_str_eq(line.config_file, "f");
    take("box|list|--config|f", "list");
    ck_assert_str_eq(line.config_file, "f");
}
END_TEST

START_TEST(a_noun_may_be_a_command_and_have_verbs_too)
{
    take("send", "");
    take("send|--to|status", "");
    ck_assert_str_eq(line.values[1], "status");
    take("send|--all", "");
    take("send|status|--json", "status");
    refuse("send|--all|status", "one argument too many");
    refuse("send|stat", "one argument too many");
    refuse("send|--json", "no option --json");
}
END_TEST

START_TEST(a_noun_without_verbs_takes_arguments)
{
    take("sweep|90d", "");
    ck_assert_str_eq(line.arguments[0], "90d");
    refuse("sweep", "AGE is missing");
    refuse("sweep|90d|80d", "one argument too many");
}
END_TEST

START_TEST(an_unknown_noun_or_verb_is_refused)
{
    refuse("", "which command?");
    refuse("bax", "no command bax");
    refuse("BOX|list", "no command BOX");
    refuse("box", "box needs one of: add, list");
    refuse("box|remove", "no command box remove; there are: add, list");
    refuse("list|box", "no command list");
    refuse("bo|add", "no command bo");
}
END_TEST

START_TEST(an_unknown_option_is_refused_without_its_value)
{
    refuse("box|list|--jsn", "no option --jsn here");
    refuse("box|list|--js", "no option --js here");
    refuse("box|list|--JSON", "no option --JSON");
    refuse("box|list|--size|3", "no option --size");
    refuse("--json|box|list", "no option --json before the command");
    refuse("box|--json|list", "no option --json before the command");
    refuse("box|list|-j", "two dashes");
    refuse("box|list|--password=hunter2", "no option --password here");
    ck_assert_ptr_null(strstr(fault.message, "hunter2"));
}
END_TEST

START_TEST(an_option_twice_is_refused)
{
    refuse("box|list|--json|--json", "--json is given twice");
    refuse("box|add|n|p|--size|1|--size=1", "--size is given twice");
    refuse("--config|a|box|list|--config|a", "--config is given twice");
    refuse("box|add|n|p|--size=|--size=1", "--size is given twice");
}
END_TEST

START_TEST(a_missing_or_needless_value_is_refused)
{
    refuse("box|add|n|p|--size", "--size needs a value");
    refuse("box|add|n|p|--size|--colour|red", "--size needs a value");
    refuse("box|add|n|p|--size|--", "--size needs a value");
    refuse("box|list|--config", "--config needs a value");
    refuse("box|list|--json=yes", "--json takes no value");
    refuse("box|list|--json=", "--json takes no value");
}
END_TEST

START_TEST(something_missing_or_too_much_is_refused_without_repeating_it)
{
    refuse("box|add", "NAME is missing");
    refuse("box|add|--size|1", "NAME is missing");
    refuse("box|add|n|--size|1", "PLACE is missing");
    refuse("box|add|n|p", "--size S is missing");
    refuse("box|add|n|p|hunter2|--size|1", "one argument too many");
    ck_assert_ptr_null(strstr(fault.message, "hunter2"));
    refuse("box|list|n", "one argument too many");
}
END_TEST

static void ask(const char *words, int question, const char *noun, const char *verb)
{
    ck_assert_msg(parse(words), "%s: %s", words, fault.message);
    ck_assert_int_eq((int) line.ask, question);
    ck_assert_pstr_eq(line.noun, noun);
    ck_assert_pstr_eq(line.verb, verb);
}

START_TEST(help_is_asked_for_by_noun_and_verb_or_anywhere)
{
    ask("help", COMMAND_HELP, NULL, NULL);
    ask("--help", COMMAND_HELP, NULL, NULL);
    ask("help|help", COMMAND_HELP, NULL, NULL);
    ask("help|box", COMMAND_HELP, "box", NULL);
    ask("help|box|add", COMMAND_HELP, "box", "add");
    ask("help|sweep", COMMAND_HELP, "sweep", NULL);
    ask("box|--help", COMMAND_HELP, "box", NULL);
    ask("box|add|--help|what|--ever", COMMAND_HELP, "box", "add");
    ask("--config|f|help|box", COMMAND_HELP, "box", NULL);
    refuse("help|bax", "no command bax");
    refuse("help|box|remove", "no command box remove");
    refuse("help|sweep|now", "sweep is a whole command");
    refuse("help|box|add|NAME", "no more");
}
END_TEST

START_TEST(the_version_is_asked_for_anywhere)
{
    ask("--version", COMMAND_VERSION, NULL, NULL);
    ask("box|add|--version", COMMAND_VERSION, "box", "add");
}
END_TEST

static Suite *options_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *cases = tcase_create("options");

    tcase_add_test(cases, a_noun_a_verb_and_arguments_are_found);
    tcase_add_test(cases, options_stand_anywhere_behind_the_command);
    tcase_add_test(cases, values_are_taken_as_they_are);
    tcase_add_test(cases, behind_two_dashes_everything_is_an_argument);
    tcase_add_test(cases, an_argument_may_be_a_dash_or_empty);
    tcase_add_test(cases, the_settings_file_is_named_anywhere);
    tcase_add_test(cases, a_noun_may_be_a_command_and_have_verbs_too);
    tcase_add_test(cases, a_noun_without_verbs_takes_arguments);
    tcase_add_test(cases, an_unknown_noun_or_verb_is_refused);
    tcase_add_test(cases, an_unknown_option_is_refused_without_its_value);
    tcase_add_test(cases, an_option_twice_is_refused);
    tcase_add_test(cases, a_missing_or_needless_value_is_refused);
    tcase_add_test(cases, something_missing_or_too_much_is_refused_without_repeating_it);
    tcase_add_test(cases, help_is_asked_for_by_noun_and_verb_or_anywhere);
    tcase_add_test(cases, the_version_is_asked_for_anywhere);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(options_suite());
}
