/*
 * Several workers share one standard error, often a pipe. So what is gathered is never more than PIPE_BUF bytes of whole
 * lines and leaves in one write, which a pipe takes whole: lines of two processes never mix.
 *
 * Logging must not stop the service. Where nobody reads (a full pipe) the lines of that flush are dropped and counted, and
 * the first flush that succeeds says how many were lost. The wait for a reader is short, and skipped while lines are being
 * lost, so that a stuck reader costs one pause and not one a turn.
 */
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define LINE_MAX_BYTES 4096
#define PATIENCE_MS 50

_Static_assert(LINE_MAX_BYTES <= PIPE_BUF, "a flush must be one atomic write to a pipe");

static const char *const level_names[] = {"debug", "info", "warning", "error"};
static enum log_level threshold = LOG_INFO;

/* Lines that wait for log_flush. */
static char gathered[LINE_MAX_BYTES];
static size_t gathered_length;
static unsigned gathered_lines;
static unsigned long long lost_lines;
static bool torn; /* the last write ended in the middle of a line */

/* A line in the making. What goes beyond CONTENT_MAX is left out, and the line says so: room for that, and for a quote, is kept. */
struct line {
    char text[LINE_MAX_BYTES];
    size_t length;
    bool cut;
};

#define END "}\n"
#define END_CUT ",\"cut\":true}\n"
#define CONTENT_MAX (LINE_MAX_BYTES - sizeof("\"" END_CUT))

void log_set_level(enum log_level level)
{
    threshold = level;
}

bool log_level_from(struct bytes name, enum log_level *level)
{
    for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++)
        if (bytes_is(name, level_names[i])) {
            *level = (enum log_level) i;
            return true;
        }
    return false;
}

static void add_text(struct line *line, const char *text, size_t length)
{
    if (line->cut || line->length + length > CONTENT_MAX) {
        line->cut = true;
        return;
    }
    memcpy(line->text + line->length, text, length);
    line->length += length;
}

static void add_string(struct line *line, const char *text)
{
    add_text(line, text, strlen(text));
}

/* The first character of `rest` as JSON. What could steer a terminal, or is no UTF-8, does not come out as itself. Returns how long it was. */
static size_t escape_character(struct bytes rest, char out[8], size_t *out_length)
{
    size_t step = bytes_utf8_step(rest);
    unsigned char first = (unsigned char) rest.data[0];
    unsigned char second = step >= 2 ? (unsigned char) rest.data[1] : 0;
    int length;

    if (step == 0)
        length = snprintf(out, 8, "\\ufffd");
    else if (first == '"' || first == '\\')
        length = snprintf(out, 8, "\\%c", first);
    else if (first < 0x20 || first == 0x7F)
        length = snprintf(out, 8, "\\u%04x", first);
    else if (step == 2 && first == 0xC2 && second < 0xA0) /* U+0080 to U+009F */
        length = snprintf(out, 8, "\\u%04x", second);
    else {
        memcpy(out, rest.data, step);
        length = (int) step;
    }
    *out_length = (size_t) length;
    return step == 0 ? 1 : step;
}

static void add_quoted(struct line *line, struct bytes text)
{
    char out[8];
    size_t out_length;

    add_text(line, "\"", 1);
    if (line->cut)
        return;
    for (size_t at = 0; at < text.length && !line->cut;) {
        at += escape_character(bytes_slice(text, at, text.length), out, &out_length);
        add_text(line, out, out_length);
    }
    line->text[line->length++] = '"'; /* CONTENT_MAX leaves room for it */
}

/* A text that does not fit is cut; a name or a number that does not fit takes its whole field with it. */
static void add_field(struct line *line, const struct log_field *field)
{
    char number[24];
    size_t before = line->length;

    add_string(line, ",");
    add_quoted(line, bytes_from(field->name));
    add_string(line, ":");
    if (field->kind == LOG_NUMBER) {
        snprintf(number, sizeof(number), "%lld", (long long) field->number);
        add_string(line, number);
    } else if (!line->cut) {
        size_t start = line->length;
        add_quoted(line, field->text);
        if (line->length > start)
            return;
    }
    if (line->cut)
        line->length = before;
}

static void begin_line(struct line *line, enum log_level level, const char *event)
{
    int64_t now = clock_wall_us();
    time_t seconds = (time_t) (now / 1000000);
    struct tm utc;
    char stamp[64];

    line->length = 0;
    line->cut = false;
    gmtime_r(&seconds, &utc);
    size_t length = strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(stamp + length, sizeof(stamp) - length, ".%06dZ", (int) (now % 1000000));
    add_string(line, "{\"time\":\"");
    add_string(line, stamp);
    add_string(line, "\",\"level\":\"");
    add_string(line, level_names[level]);
    add_string(line, "\",\"event\":");
    add_quoted(line, bytes_from(event));
}

static void end_line(struct line *line)
{
    const char *end = line->cut ? END_CUT : END;

    memcpy(line->text + line->length, end, strlen(end));
    line->length += strlen(end);
}

static bool is_writable(void)
{
    struct pollfd descriptor = {.fd = STDERR_FILENO, .events = POLLOUT};
    int ready;

    do
        ready = poll(&descriptor, 1, lost_lines > 0 ? 0 : PATIENCE_MS);
    while (ready < 0 && errno == EINTR);
    return ready > 0 && (descriptor.revents & POLLOUT) != 0;
}

/* Takes all of it, or as much as goes without waiting for a reader. A socket could block in spite of poll: it is told not to. */
static size_t write_out(const char *text, size_t length)
{
    size_t done = 0;

    while (done < length && is_writable()) {
        ssize_t count = send(STDERR_FILENO, text + done, length - done, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno == ENOTSOCK)
            count = write(STDERR_FILENO, text + done, length - done);
        if (count < 0 && errno != EINTR)
            break;
        if (count > 0)
            done += (size_t) count;
    }
    return done;
}

static void write_lost(void)
{
    struct line line;
    struct log_field field = LOG_FIELD_NUMBER("lines", (int64_t) lost_lines);

    begin_line(&line, LOG_WARNING, "log_lost");
    add_field(&line, &field);
    end_line(&line);
    if (write_out(line.text, line.length) == line.length)
        lost_lines = 0;
}

void log_flush(void)
{
    int saved_errno = errno;

    if (gathered_length > 0) {
        if (lost_lines > 0)
            write_lost();
        if (torn && write_out("\n", 1) == 1)
            torn = false;
        size_t done = torn ? 0 : write_out(gathered, gathered_length);
        if (done < gathered_length) {
            lost_lines += gathered_lines;
            torn = torn || done > 0;
        }
        gathered_length = 0;
        gathered_lines = 0;
    }
    errno = saved_errno;
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    struct line line;

    if (level < threshold)
        return;
    begin_line(&line, level, event);
    for (const struct log_field *field = fields; field != NULL && field->kind != LOG_END; field++)
        add_field(&line, field);
    end_line(&line);
    if (line.length > sizeof(gathered) - gathered_length)
        log_flush();
    memcpy(gathered + gathered_length, line.text, line.length);
    gathered_length += line.length;
    gathered_lines++;
    if (level == LOG_ERROR)
        log_flush();
}

void log_say(enum log_level level, const char *event, const char *format, ...)
{
    char message[1024];
    va_list arguments;

    if (level < threshold)
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);

    struct log_field fields[] = {LOG_FIELD_TEXT("message", bytes_from(message)), LOG_FIELD_END};
    log_write(level, event, fields);
}
