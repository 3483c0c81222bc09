/* The worker's side in this process, the web server's side on the other end of a socket; small enough for the kernel's buffers to hold. */
#include "http/fcgi.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/unit.h"
#include "tests/unit/http/peer.h"

#define IO_TIMEOUT_MS 300

static struct arena *arena;
static char folder[64];
static char path[96];
static int listener;

static void open_world(void)
{
    struct fault fault = {0};
    arena = arena_new((size_t) 64 << 20);
    snprintf(folder, sizeof(folder), "/tmp/patchbay-fcgi-test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/socket", folder);
    signal(SIGTERM, SIG_DFL); /* Check has a handler */
    ck_assert_msg(fcgi_start(&fault), "%s", fault.message);
    listener = fcgi_listen(path, 16, &fault);
    ck_assert_msg(listener >= 0, "%s", fault.message);
}

static void close_world(void)
{
    close(listener);
    unlink(path);
    rmdir(folder);
    arena_free(arena);
}

struct pair {
    int peer;
    struct fcgi_connection *connection;
};

static struct pair connected(void)
{
    struct pair pair = {.peer = peer_connect(path)};
    pair.connection = fcgi_accept(listener, IO_TIMEOUT_MS);
    ck_assert_ptr_nonnull(pair.connection);
    return pair;
}

static void disconnect(struct pair pair)
{
    fcgi_connection_free(pair.connection);
    close(pair.peer);
}

static struct http_request *read_request(struct pair pair)
{
    struct http_request *request = NULL;
    ck_assert_int_eq(fcgi_read_request(pair.connection, 1 << 20, arena, &request), FCGI_READ_REQUEST);
    return request;
}

static struct http_response plain(int status, const char *body)
{
    return (struct http_response){.status = status, .content_type = "text/plain", .body = bytes_from(body)};
}

START_TEST(a_request_is_read_and_answered_and_the_connection_closed)
{
    struct pair pair = connected();
    peer_send(pair.peer, peer_request(arena, "PUT", "/apiops/a%2Fb/?x=1", BYTES("{\"a\":1}")));
    struct http_request *request = read_request(pair);
    ck_assert_int_eq(request->method, HTTP_PUT);
    unit_assert_bytes(request->path, "/apiops/a%2Fb/");
    unit_assert_bytes(request->query, "x=1");
    unit_assert_bytes(request->body, "{\"a\":1}");
    ck_assert(!request->body_incomplete && !request->body_too_large);
    struct http_response response = plain(200, "fine");
    http_response_add(&response, "ETag", BYTES("\"7\""));
    ck_assert(fcgi_answer(pair.connection, request, &response));
    ck_assert(!fcgi_request_end(pair.connection));
    struct peer_answer answer = peer_read(pair.peer, arena);
    ck_assert(answer.whole);
    ck_assert_int_eq(answer.status, 200);
    unit_assert_bytes(answer.body, "fine");
    ck_assert_ptr_nonnull(strstr(answer.text.data, "Status: 200 OK\r\n"));
    ck_assert_ptr_nonnull(strstr(answer.text.data, "Content-Type: text/plain\r\n"));
    ck_assert_ptr_nonnull(strstr(answer.text.data, "Content-Length: 4\r\n"));
    ck_assert_ptr_nonnull(strstr(answer.text.data, "ETag: \"7\"\r\n"));
    ck_assert_ptr_nonnull(strstr(answer.text.data, "X-Request-Id: "));
    ck_assert(peer_sees_end(pair.peer));
    disconnect(pair);
}
END_TEST

static void *send_all(void *argument)
{
    const struct bytes *data = argument;
    int fd = peer_connect(path);
    peer_send(fd, *data);
    return (void *) (intptr_t) fd;
}

