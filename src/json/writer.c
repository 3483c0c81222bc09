/*
 * yajl_gen does quoting, commas and escapes. It believes the caller about the rest (which container ends, whether a string
 * is a key), so the order of calls is checked here: a wrong order must fail and not print what is no JSON.
 *
 * Text that is JSON already goes through yajl_gen_number, which prints it as it is.
 */
#include "json/writer.h"

#include <assert.h>
#include <stdlib.h>
#include <yajl/yajl_gen.h>

/* ---- the generator: its memory is the writer's, its output goes into the buf ---- */

static void *allocate(void *context, size_t size)
{
    struct json_writer *writer = context;
    size_t mask = _Alignof(max_align_t) - 1;
    size_t at = (writer->workspace_used + mask) & ~mask;

    /* yajl 2 asks for the same few hundred bytes every time, whatever is written; it would not survive NULL. */
    assert(size <= sizeof(writer->workspace) - at);
    writer->workspace_used = at + size;
    return writer->workspace + at;
}

/* Never called: a generator that prints through a callback grows nothing. */
static void *reallocate(void *context, void *data, size_t size)
{
    (void) context;
    (void) data;
    (void) size;
    abort();
}

static void release(void *context, void *data)
{
    (void) context;
    (void) data;
}

static void print(void *context, const char *text, size_t length)
{
    buf_add(context, (struct bytes){text, length});
}

void json_writer_open(struct json_writer *writer, struct buf *buf)
{
    writer->buf = buf;
    writer->failed = false;
    writer->after_key = false;
    writer->depth = 0;
    writer->in_object[0] = false;
    writer->workspace_used = 0;

    yajl_alloc_funcs functions = {.malloc = allocate, .realloc = reallocate, .free = release, .ctx = writer};
    yajl_gen generator = yajl_gen_alloc(&functions);
    yajl_gen_config(generator, yajl_gen_print_callback, print, buf);
    writer->generator = generator;
}

bool json_writer_close(struct json_writer *writer)
{
    /* A generator whose value is complete says so when it is asked for another. */
    if (!writer->failed && yajl_gen_null(writer->generator) != yajl_gen_generation_complete)
        writer->failed = true;
    if (writer->buf->failed)
        writer->failed = true;
    yajl_gen_free(writer->generator);
    writer->generator = NULL;
    return !writer->failed;
}

/* ---- values ---- */

static void judge(struct json_writer *writer, yajl_gen_status status)
{
    if (status != yajl_gen_status_ok)
        writer->failed = true;
}

/* True when a value may come now. */
static bool begin_value(struct json_writer *writer)
{
    if (writer->in_object[writer->depth] != writer->after_key)
        writer->failed = true;
    writer->after_key = false;
    return !writer->failed;
}

static bool begin_level(struct json_writer *writer, bool object)
{
    if (!begin_value(writer))
        return false;
    if (writer->depth + 1 >= JSON_WRITER_LEVELS) {
        writer->failed = true;
        return false;
    }
    writer->in_object[++writer->depth] = object;
    return true;
}

static bool end_level(struct json_writer *writer, bool object)
{
    if (writer->depth == 0 || writer->in_object[writer->depth] != object || writer->after_key)
        writer->failed = true;
    if (writer->failed)
        return false;
    writer->depth--;
    return true;
}

void json_object(struct json_writer *writer)
{
    if (begin_level(writer, true))
        judge(writer, yajl_gen_map_open(writer->generator));
}

void json_object_end(struct json_writer *writer)
{
    if (end_level(writer, true))
        judge(writer, yajl_gen_map_close(writer->generator));
}

void json_array(struct json_writer *writer)
{
    if (begin_level(writer, false))
        judge(writer, yajl_gen_array_open(writer->generator));
}

void json_array_end(struct json_writer *writer)
{
    if (end_level(writer, false))
        judge(writer, yajl_gen_array_close(writer->generator));
}

static void put_string(struct json_writer *writer, struct bytes text)
{
    const char *data = text.length > 0 ? text.data : "";
    judge(writer, yajl_gen_string(writer->generator, (const unsigned char *) data, text.length));
}

