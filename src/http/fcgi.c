/*
 * libfcgi reads and writes the protocol; the sockets are ours, because it would block in accept and linger at every close.
 *
 * So each connection is accepted here and handed to FCGX_Accept_r as if an earlier request had kept it. Two things in libfcgi are
 * steered by that: with no listening socket of its own it returns as soon as the connection fails, instead of waiting for another; and
 * a detached request is closed at once. The latter is safe only because the request was read to its end before: closing a
 * socket with unread bytes in it would reset the answer away.
 *
 * Requests carry tokens and passwords, answers may carry secrets: what libfcgi buffered of either is wiped before it frees it.
 */
#include "http/fcgi.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcgiapp.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/cgi.h"

#define NO_LISTENER (-1)
#define UNTOLD_BODY_SIZE 16384 /* room at first, where no length was announced */

struct fcgi_connection {
    FCGX_Request request;
    int io_timeout_ms;
    unsigned char *out_first; /* libfcgi's buffer for the answer */
    unsigned char *out_end;
};

/* Ids for requests that bring none: this process's random part and a count. */
static char id_prefix[17];
static uint64_t id_count;

bool fcgi_start(struct fault *fault)
{
    static const int signals[] = {SIGPIPE, SIGUSR1, SIGTERM};
    struct sigaction before[sizeof(signals) / sizeof(signals[0])];
    uint64_t random;

    if (getrandom(&random, sizeof(random), 0) != (ssize_t) sizeof(random)) {
        return fault_set(fault, FAULT_INTERNAL, "no random numbers: %s", strerror(errno));
    }
    snprintf(id_prefix, sizeof(id_prefix), "%016llx", (unsigned long long) random);
    /* Signals are the loop's business: what libfcgi sets up for them is undone. */
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        sigaction(signals[i], NULL, &before[i]);
    }
    int failure = FCGX_Init();
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        sigaction(signals[i], &before[i], NULL);
    }
    return failure == 0 || fault_set(fault, FAULT_INTERNAL, "libfcgi cannot start: error %d", failure);
}

/* Listening and accepting */

/* A socket file may stay behind when a worker is killed. Only one that refuses is removed: any other (of another kind, or not for us) is somebody's. */
static bool clear_place(const struct sockaddr_un *address, struct fault *fault)
{
    struct stat status;
    if (lstat(address->sun_path, &status) != 0) {
        return errno == ENOENT || fault_set(fault, FAULT_INVALID, "%s: %s", address->sun_path, strerror(errno));
    }
    if (!S_ISSOCK(status.st_mode)) {
        return fault_set(fault, FAULT_INVALID, "%s exists and is not a socket", address->sun_path);
    }
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error = probe >= 0 && connect(probe, (const struct sockaddr *) address, sizeof(*address)) == 0 ? 0 : errno;
    if (probe >= 0) {
        close(probe);
    }
    if (error != ECONNREFUSED) {
        const char *reason = error == 0 || error == EAGAIN ? "another process listens there" : strerror(error);
        return fault_set(fault, FAULT_INVALID, "%s: %s", address->sun_path, reason);
    }
    return unlink(address->sun_path) == 0 || errno == ENOENT
           || fault_set(fault, FAULT_INVALID, "%s: %s", address->sun_path, strerror(errno));
}

int fcgi_listen(const char *path, int backlog, struct fault *fault)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        fault_set(fault, FAULT_INVALID, "%s: a socket's path has at most %zu bytes", path, sizeof(address.sun_path) - 1);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    if (!clear_place(&address, fault)) {
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *) &address, sizeof(address)) != 0 || chmod(path, 0660) != 0 || listen(fd, backlog) != 0) {
        fault_set(fault, FAULT_INVALID, "%s: %s", path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

/* The protocol's own protection of sockets on the network: the web servers' addresses, comma-separated. */
static bool is_trusted(const struct sockaddr_storage *peer)
{
    const char *list = getenv("FCGI_WEB_SERVER_ADDRS");
    char text[INET6_ADDRSTRLEN] = "";
    if (list == NULL || *list == '\0' || peer->ss_family == AF_UNIX) {
        return true;
    }
    if (peer->ss_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *) peer)->sin_addr, text, sizeof(text));
    } else if (peer->ss_family == AF_INET6) {
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *) peer)->sin6_addr, text, sizeof(text));
    }
    struct bytes rest = bytes_from(list);
    struct bytes address;
    while (bytes_cut(&rest, ',', &address)) {
        if (bytes_is(bytes_trim(address), text)) {
            return true;
        }
    }
    return false;
}

