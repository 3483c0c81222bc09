/*
 * The tree of a file does not know where its values stood. A message wants that only once, when all is lost anyway: so the
 * value is found again by counting, because values come in the text in the order in which the tree is walked.
 */
#include "registry/type_source.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE_MAX ((size_t) 1024 * 1024)

static const struct json_limits limits = {.depth = 32};

/* True when `target` is the node or below it; *number is how many values come before. */
static bool count_before(const struct json_value *node, const struct json_value *target, size_t *number)
{
    if (node == target) {
        return true;
    }
    ++*number;
    for (const struct json_value *child = node->first; child != NULL; child = child->next) {
        if (count_before(child, target, number)) {
            return true;
        }
    }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_string(struct bytes text, size_t at)
{
    for (at++; at < text.length && text.data[at] != '"'; at++) {
        at += text.data[at] == '\\';
    }
    return at + 1;
}

static size_t skip_scalar(struct bytes text, size_t at)
{
    while (at < text.length && !is_blank(text.data[at]) && strchr(",]}", text.data[at]) == NULL) {
        at++;
    }
    return at;
}

static bool colon_follows(struct bytes text, size_t at)
{
    while (at < text.length && is_blank(text.data[at])) {
        at++;
    }
    return at < text.length && text.data[at] == ':';
}

/* Where the value of that number begins. The text has been parsed: it is JSON. */
static size_t find_value(struct bytes text, size_t number)
{
    size_t at = 0;

    while (at < text.length) {
        char c = text.data[at];
        if (is_blank(c) || strchr(",:]}", c) != NULL) {
            at++;
            continue;
        }
        size_t next = c == '"' ? skip_string(text, at) : c == '{' || c == '[' ? at + 1 : skip_scalar(text, at);
        bool is_key = c == '"' && colon_follows(text, next);
        if (!is_key && number-- == 0) {
            return at;
        }
        at = next;
    }
    return at;
}

static size_t line_at(struct bytes text, size_t offset)
{
    size_t line = 1;

    for (size_t i = 0; i < offset && i < text.length; i++) {
        line += text.data[i] == '\n';
    }
    return line;
}

bool type_fail(const struct type_source *source, const struct json_value *at, const char *format, ...)
{
    char reason[400];
    size_t number = 0;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (arena_overflowed(source->arena)) {
        return fault_set(source->fault, FAULT_TOO_LARGE, "%s: too large", source->path);
    }
    if (!count_before(source->root, at, &number)) {
        number = 0;
    }
    return fault_set(source->fault, FAULT_INVALID, "%s:%zu: %s", source->path,
                     line_at(source->text, find_value(source->text, number)), reason);
}

/* The reader says "... at byte N". */
static size_t offset_of_fault(const char *message)
{
    static const char words[] = "at byte ";
    const char *found = strstr(message, words);

    return found == NULL ? 0 : strtoul(found + sizeof words - 1, NULL, 10);
}

bool type_parse(struct type_source *source)
{
    struct fault fault = {.kind = FAULT_NONE};
    struct json_value *root;

    if (!json_read(&root, source->text, &limits, source->arena, &fault)) {
        if (fault.kind != FAULT_INVALID) {
            return fault_set(source->fault, fault.kind, "%s: %s", source->path, fault.message);
        }
        return fault_set(source->fault, FAULT_INVALID, "%s:%zu: %s", source->path,
                         line_at(source->text, offset_of_fault(fault.message)), fault.message);
    }
    source->root = root;
    return true;
}

static const struct type_key *find_key(const struct type_key *keys, size_t count, struct bytes name)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes_is(name, keys[i].name)) {
            return &keys[i];
        }
    }
    return NULL;
}

bool type_check_keys(const struct type_source *source, const struct json_value *object, const char *what,
                     const struct type_key *keys, size_t count)
{
    if (object->kind != JSON_OBJECT) {
        return type_fail(source, object, "%s must be an object", what);
    }
    for (const struct json_value *member = object->first; member != NULL; member = member->next) {
        const struct type_key *key = find_key(keys, count, member->key);
        if (key == NULL) {
            return type_fail(source, member, "%s has no key \"%.*s\"", what, BYTES_FORMAT(member->key));
        }
        if (key->kind == TYPE_KEY_ANY ? member->kind == JSON_NULL : member->kind != (enum json_kind) key->kind) {
            return type_fail(source, member, "%s must be %s", key->name,
                             key->kind == TYPE_KEY_ANY ? "a value, not null" : json_kind_name((enum json_kind) key->kind));
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (keys[i].required && json_member(object, keys[i].name) == NULL) {
            return type_fail(source, object, "%s needs \"%s\"", what, keys[i].name);
        }
    }
    return true;
}

bool type_check_texts(const struct type_source *source, const struct json_value *array, const char *what)
{
    if (array->count == 0) {
        return type_fail(source, array, "%s must not be empty", what);
    }
    for (const struct json_value *text = array->first; text != NULL; text = text->next) {
        if (text->kind != JSON_STRING || text->text.length == 0) {
            return type_fail(source, text, "%s must hold texts that are not empty", what);
        }
        for (const struct json_value *other = array->first; other != text; other = other->next) {
            if (bytes_equal(other->text, text->text)) {
                return type_fail(source, text, "%s has \"%.*s\" twice", what, BYTES_FORMAT(text->text));
            }
        }
    }
    return true;
}

const char *type_text(const struct type_source *source, const struct json_value *object, const char *key)
{
    const struct json_value *member = json_member(object, key);

    return member == NULL ? NULL : arena_copy(source->arena, member->text).data;
}

bool type_flag(const struct json_value *object, const char *key)
{
    const struct json_value *member = json_member(object, key);

    return member != NULL && member->boolean;
}

bool type_compile(const struct type_source *source, const struct json_value *at, struct type_field *field)
{
    struct type_pattern *pattern = ARENA_NEW(source->arena, struct type_pattern);
    char reason[128];

    if (pattern == NULL) {
        return type_fail(source, at, "too large");
    }
    int error = regcomp(&pattern->regex, field->pattern, REG_EXTENDED | REG_NOSUB);
    if (error != 0) {
        regerror(error, &pattern->regex, reason, sizeof reason);
        return type_fail(source, at, "the pattern is no regular expression: %s", reason);
    }
    pattern->next = *source->patterns;
    *source->patterns = pattern;
    field->compiled_pattern = &pattern->regex;
    return true;
}

bool type_read_text(const char *path, struct arena *arena, struct bytes *text, struct fault *fault)
{
    FILE *file = fopen(path, "re");
    char *data = file == NULL ? NULL : malloc(FILE_SIZE_MAX + 1);
    size_t length = data == NULL ? 0 : fread(data, 1, FILE_SIZE_MAX + 1, file);
    int error = file == NULL || data == NULL || ferror(file) ? errno : 0;

    *text = length > FILE_SIZE_MAX || error != 0 ? (struct bytes){NULL, 0} : arena_copy(arena, (struct bytes){data, length});
    free(data);
    if (file != NULL) {
        (void) fclose(file);
    }
    if (error != 0) {
        return fault_set(fault, FAULT_INVALID, "%s: %s", path, strerror(error));
    }
    return text->data != NULL || fault_set(fault, FAULT_TOO_LARGE, "%s: larger than %zu bytes", path, FILE_SIZE_MAX);
}