void json_key_bytes(struct json_writer *writer, struct bytes key)
{
    if (!writer->in_object[writer->depth] || writer->after_key)
        writer->failed = true;
    if (writer->failed)
        return;
    writer->after_key = true;
    put_string(writer, key);
}

void json_key(struct json_writer *writer, const char *key)
{
    json_key_bytes(writer, bytes_from(key));
}

void json_string(struct json_writer *writer, struct bytes text)
{
    if (begin_value(writer))
        put_string(writer, text);
}

void json_boolean(struct json_writer *writer, bool value)
{
    if (begin_value(writer))
        judge(writer, yajl_gen_bool(writer->generator, value));
}

void json_integer(struct json_writer *writer, int64_t value)
{
    if (begin_value(writer))
        judge(writer, yajl_gen_integer(writer->generator, value));
}

void json_null(struct json_writer *writer)
{
    if (begin_value(writer))
        judge(writer, yajl_gen_null(writer->generator));
}

void json_key_text(struct json_writer *writer, const char *key, struct bytes text)
{
    json_key(writer, key);
    if (text.data == NULL)
        json_null(writer);
    else
        json_string(writer, text);
}

/* ---- text that is JSON already ---- */

void json_raw(struct json_writer *writer, struct bytes json)
{
    if (json.length == 0)
        writer->failed = true;
    if (begin_value(writer))
        judge(writer, yajl_gen_number(writer->generator, json.data, json.length));
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct bytes trim(struct bytes text)
{
    size_t from = 0, to = text.length;

    while (from < to && is_space(text.data[from]))
        from++;
    while (to > from && is_space(text.data[to - 1]))
        to--;
    return bytes_slice(text, from, to);
}

/* The string at the start of `text`, with its quotes; empty when there is none. */
static struct bytes cut_string(struct bytes text)
{
    if (text.length == 0 || text.data[0] != '"')
        return (struct bytes){NULL, 0};
    for (size_t at = 1; at < text.length; at++) {
        if (text.data[at] == '"')
            return bytes_slice(text, 0, at + 1);
        if (text.data[at] == '\\')
            at++;
    }
    return (struct bytes){NULL, 0};
}

/* The first key is written as a key; everything behind its colon, other members included, is printed as that key's value. */
void json_raw_members(struct json_writer *writer, struct bytes json_object_text)
{
    static const struct json_limits limits = {.depth = 1};
    struct bytes text = trim(json_object_text);
    struct json_value *key;

    if (writer->failed)
        return;
    if (text.length < 2 || text.data[0] != '{' || text.data[text.length - 1] != '}') {
        writer->failed = true;
        return;
    }
    text = trim(bytes_slice(text, 1, text.length - 1));
    if (text.length == 0)
        return;

    struct bytes quoted = cut_string(text);
    struct bytes rest = trim(bytes_slice(text, quoted.length, text.length));
    if (rest.length == 0 || rest.data[0] != ':' || !json_read(&key, quoted, &limits, writer->buf->arena, NULL)) {
        writer->failed = true;
        return;
    }
    json_key_bytes(writer, key->text);
    json_raw(writer, trim(bytes_slice(rest, 1, rest.length)));
}

/* ---- trees ---- */

void json_tree(struct json_writer *writer, const struct json_value *value)
{
    bool object = value->kind == JSON_OBJECT;

    switch (value->kind) {
    case JSON_NULL: json_null(writer); break;
    case JSON_BOOLEAN: json_boolean(writer, value->boolean); break;
    case JSON_NUMBER: json_raw(writer, value->text); break;
    case JSON_STRING: json_string(writer, value->text); break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        object ? json_object(writer) : json_array(writer);
        for (const struct json_value *child = value->first; child != NULL && !writer->failed; child = child->next) {
            if (object)
                json_key_bytes(writer, child->key);
            json_tree(writer, child);
        }
        object ? json_object_end(writer) : json_array_end(writer);
        break;
    }
}

struct bytes json_text(struct arena *arena, const struct json_value *value)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, arena, value->kind == JSON_STRING ? value->text.length + 16 : 0);
    json_writer_open(&writer, &buf);
    json_tree(&writer, value);
    return json_writer_close(&writer) ? buf_bytes(&buf) : (struct bytes){NULL, 0};
}
