/*
 * One bounded workspace a request: allocate freely, forget, reset once.
 *
 * Picture: a list of chunks; allocation moves a pointer. arena_reset wipes what was used (secrets pass through here)
 * and keeps the first chunk. Once an allocation would pass the limit it and all later ones return NULL, and
 * arena_overflowed() stays true until the reset: callers pass the NULL on as failure, the api answers 413.
 * Under AddressSanitizer every allocation is a malloc of its own, so that it can see inside.
 * Not here: objects that live from start to stop (x_new/x_free).
 */
#ifndef PATCHBAY_BASE_ARENA_H
#define PATCHBAY_BASE_ARENA_H

#include "base/bytes.h"

struct arena;

struct arena *arena_new(size_t limit); /* NULL when out of memory */
void arena_free(struct arena *arena);  /* wipes too */
void arena_reset(struct arena *arena);

/* Lets it hand out `size` bytes from now on, whatever its limit, and forgets an overflow: to say that there was one, or for what must still be done. */
void arena_grant(struct arena *arena, size_t size);

/* Zeroed, aligned for any object. NULL on overflow. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((warn_unused_result));
#define ARENA_NEW(arena, type) ((type *) arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *) arena_array((arena), sizeof(type), (count)))
void *arena_array(struct arena *arena, size_t size, size_t count) __attribute__((warn_unused_result)); /* checks the product */

/* Copies with a NUL appended (not counted in length). On overflow: {NULL, 0}. */
struct bytes arena_copy(struct arena *arena, struct bytes a);
/* printf into the arena; NUL-terminated. On overflow: {NULL, 0}. */
struct bytes arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * A place to go back to: arena_rewind gives back (and wipes) all that was allocated since arena_mark, for work in portions of bounded size.
 * Marks are used like a stack. An overflow stays.
 */
struct arena_mark {
    const void *others;
    void *current;
    size_t current_used;
    size_t chunk_size;
    size_t used;
};

struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

bool arena_overflowed(const struct arena *arena);
size_t arena_used(const struct arena *arena);

#endif
