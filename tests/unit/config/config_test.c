/*
 * Settings: every row of the table is tried at both sides of its range, in a file and in the environment; the cases are made from
 * the table, so that no setting can be forgotten.
 */
#include "config/config.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/unit.h"

#ifndef PATCHBAY_SYSCONFDIR
#define PATCHBAY_SYSCONFDIR "/etc"
#endif

#define MISTAKES_MAX 64

static char folder[64];
static char file[128];
static struct config config;

/* What was reported by the last load. */
static struct {
    size_t count;
    char source[MISTAKES_MAX][128];
    int line[MISTAKES_MAX];
    char message[MISTAKES_MAX][256];
} mistakes;

static void note_mistake(void *context, const char *source, int line, const char *message)
{
    ck_assert_ptr_eq(context, &mistakes);
    ck_assert_uint_lt(mistakes.count, MISTAKES_MAX);
    snprintf(mistakes.source[mistakes.count], sizeof mistakes.source[0], "%s", source);
    mistakes.line[mistakes.count] = line;
    snprintf(mistakes.message[mistakes.count], sizeof mistakes.message[0], "%s", message);
    mistakes.count++;
}

static bool load(const char *name)
{
    memset(&mistakes, 0, sizeof mistakes);
    memset(&config, 0xaa, sizeof config);
    bool loaded = config_load(&config, name, note_mistake, &mistakes);
    ck_assert_int_eq(loaded, mistakes.count == 0);
    return loaded;
}

static void write_bytes(const char *text, size_t length)
{
    FILE *out = fopen(file, "w");

    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(text, 1, length, out), length);
    ck_assert_int_eq(fclose(out), 0);
}

static bool load_text(const char *text)
{
    write_bytes(text, strlen(text));
    return load(file);
}

static void expect_mistake(size_t index, int line, const char *message)
{
    ck_assert_uint_gt(mistakes.count, index);
    ck_assert_str_eq(mistakes.source[index], file);
    ck_assert_int_eq(mistakes.line[index], line);
    ck_assert_str_eq(mistakes.message[index], message);
}

static void expect_one_mistake(const char *text, int line, const char *message)
{
    ck_assert_msg(!load_text(text), "it was taken: %s", text);
    ck_assert_uint_eq(mistakes.count, 1);
    expect_mistake(0, line, message);
}

static void begin(void)
{
    char name[64];

    strcpy(folder, "/tmp/patchbay-config-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/patchbay.conf", folder);
    unsetenv("PATCHBAY_CONFIG");
    for (const struct config_setting *setting = config_settings(); setting->name != NULL; setting++) {
        config_environment_name(setting, name, sizeof name);
        unsetenv(name);
    }
}

static void end(void)
{
    (void) unlink(file);
    ck_assert_int_eq(rmdir(folder), 0);
}

static const struct config_setting *setting_of(int index)
{
    const struct config_setting *setting = config_settings();

    for (int i = 0; i < index; i++)
        setting++;
    return setting;
}

static int count_settings(void)
{
    int count = 0;

    while (setting_of(count)->name != NULL)
        count++;
    return count;
}

static bool is_number(const struct config_setting *setting)
{
    return strcmp(setting->kind, "text") != 0 && strcmp(setting->kind, "choice") != 0;
}

/* ---- the table itself ---- */

START_TEST(every_setting_is_described_and_well_formed)
{
    static const char *const kinds[] = {"text", "bytes", "count", "ms", "s", "days", "choice"};
    const struct config_setting *setting = setting_of(_i);
    size_t length = strlen(setting->description);
    bool known = false;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        known = known || strcmp(setting->kind, kinds[i]) == 0;
    ck_assert_msg(known, "%s has the unknown kind %s", setting->name, setting->kind);
    ck_assert_int_eq(setting->choices != NULL, strcmp(setting->kind, "choice") == 0);
    ck_assert_uint_ge(length, 20);
    ck_assert(isupper((unsigned char) setting->description[0]));
    ck_assert_int_eq(setting->description[length - 1], '.');
    ck_assert_ptr_null(strchr(setting->description, '|')); /* it stands in a Markdown table */
    for (const char *at = setting->name; *at != '\0'; at++)
        ck_assert((*at >= 'a' && *at <= 'z') || *at == '_');
    for (int i = 0; i < _i; i++)
        ck_assert_str_ne(setting->name, setting_of(i)->name);
    ck_assert_str_ne(setting->name, "config"); /* PATCHBAY_CONFIG names the file */
}
END_TEST