/* More than the kernel holds: the sender needs a thread of its own. */
static struct peer_answer exchange(struct bytes data, struct http_response response, struct http_request **request, struct arena *into, size_t limit)
{
    pthread_t sender;
    void *fd;
    ck_assert_int_eq(pthread_create(&sender, NULL, send_all, &data), 0);
    ck_assert_int_eq(poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, 5000), 1);
    struct fcgi_connection *connection = fcgi_accept(listener, 5000);
    ck_assert_ptr_nonnull(connection);
    ck_assert_int_eq(fcgi_read_request(connection, limit, into, request), FCGI_READ_REQUEST);
    ck_assert(fcgi_answer(connection, *request, &response));
    ck_assert(!fcgi_request_end(connection));
    fcgi_connection_free(connection);
    pthread_join(sender, &fd);
    struct peer_answer answer = peer_read((int) (intptr_t) fd, arena);
    close((int) (intptr_t) fd);
    return answer;
}

static struct bytes pattern(size_t length)
{
    char *data = arena_alloc(arena, length + 1);
    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < length; i++) {
        data[i] = (char) ('a' + i * 7 % 26);
    }
    return (struct bytes){data, length};
}

START_TEST(a_body_of_exactly_the_limit_is_kept)
{
    struct http_request *request = NULL;
    struct bytes body = pattern(1 << 20);
    struct peer_answer answer = exchange(peer_request(arena, "POST", "/", body), plain(200, "got it"), &request, arena, 1 << 20);
    ck_assert(bytes_equal(request->body, body));
    ck_assert(!request->body_too_large && !request->body_incomplete);
    unit_assert_bytes(answer.body, "got it");
}
END_TEST

START_TEST(a_body_over_the_limit_is_drained_and_the_answer_arrives)
{
    struct http_request *request = NULL;
    struct bytes body = pattern((8 << 20) + 1);
    struct peer_answer answer = exchange(peer_request(arena, "POST", "/", body), plain(413, "too large"), &request, arena, 1 << 20);
    ck_assert(request->body_too_large);
    ck_assert_uint_eq(request->body.length, 0);
    ck_assert(answer.whole);
    unit_assert_bytes(answer.body, "too large");
}
END_TEST

START_TEST(a_body_that_the_arena_cannot_hold_counts_as_too_large)
{
    struct http_request *request = NULL;
    struct arena *small = arena_new(65536);
    struct peer_answer answer = exchange(peer_request(arena, "POST", "/", pattern(1 << 20)), plain(413, "too large"), &request, small, 4 << 20);
    ck_assert(request->body_too_large);
    ck_assert(answer.whole);
    arena_free(small);
}
END_TEST

static struct bytes request_with(const char *content_length, struct bytes body, bool keep)
{
    const char *const params[] = {"REQUEST_METHOD", "POST", "REQUEST_URI", "/", content_length == NULL ? NULL : "CONTENT_LENGTH", content_length, NULL};
    struct buf buf;
    buf_init(&buf, arena, 1024);
    peer_begin(&buf, keep);
    peer_params(&buf, params);
    peer_stdin(&buf, body);
    return buf_bytes(&buf);
}

START_TEST(a_body_without_a_length_is_read_to_its_end)
{
    struct http_request *request = NULL;
    struct bytes body = pattern(100000);
    exchange(request_with(NULL, body, false), plain(200, ""), &request, arena, 1 << 20);
    ck_assert(bytes_equal(request->body, body));
    ck_assert(!request->body_incomplete);
}
END_TEST

START_TEST(fewer_bytes_than_announced_are_incomplete)
{
    struct pair pair = connected();
    peer_send(pair.peer, request_with("10", BYTES("12345"), false));
    ck_assert(read_request(pair)->body_incomplete);
    disconnect(pair);
}
END_TEST

START_TEST(nonsense_for_a_length_is_as_none)
{
    static const char *const lengths[] = {"-1", "abc", "99999999999999999999999"};
    for (size_t i = 0; i < 3; i++) {
        struct pair pair = connected();
        peer_send(pair.peer, request_with(lengths[i], BYTES("12345"), false));
        struct http_request *request = read_request(pair);
        unit_assert_bytes(request->body, "12345");
        ck_assert(!request->body_incomplete);
        disconnect(pair);
    }
}
END_TEST

