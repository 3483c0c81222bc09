/*
 * What every Check program ends with: one suite, its results as TAP on standard output.
 *
 *     int main(void) { return unit_main(the_suite()); }
 *
 * Each test runs in a process of its own (Check's fork mode; CK_FORK=no for a debugger), CK_RUN_CASE=name runs one case.
 * Not here: a database; programs that need one find PATCHBAY_TEST_DSN in the environment (tests/support/with-database).
 */
#ifndef PATCHBAY_TESTS_UNIT_H
#define PATCHBAY_TESTS_UNIT_H

#include <check.h>

/* Runs and frees the suite. 0 when every test passed, else 1: the exit status for main. */
int unit_main(Suite *suite);

#endif
