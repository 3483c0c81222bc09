/*
 * A temporary file that says nothing to whoever finds it: without a name, and encrypted (AES-256-CTR) with a key that only this process ever has.
 * For input that is needed twice and may hold secrets.
 *
 * An ordinary stream, written once from the beginning to the end, then, after rewind(), read as often as wanted, from the beginning or from wherever
 * fseek() with SEEK_SET leads. Other seeks fail (ESPIPE). Closed with fclose, which wipes the key and what is buffered.
 * Not here: integrity. The file is ours alone while it is there.
 */
#ifndef PATCHBAY_SEAL_SPOOL_H
#define PATCHBAY_SEAL_SPOOL_H

#include <stdio.h>

#include "base/fault.h"

/* NULL: no memory, no room, no OpenSSL. */
FILE *spool_open(struct fault *fault);

#endif
