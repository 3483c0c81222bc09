/* The rate limit: counting, over processes, and its file. Time is a number here. */
#include "registry/rate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/unit.h"

#define SECOND INT64_C(1000000)

static char folder[64], file[96];

static void make_folder(void)
{
    strcpy(folder, "/tmp/patchbay-rate-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/rate", folder);
}

static void remove_folder(void)
{
    unlink(file);
    rmdir(folder);
}

static struct rate_table *open_table(long limit)
{
    struct rate_table *table = NULL;
    struct fault fault = {0};

    ck_assert_msg(rate_table_open(&table, file, limit, &fault), "%s", fault.message);
    return table;
}

static void digest_of(unsigned number, unsigned char digest[DIGEST_SHA256_SIZE])
{
    digest_sha256((struct bytes){(const char *) &number, sizeof number}, digest);
}

static bool take(struct rate_table *table, unsigned token, int64_t now_us)
{
    unsigned char digest[DIGEST_SHA256_SIZE];
    struct rate_verdict verdict;

    digest_of(token, digest);
    rate_take(table, digest, now_us, &verdict);
    ck_assert(verdict.allowed == (verdict.wait_us == 0));
    ck_assert(verdict.remaining >= 0 && verdict.remaining < verdict.limit);
    return verdict.allowed;
}

START_TEST(a_second_may_be_used_at_once_and_then_it_is_over)
{
    struct rate_table *table = open_table(20);
    int64_t now = 1000 * SECOND + 12345;

    for (int i = 0; i < 20; i++) {
        ck_assert(take(table, 1, now));
    }
    for (int i = 0; i < 50; i++) {
        ck_assert(!take(table, 1, now + i * SECOND / 100));
    }
    ck_assert(take(table, 1, now + SECOND)); /* what was refused was not counted */
    rate_table_close(table);
}
END_TEST

START_TEST(it_says_how_long_to_wait_and_then_there_is_room)
{
    struct rate_table *table = open_table(3);
    unsigned char digest[DIGEST_SHA256_SIZE];
    struct rate_verdict verdict;
    int64_t now = 77 * SECOND;
    uint64_t random = 1;

    digest_of(1, digest);
    for (int i = 0; i < 2000; i++) {
        rate_take(table, digest, now, &verdict);
        ck_assert_int_eq(verdict.limit, 3);
        if (!verdict.allowed) {
            ck_assert(verdict.wait_us > 0 && verdict.wait_us <= SECOND + SECOND / 31);
            rate_take(table, digest, now + verdict.wait_us, &verdict);
            ck_assert(verdict.allowed);
            now += SECOND;
        }
        now += (int64_t) unit_random_below(&random, SECOND / 2);
    }
    rate_table_close(table);
}
END_TEST

START_TEST(in_no_second_more_than_the_limit_are_allowed_and_in_the_long_run_not_less)
{
    static const long limits[] = {1, 2, 7, 50, 333};

    for (size_t l = 0; l < sizeof limits / sizeof limits[0]; l++) {
        long limit = limits[l];
        struct rate_table *table = open_table(limit);
        int64_t *allowed = calloc(20 * (size_t) limit + 1000, sizeof *allowed);
        long count = 0;
        uint64_t random = (uint64_t) limit;
        int64_t begin = 5000 * SECOND + limit;
        for (int64_t now = begin; now < begin + 10 * SECOND; now += (int64_t) unit_random_below(&random, (uint64_t) (SECOND / limit / 8))) {
            if (take(table, (unsigned) limit, now)) {
                allowed[count++] = now;
            }
        }
        /* A thirty-first of the second is what the count cannot tell apart. */
        for (long i = 0; i + limit < count; i++) {
            ck_assert_msg(allowed[i + limit] - allowed[i] >= SECOND - SECOND / 31 - 1, "%ld requests in %lld us", limit + 1,
                          (long long) (allowed[i + limit] - allowed[i]));
        }
        ck_assert_msg(count >= limit * 9 && count <= limit * 11, "limit %ld: %ld in ten seconds", limit, count);
        free(allowed);
        rate_table_close(table);
    }
}
END_TEST

START_TEST(tokens_do_not_disturb_each_other)
{
    struct rate_table *table = open_table(5);

    for (unsigned token = 0; token < 1000; token++) {
        for (int i = 0; i < 5; i++) {
            ck_assert(take(table, token, 10 * SECOND));
        }
    }
    for (unsigned token = 0; token < 1000; token++) {
        ck_assert(!take(table, token, 10 * SECOND + 1));
    }
    rate_table_close(table);
}
END_TEST

START_TEST(more_tokens_than_there_is_room_for_are_served_all_the_same)
{
    struct rate_table *table = open_table(1);
    unsigned allowed = 0;

    for (unsigned token = 0; token < 4 * RATE_SLOTS; token++) {
        allowed += take(table, token, 10 * SECOND + token);
    }
    ck_assert_uint_eq(allowed, 4 * RATE_SLOTS);
    ck_assert(!take(table, 4 * RATE_SLOTS - 1, 10 * SECOND + 4 * RATE_SLOTS)); /* the latest are remembered */
    rate_table_close(table);
}
END_TEST

START_TEST(a_clock_that_began_anew_forgets_what_was)
{
    struct rate_table *table = open_table(2);

    for (unsigned token = 0; token < 2 * RATE_SLOTS; token++) {
        ck_assert(take(table, token, 1000000 * SECOND));
        ck_assert(take(table, token, 1000000 * SECOND));
    }
    for (unsigned token = 0; token < 1000; token++) { /* after a new start of the machine */
        ck_assert(take(table, token, 5 * SECOND));
        ck_assert(take(table, token, 5 * SECOND));
        ck_assert(!take(table, token, 5 * SECOND));
    }
    rate_table_close(table);
}
END_TEST

