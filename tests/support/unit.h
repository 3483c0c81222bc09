/*
 * What every unit test needs around Check: a main that reports in TAP, comparisons of struct bytes, reproducible randomness.
 *
 *     int main(void) { return unit_main(arena_suite()); }
 *
 * A test has a minute before Check stops it (CK_DEFAULT_TIMEOUT in the environment wins).
 */
#ifndef PATCHBAY_TESTS_SUPPORT_UNIT_H
#define PATCHBAY_TESTS_SUPPORT_UNIT_H

#include <check.h>

#include "base/bytes.h"

/* Runs and frees the suite; TAP on standard output. 0 when every test passed, else 1. */
int unit_main(Suite *suite);

/* struct bytes against a C string, both shown when they differ. */
#define unit_assert_bytes(actual, expected)                                                                                     \
    do {                                                                                                                        \
        struct bytes unit_actual = (actual);                                                                                    \
        const char *unit_expected = (expected);                                                                                 \
        ck_assert_msg(bytes_is(unit_actual, unit_expected), "%s is \"%.*s\", expected \"%s\"", #actual,                         \
                      BYTES_FORMAT(unit_actual), unit_expected);                                                                \
    } while (0)

/* Pseudo-random numbers (splitmix64): the same seed gives the same sequence everywhere. */
uint64_t unit_random(uint64_t *state);
uint64_t unit_random_below(uint64_t *state, uint64_t bound);

#endif
