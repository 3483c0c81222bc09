/*
 * Variables come from a web server that we trust, their values from anyone: values are taken over as they are, whatever bytes they hold,
 * and judged by those who use them.
 */
#include "http/cgi.h"

#include <string.h>

#include "base/buf.h"

/* The value of a variable; {NULL, 0} when there is none. */
static struct bytes find_variable(char *const *variables, const char *name)
{
    size_t length = strlen(name);
    for (; *variables != NULL; variables++) {
        if (strncmp(*variables, name, length) == 0 && (*variables)[length] == '=') {
            return bytes_from(*variables + length + 1);
        }
    }
    return (struct bytes){NULL, 0};
}

/* "IF_MATCH" -> "if-match" */
static bool add_field(struct http_request *request, struct bytes header, struct bytes value, struct arena *arena)
{
    char *name = arena_alloc(arena, header.length);
    if (name == NULL) {
        return false;
    }
    for (size_t i = 0; i < header.length; i++) {
        char c = header.data[i];
        name[i] = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
    }
    struct http_field *field = &request->fields[request->field_count++];
    field->name = (struct bytes){name, header.length};
    field->value = arena_copy(arena, value);
    return field->value.data != NULL;
}

/* The header that a variable stands for; empty when it stands for none. */
static struct bytes header_of(struct bytes variable, struct bytes value)
{
    if (bytes_is(variable, "CONTENT_TYPE") || bytes_is(variable, "CONTENT_LENGTH")) {
        return value.length > 0 ? variable : BYTES(""); /* servers send an empty one where the request has none */
    }
    if (!bytes_starts(variable, "HTTP_") || bytes_is(variable, "HTTP_CONTENT_TYPE") || bytes_is(variable, "HTTP_CONTENT_LENGTH")) {
        return BYTES("");
    }
    return bytes_slice(variable, strlen("HTTP_"), variable.length);
}

static bool add_fields(struct http_request *request, char *const *variables, struct arena *arena)
{
    size_t count = 0;
    while (variables[count] != NULL) {
        count++;
    }
    request->fields = ARENA_ARRAY(arena, struct http_field, count + 1);
    request->field_count = 0;
    if (request->fields == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct bytes variable = bytes_slice(bytes_from(variables[i]), 0, strcspn(variables[i], "="));
        const char *end = variables[i] + variable.length;
        struct bytes value = bytes_from(*end == '=' ? end + 1 : end);
        struct bytes header = header_of(variable, value);
        if (header.length > 0 && !add_field(request, header, value, arena)) {
            return false;
        }
    }
    /* mod_fcgid may pass it under its own name only. */
    struct bytes authorization = find_variable(variables, "Authorization");
    return authorization.data == NULL || http_request_field(request, "authorization").data != NULL
           || add_field(request, BYTES("authorization"), authorization, arena);
}

/* The server decoded these, so what means something in a target is encoded again. */
static struct bytes make_target(char *const *variables, struct arena *arena)
{
    static const char *const parts[] = {"SCRIPT_NAME", "PATH_INFO"};
    struct buf target;
    buf_init(&target, arena, 256);
    for (size_t part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
        struct bytes text = find_variable(variables, parts[part]);
        for (size_t i = 0; i < text.length; i++) {
            if (text.data[i] == '%' || text.data[i] == '?') {
                buf_printf(&target, "%%%02X", (unsigned) text.data[i]);
            } else {
                buf_add_char(&target, text.data[i]);
            }
        }
    }
    buf_add_char(&target, '?');
    buf_add(&target, find_variable(variables, "QUERY_STRING"));
    return buf_bytes(&target);
}

/* "http://host/path" -> "/path": a request to a proxy looks like this, and servers pass it on. */
static struct bytes strip_origin(struct bytes target)
{
    const char *mark = target.length > 0 && target.data[0] != '/' ? memmem(target.data, target.length, "://", 3) : NULL;
    if (mark == NULL) {
        return target; /* a path; or "*" of OPTIONS */
    }
    struct bytes rest = bytes_slice(target, (size_t) (mark - target.data) + 3, target.length);
    size_t host = 0;
    while (host < rest.length && rest.data[host] != '/' && rest.data[host] != '?') {
        host++;
    }
    return bytes_slice(rest, host, rest.length);
}

bool cgi_request(struct http_request *request, char *const *variables, struct arena *arena)
{
    request->method = http_method_from(find_variable(variables, "REQUEST_METHOD"));
    struct bytes given = find_variable(variables, "REQUEST_URI");
    struct bytes target = given.length == 0 ? make_target(variables, arena) : arena_copy(arena, given);
    if (target.data == NULL || !add_fields(request, variables, arena)) {
        return false;
    }
    request->remote_address = arena_copy(arena, find_variable(variables, "REMOTE_ADDR"));
    if (request->remote_address.data == NULL) {
        return false;
    }
    target = strip_origin(target);
    const char *mark = target.length == 0 ? NULL : memchr(target.data, '?', target.length);
    size_t end = mark == NULL ? target.length : (size_t) (mark - target.data);
    request->path = end == 0 ? BYTES("/") : bytes_slice(target, 0, end);
    request->query = mark == NULL ? BYTES("") : bytes_slice(target, end + 1, target.length);
    return true;
}
