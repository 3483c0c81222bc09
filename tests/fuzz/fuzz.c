/* Files are memory only: a campaign opens millions of them. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json/writer.h"

#define ARENA_LIMIT ((size_t) 16 * 1024 * 1024)

static const struct json_limits limits = {.depth = 64};

void fuzz_fail(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

struct arena *fuzz_arena(void)
{
    static struct arena *arena;

    if (arena == NULL) {
        arena = arena_new(ARENA_LIMIT);
        fuzz_require(arena != NULL);
    }
    arena_reset(arena);
    return arena;
}

struct bytes fuzz_bytes(const uint8_t *data, size_t size)
{
    return (struct bytes){size == 0 ? "" : (const char *) data, size};
}

struct bytes fuzz_line(struct bytes *rest)
{
    struct bytes line = BYTES("");

    (void) bytes_cut(rest, '\n', &line);
    return line;
}

struct json_value *fuzz_json(struct bytes text, struct arena *arena)
{
    struct json_value *value;
    struct fault fault = {0};

    if (json_read(&value, text, &limits, arena, &fault)) {
        return value;
    }
    fuzz_check_fault(&fault);
    return NULL;
}

struct bytes fuzz_text(struct arena *arena, const struct json_value *value)
{
    struct bytes text = json_text(arena, value);

    fuzz_require(text.data != NULL);
    return text;
}

void fuzz_check_fault(const struct fault *fault)
{
    size_t length = strnlen(fault->message, sizeof fault->message);

    fuzz_require(fault->kind != FAULT_NONE);
    fuzz_require(length > 0 && length < sizeof fault->message);
    for (size_t i = 0; i < length; i++) {
        fuzz_require((unsigned char) fault->message[i] >= ' ' && fault->message[i] != '\x7f');
    }
}

const char *fuzz_file(struct bytes content)
{
    static char path[64];
    static int descriptor = -1;

    if (descriptor >= 0) {
        (void) close(descriptor);
    }
    descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    fuzz_require(descriptor >= 0 && fchmod(descriptor, 0600) == 0);
    fuzz_require(write(descriptor, content.data, content.length) == (ssize_t) content.length);
    (void) snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return path;
}

const char *fuzz_source(void)
{
    const char *source = getenv("PATCHBAY_SOURCE");

    return source == NULL ? "." : source;
}
