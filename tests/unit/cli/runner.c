/* Streams in memory, so no test depends on where its own output goes. */
#include "tests/unit/cli/runner.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORDS_MAX 20

char runner_out[65536], runner_err[65536], runner_folder[64];

static void keep(char *kept, size_t size, char *memory, size_t length)
{
    ck_assert_uint_lt(length, size);
    memcpy(kept, memory, length);
    kept[length] = '\0';
    free(memory);
}

int runner_run(const struct command *table, const char *words)
{
    static char text[2000];
    char *argv[WORDS_MAX + 1] = {(char[]){"patchbay"}};
    char *out_memory = NULL, *err_memory = NULL;
    size_t out_length = 0, err_length = 0;
    int argc = 1;

    snprintf(text, sizeof(text), "%s", words);
    for (char *rest = text, *word = NULL; words[0] != '\0' && (word = strsep(&rest, "|")) != NULL;) {
        ck_assert_int_lt(argc, WORDS_MAX);
        argv[argc++] = word;
    }
    FILE *out = open_memstream(&out_memory, &out_length);
    FILE *err = open_memstream(&err_memory, &err_length);
    int end = command_run(table, argc, argv, out, err);
    fclose(out);
    fclose(err);
    keep(runner_out, sizeof(runner_out), out_memory, out_length);
    keep(runner_err, sizeof(runner_err), err_memory, err_length);
    return end;
}

void runner_expect_error(const char *reason)
{
    const char *newline = strchr(runner_err, '\n');

    ck_assert_msg(newline != NULL && newline[1] == '\0', "not one line: \"%s\"", runner_err);
    ck_assert_msg(strstr(runner_err, reason) != NULL, "\"%s\" does not say \"%s\"", runner_err, reason);
    ck_assert_str_eq(runner_out, "");
}

void runner_make_folder(void)
{
    strcpy(runner_folder, "/tmp/patchbay-cli-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(runner_folder));
}

void runner_remove_folder(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", runner_folder);
    ck_assert_int_eq(system(command), 0);
}

void runner_write(const char *name, const char *text, unsigned mode)
{
    char path[200];

    snprintf(path, sizeof(path), "%s/%s", runner_folder, name);
    (void) unlink(path);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, (mode_t) mode), 0);
}
