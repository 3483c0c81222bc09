/*
 * What an executable prints that knows keys (a vault, a KMS): run without a shell or arguments, with nothing on its standard input. Within seal/ only.
 */
#ifndef PATCHBAY_SEAL_KEYRING_OUTPUT_H
#define PATCHBAY_SEAL_KEYRING_OUTPUT_H

#include "base/bytes.h"
#include "base/fault.h"

/*
 * The whole output; `text` has room for KEYRING_FILE_SIZE_MAX + 1 bytes. Refused when that is too little, when the executable does not exit with 0,
 * and when it, or anything that it left behind with its output still open, takes longer than `seconds`: all of it is killed then.
 */
bool keyring_output_read(const char *file, int seconds, char *text, size_t *length, struct fault *fault) __attribute__((warn_unused_result));

#endif
