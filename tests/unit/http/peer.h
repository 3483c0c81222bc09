/*
 * The web server's side of FastCGI, for tests: builds records, sends them, reads an answer. It knows nothing of libfcgi, so that a mistake
 * cannot cancel itself out.
 */
#ifndef PATCHBAY_TESTS_UNIT_HTTP_PEER_H
#define PATCHBAY_TESTS_UNIT_HTTP_PEER_H

#include "base/buf.h"

enum { PEER_BEGIN = 1, PEER_ABORT = 2, PEER_END = 3, PEER_PARAMS = 4, PEER_STDIN = 5, PEER_STDOUT = 6, PEER_STDERR = 7 };

struct peer_answer {
    bool whole;         /* ended with END_REQUEST, complete */
    struct bytes text;  /* everything on STDOUT, NUL-terminated */
    struct bytes body;  /* what follows the empty line */
    int status;
};

void peer_record(struct buf *buf, int type, struct bytes content);
void peer_begin(struct buf *buf, bool keep);
/* Ends with an empty name; NULL-terminated names and values in turn. The stream is closed. */
void peer_params(struct buf *buf, const char *const *names_and_values);
/* As records of at most 65535 bytes; the stream is closed. */
void peer_stdin(struct buf *buf, struct bytes body);
/* A whole request without keeping: method, target and body. */
struct bytes peer_request(struct arena *arena, const char *method, const char *target, struct bytes body);

int peer_connect(const char *path);
void peer_send(int fd, struct bytes data);
/* Until END_REQUEST or the end of the connection. */
struct peer_answer peer_read(int fd, struct arena *arena);
/* True when the other side has closed, orderly, and nothing is left to read. */
bool peer_sees_end(int fd);

#endif
