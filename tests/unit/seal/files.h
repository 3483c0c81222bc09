/* The files of tests/keystores. */
#ifndef PATCHBAY_TESTS_UNIT_SEAL_FILES_H
#define PATCHBAY_TESTS_UNIT_SEAL_FILES_H

#include "base/arena.h"

/* The whole file, in the arena; fails the test when there is none. */
struct bytes files_read(const char *name, struct arena *arena);

#endif
