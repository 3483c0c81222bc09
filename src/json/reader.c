/*
 * yajl finds the tokens and judges the grammar; what yajl lets pass and we do not is judged here:
 *
 *   - UTF-8 (yajl takes overlong forms and surrogates) and \u escapes (yajl replaces lone surrogates and takes U+0000),
 *     before yajl sees the text: it has read beyond its buffer on the latter in the past;
 *   - repeated keys, by sorting an object's members when it ends, so that a hostile choice of keys gains nothing;
 *   - nesting, as soon as it is too deep, and numbers.
 *
 * The text is copied into the arena once, and all strings of the tree lie in that copy: an unescaped one where it was, an
 * escaped one is decoded into the room that its escapes took. So a string's address also says where it stood.
 */
#include "json/reader.h"

#include <assert.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#define FEW 16

struct level {
    struct json_value *container;
    struct json_value *last; /* child so far */
};

enum { NUMBER_SCALE_MAX = 16383 };

struct reader {
    yajl_handle parser;
    struct arena *arena;
    struct fault *fault;
    const char *repeatable_key;
    unsigned depth_limit;
    unsigned depth;
    char *text; /* our copy, followed by a space: no number touches the end */
    size_t length;
    struct json_value *root;
    struct bytes key; /* of the value to come */
    struct level levels[JSON_DEPTH_MAX];
};

/* ---- memory for yajl: from malloc, because yajl frees and grows; wiped, because decoded secrets pass through ---- */

/* What stands before each piece. */
struct block {
    _Alignas(max_align_t) size_t size;
};

/* yajl does not survive a failed allocation. What it asks for is bounded by the text, which the arena had room for. */
static void *allocate(void *context, size_t size)
{
    (void) context;
    struct block *block = malloc(sizeof(*block) + size);

    if (block == NULL)
        abort();
    block->size = size;
    return block + 1;
}

static void release(void *context, void *data)
{
    (void) context;
    if (data == NULL)
        return;
    struct block *block = (struct block *) data - 1;
    explicit_bzero(block, sizeof(*block) + block->size);
    free(block);
}

static void *reallocate(void *context, void *data, size_t size)
{
    void *grown = allocate(context, size);

    if (data != NULL) {
        size_t old_size = ((struct block *) data - 1)->size;
        memcpy(grown, data, old_size < size ? old_size : size);
        release(context, data);
    }
    return grown;
}

static yajl_alloc_funcs wiping_functions = {.malloc = allocate, .realloc = reallocate, .free = release, .ctx = NULL};

/* ---- before yajl ---- */

static bool check_utf8(struct bytes text, struct fault *fault)
{
    size_t valid = bytes_utf8_valid(text, NULL);
    return valid == text.length || fault_set(fault, FAULT_INVALID, "invalid UTF-8 at byte %zu", valid + 1);
}

