/*
 * A spool gives back what was written, more than once, and what lies on the disk meanwhile is something else.
 */
#include "seal/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/unit.h"

enum { LINES = 20000 };

static FILE *filled(void)
{
    struct fault fault;
    FILE *spool = spool_open(&fault);

    ck_assert_msg(spool != NULL, "%s", fault.message);
    for (int i = 0; i < LINES; i++) {
        fprintf(spool, "Sesame %d\n", i);
    }
    return spool;
}

static void assert_reads_back(FILE *spool)
{
    char line[64], expected[64];

    for (int i = 0; i < LINES; i++) {
        ck_assert_ptr_nonnull(fgets(line, sizeof line, spool));
        snprintf(expected, sizeof expected, "Sesame %d\n", i);
        ck_assert_str_eq(line, expected);
    }
    ck_assert_int_eq(getc(spool), EOF);
    ck_assert_int_eq(ferror(spool), 0);
}

START_TEST(what_was_written_is_read_as_often_as_wanted)
{
    FILE *spool = filled();

    rewind(spool);
    assert_reads_back(spool);
    rewind(spool);
    assert_reads_back(spool);
    ck_assert_int_eq(fclose(spool), 0);
}
END_TEST

START_TEST(it_is_read_from_anywhere)
{
    FILE *spool = filled();
    static long at[LINES]; /* where each line begins */
    char line[64], expected[64];

    for (int i = 1; i < LINES; i++) {
        at[i] = at[i - 1] + snprintf(expected, sizeof expected, "Sesame %d\n", i - 1);
    }
    rewind(spool);
    for (int i = LINES - 1, step = 1; i >= 0; i -= step, step = step % 97 + 1) { /* backwards, so also where no block and no buffer begins */
        ck_assert_int_eq(fseek(spool, at[i], SEEK_SET), 0);
        ck_assert_ptr_nonnull(fgets(line, sizeof line, spool));
        snprintf(expected, sizeof expected, "Sesame %d\n", i);
        ck_assert_str_eq(line, expected);
    }
    rewind(spool);
    assert_reads_back(spool);
    fclose(spool);
}
END_TEST

START_TEST(an_empty_one_has_nothing_to_read)
{
    struct fault fault;
    FILE *spool = spool_open(&fault);

    rewind(spool);
    ck_assert_int_eq(getc(spool), EOF);
    ck_assert_int_eq(fclose(spool), 0);
}
END_TEST

/* The content of every file without a name that this process has open. */
static size_t scan_open_files(const char *text, bool *found)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t bytes = 0;

    *found = false;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        int descriptor = atoi(entry->d_name);
        struct stat status;
        if (entry->d_name[0] == '.' || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 0 || status.st_size == 0) {
            continue;
        }
        char *content = malloc((size_t) status.st_size);
        ck_assert_int_eq(pread(descriptor, content, (size_t) status.st_size, 0), status.st_size);
        bytes += (size_t) status.st_size;
        *found = *found || memmem(content, (size_t) status.st_size, text, strlen(text)) != NULL;
        free(content);
    }
    closedir(folder);
    return bytes;
}

START_TEST(the_file_does_not_hold_what_was_written)
{
    FILE *spool = filled();
    bool found = true;

    rewind(spool);
    ck_assert_uint_gt(scan_open_files("Sesame", &found), (size_t) 10 * LINES);
    ck_assert(!found);
    fclose(spool);

    FILE *plain = tmpfile(); /* the search does find things */
    fputs("Sesame", plain);
    fflush(plain);
    scan_open_files("Sesame", &found);
    ck_assert(found);
    fclose(plain);
}
END_TEST

START_TEST(it_is_not_written_twice_and_not_sought_from_its_end)
{
    FILE *spool = filled();

    rewind(spool);
    ck_assert_int_eq(fseek(spool, 5, SEEK_END), -1);
    rewind(spool);
    fputs("again", spool);
    ck_assert(fflush(spool) != 0 || ferror(spool));
    fclose(spool);
}
END_TEST

static Suite *spool_suite(void)
{
    Suite *suite = suite_create("spool");
    TCase *tcase = tcase_create("spool");

    tcase_add_test(tcase, what_was_written_is_read_as_often_as_wanted);
    tcase_add_test(tcase, it_is_read_from_anywhere);
    tcase_add_test(tcase, an_empty_one_has_nothing_to_read);
    tcase_add_test(tcase, the_file_does_not_hold_what_was_written);
    tcase_add_test(tcase, it_is_not_written_twice_and_not_sought_from_its_end);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_main(spool_suite());
}
