/* A worker in a process of its own, the database that the test was given behind it, the test as its web server. */
#include "serve/loop.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/admin.h"
#include "http/fcgi.h"
#include "seal/digest.h"
#include "tests/support/unit.h"
#include "tests/unit/http/peer.h"

static struct arena *arena;
static char folder[64];
static char path[96];
static char keyring[96];
static char log_path[96];
static struct config config;
static pid_t worker;

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    ck_assert_msg(value != NULL, "%s is not set: run this below tests/support/with-database", name);
    return value;
}

static void open_world(void)
{
    struct fault fault = {0};
    arena = arena_new((size_t) 64 << 20);
    snprintf(folder, sizeof(folder), "/tmp/patchbay-loop-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/socket", folder);
    snprintf(keyring, sizeof(keyring), "%s/keyring", folder);
    snprintf(log_path, sizeof(log_path), "%s/log", folder);
    ck_assert_msg(keyring_create(keyring, &fault), "%s", fault.message);
    config_defaults(&config);
    snprintf(config.database, sizeof(config.database), "%s", variable("PATCHBAY_TEST_DSN"));
    snprintf(config.keyring_file, sizeof(config.keyring_file), "%s", keyring);
    snprintf(config.types_dir, sizeof(config.types_dir), "%s/conf/types", variable("PATCHBAY_SOURCE"));
    config.database_wait = 500;
    config.io_timeout = 300;
    worker = 0;
}

static void close_world(void)
{
    if (worker > 0) {
        kill(worker, SIGKILL);
        waitpid(worker, NULL, 0);
    }
    unlink(path);
    unlink(keyring);
    unlink(log_path);
    rmdir(folder);
    arena_free(arena);
}

static int run_worker(int listener)
{
    struct api_context context;
    struct fault fault = {0};
    int log = open(log_path, O_CREAT | O_WRONLY | O_APPEND, 0600);
    dup2(log, STDERR_FILENO);
    close(log);
    bool served = fcgi_start(&fault) && api_context_open(&context, &config, &fault) && serve_loop(&context, listener, &fault);
    if (!served) {
        fprintf(stderr, "FAULT %s\n", fault.message);
    }
    api_context_close(&context);
    close(listener);
    arena_free(arena); /* the test's, which the fork copied */
    return served ? 0 : 1;
}

static void start_worker(void)
{
    struct fault fault = {0};
    int listener = fcgi_listen(path, 64, &fault);
    ck_assert_msg(listener >= 0, "%s", fault.message);
    worker = fork();
    ck_assert_int_ge(worker, 0);
    if (worker == 0) {
        exit(run_worker(listener));
    }
    close(listener);
}

/* The worker's exit status; fails when it does not end. */
static int wait_for_end(void)
{
    int status = 0;
    for (int i = 0; i < 1000; i++) {
        if (waitpid(worker, &status, WNOHANG) == worker) {
            worker = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        }
        usleep(10000);
    }
    ck_abort_msg("the worker did not end");
    return -1;
}

static int stop_worker(void)
{
    kill(worker, SIGTERM);
    return wait_for_end();
}