/* The value of "\uXXXX" at the start of `rest`, or -1. */
static int read_escape(struct bytes rest)
{
    int value = 0;

    if (rest.length < 6 || rest.data[0] != '\\' || rest.data[1] != 'u')
        return -1;
    for (size_t i = 2; i < 6; i++) {
        char c = rest.data[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static bool is_high_surrogate(int value)
{
    return value >= 0xD800 && value <= 0xDBFF;
}

static bool is_low_surrogate(int value)
{
    return value >= 0xDC00 && value <= 0xDFFF;
}

/* Looks at every backslash, wherever it is: outside strings none is allowed anyway. Bad escapes are left to yajl. */
static bool check_escapes(struct bytes text, struct fault *fault)
{
    size_t at = 0;

    for (;;) {
        const char *found = at < text.length ? memchr(text.data + at, '\\', text.length - at) : NULL;
        if (found == NULL)
            return true;
        at = (size_t) (found - text.data);
        int value = read_escape(bytes_slice(text, at, text.length));
        if (value == 0)
            return fault_set(fault, FAULT_INVALID, "the character U+0000 at byte %zu", at + 1);
        if (is_high_surrogate(value) && is_low_surrogate(read_escape(bytes_slice(text, at + 6, text.length))))
            at += 12;
        else if (is_high_surrogate(value) || is_low_surrogate(value))
            return fault_set(fault, FAULT_INVALID, "a lone surrogate at byte %zu", at + 1);
        else
            at += 2; /* the backslash and what it escapes, which may be a backslash */
    }
}

/* ---- yajl's callbacks: 0 stops, the fault is set then ---- */

static size_t place_in_text(const struct reader *reader, struct bytes piece)
{
    return (size_t) (piece.data - reader->text);
}

static int too_large(struct reader *reader)
{
    fault_set(reader->fault, FAULT_TOO_LARGE, "the JSON text needs too much memory");
    return 0;
}

/* A string that yajl found, as a part of our copy of the text. */
static struct bytes keep_string(struct reader *reader, const unsigned char *data, size_t length)
{
    const char *string = (const char *) data;

    if (string < reader->text || string > reader->text + reader->length) {
        /* It had escapes and lies in yajl's memory. Decoded it is shorter than it was, so it fits before its closing quote. */
        size_t end = yajl_get_bytes_consumed(reader->parser) - 1;
        assert(end < reader->length && reader->text[end] == '"' && length < end);
        string = memcpy(reader->text + end - length, data, length);
    }
    return (struct bytes){string, length};
}

static struct json_value *add_value(struct reader *reader, enum json_kind kind)
{
    struct json_value *value = json_new(reader->arena, kind);

    if (value == NULL) {
        too_large(reader);
        return NULL;
    }
    if (reader->depth == 0) {
        reader->root = value;
        return value;
    }
    struct level *level = &reader->levels[reader->depth - 1];
    if (level->container->kind == JSON_OBJECT)
        value->key = reader->key;
    if (level->last == NULL)
        level->container->first = value;
    else
        level->last->next = value;
    level->last = value;
    level->container->count++;
    return value;
}

static int on_null(void *context)
{
    return add_value(context, JSON_NULL) != NULL;
}

static int on_boolean(void *context, int boolean)
{
    struct json_value *value = add_value(context, JSON_BOOLEAN);

    if (value == NULL)
        return 0;
    value->boolean = boolean != 0;
    return 1;
}

/* In the "C" locale, whatever the program's: there the decimal point is a point. */
static bool is_finite_number(struct bytes text)
{
    static _Thread_local locale_t c_locale;

    if (c_locale == (locale_t) 0)
        c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
    assert(c_locale != (locale_t) 0);
    return isfinite(strtod_l(text.data, NULL, c_locale)); /* the space behind our copy ends it at the latest */
}

/*
 * How many digits stand behind the point once the exponent is spelled out. The database keeps numbers exactly, up to NUMBER_SCALE_MAX of
 * them; a number that it could not compare must not get that far.
 */
static bool has_storable_scale(struct bytes text)
{
    size_t exponent_at = 0;
    size_t point_at = 0;
    int64_t exponent = 0;

    while (exponent_at < text.length && text.data[exponent_at] != 'e' && text.data[exponent_at] != 'E')
        exponent_at++;
    while (point_at < exponent_at && text.data[point_at] != '.')
        point_at++;
    size_t decimals = point_at < exponent_at ? exponent_at - point_at - 1 : 0;
    if (exponent_at < text.length) {
        struct bytes digits = bytes_slice(text, exponent_at + 1, text.length);
        if (digits.length > 0 && digits.data[0] == '+')
            digits = bytes_slice(digits, 1, digits.length);
        if (!bytes_to_int64(digits, &exponent))
            return false;
    }
    return decimals <= NUMBER_SCALE_MAX && exponent >= (int64_t) decimals - NUMBER_SCALE_MAX && exponent <= INT32_MAX / 4;
}

static int on_number(void *context, const char *data, size_t length)
{
    struct reader *reader = context;
    struct bytes text = {data, length};
    int64_t ignored;

    assert(data >= reader->text && data < reader->text + reader->length);
    bool integer = memchr(data, '.', length) == NULL && memchr(data, 'e', length) == NULL && memchr(data, 'E', length) == NULL;
    if (!(integer ? bytes_to_int64(text, &ignored) : is_finite_number(text) && has_storable_scale(text)))
        return fault_set(reader->fault, FAULT_INVALID, "a number out of range at byte %zu", place_in_text(reader, text) + 1);

    struct json_value *value = add_value(reader, JSON_NUMBER);
    if (value == NULL)
        return 0;
    value->integer = integer;
    value->text = text;
    return 1;
}

static int on_string(void *context, const unsigned char *data, size_t length)
{
    struct json_value *value = add_value(context, JSON_STRING);

    if (value == NULL)
        return 0;
    value->text = keep_string(context, data, length);
    return 1;
}

static int on_key(void *context, const unsigned char *data, size_t length)
{
    struct reader *reader = context;

    reader->key = keep_string(reader, data, length);
    return 1;
}

static int begin_container(struct reader *reader, enum json_kind kind)
{
    if (reader->depth >= reader->depth_limit)
        return fault_set(reader->fault, FAULT_INVALID, "nesting deeper than %u levels at byte %zu", reader->depth_limit,
                         yajl_get_bytes_consumed(reader->parser));

    struct json_value *container = add_value(reader, kind);
    if (container == NULL)
        return 0;
    reader->levels[reader->depth++] = (struct level){.container = container};
    return 1;
}

static int on_object(void *context)
{
    return begin_container(context, JSON_OBJECT);
}

static int on_array(void *context)
{
    return begin_container(context, JSON_ARRAY);
}

static int on_array_end(void *context)
{
    struct reader *reader = context;

    reader->depth--;
    return 1;
}

/* By key, equal keys by where they stood. */
static int compare_members(const void *left, const void *right)
{
    struct bytes a = (*(const struct json_value *const *) left)->key;
    struct bytes b = (*(const struct json_value *const *) right)->key;

    if (a.length != b.length)
        return a.length < b.length ? -1 : 1;
    int order = a.length == 0 ? 0 : memcmp(a.data, b.data, a.length);
    return order != 0 ? order : a.data < b.data ? -1 : a.data > b.data;
}

/* The first key in the text that is one too many; NULL when there is none. `members` are sorted. */
static const char *find_repeated(const struct json_value *const *members, size_t count, const char *repeatable_key)
{
    const char *found = NULL;

    for (size_t i = 1, run = 1; i < count; i++) {
        struct bytes key = members[i]->key;
        run = bytes_equal(key, members[i - 1]->key) ? run + 1 : 1;
        size_t allowed = repeatable_key != NULL && bytes_is(key, repeatable_key) ? 2 : 1;
        if (run > allowed && (found == NULL || key.data < found))
            found = key.data;
    }
    return found;
}

static int on_object_end(void *context)
{
    struct reader *reader = context;
    const struct json_value *object = reader->levels[--reader->depth].container;
    const struct json_value *few[FEW], **members = few;
    size_t count = 0;

    if (object->count > FEW)
        members = ARENA_ARRAY(reader->arena, const struct json_value *, object->count);
    if (members == NULL)
        return too_large(reader);
    for (const struct json_value *member = object->first; member != NULL; member = member->next)
        members[count++] = member;
    qsort(members, count, sizeof(*members), compare_members);

    const char *repeated = find_repeated(members, count, reader->depth == 0 ? reader->repeatable_key : NULL);
    if (repeated == NULL)
        return 1;
    /* The place of its opening quote, counted from 1. (Of an escaped key: a place in it.) */
    return fault_set(reader->fault, FAULT_INVALID, "repeated key at byte %zu", (size_t) (repeated - reader->text));
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_map_key = on_key,
    .yajl_start_map = on_object,
    .yajl_end_map = on_object_end,
    .yajl_start_array = on_array,
    .yajl_end_array = on_array_end,
};

/* ---- reading ---- */

/* yajl's own words, "lexical error: invalid char in json text.\n", without their kind and end. They never quote the text. */
static bool explain(struct reader *reader)
{
    unsigned char *error = yajl_get_error(reader->parser, 0, NULL, 0);
    struct bytes words = bytes_from((const char *) error);
    const char *colon = strstr(words.data, ": ");

    if (colon != NULL)
        words = bytes_from(colon + 2);
    while (words.length > 0 && (words.data[words.length - 1] == '\n' || words.data[words.length - 1] == '.'))
        words.length--;
    size_t consumed = yajl_get_bytes_consumed(reader->parser); /* 0 for some errors in the first byte */
    fault_set(reader->fault, FAULT_INVALID, "malformed JSON: %.*s at byte %zu", BYTES_FORMAT(words), consumed > 0 ? consumed : 1);
    yajl_free_error(reader->parser, error);
    return false;
}

static bool parse(struct reader *reader)
{
    switch (yajl_parse(reader->parser, (const unsigned char *) reader->text, reader->length + 1)) {
    case yajl_status_client_canceled:
        return false;
    case yajl_status_error:
        return explain(reader);
    case yajl_status_ok:
        break;
    }
    if (reader->length == 0)
        return fault_set(reader->fault, FAULT_INVALID, "malformed JSON: the text is empty");
    if (yajl_complete_parse(reader->parser) != yajl_status_ok)
        return fault_set(reader->fault, FAULT_INVALID, "malformed JSON: the text ends too early, at byte %zu", reader->length);
    return true;
}

bool json_read(struct json_value **value, struct bytes text, const struct json_limits *limits, struct arena *arena, struct fault *fault)
{
    if (!check_utf8(text, fault) || !check_escapes(text, fault))
        return false;

    struct reader reader = {
        .arena = arena,
        .fault = fault,
        .repeatable_key = limits->repeatable_key,
        .depth_limit = limits->depth < JSON_DEPTH_MAX ? limits->depth : JSON_DEPTH_MAX,
        .length = text.length,
    };
    reader.text = (char *) arena_array(arena, 1, text.length + 1);
    if (reader.text == NULL) {
        too_large(&reader);
        return false;
    }
    if (text.length > 0)
        memcpy(reader.text, text.data, text.length);
    reader.text[text.length] = ' ';

    reader.parser = yajl_alloc(&callbacks, &wiping_functions, &reader);
    bool done = parse(&reader);
    yajl_free(reader.parser);
    if (done)
        *value = reader.root;
    return done;
}
