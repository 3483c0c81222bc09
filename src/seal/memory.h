/*
 * The memory of a process that secrets pass through: nobody else looks into it, and OpenSSL's is wiped when it is given back.
 *
 * OpenSSL wipes keys and passwords by itself, but not the copies that its parsers make, and a keystore is a secret as a whole. Whatever it frees is
 * wiped from memory_wipe_freed on, in all of the process: some nanoseconds a kilobyte, which no request notices.
 * Not here: the arena (base/arena.h), which wipes itself.
 */
#ifndef PATCHBAY_SEAL_MEMORY_H
#define PATCHBAY_SEAL_MEMORY_H

#include <stdbool.h>

/* No core file, here and in what is started from here, and no other process of the same user looks into this one. */
void memory_hide(void);
/* Once, before anything of OpenSSL is used, so first of all in main. False when it was too late. */
bool memory_wipe_freed(void) __attribute__((warn_unused_result));

#endif
