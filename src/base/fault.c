/*
 * Messages are kept to one line here, once, because many come from libraries (libpq, OpenSSL) that end theirs with
 * newlines, and they go on into logs, answers and terminals.
 */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void make_one_line(char *message)
{
    size_t length = strlen(message);

    while (length > 0 && strchr("\r\n\t .", message[length - 1]) != NULL)
        message[--length] = '\0';
    for (char *c = message; *c != '\0'; c++)
        if ((unsigned char) *c < 0x20 || *c == 0x7F)
            *c = ' ';
}

/* As much as fits. */
static void append(char message[FAULT_MESSAGE_SIZE], const char *text)
{
    size_t length = strlen(message);
    size_t more = strnlen(text, FAULT_MESSAGE_SIZE - 1 - length);

    memcpy(message + length, text, more);
    message[length + more] = '\0';
}

bool fault_set(struct fault *fault, enum fault_kind kind, const char *format, ...)
{
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

bool fault_wrap(struct fault *fault, const char *format, ...)
{
    if (fault == NULL)
        return false;

    struct fault inner = *fault;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->message, sizeof(fault->message), format, arguments);
    va_end(arguments);
    append(fault->message, ": ");
    append(fault->message, inner.message);
    make_one_line(fault->message);
    return false;
}
