/*
 * A password typed or piped in; never an argument, which every process of the machine can read.
 *
 * From a pipe: all of standard input, without the end of its one line. Else from the terminal, twice, without showing it; a terminal's settings are
 * put back whatever ends the program.
 * Refused: an empty one, one over PROMPT_PASSWORD_MAX bytes, bytes that are no UTF-8 and control characters (no form could ever send them or they
 * are a file's second line).
 * Ownership: the caller wipes it (explicit_bzero).
 */
#ifndef PATCHBAY_CLI_PROMPT_H
#define PATCHBAY_CLI_PROMPT_H

#include "base/fault.h"

#define PROMPT_PASSWORD_MAX 1024

/* `whose` is shown in the prompt. NUL-terminated. */
bool prompt_password(bool from_stdin, const char *whose, char password[PROMPT_PASSWORD_MAX + 1], struct fault *fault) __attribute__((warn_unused_result));

#endif
