/*
 * A small parser of our own: the C libraries that have one bring a web server and its TLS (libmicrohttpd) or GLib and mail (GMime) along, and
 * forgive what a form never has. A form is made by a program, so one that is not as it should be was cut or tampered with.
 */
#include "http/multipart.h"

#include <string.h>

#define BOUNDARY_MAX 70

struct reading {
    struct bytes delimiter; /* CRLF "--" boundary */
    struct bytes rest;
    size_t count;
    struct arena *arena;
    struct fault *fault;
};

static bool is_wrong(const struct reading *reading, const char *what)
{
    return fault_set(reading->fault, FAULT_INVALID, "part %zu of the form %s", reading->count, what);
}

/* Whether `text` begins with `prefix`; then it is cut off. */
static bool take(struct bytes *text, struct bytes prefix)
{
    if (text->length < prefix.length || memcmp(text->data, prefix.data, prefix.length) != 0) {
        return false;
    }
    *text = bytes_slice(*text, prefix.length, text->length);
    return true;
}

static struct bytes skip_blanks(struct bytes text)
{
    while (text.length > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text = bytes_slice(text, 1, text.length);
    }
    return text;
}

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static struct bytes take_token(struct bytes *text)
{
    size_t length = 0;

    while (length < text->length && is_token_char(text->data[length])) {
        length++;
    }
    struct bytes token = bytes_slice(*text, 0, length);
    *text = bytes_slice(*text, length, text->length);
    return token;
}

/* What stands in quotes, as it stands there: a backslash before a quote keeps it from being the last. */
static bool take_quoted(struct bytes *text, struct bytes *value)
{
    for (size_t i = 1; i < text->length; i++) {
        if (text->data[i] == '"' && text->data[i - 1] != '\\') {
            *value = bytes_slice(*text, 1, i);
            *text = bytes_slice(*text, i + 1, text->length);
            return true;
        }
    }
    return false;
}

/* The next `; name=value` or `; name="value"`. False at the end, and where it is neither: then *text is not empty. */
static bool take_parameter(struct bytes *text, struct bytes *name, struct bytes *value)
{
    struct bytes rest = skip_blanks(*text);

    if (rest.length == 0) {
        *text = rest;
        return false;
    }
    if (!take(&rest, BYTES(";"))) {
        return false;
    }
    rest = skip_blanks(rest);
    *name = take_token(&rest);
    if (name->length == 0 || !take(&rest, BYTES("="))) {
        return false;
    }
    if (rest.length > 0 && rest.data[0] == '"') {
        if (!take_quoted(&rest, value)) {
            return false;
        }
    } else {
        *value = take_token(&rest);
        if (value->length == 0) {
            return false;
        }
    }
    *text = rest;
    return true;
}

/* RFC 2046, 5.1.1: bchars, of which the last is no space. */
static bool is_boundary(struct bytes boundary)
{
    if (boundary.length < 1 || boundary.length > BOUNDARY_MAX || boundary.data[boundary.length - 1] == ' ') {
        return false;
    }
    for (size_t i = 0; i < boundary.length; i++) {
        char c = boundary.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && (c == '\0' || strchr("'()+_,-./:=? ", c) == NULL)) {
            return false;
        }
    }
    return true;
}

static bool find_boundary(struct bytes content_type, struct bytes *boundary)
{
    struct bytes rest = bytes_trim(content_type);
    struct bytes name, value;
    size_t found = 0;

    while (rest.length > 0 && rest.data[0] != ';') {
        rest = bytes_slice(rest, 1, rest.length);
    }
    while (take_parameter(&rest, &name, &value)) {
        if (bytes_is_nocase(name, "boundary")) {
            *boundary = value;
            found++;
        }
    }
    return rest.length == 0 && found == 1 && is_boundary(*boundary);
}

static bool read_disposition(const struct reading *reading, struct multipart_part *part, struct bytes value)
{
    struct bytes kind = take_token(&value);
    struct bytes name, text;

    if (part->name.data != NULL) {
        return is_wrong(reading, "has two Content-Disposition headers");
    }
    if (!bytes_is_nocase(kind, "form-data")) {
        return is_wrong(reading, "is not of the kind form-data");
    }
    while (take_parameter(&value, &name, &text)) {
        struct bytes *place = bytes_is_nocase(name, "name") ? &part->name : bytes_is_nocase(name, "filename") ? &part->file_name : NULL;
        if (place != NULL && place->data != NULL) {
            return is_wrong(reading, "says its name twice");
        }
        if (place != NULL) {
            *place = text;
        }
    }
    if (value.length > 0) {
        return is_wrong(reading, "has a malformed Content-Disposition header");
    }
    return part->name.length > 0 || is_wrong(reading, "has no name");
}

