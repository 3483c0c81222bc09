/*
 * Growing means copying into twice the room; the old copy stays in the arena until its reset. Callers that know the size
 * say so in buf_init.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CAPACITY_MIN 64

void buf_init(struct buf *buf, struct arena *arena, size_t expected)
{
    *buf = (struct buf){.arena = arena, .capacity = expected < CAPACITY_MIN ? CAPACITY_MIN : expected};
    buf->data = arena_alloc(arena, buf->capacity);
    buf->failed = buf->data == NULL;
}

/* Room for `more` bytes behind the text. */
static bool make_room(struct buf *buf, size_t more)
{
    size_t needed, capacity;

    if (buf->failed)
        return false;
    if (more <= buf->capacity - buf->length)
        return true;

    char *data = NULL;
    if (!__builtin_add_overflow(buf->length, more, &needed) && !__builtin_mul_overflow(needed, 2, &capacity))
        data = arena_alloc(buf->arena, capacity);
    if (data == NULL) {
        buf->failed = true;
        return false;
    }
    memcpy(data, buf->data, buf->length);
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

void buf_add(struct buf *buf, struct bytes a)
{
    if (a.length == 0 || !make_room(buf, a.length))
        return;
    memcpy(buf->data + buf->length, a.data, a.length);
    buf->length += a.length;
}

void buf_add_string(struct buf *buf, const char *string)
{
    buf_add(buf, bytes_from(string));
}

void buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, (struct bytes){&c, 1});
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments, again;

    if (buf->failed)
        return;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(buf->data + buf->length, buf->capacity - buf->length, format, arguments);
    va_end(arguments);
    if (length < 0)
        buf->failed = true;
    else if (make_room(buf, (size_t) length + 1)) { /* vsnprintf wants room for its NUL, too */
        vsnprintf(buf->data + buf->length, (size_t) length + 1, format, again);
        buf->length += (size_t) length;
    }
    va_end(again);
}

struct bytes buf_bytes(const struct buf *buf)
{
    return buf->failed ? (struct bytes){NULL, 0} : (struct bytes){buf->data, buf->length};
}
