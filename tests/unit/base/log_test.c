/*
 * The log as its reader gets it: standard error is a pipe, a socket or a file here. Each test is a process of its own (Check
 * forks), so the log starts empty every time.
 */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/unit.h"

static int reading_end;
static char received[1 << 20];

static void take_stderr(int writing_end)
{
    ck_assert_int_eq(dup2(writing_end, STDERR_FILENO), STDERR_FILENO);
    close(writing_end);
}

static void log_into_pipe(void)
{
    int ends[2];

    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pipe(ends), 0);
    reading_end = ends[0];
    ck_assert_int_eq(fcntl(reading_end, F_SETFL, O_NONBLOCK), 0);
    take_stderr(ends[1]);
}

/* What can be read now, as a string. */
static const char *receive(void)
{
    size_t length = 0;
    ssize_t count;

    while ((count = read(reading_end, received + length, sizeof received - 1 - length)) > 0)
        length += (size_t) count;
    received[length] = '\0';
    return received;
}

/* Everything behind the time, which is checked for its form. */
static const char *after_time(const char *line)
{
    static const char form[] = "{\"time\":\"dddd-dd-ddTdd:dd:dd.ddddddZ\",";

    for (size_t i = 0; i < strlen(form); i++)
        if (form[i] == 'd')
            ck_assert_msg(line[i] >= '0' && line[i] <= '9', "%s", line);
        else
            ck_assert_msg(line[i] == form[i], "%s", line);
    return line + strlen(form);
}

static void fill_pipe(void)
{
    static const char page[PIPE_BUF];

    ck_assert_int_eq(fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK), 0);
    while (write(STDERR_FILENO, page, sizeof page) > 0)
        ;
    ck_assert_int_eq(fcntl(STDERR_FILENO, F_SETFL, 0), 0);
}

START_TEST(a_line_is_one_json_object_with_time_level_event_and_fields)
{
    struct log_field fields[] = {
        LOG_FIELD_TEXT("method", BYTES("PUT")),
        LOG_FIELD_NUMBER("status", 200),
        LOG_FIELD_NUMBER("delta", -7),
        LOG_FIELD_TEXT("nothing", ((struct bytes){NULL, 0})),
        LOG_FIELD_END,
    };

    log_write(LOG_INFO, "request", fields);
    log_flush();
    ck_assert_str_eq(after_time(receive()),
                     "\"level\":\"info\",\"event\":\"request\",\"method\":\"PUT\",\"status\":200,\"delta\":-7,\"nothing\":\"\"}\n");
    log_write(LOG_WARNING, "alone", NULL);
    log_flush();
    ck_assert_str_eq(after_time(receive()), "\"level\":\"warning\",\"event\":\"alone\"}\n");
}
END_TEST

START_TEST(values_cannot_break_out_of_their_string_or_steer_a_terminal)
{
    struct log_field fields[] = {
        LOG_FIELD_TEXT("text", BYTES("a\"b\\c\n\t\x1B[2J\x7F\xC2\x9B/é😀\xFF\xE2\x82")),
        LOG_FIELD_END,
    };

    log_write(LOG_INFO, "request", fields);
    log_flush();
    ck_assert_str_eq(after_time(receive()), "\"level\":\"info\",\"event\":\"request\",\"text\":\"a\\\"b\\\\c\\u000a\\u0009\\u001b[2J\\u007f\\u009b/"
                                            "é😀\\ufffd\\ufffd\\ufffd\"}\n");
}
END_TEST

START_TEST(lines_wait_for_the_flush_but_errors_do_not)
{
    log_say(LOG_INFO, "one", "first");
    ck_assert_str_eq(receive(), "");
    log_say(LOG_ERROR, "two", "second %d", 2);
    const char *text = receive();
    ck_assert_str_eq(after_time(text), strstr(text, "\"level\":\"info\",\"event\":\"one\",\"message\":\"first\"}\n"));
    ck_assert_ptr_nonnull(strstr(text, "\"level\":\"error\",\"event\":\"two\",\"message\":\"second 2\"}\n"));
}
END_TEST

