/*
 * What a harness needs: each tests/fuzz/NAME_fuzz.c is one function over code that takes bytes from strangers, and states what must be true of
 * whatever it makes of them.
 *
 *     int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)    one input; returns 0
 *
 * `make check` links it with replay.c, which plays the inputs of tests/fuzz/corpus/NAME and mutations of them; `make fuzz` with clang's libFuzzer,
 * which looks for new ones. An input is text wherever it can be, so that a corpus can be read and written by hand.
 */
#ifndef PATCHBAY_TESTS_FUZZ_FUZZ_H
#define PATCHBAY_TESTS_FUZZ_FUZZ_H

#include "base/arena.h"
#include "base/fault.h"
#include "json/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert: a property that does not hold is told whatever NDEBUG is. */
#define fuzz_require(condition)                                                     \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fuzz_fail(__FILE__, __LINE__, #condition);                              \
        }                                                                           \
    } while (0)

_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/* An empty arena; the one before it is void. 16 MiB are its limit. */
struct arena *fuzz_arena(void);
struct bytes fuzz_bytes(const uint8_t *data, size_t size);
/* What is before the first line feed; *rest is what comes after it. */
struct bytes fuzz_line(struct bytes *rest);
/* NULL when it is no JSON. */
struct json_value *fuzz_json(struct bytes text, struct arena *arena);
/* Not NULL. */
struct bytes fuzz_text(struct arena *arena, const struct json_value *value);
/* That a fault was filled, and its message is one line. */
void fuzz_check_fault(const struct fault *fault);
/* A path that reads as these bytes, to nobody else but the owner. Void at the next call. */
const char *fuzz_file(struct bytes content);
/* The source tree's path: the environment's PATCHBAY_SOURCE. */
const char *fuzz_source(void);

#endif
