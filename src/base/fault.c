/*
 * Messages are kept to one line here, once, because many come from libraries (libpq, OpenSSL) that end theirs with
 * newlines, and they go on into logs, answers and terminals.
 */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void make_one_line(char *message) {
    size_t length = strlen(message);

    while (length > 0 && strchr("\r\n\t .", message[length - 1]) != NULL)
        message[--length] = '\0';
    for (char *c = message; *c != '\0'; c++)
        if ((unsigned char) *c < 0x20 || *c == 0x7F)
            *c = ' ';
}

bool fault_set(struct fault *fault, enum fault_kind kind, const char *format, ...) {
    if (fault == NULL)
        return false;

    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->message, sizeof(fault->message), format, arguments);
    va_end(arguments);
    make_one_line(fault->message);
    fault->kind = kind;
    return false;
}

bool fault_wrap(struct fault *fault, const char *format, ...) {
    if (fault == NULL)
        return false;

    char message[sizeof(fault->message)];
    memcpy(message, fault->message, sizeof(message));

    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(fault->message, sizeof(fault->message), format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t) length < sizeof(fault->message))
        snprintf(fault->message + length, sizeof(fault->message) - (size_t) length, ": %s", message);
    make_one_line(fault->message);
    return false;
}