START_TEST(what_is_below_the_level_is_not_written)
{
    enum log_level level;

    log_say(LOG_DEBUG, "quiet", "x");
    log_write(LOG_DEBUG, "quiet", NULL);
    ck_assert(log_level_from(BYTES("error"), &level));
    log_set_level(level);
    log_say(LOG_WARNING, "quiet", "x");
    log_flush();
    ck_assert_str_eq(receive(), "");
    ck_assert(log_level_from(BYTES("debug"), &level));
    log_set_level(level);
    log_say(LOG_DEBUG, "loud", "x");
    log_flush();
    ck_assert_ptr_nonnull(strstr(receive(), "\"level\":\"debug\",\"event\":\"loud\""));
    ck_assert(!log_level_from(BYTES("Debug"), &level));
    ck_assert(!log_level_from(BYTES(""), &level));
}
END_TEST

START_TEST(a_line_is_never_longer_than_4096_bytes_and_stays_json)
{
    static char quotes[10000];

    memset(quotes, '"', sizeof quotes);
    for (size_t length = 1900; length < 2200; length++) {
        struct log_field fields[] = {
            LOG_FIELD_TEXT("long", ((struct bytes){quotes, length})),
            LOG_FIELD_NUMBER("number", 1234567),
            LOG_FIELD_TEXT("text", BYTES("tail")),
            LOG_FIELD_END,
        };
        log_write(LOG_INFO, "request", fields);
        log_flush();
        const char *line = receive();
        size_t size = strlen(line);
        ck_assert_uint_le(size, 4096);
        ck_assert_str_eq(line + size - 2, "}\n");
        bool whole = strstr(line, "\"number\":1234567,\"text\":\"tail\"}\n") != NULL;
        bool cut = strcmp(line + size - 13, ",\"cut\":true}\n") == 0;
        ck_assert_msg(whole != cut, "%s", line);
        /* An even number of unescaped quotes: every string ends. */
        size_t count = 0;
        for (size_t i = 0; i < size; i++) {
            if (line[i] == '\\')
                i++;
            else if (line[i] == '"')
                count++;
        }
        ck_assert_uint_eq(count % 2, 0);
    }
}
END_TEST

START_TEST(a_full_buffer_leaves_in_whole_lines_and_in_order)
{
    char expected[100];

    for (int i = 0; i < 300; i++)
        log_say(LOG_INFO, "many", "line %d.", i);
    log_flush();
    const char *line = receive();
    for (int i = 0; i < 300; i++) {
        snprintf(expected, sizeof expected, "\"level\":\"info\",\"event\":\"many\",\"message\":\"line %d.\"}\n", i);
        const char *rest = after_time(line);
        ck_assert_int_eq(strncmp(rest, expected, strlen(expected)), 0);
        line = rest + strlen(expected);
    }
    ck_assert_str_eq(line, "");
}
END_TEST

START_TEST(a_full_pipe_costs_lines_and_says_so_but_never_blocks)
{
    fill_pipe();
    for (int i = 0; i < 1000; i++) {
        log_say(LOG_INFO, "lost", "%d", i);
        log_flush();
    }
    receive();
    log_say(LOG_INFO, "found", "again");
    log_flush();
    const char *text = receive();
    ck_assert_ptr_nonnull(strstr(text, "\"level\":\"warning\",\"event\":\"log_lost\",\"lines\":1000}\n"));
    ck_assert_ptr_nonnull(strstr(text, "\"event\":\"found\",\"message\":\"again\"}\n"));
    log_say(LOG_INFO, "found", "again");
    log_flush();
    ck_assert_ptr_null(strstr(receive(), "log_lost"));
}
END_TEST

START_TEST(a_full_socket_never_blocks_either)
{
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    reading_end = ends[0];
    ck_assert_int_eq(fcntl(reading_end, F_SETFL, O_NONBLOCK), 0);
    take_stderr(ends[1]);
    for (int i = 0; i < 20000; i++)
        log_say(LOG_INFO, "flood", "%d %s", i, "some text to make it longer, and longer still");
    log_flush();
    receive();
    log_say(LOG_INFO, "found", "again");
    log_flush();
    const char *text = receive();
    ck_assert_ptr_nonnull(strstr(text, "\"event\":\"log_lost\""));
    ck_assert_ptr_nonnull(strstr(text, "\n{\"time\""));
    ck_assert_ptr_nonnull(strstr(text, "\"event\":\"found\",\"message\":\"again\"}\n"));
}
END_TEST