static bool limit_waiting(int fd, const struct sockaddr_storage *peer, int io_timeout_ms)
{
    struct timeval limit = {.tv_sec = io_timeout_ms / 1000, .tv_usec = io_timeout_ms % 1000 * 1000};
    int on = 1;
    return (peer->ss_family == AF_UNIX || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0)
           && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0
           && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0;
}

struct fcgi_connection *fcgi_accept(int listen_fd, int io_timeout_ms)
{
    struct sockaddr_storage peer = {.ss_family = AF_UNIX};
    socklen_t length = sizeof(peer);
    int fd = accept4(listen_fd, (struct sockaddr *) &peer, &length, SOCK_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    struct fcgi_connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL || !is_trusted(&peer) || !limit_waiting(fd, &peer, io_timeout_ms)) {
        free(connection);
        close(fd);
        errno = ECONNABORTED; /* this one is gone; others may wait */
        return NULL;
    }
    FCGX_InitRequest(&connection->request, NO_LISTENER, FCGI_FAIL_ACCEPT_ON_INTR);
    connection->request.ipcFd = fd;
    connection->io_timeout_ms = io_timeout_ms;
    return connection;
}

int fcgi_fd(const struct fcgi_connection *connection)
{
    return connection->request.ipcFd;
}

/* The body */

/* What libfcgi has read of the body and not yet given away; empty at its end. */
static struct bytes look_at_piece(FCGX_Stream *in)
{
    if (FCGX_GetChar(in) == EOF) {
        return (struct bytes){NULL, 0};
    }
    in->rdNext--;
    return (struct bytes){(const char *) in->rdNext, (size_t) (in->stop - in->rdNext)};
}

static void wipe_piece(FCGX_Stream *in)
{
    explicit_bzero(in->rdNext, (size_t) (in->stop - in->rdNext));
    in->rdNext = in->stop;
}

struct body {
    char *data;
    size_t length;
    size_t capacity;
    size_t expected;
    size_t limit;
    bool too_large;
};

static bool make_room(struct body *body, size_t needed, struct arena *arena)
{
    if (needed <= body->capacity) {
        return true;
    }
    size_t capacity = body->capacity == 0 ? body->expected : body->capacity * 2;
    capacity = capacity > needed ? capacity : needed;
    char *data = arena_alloc(arena, capacity);
    if (data == NULL) {
        return false;
    }
    if (body->length > 0) {
        memcpy(data, body->data, body->length);
    }
    body->data = data;
    body->capacity = capacity;
    return true;
}

static void keep_piece(struct body *body, struct bytes piece, struct arena *arena)
{
    if (body->too_large || piece.length > body->limit - body->length || !make_room(body, body->length + piece.length, arena)) {
        body->too_large = true;
        return;
    }
    memcpy(body->data + body->length, piece.data, piece.length);
    body->length += piece.length;
}

/* Reads to the end, also what is not kept. False when the peer broke off or took too long. */
static bool read_body(struct fcgi_connection *connection, size_t limit, struct arena *arena, struct http_request *request)
{
    FCGX_Stream *in = connection->request.in;
    int64_t announced = -1;
    bool told = bytes_to_int64(http_request_field(request, "content-length"), &announced) && announced >= 0;
    struct body body = {.limit = limit, .expected = told && (uint64_t) announced <= limit ? (size_t) announced : UNTOLD_BODY_SIZE};
    int64_t end_us = clock_monotonic_us() + (int64_t) connection->io_timeout_ms * 1000;
    for (struct bytes piece = look_at_piece(in); piece.length > 0; piece = look_at_piece(in)) {
        keep_piece(&body, piece, arena);
        wipe_piece(in);
        if (clock_monotonic_us() > end_us) {
            return false;
        }
    }
    request->body_too_large = body.too_large;
    request->body_incomplete = told && !body.too_large && body.length < (size_t) announced;
    request->body = body.too_large || body.length == 0 ? BYTES("") : (struct bytes){body.data, body.length};
    return FCGX_GetError(in) == 0;
}

/* A request, from its first byte to its last */

static void wipe_request(struct fcgi_connection *connection)
{
    FCGX_Stream *in = connection->request.in;
    for (char **variable = connection->request.envp; *variable != NULL; variable++) {
        explicit_bzero(*variable, strlen(*variable));
    }
    if (in->stopUnget != NULL && in->stopUnget < in->rdNext) {
        explicit_bzero(in->stopUnget, (size_t) (in->rdNext - in->stopUnget));
    }
    explicit_bzero(connection->out_first, (size_t) (connection->out_end - connection->out_first));
}