START_TEST(a_kept_connection_serves_one_request_after_the_other)
{
    struct pair pair = connected();
    for (int i = 0; i < 5; i++) {
        char body[24];
        snprintf(body, sizeof(body), "body %d", i);
        peer_send(pair.peer, request_with("6", bytes_from(body), true));
        struct http_request *request = read_request(pair);
        unit_assert_bytes(request->body, body);
        struct http_response response = plain(200, body);
        ck_assert(fcgi_answer(pair.connection, request, &response));
        ck_assert(fcgi_request_end(pair.connection));
        unit_assert_bytes(peer_read(pair.peer, arena).body, body);
    }
    close(pair.peer);
    struct http_request *request = NULL;
    ck_assert_int_eq(fcgi_read_request(pair.connection, 1024, arena, &request), FCGI_READ_CLOSED);
    fcgi_connection_free(pair.connection);
}
END_TEST

static struct peer_answer answer_to(const char *method, struct http_response response)
{
    struct pair pair = connected();
    peer_send(pair.peer, peer_request(arena, method, "/", BYTES("")));
    struct http_request *request = read_request(pair);
    ck_assert(fcgi_answer(pair.connection, request, &response));
    ck_assert(!fcgi_request_end(pair.connection));
    struct peer_answer answer = peer_read(pair.peer, arena);
    ck_assert(answer.whole);
    disconnect(pair);
    return answer;
}

START_TEST(an_answer_to_head_is_a_head_alone)
{
    struct peer_answer answer = answer_to("HEAD", plain(200, "body"));
    ck_assert_uint_eq(answer.body.length, 0);
    ck_assert_ptr_null(strstr(answer.text.data, "Content-Length"));
    ck_assert_ptr_nonnull(strstr(answer.text.data, "Content-Type"));
}
END_TEST

START_TEST(statuses_without_a_body_have_none_and_no_length)
{
    struct peer_answer answer = answer_to("OPTIONS", (struct http_response){.status = 204});
    ck_assert_str_eq(strstr(answer.text.data, "X-Request-Id") == NULL ? "missing" : "", "");
    ck_assert_ptr_null(strstr(answer.text.data, "Content-"));
    answer = answer_to("GET", (struct http_response){.status = 404});
    ck_assert_ptr_nonnull(strstr(answer.text.data, "Content-Length: 0\r\n"));
}
END_TEST

START_TEST(a_sane_request_id_is_given_back_and_a_strange_one_is_replaced)
{
    static const char *const ids[] = {"abc-123", "evil\r\nSet-Cookie: a=b", ""};
    struct bytes before = BYTES("");
    for (size_t i = 0; i < 3; i++) {
        const char *const params[] = {"REQUEST_METHOD", "GET", "REQUEST_URI", "/", "HTTP_X_REQUEST_ID", ids[i], NULL};
        struct pair pair = connected();
        struct buf buf;
        buf_init(&buf, arena, 1024);
        peer_begin(&buf, false);
        peer_params(&buf, params);
        peer_stdin(&buf, BYTES(""));
        peer_send(pair.peer, buf_bytes(&buf));
        struct http_request *request = read_request(pair);
        ck_assert_int_eq(bytes_is(request->request_id, ids[i]), i == 0);
        ck_assert(http_request_id_is_sane(request->request_id));
        ck_assert(!bytes_equal(request->request_id, before));
        before = request->request_id;
        disconnect(pair);
    }
}
END_TEST

START_TEST(a_streamed_answer_goes_out_in_parts)
{
    struct pair pair = connected();
    peer_send(pair.peer, peer_request(arena, "GET", "/", BYTES("")));
    struct http_request *request = read_request(pair);
    struct http_response response = plain(200, "");
    ck_assert(fcgi_answer_begin(pair.connection, request, &response));
    ck_assert(fcgi_answer_part(pair.connection, BYTES("one,")));
    struct bytes large = pattern(20000);
    ck_assert(fcgi_answer_part(pair.connection, large));
    ck_assert(fcgi_answer_part(pair.connection, BYTES("")));
    ck_assert(!fcgi_request_end(pair.connection));
    struct peer_answer answer = peer_read(pair.peer, arena);
    ck_assert(answer.whole);
    ck_assert_uint_eq(answer.body.length, 4 + large.length);
    ck_assert_ptr_null(strstr(answer.text.data, "Content-Length"));
    disconnect(pair);
}
END_TEST

