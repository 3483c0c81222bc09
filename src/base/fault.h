/*
 * What went wrong, filled once, where it happens, by the function that returns false.
 *
 * For failures of the machine and of input as text (start, configuration, JSON syntax, keys). Outcomes of operations on
 * the registry are data of their own (registry/), and field errors are lists (registry/settings.h).
 * A message never holds a secret or a value from a body.
 */
#ifndef PATCHBAY_BASE_FAULT_H
#define PATCHBAY_BASE_FAULT_H

#include <stdbool.h>

enum fault_kind {
    FAULT_NONE = 0,
    FAULT_INVALID,     /* the caller's input is wrong */
    FAULT_TOO_LARGE,   /* a limit was passed */
    FAULT_UNAVAILABLE, /* try again later: database away, time out */
    FAULT_INTERNAL,    /* ours; details in the log only */
    FAULT_UNREADABLE,  /* what is stored does not open; it alone, and trying again does not help */
};

#define FAULT_MESSAGE_SIZE 512

struct fault {
    enum fault_kind kind;
    char message[FAULT_MESSAGE_SIZE]; /* one line, no trailing dot or newline; cut when too long */
};

/* Fills *fault (when not NULL) and returns false, so that callers can write `return fault_set(...)`. */
bool fault_set(struct fault *fault, enum fault_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Puts "what: " before the message; returns false. */
bool fault_wrap(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