START_TEST(a_reader_that_went_away_and_a_closed_descriptor_do_no_harm)
{
    close(reading_end);
    log_say(LOG_ERROR, "lost", "x");
    log_say(LOG_ERROR, "lost", "x");
    close(STDERR_FILENO);
    log_say(LOG_ERROR, "lost", "x");
}
END_TEST

START_TEST(a_file_takes_lines_and_errno_survives)
{
    char path[] = "/tmp/patchbay-log-test-XXXXXX";
    int file = mkstemp(path);

    ck_assert_int_ge(file, 0);
    reading_end = open(path, O_RDONLY);
    take_stderr(file);
    unlink(path);
    errno = EDOM;
    log_say(LOG_ERROR, "file", "x");
    ck_assert_int_eq(errno, EDOM);
    ck_assert_str_eq(after_time(receive()), "\"level\":\"error\",\"event\":\"file\",\"message\":\"x\"}\n");
}
END_TEST

START_TEST(lines_of_processes_that_share_a_pipe_never_mix)
{
    enum { PROCESSES = 4, LINES = 200 };

    ck_assert_int_eq(fcntl(reading_end, F_SETFL, 0), 0);
    for (int process = 0; process < PROCESSES; process++) {
        if (fork() == 0) {
            close(reading_end);
            char text[600];
            memset(text, 'a' + process, sizeof text);
            for (int i = 0; i < LINES; i++) {
                struct log_field fields[] = {LOG_FIELD_TEXT("text", ((struct bytes){text, sizeof text - (size_t) i})), LOG_FIELD_END};
                log_write(LOG_INFO, "shared", fields);
            }
            log_flush();
            _exit(0);
        }
    }
    close(STDERR_FILENO);
    for (const char *line = receive(); *line != '\0';) {
        const char *rest = after_time(line);
        const char *lost = strstr(rest, "\"event\":\"log_lost\"");
        const char *end = strchr(rest, '\n');
        ck_assert_ptr_nonnull(end);
        if (lost == NULL || lost > end) {
            static const char start[] = "\"level\":\"info\",\"event\":\"shared\",\"text\":\"";
            ck_assert_int_eq(strncmp(rest, start, strlen(start)), 0);
            const char *text = rest + strlen(start);
            size_t same = strspn(text, (char[]){*text, '\0'});
            ck_assert_int_eq(strncmp(text + same, "\"}\n", 3), 0);
        }
        line = end + 1;
    }
    while (wait(NULL) > 0)
        ;
}
END_TEST

static Suite *log_suite(void)
{
    Suite *suite = suite_create("log");
    TCase *tests = tcase_create("log");

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, log_into_pipe, NULL);
    tcase_add_test(tests, a_line_is_one_json_object_with_time_level_event_and_fields);
    tcase_add_test(tests, values_cannot_break_out_of_their_string_or_steer_a_terminal);
    tcase_add_test(tests, lines_wait_for_the_flush_but_errors_do_not);
    tcase_add_test(tests, what_is_below_the_level_is_not_written);
    tcase_add_test(tests, a_line_is_never_longer_than_4096_bytes_and_stays_json);
    tcase_add_test(tests, a_full_buffer_leaves_in_whole_lines_and_in_order);
    tcase_add_test(tests, a_full_pipe_costs_lines_and_says_so_but_never_blocks);
    tcase_add_test(tests, a_full_socket_never_blocks_either);
    tcase_add_test(tests, a_reader_that_went_away_and_a_closed_descriptor_do_no_harm);
    tcase_add_test(tests, a_file_takes_lines_and_errno_survives);
    tcase_add_test(tests, lines_of_processes_that_share_a_pipe_never_mix);
    return suite;
}

int main(void)
{
    return unit_main(log_suite());
}