/* Frees what libfcgi holds of the request; closes the connection, unless it is kept, without lingering. */
static void release(struct fcgi_connection *connection, bool keep)
{
    wipe_request(connection);
    FCGX_Detach(&connection->request);
    FCGX_Free(&connection->request, !keep);
}

static bool set_id(struct http_request *request, struct arena *arena)
{
    request->request_id = http_request_field(request, "x-request-id");
    if (!http_request_id_is_sane(request->request_id)) {
        request->request_id = arena_printf(arena, "%s-%llu", id_prefix, (unsigned long long) ++id_count);
    }
    return request->request_id.data != NULL;
}

static bool make_request(struct fcgi_connection *connection, size_t body_limit, struct arena *arena, struct http_request **made)
{
    struct http_request *request = ARENA_NEW(arena, struct http_request);
    if (request == NULL || !cgi_request(request, connection->request.envp, arena) || !set_id(request, arena)) {
        return false;
    }
    *made = request;
    return read_body(connection, body_limit, arena, request);
}

enum fcgi_read fcgi_read_request(struct fcgi_connection *connection, size_t body_limit, struct arena *arena, struct http_request **request)
{
    connection->request.keepConnection = 1;
    FCGX_Detach(&connection->request);
    if (FCGX_Accept_r(&connection->request) != 0) {
        return FCGI_READ_CLOSED;
    }
    connection->out_first = connection->request.out->wrNext;
    connection->out_end = connection->request.out->stop;
    if (!make_request(connection, body_limit, arena, request)) {
        log_write(LOG_INFO, "request_cut_off", NULL);
        release(connection, false);
        return FCGI_READ_CLOSED;
    }
    return FCGI_READ_REQUEST;
}

/* Answers */

static void put(struct fcgi_connection *connection, struct bytes text)
{
    while (text.length > 0) {
        int length = text.length > INT_MAX ? INT_MAX : (int) text.length;
        if (FCGX_PutStr(text.data, length, connection->request.out) != length) {
            return; /* the stream remembers that it failed */
        }
        text = bytes_slice(text, (size_t) length, text.length);
    }
}

static void put_field(struct fcgi_connection *connection, const char *name, struct bytes value)
{
    put(connection, bytes_from(name));
    put(connection, BYTES(": "));
    put(connection, value);
    put(connection, BYTES("\r\n"));
}

static bool has_body(const struct http_request *request, const struct http_response *response)
{
    return request->method != HTTP_HEAD && response->status != 204 && response->status != 304;
}

static void put_head(struct fcgi_connection *connection, const struct http_request *request, const struct http_response *response)
{
    char status[64];
    snprintf(status, sizeof(status), "%d %s", response->status, http_status_reason(response->status));
    put_field(connection, "Status", bytes_from(status));
    if (response->content_type != NULL) {
        put_field(connection, "Content-Type", bytes_from(response->content_type));
    }
    for (size_t i = 0; i < response->field_count; i++) {
        put_field(connection, response->fields[i].name, response->fields[i].value);
    }
    put_field(connection, "X-Request-Id", request->request_id);
}

static bool close_streams(struct fcgi_connection *connection)
{
    /* In this order everything that is still to be sent leaves in one write. */
    int failure = FCGX_FClose(connection->request.err);
    return (FCGX_FClose(connection->request.out) | failure) == 0;
}

bool fcgi_answer(struct fcgi_connection *connection, const struct http_request *request, const struct http_response *response)
{
    put_head(connection, request, response);
    if (has_body(request, response)) {
        char length[24];
        snprintf(length, sizeof(length), "%zu", response->body.length);
        put_field(connection, "Content-Length", bytes_from(length));
    }
    put(connection, BYTES("\r\n"));
    if (has_body(request, response)) {
        put(connection, response->body);
    }
    return close_streams(connection);
}

bool fcgi_answer_begin(struct fcgi_connection *connection, const struct http_request *request, const struct http_response *response)
{
    put_head(connection, request, response);
    put(connection, BYTES("\r\n"));
    return FCGX_GetError(connection->request.out) == 0;
}

bool fcgi_answer_part(struct fcgi_connection *connection, struct bytes part)
{
    put(connection, part);
    return FCGX_FFlush(connection->request.out) == 0;
}

bool fcgi_request_end(struct fcgi_connection *connection)
{
    bool good = close_streams(connection) && FCGX_GetError(connection->request.in) == 0;
    bool keep = good && connection->request.keepConnection != 0;
    release(connection, keep);
    return keep;
}

void fcgi_connection_free(struct fcgi_connection *connection)
{
    if (connection->request.in != NULL) {
        release(connection, false);
    } else if (connection->request.ipcFd >= 0) {
        close(connection->request.ipcFd);
    }
    free(connection);
}