START_TEST(an_answer_that_breaks_off_does_not_look_whole)
{
    struct pair pair = connected();
    peer_send(pair.peer, peer_request(arena, "GET", "/", BYTES("")));
    struct http_request *request = read_request(pair);
    struct http_response response = plain(200, "");
    ck_assert(fcgi_answer_begin(pair.connection, request, &response));
    ck_assert(fcgi_answer_part(pair.connection, BYTES("half of it")));
    fcgi_connection_free(pair.connection);
    struct peer_answer answer = peer_read(pair.peer, arena);
    ck_assert(!answer.whole);
    unit_assert_bytes(answer.body, "half of it");
    close(pair.peer);
}
END_TEST

static void assert_closed(struct pair pair)
{
    struct http_request *request = NULL;
    ck_assert_int_eq(fcgi_read_request(pair.connection, 1024, arena, &request), FCGI_READ_CLOSED);
    disconnect(pair);
}

START_TEST(a_peer_that_stalls_is_cut_off)
{
    struct bytes whole = peer_request(arena, "POST", "/", BYTES("0123456789"));
    for (size_t length = 0; length < whole.length; length += 5) {
        struct pair pair = connected();
        peer_send(pair.peer, bytes_slice(whole, 0, length));
        if (length % 20 != 0) {
            shutdown(pair.peer, SHUT_WR); /* ends there; the others stall */
        }
        assert_closed(pair);
    }
}
END_TEST

START_TEST(a_peer_that_drips_is_cut_off)
{
    struct pair pair = connected();
    struct bytes whole = request_with("1000000", BYTES("0"), false);
    pid_t dripping = fork();
    if (dripping == 0) {
        struct buf one;
        buf_init(&one, arena, 64);
        peer_record(&one, PEER_STDIN, BYTES("x"));
        ssize_t sent = send(pair.peer, whole.data, whole.length - 8, MSG_NOSIGNAL);
        for (int i = 0; i < 100 && sent > 0; i++) {
            usleep(50000);
            sent = send(pair.peer, buf_bytes(&one).data, buf_bytes(&one).length, MSG_NOSIGNAL);
        }
        _exit(0);
    }
    assert_closed(pair);
    kill(dripping, SIGKILL);
}
END_TEST

START_TEST(bytes_that_are_no_protocol_are_refused)
{
    static const struct bytes strange[] = {BYTES_INIT("GET / HTTP/1.1\r\n\r\n"), BYTES_INIT("\1\5\0\1\0\1\0\0x"),
                                           BYTES_INIT("\1\1\0\1\0\10\0\0\0\7\0\0\0\0\0\0"), BYTES_INIT("\2\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0")};
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        struct pair pair = connected();
        peer_send(pair.peer, strange[i]);
        assert_closed(pair);
    }
}
END_TEST

START_TEST(a_peer_that_is_gone_makes_answering_fail)
{
    struct pair pair = connected();
    peer_send(pair.peer, peer_request(arena, "GET", "/", BYTES("")));
    struct http_request *request = read_request(pair);
    close(pair.peer);
    struct http_response response = plain(200, "nobody reads this");
    ck_assert(!fcgi_answer(pair.connection, request, &response));
    ck_assert(!fcgi_request_end(pair.connection));
    fcgi_connection_free(pair.connection);
}
END_TEST

