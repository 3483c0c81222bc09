/*
 * The api without a web server, a socket or a loop: requests come framed on standard input, answers leave framed on standard output.
 *
 * A door for the cases (patchbay_test/doors/inprocess.py has the frames), and the program to run under AddressSanitizer, valgrind
 * and fuzzers: what it does between two frames is exactly api_handle(). It stands in for http/fcgi.c, so it makes the same request
 * of the same bytes, and adds to an answer what a transport adds.
 *
 *     inprocess            with PATCHBAY_CONFIG, like the worker
 *     inprocess --routes   prints the table of routes, METHOD PATTERN a line
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"

static void say_mistake(void *context, const char *source, int line, const char *message)
{
    (void) context;
    fprintf(stderr, "%s:%d: %s\n", source, line, message);
}

/* One frame. False at the end of the input, also inside a frame: a fuzzer may cut it anywhere. */
static bool read_frame(struct arena *arena, struct bytes *frame)
{
    uint32_t length;

    if (fread(&length, sizeof length, 1, stdin) != 1) {
        return false;
    }
    length = ntohl(length);
    char *data = arena_alloc(arena, (size_t) length + 1);
    if (data == NULL || fread(data, 1, length, stdin) != length) {
        return false;
    }
    *frame = (struct bytes){data, length};
    return true;
}

static bool read_count(struct arena *arena, size_t *count)
{
    struct bytes text;
    int64_t number;

    if (!read_frame(arena, &text) || !bytes_to_int64(text, &number) || number < 0 || number > 1000) {
        return false;
    }
    *count = (size_t) number;
    return true;
}

static bool read_field(struct arena *arena, struct http_field *field)
{
    struct bytes name;

    if (!read_frame(arena, &name) || !read_frame(arena, &field->value)) {
        return false;
    }
    char *lower = arena_alloc(arena, name.length + 1);
    if (lower == NULL) {
        return false;
    }
    for (size_t i = 0; i < name.length; i++) {
        lower[i] = (char) tolower((unsigned char) name.data[i]);
    }
    field->name = (struct bytes){lower, name.length};
    return true;
}

static void split_target(struct http_request *request, struct bytes target)
{
    const char *mark = target.length > 0 ? memchr(target.data, '?', target.length) : NULL;
    size_t end = mark == NULL ? target.length : (size_t) (mark - target.data);

    request->path = bytes_slice(target, 0, end);
    request->query = mark == NULL ? BYTES("") : bytes_slice(target, end + 1, target.length);
}

/* The request of the next frames. False when there is none. */
static bool read_request(struct arena *arena, size_t body_limit, struct http_request *request)
{
    struct bytes method;
    struct bytes target;

    memset(request, 0, sizeof *request);
    if (!read_frame(arena, &method) || !read_frame(arena, &target) || !read_count(arena, &request->field_count)) {
        return false;
    }
    request->fields = ARENA_ARRAY(arena, struct http_field, request->field_count + 1);
    for (size_t i = 0; i < request->field_count; i++) {
        if (request->fields == NULL || !read_field(arena, &request->fields[i])) {
            return false;
        }
    }
    if (!read_frame(arena, &request->body)) {
        return false;
    }
    request->method = http_method_from(method);
    split_target(request, target);
    if (request->body.length > body_limit) {
        request->body = BYTES("");
        request->body_too_large = true;
    }
    request->request_id = http_request_field(request, "x-request-id");
    if (!http_request_id_is_sane(request->request_id)) {
        request->request_id = BYTES("in-process");
    }
    return true;
}

static void write_frame(struct bytes frame)
{
    uint32_t length = htonl((uint32_t) frame.length);

    fwrite(&length, sizeof length, 1, stdout);
    fwrite(frame.data, 1, frame.length, stdout);
}

static void write_number(long number)
{
    char text[32];

    snprintf(text, sizeof text, "%ld", number);
    write_frame(bytes_from(text));
}

static void write_response(const struct http_request *request, const struct http_response *response)
{
    bool has_type = response->content_type != NULL;

    write_number(response->status);
    write_number((long) response->field_count + 1 + (has_type ? 2 : 0));
    write_frame(BYTES("X-Request-Id"));
    write_frame(request->request_id);
    if (has_type) {
        write_frame(BYTES("Content-Type"));
        write_frame(bytes_from(response->content_type));
        write_frame(BYTES("Content-Length"));
        write_number((long) response->body.length);
    }
    for (size_t i = 0; i < response->field_count; i++) {
        write_frame(bytes_from(response->fields[i].name));
        write_frame(response->fields[i].value);
    }
    write_frame(request->method == HTTP_HEAD || !has_type ? BYTES("") : response->body);
    fflush(stdout);
}

static void serve(struct api_context *context, const struct config *config, struct db_session *session)
{
    struct arena *arena = arena_new((size_t) config->request_memory);
    struct http_request request;

    while (arena != NULL && read_request(arena, (size_t) config->body_limit, &request)) {
        struct api_exchange exchange = {.arena = arena, .request = &request};
        api_handle(context, &exchange, session);
        write_response(&request, &exchange.response);
        log_flush();
        arena_reset(arena);
    }
    if (arena != NULL) {
        arena_free(arena);
    }
}

static int print_routes(void)
{
    for (const struct api_route *route = api_routes(); route->method != NULL; route++) {
        printf("%s %s\n", route->method, route->pattern);
    }
    return EXIT_SUCCESS;
}

int main(int count, char **arguments)
{
    struct config config;
    struct api_context context;
    struct db_session *session;
    struct fault fault = {0};

    if (count == 2 && strcmp(arguments[1], "--routes") == 0) {
        return print_routes();
    }
    if (!config_load(&config, NULL, say_mistake, NULL)) {
        return EXIT_FAILURE;
    }
    if (!api_context_open(&context, &config, &fault)) {
        fprintf(stderr, "inprocess: %s\n", fault.message);
        return EXIT_FAILURE;
    }
    struct db_pool_options options = {
        .dsn = config.database,
        .connections = 1,
        .batch_limit = 1,
        .wait_ms = (int) config.database_wait,
        .statement_timeout_ms = (int) config.statement_timeout,
        .reconnect_ms_max = (int) config.reconnect_limit,
        .hello = api_hello,
        .context = &context,
    };
    bool opened = db_session_new(&session, &options, &fault);
    if (opened) {
        serve(&context, &config, session);
        db_session_free(session);
    } else {
        fprintf(stderr, "inprocess: %s\n", fault.message);
    }
    api_context_close(&context);
    log_flush();
    return opened ? EXIT_SUCCESS : EXIT_FAILURE;
}
