/*
 * A borrowed run of bytes: pointer and length, never owned, never NUL-terminated by promise.
 *
 * Everything that came from a client or a database is passed around as `struct bytes` and pointed at, not copied.
 * Not here: building text (buf.h), memory (arena.h).
 */
#ifndef PATCHBAY_BASE_BYTES_H
#define PATCHBAY_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const char *data; /* may be NULL only when length is 0 */
    size_t length;
};

/* "%.*s" arguments for a struct bytes. */
#define BYTES_FORMAT(b) (int) (b).length, ((b).length > 0 ? (b).data : "")

/* A literal as bytes: BYTES("true"). Usable in static initialisers with BYTES_INIT. */
#define BYTES_INIT(literal) {(literal), sizeof(literal) - 1}
#define BYTES(literal) ((struct bytes) BYTES_INIT(literal))

struct bytes bytes_from(const char *string);               /* NULL gives an empty run */
bool bytes_equal(struct bytes a, struct bytes b);
bool bytes_is(struct bytes a, const char *string);
bool bytes_is_nocase(struct bytes a, const char *string);  /* ASCII only */
bool bytes_equal_nocase(struct bytes a, struct bytes b);   /* ASCII only */
bool bytes_starts(struct bytes a, const char *prefix);
bool bytes_ends(struct bytes a, const char *suffix);
bool bytes_contains_nocase(struct bytes a, const char *lowercase_needle); /* ASCII only */
struct bytes bytes_trim(struct bytes a);                   /* without leading and trailing space and tab */
struct bytes bytes_slice(struct bytes a, size_t from, size_t to); /* bounds beyond the end are cut down to it */

/* Cuts `rest` at the first `separator`: *piece is what stood before it. False when nothing was left (so "a," is one piece). */
bool bytes_cut(struct bytes *rest, char separator, struct bytes *piece);

/* Decimal integer, the whole run, optional minus; false on anything else or out of range. */
bool bytes_to_int64(struct bytes a, int64_t *value);

/* Valid UTF-8 as of RFC 3629 (no surrogates, no overlong forms); NUL is valid UTF-8. *characters counts code points (may be NULL). */
bool bytes_utf8(struct bytes a, size_t *characters);
/* How many leading bytes are valid UTF-8: where it goes wrong, or the whole length. */
size_t bytes_utf8_valid(struct bytes a, size_t *characters);
/* Length in bytes of the first character; 0 when there is none or it is not valid. */
size_t bytes_utf8_step(struct bytes a);

uint64_t bytes_hash(struct bytes a); /* FNV-1a; only for tables of bounded buckets: a caller can make keys collide */

#endif