START_TEST(every_member_of_the_struct_is_a_setting)
{
    static unsigned char covered[sizeof config];

    for (const struct config_setting *setting = config_settings(); setting->name != NULL; setting++) {
        ck_assert_uint_le(setting->offset + setting->size, sizeof config);
        if (is_number(setting))
            ck_assert_uint_eq(setting->size, sizeof(long));
        for (size_t i = 0; i < setting->size; i++) {
            ck_assert_msg(covered[setting->offset + i] == 0, "%s shares its place", setting->name);
            covered[setting->offset + i] = 1;
        }
    }
    for (size_t i = 0; i < sizeof covered; i++)
        ck_assert_msg(covered[i] == 1, "byte %zu of struct config belongs to no setting", i);
}
END_TEST

START_TEST(the_environment_name_is_the_name_in_capitals)
{
    char name[64];
    const struct config_setting *setting = setting_of(_i);

    config_environment_name(setting, name, sizeof name);
    ck_assert_int_eq(strncmp(name, "PATCHBAY_", 9), 0);
    ck_assert_int_eq(strcasecmp(name + 9, setting->name), 0);
    for (const char *at = name; *at != '\0'; at++)
        ck_assert(!islower((unsigned char) *at));
}
END_TEST

START_TEST(defaults_are_what_is_documented)
{
    config_defaults(&config);
    ck_assert_str_eq(config.database, "host=/run/postgresql dbname=patchbay user=patchbay_worker");
    ck_assert_str_eq(config.admin_database, "host=/run/postgresql dbname=patchbay user=patchbay_admin");
    ck_assert_str_eq(config.owner_database, "host=/run/postgresql dbname=patchbay user=postgres");
    ck_assert_ptr_nonnull(strstr(config.sql_dir, "/patchbay/sql"));
    ck_assert_str_eq(config.keyring_file, PATCHBAY_SYSCONFDIR "/patchbay/keyring");
    ck_assert_ptr_nonnull(strstr(config.types_dir, "/patchbay/types"));
    ck_assert_str_eq(config.log_level, "info");
    ck_assert_int_eq(config.body_limit, 1048576);
    ck_assert_int_eq(config.request_memory, 96 * 1048576);
    ck_assert_int_eq(config.requests_limit, 128);
    ck_assert_int_eq(config.database_connections, 2);
    ck_assert_int_eq(config.batch_limit, 16);
    ck_assert_int_eq(config.database_wait, 2000);
    ck_assert_int_eq(config.statement_timeout, 10000);
    ck_assert_int_eq(config.reconnect_limit, 2000);
    ck_assert_int_eq(config.io_timeout, 5000);
    ck_assert_int_eq(config.identity_cache, 65536);
    ck_assert_int_eq(config.token_touch_interval, 60);
}
END_TEST

/* ---- every setting, generated ---- */

/* The setting alone, in a file or in the environment: whether it is taken, and if not that the message names setting and place. */
static bool takes(const struct config_setting *setting, const char *value, bool in_environment)
{
    char text[CONFIG_TEXT_MAX + 128], name[64];

    config_environment_name(setting, name, sizeof name);
    if (in_environment) {
        ck_assert_int_eq(setenv(name, value, 1), 0);
        text[0] = '\0';
    } else {
        unsetenv(name);
        snprintf(text, sizeof text, "# first line\n\n%s = %s\n", setting->name, value);
    }
    if (load_text(text))
        return true;
    ck_assert_uint_eq(mistakes.count, 1);
    ck_assert_str_eq(mistakes.source[0], in_environment ? name : file);
    ck_assert_int_eq(mistakes.line[0], in_environment ? 0 : 3);
    ck_assert_int_eq(strncmp(mistakes.message[0], setting->name, strlen(setting->name)), 0);
    return false;
}

static long number_of(const struct config_setting *setting)
{
    long number;

    memcpy(&number, (const char *) &config + setting->offset, sizeof number);
    return number;
}

static void try_number(const struct config_setting *setting, bool in_environment)
{
    static const char *const wrong[] = {"",     "x",     "12x",  "1.5",   "1e3", "0x400",      "1 000", "1,000",
                                        "+100", "- 100", "1 MB", "\"64\"", "ten", "64 # bytes", "99999999999999999999999", "-1"};
    char value[32];
    const long good[] = {setting->minimum, setting->minimum + 1, setting->maximum - 1, setting->maximum};
    const long bad[] = {setting->minimum - 1, setting->maximum + 1};

    ck_assert_int_lt(setting->minimum, setting->maximum);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        snprintf(value, sizeof value, "%ld", good[i]);
        ck_assert_msg(takes(setting, value, in_environment), "%s = %s: %s", setting->name, value, mistakes.message[0]);
        ck_assert_int_eq(number_of(setting), good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(value, sizeof value, "%ld", bad[i]);
        ck_assert_msg(!takes(setting, value, in_environment), "%s = %s", setting->name, value);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!takes(setting, wrong[i], in_environment), "%s = %s", setting->name, wrong[i]);
}

