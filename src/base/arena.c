/*
 * Memory beyond what was handed out is always zero: chunks come from calloc and are wiped before they are used again. So
 * allocation has nothing to clear, and what passed through a request (bodies, opened secrets) does not outlive it.
 *
 * The limit counts what callers asked for, each allocation beginning at the next aligned place, so that it is exact and the
 * same in every build; what is lost at the ends of chunks is not counted and stays below a quarter.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define SEPARATE_ALLOCATIONS 1
#else
#define SEPARATE_ALLOCATIONS 0
#endif

#define CHUNK_FIRST ((size_t) 64 * 1024)
#define CHUNK_MAX ((size_t) 8 * 1024 * 1024)

struct chunk {
    struct chunk *next;
    unsigned char *data;
    size_t size;
    size_t used;
};

struct arena {
    struct chunk *first;   /* kept by arena_reset; NULL when allocations are separate */
    struct chunk *others;
    struct chunk *current; /* the one being filled */
    size_t chunk_size;     /* of the last ordinary chunk */
    size_t limit;
    size_t bound;          /* the limit, or more after arena_grant */
    size_t used;
    bool overflowed;
};

/* The rounded value, or SIZE_MAX when there is none. */
static size_t round_up(size_t size)
{
    size_t mask = alignof(max_align_t) - 1;
    return size > SIZE_MAX - mask ? SIZE_MAX : (size + mask) & ~mask;
}

static struct chunk *make_chunk(size_t size)
{
    struct chunk *chunk = calloc(1, sizeof(*chunk));

    if (chunk == NULL)
        return NULL;
    chunk->size = size;
    chunk->data = calloc(1, size > 0 ? size : 1);
    if (chunk->data == NULL) {
        free(chunk);
        return NULL;
    }
    return chunk;
}

static void wipe_chunk(struct chunk *chunk)
{
    explicit_bzero(chunk->data, chunk->used);
    chunk->used = 0;
}

static void free_chunk(struct chunk *chunk)
{
    if (chunk == NULL)
        return;
    wipe_chunk(chunk);
    free(chunk->data);
    free(chunk);
}

static void free_others(struct arena *arena)
{
    while (arena->others != NULL) {
        struct chunk *chunk = arena->others;
        arena->others = chunk->next;
        free_chunk(chunk);
    }
}

struct arena *arena_new(size_t limit)
{
    struct arena *arena = calloc(1, sizeof(*arena));

    if (arena == NULL)
        return NULL;
    arena->limit = limit;
    arena->bound = limit;
    arena->chunk_size = CHUNK_FIRST;
    if (SEPARATE_ALLOCATIONS)
        return arena;
    arena->first = make_chunk(limit < CHUNK_FIRST ? limit : CHUNK_FIRST);
    arena->current = arena->first;
    if (arena->first == NULL) {
        free(arena);
        return NULL;
    }
    return arena;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    free_others(arena);
    free_chunk(arena->first);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    free_others(arena);
    if (arena->first != NULL)
        wipe_chunk(arena->first);
    arena->current = arena->first;
    arena->chunk_size = CHUNK_FIRST;
    arena->used = 0;
    arena->bound = arena->limit;
    arena->overflowed = false;
}

void arena_grant(struct arena *arena, size_t size)
{
    size_t bound = size > SIZE_MAX - arena->used ? SIZE_MAX : arena->used + size;

    if (bound > arena->bound)
        arena->bound = bound;
    arena->overflowed = false;
}

/*
 * A chunk with room for `size`, which the current one lacks. What is large gets a chunk of its own, so that the rest of
 * the current one is not lost. `left` is what the limit still allows. NULL when out of memory.
 */
static struct chunk *add_chunk(struct arena *arena, size_t size, size_t left)
{
    bool own = SEPARATE_ALLOCATIONS || size > arena->chunk_size / 4;

    if (!own && arena->chunk_size < CHUNK_MAX)
        arena->chunk_size *= 2;

    struct chunk *chunk = make_chunk(own ? size : arena->chunk_size < left ? arena->chunk_size : left);
    if (chunk == NULL)
        return NULL;
    chunk->next = arena->others;
    arena->others = chunk;
    if (!own)
        arena->current = chunk;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t from = round_up(arena->used);

    if (arena->overflowed || from > arena->bound || size > arena->bound - from) {
        arena->overflowed = true;
        return NULL;
    }

    struct chunk *chunk = arena->current;
    size_t at = chunk == NULL ? 0 : round_up(chunk->used);
    if (chunk == NULL || at > chunk->size || size > chunk->size - at) {
        chunk = add_chunk(arena, size, arena->bound - from);
        at = 0;
        if (chunk == NULL) {
            arena->overflowed = true;
            return NULL;
        }
    }
    chunk->used = at + size;
    arena->used = from + size;
    return chunk->data + at;
}

void *arena_array(struct arena *arena, size_t size, size_t count)
{
    size_t product;

    if (__builtin_mul_overflow(size, count, &product)) {
        arena->overflowed = true;
        return NULL;
    }
    return arena_alloc(arena, product);
}

struct bytes arena_copy(struct arena *arena, struct bytes a)
{
    char *copy = a.length == SIZE_MAX ? NULL : arena_alloc(arena, a.length + 1);

    if (copy == NULL)
        return (struct bytes){NULL, 0};
    if (a.length > 0)
        memcpy(copy, a.data, a.length);
    return (struct bytes){copy, a.length};
}

struct bytes arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;

    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);

    char *text = length < 0 ? NULL : arena_alloc(arena, (size_t) length + 1);
    if (text != NULL)
        vsnprintf(text, (size_t) length + 1, format, again);
    va_end(again);
    return text == NULL ? (struct bytes){NULL, 0} : (struct bytes){text, (size_t) length};
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){
        .others = arena->others,
        .current = arena->current,
        .current_used = arena->current == NULL ? 0 : arena->current->used,
        .chunk_size = arena->chunk_size,
        .used = arena->used,
    };
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    while (arena->others != mark.others) {
        struct chunk *chunk = arena->others;
        arena->others = chunk->next;
        free_chunk(chunk);
    }
    arena->current = mark.current;
    if (arena->current != NULL) {
        explicit_bzero(arena->current->data + mark.current_used, arena->current->used - mark.current_used);
        arena->current->used = mark.current_used;
    }
    arena->chunk_size = mark.chunk_size;
    arena->used = mark.used;
}

bool arena_overflowed(const struct arena *arena)
{
    return arena->overflowed;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