static const char *read_log(void)
{
    static char text[65536];
    FILE *file = fopen(log_path, "r");
    size_t length = file == NULL ? 0 : fread(text, 1, sizeof(text) - 1, file);
    text[length] = '\0';
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

/* Well-formed, but no database knows the token. */
static struct bytes get_request(bool keep)
{
    static const char token[] = "pbt_000000000000000000000000000000000000000000000000";
    unsigned char digest[DIGEST_SHA256_SIZE];
    char bearer[128];
    digest_sha256(BYTES(token), digest);
    snprintf(bearer, sizeof(bearer), "Bearer %s%02x%02x%02x%02x", token, digest[0], digest[1], digest[2], digest[3]);
    const char *const params[] = {"REQUEST_METHOD", "GET", "REQUEST_URI", "/apiops/projects/secretproject/connections/secretname/",
                                  "HTTP_AUTHORIZATION", bearer, "HTTP_X_REQUEST_ID", "asked", NULL};
    struct buf buf;
    buf_init(&buf, arena, 1024);
    peer_begin(&buf, keep);
    peer_params(&buf, params);
    peer_stdin(&buf, BYTES(""));
    return buf_bytes(&buf);
}

static struct peer_answer ask(void)
{
    int fd = peer_connect(path);
    peer_send(fd, get_request(false));
    struct peer_answer answer = peer_read(fd, arena);
    ck_assert(answer.whole);
    ck_assert(peer_sees_end(fd));
    close(fd);
    return answer;
}

START_TEST(a_request_is_answered_and_logged_without_what_it_said)
{
    start_worker();
    struct peer_answer answer = ask();
    ck_assert_int_ge(answer.status, 400);
    ck_assert_ptr_nonnull(strstr(answer.text.data, "X-Request-Id: asked\r\n"));
    ck_assert_int_eq(stop_worker(), 0);
    ck_assert_uint_eq(count_of(read_log(), "\"event\":\"request\""), 1);
    ck_assert_ptr_nonnull(strstr(read_log(), "\"request_id\":\"asked\",\"method\":\"GET\",\"route\":\"/apiops/projects/{project}/"));
    ck_assert_ptr_null(strstr(read_log(), "secret"));
    ck_assert_ptr_null(strstr(read_log(), "pbt_"));
}
END_TEST

START_TEST(a_kept_connection_is_served_until_the_stop)
{
    start_worker();
    int fd = peer_connect(path);
    for (int i = 0; i < 10; i++) {
        peer_send(fd, get_request(true));
        ck_assert(peer_read(fd, arena).whole);
    }
    ck_assert_int_eq(stop_worker(), 0);
    ck_assert(peer_sees_end(fd));
    close(fd);
}
END_TEST

START_TEST(more_clients_than_requests_in_hand_are_all_served)
{
    int fds[20];
    config.requests_limit = 2;
    start_worker();
    for (size_t i = 0; i < 20; i++) {
        fds[i] = peer_connect(path);
        peer_send(fds[i], get_request(false));
    }
    for (size_t i = 0; i < 20; i++) {
        ck_assert(peer_read(fds[i], arena).whole);
        close(fds[i]);
    }
    ck_assert_int_eq(stop_worker(), 0);
}
END_TEST

START_TEST(silent_connections_do_not_keep_others_out)
{
    int silent[4];
    config.requests_limit = 2;
    start_worker();
    for (size_t i = 0; i < 4; i++) {
        silent[i] = peer_connect(path);
    }
    ask(); /* once the silent ones were cut off */
    for (size_t i = 0; i < 4; i++) {
        ck_assert(peer_sees_end(silent[i]));
        close(silent[i]);
    }
    ck_assert_int_eq(stop_worker(), 0);
}
END_TEST

START_TEST(the_request_in_hand_is_finished_before_the_stop)
{
    struct db_admin *admin = NULL;
    struct db_result result;
    struct fault fault = {0};
    ck_assert_msg(db_admin_new(&admin, variable("PATCHBAY_TEST_OWNER_DSN"), &fault), "%s", fault.message);
    ck_assert(db_admin_query(admin, "begin", 0, NULL, &result, &fault));
    ck_assert(db_admin_query(admin, "lock table patchbay.token, patchbay.project", 0, NULL, &result, &fault));
    start_worker();
    int in_hand = peer_connect(path);
    peer_send(in_hand, get_request(false));
    usleep(300000);
    kill(worker, SIGTERM);
    usleep(200000);
    ck_assert_int_eq(waitpid(worker, NULL, WNOHANG), 0);
    ck_assert(db_admin_query(admin, "rollback", 0, NULL, &result, &fault));
    struct peer_answer answer = peer_read(in_hand, arena);
    ck_assert(answer.whole);
    ck_assert_int_lt(answer.status, 500);
    ck_assert_int_eq(wait_for_end(), 0);
    close(in_hand);
    db_admin_free(admin);
}
END_TEST

START_TEST(without_a_database_requests_get_503_and_a_hint_when_to_come_back)
{
    snprintf(config.database, sizeof(config.database), "host=%s dbname=nothing", folder);
    start_worker();
    for (int i = 0; i < 2; i++) {
        struct peer_answer answer = ask();
        ck_assert_int_eq(answer.status, 503);
        ck_assert_ptr_nonnull(strstr(answer.text.data, "Retry-After: "));
    }
    ck_assert_int_eq(stop_worker(), 0);
    ck_assert_ptr_nonnull(strstr(read_log(), "\"event\":\"database_away\""));
}
END_TEST

START_TEST(a_connection_string_that_is_none_stops_the_start)
{
    snprintf(config.database, sizeof(config.database), "nonsense");
    start_worker();
    ck_assert_int_eq(wait_for_end(), 1);
    ck_assert_ptr_nonnull(strstr(read_log(), "FAULT database: "));
}
END_TEST

static void run_as_owner(const char *sql)
{
    struct db_admin *admin = NULL;
    struct db_result result;
    struct fault fault = {0};
    ck_assert_msg(db_admin_new(&admin, variable("PATCHBAY_TEST_OWNER_DSN"), &fault), "%s", fault.message);
    ck_assert_msg(db_admin_query(admin, sql, 0, NULL, &result, &fault), "%s", fault.message);
    db_admin_free(admin);
}

START_TEST(a_key_that_the_keyring_lacks_stops_the_start)
{
    run_as_owner("insert into patchbay.key (key_number, canary) values (77, 'AAAA')");
    start_worker();
    int status = wait_for_end();
    run_as_owner("delete from patchbay.key where key_number = 77");
    ck_assert_int_eq(status, 1);
    ck_assert_ptr_nonnull(strstr(read_log(), "FAULT "));
    ck_assert_ptr_nonnull(strstr(read_log(), "key 77"));
    ck_assert_ptr_null(strstr(read_log(), "worker_started"));
}
END_TEST

START_TEST(a_key_that_the_keyring_lacks_stops_a_running_worker_when_it_reconnects)
{
    start_worker();
    ask();
    run_as_owner("insert into patchbay.key (key_number, canary) values (77, 'AAAA')");
    run_as_owner("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'patchbay'");
    int status = wait_for_end();
    run_as_owner("delete from patchbay.key where key_number = 77");
    ck_assert_int_eq(status, 1);
}
END_TEST

static Suite *loop_suite(void)
{
    Suite *suite = suite_create("serve/loop");
    TCase *worker_case = tcase_create("worker");
    tcase_add_checked_fixture(worker_case, open_world, close_world);
    tcase_add_test(worker_case, a_request_is_answered_and_logged_without_what_it_said);
    tcase_add_test(worker_case, a_kept_connection_is_served_until_the_stop);
    tcase_add_test(worker_case, more_clients_than_requests_in_hand_are_all_served);
    tcase_add_test(worker_case, silent_connections_do_not_keep_others_out);
    tcase_add_test(worker_case, the_request_in_hand_is_finished_before_the_stop);
    tcase_add_test(worker_case, without_a_database_requests_get_503_and_a_hint_when_to_come_back);
    tcase_add_test(worker_case, a_connection_string_that_is_none_stops_the_start);
    tcase_add_test(worker_case, a_key_that_the_keyring_lacks_stops_the_start);
    tcase_add_test(worker_case, a_key_that_the_keyring_lacks_stops_a_running_worker_when_it_reconnects);
    suite_add_tcase(suite, worker_case);
    return suite;
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    return unit_main(loop_suite());
}