static bool read_header(const struct reading *reading, struct multipart_part *part, struct bytes line)
{
    struct bytes name = take_token(&line);

    if (name.length == 0 || !take(&line, BYTES(":")) || (line.length > 0 && memchr(line.data, '\0', line.length) != NULL)) {
        return is_wrong(reading, "has a malformed header");
    }
    line = bytes_trim(line);
    if (bytes_is_nocase(name, "content-disposition")) {
        return read_disposition(reading, part, line);
    }
    if (bytes_is_nocase(name, "content-transfer-encoding") && !bytes_is_nocase(line, "binary") && !bytes_is_nocase(line, "7bit")
        && !bytes_is_nocase(line, "8bit")) {
        return is_wrong(reading, "is encoded; it must be sent as it is");
    }
    return true;
}

/* The lines up to the empty one, which is cut off with them. */
static bool read_head(struct reading *reading, struct multipart_part *part)
{
    size_t room = reading->rest.length < MULTIPART_HEAD_MAX ? reading->rest.length : MULTIPART_HEAD_MAX;
    struct bytes head = bytes_slice(reading->rest, 0, room);
    size_t used = 0;

    for (;;) {
        const char *end = head.length > used ? memmem(head.data + used, head.length - used, "\r\n", 2) : NULL;
        if (end == NULL) {
            return is_wrong(reading, room < MULTIPART_HEAD_MAX ? "ends in its header" : "has too long a header");
        }
        struct bytes line = bytes_slice(head, used, (size_t) (end - head.data));
        used += line.length + 2;
        if (line.length == 0) {
            break;
        }
        if (!read_header(reading, part, line)) {
            return false;
        }
    }
    reading->rest = bytes_slice(reading->rest, used, reading->rest.length);
    return part->name.data != NULL || is_wrong(reading, "has no Content-Disposition header");
}

/* Behind a delimiter: *last, or the line's end. */
static bool take_delimiter_end(struct reading *reading, bool *last)
{
    *last = take(&reading->rest, BYTES("--"));
    reading->rest = skip_blanks(reading->rest);
    if (*last && reading->rest.length == 0) {
        return true;
    }
    if (!take(&reading->rest, BYTES("\r\n"))) {
        return is_wrong(reading, "is followed by a boundary that does not end its line");
    }
    return !*last || reading->rest.length == 0 || is_wrong(reading, "is the last, but something follows it");
}

static bool read_part(struct reading *reading, struct multipart_part **part, bool *last)
{
    struct multipart_part *read = ARENA_NEW(reading->arena, struct multipart_part);

    if (++reading->count > MULTIPART_PARTS_MAX) {
        return fault_set(reading->fault, FAULT_INVALID, "the form has more than %d parts", MULTIPART_PARTS_MAX);
    }
    if (read == NULL) {
        return fault_set(reading->fault, FAULT_TOO_LARGE, "no memory left to read the form");
    }
    if (!read_head(reading, read)) {
        return false;
    }
    /* An empty part's delimiter begins with the line's end that ends its header. */
    struct bytes from = {reading->rest.data - 2, reading->rest.length + 2};
    const char *end = memmem(from.data, from.length, reading->delimiter.data, reading->delimiter.length);
    if (end == NULL) {
        return is_wrong(reading, "does not end");
    }
    if (end > from.data) {
        read->content = (struct bytes){reading->rest.data, (size_t) (end - reading->rest.data)};
    } else {
        read->content = BYTES("");
    }
    reading->rest = bytes_slice(from, (size_t) (end - from.data) + reading->delimiter.length, from.length);
    *part = read;
    return take_delimiter_end(reading, last);
}

bool multipart_read(struct multipart_part **parts, struct bytes content_type, struct bytes body, struct arena *arena, struct fault *fault)
{
    struct reading reading = {.rest = body, .arena = arena, .fault = fault};
    struct bytes boundary = {NULL, 0};
    bool last = false;

    *parts = NULL;
    if (!find_boundary(content_type, &boundary)) {
        return fault_set(fault, FAULT_INVALID, "the Content-Type of the form names no boundary");
    }
    reading.delimiter = arena_printf(arena, "\r\n--%.*s", BYTES_FORMAT(boundary));
    if (reading.delimiter.data == NULL) {
        return fault_set(fault, FAULT_TOO_LARGE, "no memory left to read the form");
    }
    if (!take(&reading.rest, bytes_slice(reading.delimiter, 2, reading.delimiter.length))) {
        return fault_set(fault, FAULT_INVALID, "the form does not begin with its boundary");
    }
    if (!take_delimiter_end(&reading, &last)) {
        return false;
    }
    for (struct multipart_part **end = parts; !last; end = &(*end)->next) {
        if (!read_part(&reading, end, &last)) {
            return false;
        }
    }
    return true;
}