/* In a process of its own. */
static void hammer(const char *report, long limit, int times)
{
    struct rate_table *table = open_table(limit);
    int allowed = 0;

    for (int i = 0; i < times; i++) {
        allowed += take(table, 1, 50 * SECOND);
    }
    FILE *out = fopen(report, "w");
    fprintf(out, "%d\n", allowed);
    fclose(out);
    _exit(0);
}

START_TEST(processes_count_together)
{
    enum { PROCESSES = 4, LIMIT = 10000 };
    char report[PROCESSES][128];
    int sum = 0;

    for (int i = 0; i < PROCESSES; i++) {
        snprintf(report[i], sizeof report[i], "%s-%d", file, i);
        if (fork() == 0) {
            hammer(report[i], LIMIT, LIMIT / 2);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        ck_assert(wait(&status) > 0 && status == 0);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int allowed = -1;
        FILE *in = fopen(report[i], "r");
        ck_assert(in != NULL && fscanf(in, "%d", &allowed) == 1);
        fclose(in);
        unlink(report[i]);
        sum += allowed;
    }
    ck_assert_msg(sum == LIMIT, "%d were allowed", sum);
}
END_TEST

START_TEST(the_file_is_ours_alone_and_is_found_again)
{
    struct stat status;
    struct rate_table *first = open_table(2);
    struct rate_table *second = open_table(2);

    ck_assert_int_eq(stat(file, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    ck_assert(take(first, 1, 9 * SECOND));
    ck_assert(take(second, 1, 9 * SECOND));
    rate_table_close(first);
    ck_assert(!take(second, 1, 9 * SECOND));
    rate_table_close(second);
    first = open_table(2);
    ck_assert(!take(first, 1, 9 * SECOND));
    rate_table_close(first);
}
END_TEST

static void expect_refusal(const char *text)
{
    struct rate_table *table = NULL;
    struct fault fault = {0};

    ck_assert(!rate_table_open(&table, file, 1, &fault));
    ck_assert_ptr_null(table);
    ck_assert_msg(strstr(fault.message, file) != NULL && strstr(fault.message, text) != NULL, "%s", fault.message);
}

static void write_file(const char *text, size_t length, mode_t mode)
{
    FILE *out = fopen(file, "w");

    ck_assert(out != NULL && fwrite(text, 1, length, out) == length);
    fclose(out);
    ck_assert_int_eq(chmod(file, mode), 0);
}

START_TEST(another_file_is_left_alone)
{
    char text[4096] = "something else that is longer than the head of ours, which has sixty-four bytes";
    char link[128];

    write_file(text, sizeof text, 0600);
    expect_refusal("something else");
    write_file("", 0, 0640);
    expect_refusal("nobody else has rights");
    unlink(file);
    snprintf(link, sizeof link, "%s-target", file);
    ck_assert_int_eq(symlink(link, file), 0);
    expect_refusal("symbolic links");
    ck_assert_int_ne(access(link, F_OK), 0);
    unlink(file);
    ck_assert_int_eq(mkdir(file, 0700), 0);
    expect_refusal("directory");
    rmdir(file);
    ck_assert_int_eq(mkfifo(file, 0600), 0);
    expect_refusal("not a file of ours");
    unlink(file);
    strcpy(file + strlen(folder), "/missing/rate");
    expect_refusal("No such file");
}
END_TEST

START_TEST(a_worker_that_was_killed_while_it_made_the_file_harms_nobody)
{
    struct rate_table *table = open_table(1);
    static const off_t cuts[] = {0, 1, 31, 63, 64, 65, 4096, 100000};

    rate_table_close(table);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        ck_assert_int_eq(truncate(file, cuts[i]), 0);
        table = open_table(1);
        ck_assert(take(table, 1, (int64_t) (i + 1) * 10 * SECOND));
        ck_assert(!take(table, 1, (int64_t) (i + 1) * 10 * SECOND));
        rate_table_close(table);
    }
}
END_TEST

static Suite *rate_suite(void)
{
    Suite *suite = suite_create("rate");
    TCase *counting = tcase_create("counting");
    TCase *files = tcase_create("files");

    tcase_add_checked_fixture(counting, make_folder, remove_folder);
    tcase_add_test(counting, a_second_may_be_used_at_once_and_then_it_is_over);
    tcase_add_test(counting, it_says_how_long_to_wait_and_then_there_is_room);
    tcase_add_test(counting, in_no_second_more_than_the_limit_are_allowed_and_in_the_long_run_not_less);
    tcase_add_test(counting, tokens_do_not_disturb_each_other);
    tcase_add_test(counting, more_tokens_than_there_is_room_for_are_served_all_the_same);
    tcase_add_test(counting, a_clock_that_began_anew_forgets_what_was);
    tcase_add_test(counting, processes_count_together);
    suite_add_tcase(suite, counting);
    tcase_add_checked_fixture(files, make_folder, remove_folder);
    tcase_add_test(files, the_file_is_ours_alone_and_is_found_again);
    tcase_add_test(files, another_file_is_left_alone);
    tcase_add_test(files, a_worker_that_was_killed_while_it_made_the_file_harms_nobody);
    suite_add_tcase(suite, files);
    return suite;
}

int main(void)
{
    return unit_main(rate_suite());
}