static void try_choice(const struct config_setting *setting, bool in_environment)
{
    char choices[256], upper[64];
    char *rest = choices;

    snprintf(choices, sizeof choices, "%s", setting->choices);
    for (const char *choice = strsep(&rest, " "); choice != NULL; choice = strsep(&rest, " ")) {
        ck_assert_msg(takes(setting, choice, in_environment), "%s = %s", setting->name, choice);
        ck_assert_str_eq((const char *) &config + setting->offset, choice);
        snprintf(upper, sizeof upper, "%s", choice);
        upper[0] = (char) toupper((unsigned char) upper[0]);
        ck_assert(!takes(setting, upper, in_environment));
    }
    ck_assert(!takes(setting, "", in_environment));
    ck_assert(!takes(setting, setting->choices, in_environment));
    ck_assert(!takes(setting, "something else", in_environment));
}

static void try_text(const struct config_setting *setting, bool in_environment)
{
    char value[CONFIG_TEXT_MAX + 1];
    const long lengths[] = {setting->minimum, setting->maximum};

    ck_assert_int_eq(setting->maximum, (long) setting->size - 1);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        memset(value, 'v', sizeof value);
        value[lengths[i]] = '\0';
        ck_assert(takes(setting, value, in_environment));
        ck_assert_str_eq((const char *) &config + setting->offset, value);
    }
    memset(value, 'v', sizeof value);
    value[setting->maximum + 1] = '\0';
    ck_assert(!takes(setting, value, in_environment));
    if (setting->minimum > 0) {
        value[setting->minimum - 1] = '\0';
        ck_assert(!takes(setting, value, in_environment));
    }
    ck_assert(!takes(setting, "a\x01" "b", in_environment));
    ck_assert(!takes(setting, "a\x7f", in_environment));
    ck_assert(takes(setting, "host='a b' x=\"$HOME\" # all of it, \\ too; \xc3\xa9", in_environment));
    ck_assert_str_eq((const char *) &config + setting->offset, "host='a b' x=\"$HOME\" # all of it, \\ too; \xc3\xa9");
}

START_TEST(every_setting_is_held_to_both_sides_of_its_range)
{
    const struct config_setting *setting = setting_of(_i);

    for (int in_environment = 0; in_environment < 2; in_environment++) {
        if (is_number(setting))
            try_number(setting, in_environment == 1);
        else if (setting->choices != NULL)
            try_choice(setting, in_environment == 1);
        else
            try_text(setting, in_environment == 1);
    }
}
END_TEST

START_TEST(every_default_is_a_value_that_would_be_taken)
{
    const struct config_setting *setting = setting_of(_i);
    struct config defaults;

    config_defaults(&defaults);
    ck_assert(takes(setting, setting->default_text, false));
    ck_assert_int_eq(memcmp(&config, &defaults, sizeof config), 0);
}
END_TEST

/* ---- files ---- */

START_TEST(spaces_comments_and_line_ends_of_other_systems_are_tolerated)
{
    ck_assert(load_text("\n# comment = 1\r\n  #another\n\tbody_limit=2048 \t\r\n   batch_limit   =   7\r\ndatabase = a = b"));
    ck_assert_int_eq(config.body_limit, 2048);
    ck_assert_int_eq(config.batch_limit, 7);
    ck_assert_str_eq(config.database, "a = b");
}
END_TEST

START_TEST(an_empty_file_gives_the_defaults)
{
    struct config defaults;

    config_defaults(&defaults);
    ck_assert(load_text(""));
    ck_assert_int_eq(memcmp(&config, &defaults, sizeof config), 0);
}
END_TEST

START_TEST(a_line_without_an_equals_sign_is_refused)
{
    expect_one_mistake("body_limit 2048\n", 1, "expected: name = value");
    expect_one_mistake("\n\nbody_limit\n", 3, "expected: name = value");
}
END_TEST

