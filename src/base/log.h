/*
 * One structured line an event on standard error: {"time":"...Z","level":"info","event":"request",...}.
 *
 * Values are passed by name; there is no free-form text from clients: never a body, a token, a path or a query. Lines are gathered and
 * written by log_flush (the loop calls it once a turn; log_write of LOG_ERROR flushes at once, and so does a full buffer).
 * Limits: a line is at most 4,096 bytes; what does not fit is left out and the line ends with "cut":true. Where nobody reads
 * standard error lines are dropped and counted ("event":"log_lost"), never waited for. One thread of a process logs: no locks here.
 */
#ifndef PATCHBAY_BASE_LOG_H
#define PATCHBAY_BASE_LOG_H

#include "base/bytes.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

enum log_kind { LOG_END, LOG_TEXT, LOG_NUMBER };

struct log_field {
    const char *name;
    enum log_kind kind;
    struct bytes text; /* escaped as JSON; invalid UTF-8 and control characters are escaped or replaced */
    int64_t number;
};

#define LOG_FIELD_TEXT(n, b) ((struct log_field){.name = (n), .kind = LOG_TEXT, .text = (b)})
#define LOG_FIELD_NUMBER(n, v) ((struct log_field){.name = (n), .kind = LOG_NUMBER, .number = (v)})
#define LOG_FIELD_END ((struct log_field){.kind = LOG_END})

void log_set_level(enum log_level level); /* default LOG_INFO */
bool log_level_from(struct bytes name, enum log_level *level); /* debug, info, warning, error */
/* `fields` ends with LOG_FIELD_END; may be NULL. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);
/* Short form for one message: log_say(LOG_WARNING, "database", "connection lost: %s", why). */
void log_say(enum log_level level, const char *event, const char *format, ...) __attribute__((format(printf, 3, 4)));
void log_flush(void);

#endif
