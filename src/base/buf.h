/*
 * Text that grows, in an arena. Writes to a buf that overflowed do nothing: check once at the end (buf_bytes fails).
 */
#ifndef PATCHBAY_BASE_BUF_H
#define PATCHBAY_BASE_BUF_H

#include "base/arena.h"

struct buf {
    struct arena *arena;
    char *data;
    size_t length;
    size_t capacity;
    bool failed; /* sticky: the arena overflowed */
};

void buf_init(struct buf *buf, struct arena *arena, size_t expected);
void buf_add(struct buf *buf, struct bytes a);
void buf_add_string(struct buf *buf, const char *string);
void buf_add_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The text so far, borrowed from the arena. {NULL, 0} when it failed. */
struct bytes buf_bytes(const struct buf *buf);

#endif