START_TEST(an_unknown_name_is_refused)
{
    expect_one_mistake("body_limt = 2048\n", 1, "there is no setting body_limt");
    expect_one_mistake("Body_Limit = 2048\n", 1, "there is no setting Body_Limit");
    expect_one_mistake("PATCHBAY_BODY_LIMIT = 2048\n", 1, "there is no setting PATCHBAY_BODY_LIMIT");
    expect_one_mistake("= 2048\n", 1, "what stands before '=' is not the name of a setting");
    expect_one_mistake("body limit = 2048\n", 1, "what stands before '=' is not the name of a setting");
    expect_one_mistake("\xef\xbb\xbf" "body_limit = 2048\n", 1, "what stands before '=' is not the name of a setting");
}
END_TEST

START_TEST(a_repeated_name_is_refused_with_both_lines)
{
    expect_one_mistake("batch_limit = 2\n\nbatch_limit = 2\n", 3, "batch_limit was set in line 1 already");
    ck_assert(!load_text("batch_limit = 0\nbatch_limit = 2\n"));
    ck_assert_uint_eq(mistakes.count, 2);
    expect_mistake(0, 1, "batch_limit must be a whole number from 1 to 256 (count)");
    expect_mistake(1, 2, "batch_limit was set in line 1 already");
}
END_TEST

START_TEST(every_mistake_is_reported_not_only_the_first)
{
    ck_assert_int_eq(setenv("PATCHBAY_IO_TIMEOUT", "never", 1), 0);
    ck_assert(!load_text("body_limit = 1\nnonsense\nlog_level = loud\nfoo = 1\ndatabase =\nbatch_limit = 9\nbatch_limit = 9\n"));
    ck_assert_uint_eq(mistakes.count, 7);
    expect_mistake(0, 1, "body_limit must be a whole number from 1024 to 67108864 (bytes)");
    expect_mistake(1, 2, "expected: name = value");
    expect_mistake(2, 3, "log_level must be one of: debug info warning error");
    expect_mistake(3, 4, "there is no setting foo");
    expect_mistake(4, 5, "database must be a text of 1 to 1023 bytes");
    expect_mistake(5, 7, "batch_limit was set in line 6 already");
    ck_assert_str_eq(mistakes.source[6], "PATCHBAY_IO_TIMEOUT");
    ck_assert_int_eq(mistakes.line[6], 0);
    ck_assert_str_eq(mistakes.message[6], "io_timeout must be a whole number from 100 to 600000 (ms)");
}
END_TEST

START_TEST(no_message_tells_a_value)
{
    ck_assert(!load_text("body_limit = hunter2\nlog_level = hunter2\nhunter2\nx hunter2 = 1\nfoo = hunter2\ndatabase = hunter2\x01\n"));
    ck_assert_uint_eq(mistakes.count, 6);
    for (size_t i = 0; i < mistakes.count; i++)
        ck_assert_msg(strstr(mistakes.message[i], "hunter2") == NULL, "%s", mistakes.message[i]);
}
END_TEST

START_TEST(a_nul_in_a_value_or_a_name_is_refused)
{
    static const char in_value[] = "database = a\0b\n", in_name[] = "batch_limit\0 = 2\n";

    write_bytes(in_value, sizeof in_value - 1);
    ck_assert(!load(file));
    expect_mistake(0, 1, "database holds a control character");
    write_bytes(in_name, sizeof in_name - 1);
    ck_assert(!load(file));
    expect_mistake(0, 1, "what stands before '=' is not the name of a setting");
}
END_TEST

START_TEST(a_missing_file_that_was_named_is_refused)
{
    ck_assert(!load(file));
    expect_mistake(0, 0, "cannot open it: No such file or directory");
    ck_assert_int_eq(setenv("PATCHBAY_CONFIG", file, 1), 0);
    ck_assert(!load(NULL));
    expect_mistake(0, 0, "cannot open it: No such file or directory");
}
END_TEST

START_TEST(a_folder_is_no_settings_file)
{
    ck_assert_int_eq(mkdir(file, 0700), 0);
    ck_assert(!load(file));
    expect_mistake(0, 0, "cannot read it: Is a directory");
    ck_assert_int_eq(rmdir(file), 0);
}
END_TEST

START_TEST(an_endless_file_is_refused)
{
    ck_assert(!load("/dev/zero"));
    ck_assert_uint_eq(mistakes.count, 1);
    ck_assert_str_eq(mistakes.message[0], "larger than 262144 bytes");
}
END_TEST

START_TEST(a_pipe_may_be_the_file)
{
    int ends[2];
    char name[32];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "batch_limit = 5\n", 16), 16);
    ck_assert_int_eq(close(ends[1]), 0);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    ck_assert(load(name));
    ck_assert_int_eq(config.batch_limit, 5);
    ck_assert_int_eq(close(ends[0]), 0);
}
END_TEST

