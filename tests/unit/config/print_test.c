/*
 * The files that are printed from the table are those in the repository. After a change of the table:
 *
 *     PATCHBAY_WRITE_GENERATED=yes make check TESTS=tests/unit/config/print_test
 *
 * writes them anew; then look at the difference.
 */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"

#include "tests/support/unit.h"

typedef void printer(FILE *out);

static char *print_text(printer *print)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    ck_assert_ptr_nonnull(out);
    print(out);
    ck_assert_int_eq(fclose(out), 0);
    return text;
}

static FILE *open_source(const char *path, const char *mode)
{
    const char *top = getenv("srcdir");
    char name[4096];

    snprintf(name, sizeof name, "%s/%s", top != NULL ? top : ".", path);
    FILE *stream = fopen(name, mode);
    ck_assert_msg(stream != NULL, "%s: %s", name, strerror(errno));
    return stream;
}

static void compare_with_file(printer *print, const char *path)
{
    static char stored[1 << 18];
    char *text = print_text(print);

    if (getenv("PATCHBAY_WRITE_GENERATED") != NULL) {
        FILE *out = open_source(path, "w");
        ck_assert_int_ge(fputs(text, out), 0);
        ck_assert_int_eq(fclose(out), 0);
    }
    FILE *in = open_source(path, "r");
    size_t length = fread(stored, 1, sizeof stored - 1, in);
    ck_assert_int_eq(fclose(in), 0);
    stored[length] = '\0';
    ck_assert_msg(strcmp(stored, text) == 0, "%s is not what the table prints; tests/unit/config/print_test.c says how to write it", path);
    free(text);
}

START_TEST(the_sample_file_is_printed_from_the_table)
{
    compare_with_file(config_print_sample, "conf/patchbay.conf");
}
END_TEST

START_TEST(the_page_of_settings_is_printed_from_the_table)
{
    compare_with_file(config_print_markdown, "docs/settings.md");
}
END_TEST

START_TEST(both_name_every_setting_its_default_and_what_it_is)
{
    char *sample = print_text(config_print_sample), *page = print_text(config_print_markdown);
    char line[CONFIG_TEXT_MAX + 128];

    for (const struct config_setting *setting = config_settings(); setting->name != NULL; setting++) {
        const char *shown = setting->shown_default != NULL ? setting->shown_default : setting->default_text;

        bool nothing = shown[0] == '\0';

        snprintf(line, sizeof line, nothing ? "\n#%s =%s\n" : "\n#%s = %s\n", setting->name, shown);
        ck_assert_msg(strstr(sample, line) != NULL, "%s is not in the sample", setting->name);
        snprintf(line, sizeof line, "\n| `%s` | ", setting->name);
        ck_assert_msg(strstr(page, line) != NULL, "%s is not in the page", setting->name);
        snprintf(line, sizeof line, nothing ? " | none%s | %s |\n" : " | `%s` | %s |\n", shown, setting->description);
        ck_assert_msg(strstr(page, line) != NULL, "%s is not described in the page", setting->name);
    }
    free(sample);
    free(page);
}
END_TEST

START_TEST(no_folder_of_configure_is_printed)
{
    char *sample = print_text(config_print_sample);
    struct config config;

    config_defaults(&config);
    if (strcmp(config.keyring_file, "/etc/patchbay/keyring") != 0)
        ck_assert_ptr_null(strstr(sample, config.keyring_file));
    if (strcmp(config.types_dir, "/usr/share/patchbay/types") != 0)
        ck_assert_ptr_null(strstr(sample, config.types_dir));
    free(sample);
}
END_TEST

static void expect_no_mistake(void *context, const char *source, int line, const char *message)
{
    (void) context;
    ck_abort_msg("%s, line %d: %s", source, line, message);
}

/* With every '#' before a setting taken away. */
START_TEST(the_sample_is_a_settings_file_without_a_mistake)
{
    char name[] = "/tmp/patchbay-print-test-XXXXXX", environment_name[64];
    char *sample = print_text(config_print_sample);
    struct bytes rest = bytes_from(sample), line;
    struct config loaded, defaults;
    int descriptor = mkstemp(name), settings = 0;

    ck_assert_int_ge(descriptor, 0);
    FILE *out = fdopen(descriptor, "w");
    ck_assert_ptr_nonnull(out);
    while (bytes_cut(&rest, '\n', &line)) {
        bool is_setting = line.length > 1 && line.data[0] == '#' && line.data[1] >= 'a' && line.data[1] <= 'z';
        settings += is_setting;
        fprintf(out, "%.*s\n", BYTES_FORMAT(is_setting ? bytes_slice(line, 1, line.length) : line));
    }
    ck_assert_int_eq(fclose(out), 0);
    for (const struct config_setting *setting = config_settings(); setting->name != NULL; setting++) {
        config_environment_name(setting, environment_name, sizeof environment_name);
        unsetenv(environment_name);
        settings--;
    }
    ck_assert_int_eq(settings, 0);
    ck_assert(config_load(&loaded, name, expect_no_mistake, NULL));
    ck_assert_int_eq(unlink(name), 0);
    config_defaults(&defaults);
    memcpy(loaded.keyring_file, defaults.keyring_file, sizeof loaded.keyring_file); /* these are shown as a package has them */
    memcpy(loaded.sql_dir, defaults.sql_dir, sizeof loaded.sql_dir);
    memcpy(loaded.types_dir, defaults.types_dir, sizeof loaded.types_dir);
    memcpy(loaded.connectors_dir, defaults.connectors_dir, sizeof loaded.connectors_dir);
    ck_assert_int_eq(memcmp(&loaded, &defaults, sizeof loaded), 0);
    free(sample);
}
END_TEST

static Suite *print_suite(void)
{
    Suite *suite = suite_create("print");
    TCase *printed = tcase_create("printed");

    tcase_add_test(printed, the_sample_file_is_printed_from_the_table);
    tcase_add_test(printed, the_page_of_settings_is_printed_from_the_table);
    tcase_add_test(printed, both_name_every_setting_its_default_and_what_it_is);
    tcase_add_test(printed, no_folder_of_configure_is_printed);
    tcase_add_test(printed, the_sample_is_a_settings_file_without_a_mistake);
    suite_add_tcase(suite, printed);
    return suite;
}

int main(void)
{
    return unit_main(print_suite());
}