START_TEST(nobody_to_accept_is_no_failure)
{
    ck_assert_ptr_null(fcgi_accept(listener, IO_TIMEOUT_MS));
    ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

START_TEST(a_socket_is_for_owner_and_group_and_a_stale_one_is_replaced)
{
    struct stat status;
    struct fault fault = {0};
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0660);
    close(listener);
    listener = fcgi_listen(path, 16, &fault);
    ck_assert_msg(listener >= 0, "%s", fault.message);
    disconnect(connected());
}
END_TEST

START_TEST(a_socket_in_use_or_a_file_is_not_replaced)
{
    struct fault fault = {0};
    char file[128];
    ck_assert_int_eq(fcgi_listen(path, 16, &fault), -1);
    ck_assert_ptr_nonnull(strstr(fault.message, "another process listens"));
    snprintf(file, sizeof(file), "%s/file", folder);
    fclose(fopen(file, "w"));
    ck_assert_int_eq(fcgi_listen(file, 16, &fault), -1);
    ck_assert_ptr_nonnull(strstr(fault.message, "not a socket"));
    unlink(file);
    ck_assert_int_eq(fcgi_listen("/nowhere/at/all", 16, &fault), -1);
    char endless[256];
    memset(endless, 'x', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    ck_assert_int_eq(fcgi_listen(endless, 16, &fault), -1);
}
END_TEST

/* As /dev/log is, to whose place a mistyped path may lead. */
START_TEST(a_socket_of_another_kind_is_not_replaced)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct fault fault = {0};
    struct stat status;

    snprintf(address.sun_path, sizeof(address.sun_path), "%s/datagrams", folder);
    int datagrams = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(datagrams, (const struct sockaddr *) &address, sizeof(address)), 0);
    ck_assert_int_eq(fcgi_listen(address.sun_path, 16, &fault), -1);
    ck_assert_ptr_nonnull(strstr(fault.message, "wrong type for socket"));
    ck_assert_int_eq(lstat(address.sun_path, &status), 0);
    close(datagrams);
    unlink(address.sun_path);
}
END_TEST

START_TEST(starting_leaves_the_signals_as_they_were)
{
    struct sigaction action;
    ck_assert_int_eq(sigaction(SIGTERM, NULL, &action), 0);
    ck_assert(action.sa_handler == SIG_DFL);
    ck_assert_int_eq(sigaction(SIGPIPE, NULL, &action), 0);
    ck_assert(action.sa_handler == SIG_IGN);
}
END_TEST

static Suite *fcgi_suite(void)
{
    const TTest *const tests[] = {
        a_request_is_read_and_answered_and_the_connection_closed,
        a_body_of_exactly_the_limit_is_kept,
        a_body_over_the_limit_is_drained_and_the_answer_arrives,
        a_body_that_the_arena_cannot_hold_counts_as_too_large,
        a_body_without_a_length_is_read_to_its_end,
        fewer_bytes_than_announced_are_incomplete,
        nonsense_for_a_length_is_as_none,
        a_kept_connection_serves_one_request_after_the_other,
        an_answer_to_head_is_a_head_alone,
        statuses_without_a_body_have_none_and_no_length,
        a_sane_request_id_is_given_back_and_a_strange_one_is_replaced,
        a_streamed_answer_goes_out_in_parts,
        an_answer_that_breaks_off_does_not_look_whole,
        a_peer_that_stalls_is_cut_off,
        a_peer_that_drips_is_cut_off,
        bytes_that_are_no_protocol_are_refused,
        a_peer_that_is_gone_makes_answering_fail,
        nobody_to_accept_is_no_failure,
        a_socket_is_for_owner_and_group_and_a_stale_one_is_replaced,
        a_socket_in_use_or_a_file_is_not_replaced,
        a_socket_of_another_kind_is_not_replaced,
        starting_leaves_the_signals_as_they_were,
    };
    Suite *suite = suite_create("http/fcgi");
    TCase *requests = tcase_create("requests");
    tcase_add_checked_fixture(requests, open_world, close_world);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        tcase_add_test(requests, tests[i]);
    }
    suite_add_tcase(suite, requests);
    return suite;
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    return unit_main(fcgi_suite());
}