/* ---- which file, and the environment ---- */

START_TEST(the_environment_wins_over_the_file)
{
    ck_assert_int_eq(setenv("PATCHBAY_BATCH_LIMIT", "3", 1), 0);
    ck_assert(load_text("batch_limit = 4\nio_timeout = 200\n"));
    ck_assert_int_eq(config.batch_limit, 3);
    ck_assert_int_eq(config.io_timeout, 200);
}
END_TEST

START_TEST(a_mistake_in_the_file_counts_although_the_environment_wins)
{
    ck_assert_int_eq(setenv("PATCHBAY_BATCH_LIMIT", "3", 1), 0);
    expect_one_mistake("batch_limit = 0\n", 1, "batch_limit must be a whole number from 1 to 256 (count)");
}
END_TEST

START_TEST(a_file_that_is_given_wins_over_the_one_that_the_environment_names)
{
    char other[160];

    ck_assert_int_eq(setenv("PATCHBAY_CONFIG", file, 1), 0);
    write_bytes("batch_limit = 11\n", 17);
    ck_assert(load(NULL));
    ck_assert_int_eq(config.batch_limit, 11);

    snprintf(other, sizeof other, "%s/other.conf", folder);
    ck_assert_int_eq(rename(file, other), 0);
    write_bytes("batch_limit = 12\n", 17);
    ck_assert(load(other));
    ck_assert_int_eq(config.batch_limit, 11);
    ck_assert_int_eq(unlink(other), 0);
}
END_TEST

/* Whether this machine has one installed or not. */
START_TEST(without_a_name_the_installed_file_is_read_if_it_is_there)
{
    const char *installed = PATCHBAY_SYSCONFDIR "/patchbay/patchbay.conf";
    struct config expected;

    if (access(installed, F_OK) == 0) {
        (void) load(installed);
        expected = config;
    } else {
        config_defaults(&expected);
    }
    (void) load(NULL);
    ck_assert_int_eq(memcmp(&config, &expected, sizeof config), 0);
    ck_assert_int_eq(setenv("PATCHBAY_CONFIG", "", 1), 0);
    (void) load(NULL);
    ck_assert_int_eq(memcmp(&config, &expected, sizeof config), 0);
}
END_TEST

static Suite *config_suite(void)
{
    Suite *suite = suite_create("config");
    TCase *rows = tcase_create("rows"), *files = tcase_create("files"), *environment = tcase_create("environment");
    TCase *const all[] = {rows, files, environment};
    int count = count_settings();

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        tcase_add_checked_fixture(all[i], begin, end);
        suite_add_tcase(suite, all[i]);
    }
    tcase_add_loop_test(rows, every_setting_is_described_and_well_formed, 0, count);
    tcase_add_test(rows, every_member_of_the_struct_is_a_setting);
    tcase_add_loop_test(rows, the_environment_name_is_the_name_in_capitals, 0, count);
    tcase_add_test(rows, defaults_are_what_is_documented);
    tcase_add_loop_test(rows, every_setting_is_held_to_both_sides_of_its_range, 0, count);
    tcase_add_loop_test(rows, every_default_is_a_value_that_would_be_taken, 0, count);
    tcase_add_test(files, spaces_comments_and_line_ends_of_other_systems_are_tolerated);
    tcase_add_test(files, an_empty_file_gives_the_defaults);
    tcase_add_test(files, a_line_without_an_equals_sign_is_refused);
    tcase_add_test(files, an_unknown_name_is_refused);
    tcase_add_test(files, a_repeated_name_is_refused_with_both_lines);
    tcase_add_test(files, every_mistake_is_reported_not_only_the_first);
    tcase_add_test(files, no_message_tells_a_value);
    tcase_add_test(files, a_nul_in_a_value_or_a_name_is_refused);
    tcase_add_test(files, a_missing_file_that_was_named_is_refused);
    tcase_add_test(files, a_folder_is_no_settings_file);
    tcase_add_test(files, an_endless_file_is_refused);
    tcase_add_test(files, a_pipe_may_be_the_file);
    tcase_add_test(environment, the_environment_wins_over_the_file);
    tcase_add_test(environment, a_mistake_in_the_file_counts_although_the_environment_wins);
    tcase_add_test(environment, a_file_that_is_given_wins_over_the_one_that_the_environment_names);
    tcase_add_test(environment, without_a_name_the_installed_file_is_read_if_it_is_there);
    return suite;
}

int main(void)
{
    return unit_main(config_suite());
}
