#include "tests/unit/http/peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/unit.h"

#define CONTENT_MAX 65535

void peer_record(struct buf *buf, int type, struct bytes content)
{
    const char header[8] = {1, (char) type, 0, 1, (char) (content.length >> 8), (char) content.length, 0, 0};
    buf_add(buf, (struct bytes){header, sizeof(header)});
    buf_add(buf, content);
}

void peer_begin(struct buf *buf, bool keep)
{
    const char body[8] = {0, 1, (char) keep, 0, 0, 0, 0, 0};
    peer_record(buf, PEER_BEGIN, (struct bytes){body, sizeof(body)});
}

static void add_stream(struct buf *buf, int type, struct bytes content)
{
    for (size_t at = 0; at < content.length; at += CONTENT_MAX) {
        size_t end = at + CONTENT_MAX < content.length ? at + CONTENT_MAX : content.length;
        peer_record(buf, type, bytes_slice(content, at, end));
    }
    peer_record(buf, type, BYTES(""));
}

static void add_length(struct buf *buf, size_t length)
{
    const char wide[4] = {(char) (0x80 | length >> 24), (char) (length >> 16), (char) (length >> 8), (char) length};
    if (length < 0x80) {
        buf_add_char(buf, (char) length);
    } else {
        buf_add(buf, (struct bytes){wide, sizeof(wide)});
    }
}

void peer_params(struct buf *buf, const char *const *names_and_values)
{
    struct buf pairs;
    buf_init(&pairs, buf->arena, 256);
    for (; *names_and_values != NULL; names_and_values += 2) {
        add_length(&pairs, strlen(names_and_values[0]));
        add_length(&pairs, strlen(names_and_values[1]));
        buf_add_string(&pairs, names_and_values[0]);
        buf_add_string(&pairs, names_and_values[1]);
    }
    add_stream(buf, PEER_PARAMS, buf_bytes(&pairs));
}

void peer_stdin(struct buf *buf, struct bytes body)
{
    add_stream(buf, PEER_STDIN, body);
}

struct bytes peer_request(struct arena *arena, const char *method, const char *target, struct bytes body)
{
    struct buf buf;
    char length[24];
    snprintf(length, sizeof(length), "%zu", body.length);
    const char *const params[] = {"REQUEST_METHOD", method, "REQUEST_URI", target, "CONTENT_LENGTH", length, NULL};
    buf_init(&buf, arena, 1024);
    peer_begin(&buf, false);
    peer_params(&buf, params);
    peer_stdin(&buf, body);
    return buf_bytes(&buf);
}

int peer_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    memcpy(address.sun_path, path, strlen(path));
    ck_assert_msg(connect(fd, (const struct sockaddr *) &address, sizeof(address)) == 0, "%s: %s", path, strerror(errno));
    return fd;
}

void peer_send(int fd, struct bytes data)
{
    while (data.length > 0) {
        ssize_t sent = send(fd, data.data, data.length, MSG_NOSIGNAL);
        ck_assert_msg(sent > 0, "sending: %s", strerror(errno));
        data = bytes_slice(data, (size_t) sent, data.length);
    }
}

static bool receive(int fd, char *to, size_t length)
{
    while (length > 0) {
        ssize_t count = recv(fd, to, length, 0);
        if (count <= 0) {
            return false;
        }
        to += count;
        length -= (size_t) count;
    }
    return true;
}

struct peer_answer peer_read(int fd, struct arena *arena)
{
    struct peer_answer answer = {.whole = false};
    struct buf out;
    unsigned char header[8];
    static char content[CONTENT_MAX + 256];
    buf_init(&out, arena, 1024);
    while (!answer.whole && receive(fd, (char *) header, sizeof(header))) {
        size_t length = (size_t) header[4] << 8 | header[5];
        if (!receive(fd, content, length + header[6])) {
            break;
        }
        if (header[1] == PEER_STDOUT) {
            buf_add(&out, (struct bytes){content, length});
        }
        answer.whole = header[1] == PEER_END;
    }
    answer.text = arena_copy(arena, buf_bytes(&out));
    const char *end = answer.text.data == NULL ? NULL : strstr(answer.text.data, "\r\n\r\n");
    if (end != NULL) {
        answer.body = bytes_slice(answer.text, (size_t) (end + 4 - answer.text.data), answer.text.length);
    }
    if (bytes_starts(answer.text, "Status: ")) {
        answer.status = atoi(answer.text.data + strlen("Status: "));
    }
    return answer;
}

bool peer_sees_end(int fd)
{
    char byte;
    return recv(fd, &byte, 1, 0) == 0;
}
