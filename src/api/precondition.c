/*
 * A precondition that cannot be understood is one that does not hold: nothing is changed on a guess.
 */
#include "api/precondition.h"

#include <inttypes.h>
#include <string.h>

/* "12" in its quotes -> 12; false for anything that is no tag of ours. */
static bool revision_of(struct bytes tag, struct bytes *revision)
{
    if (tag.length < 3 || tag.data[0] != '"' || tag.data[tag.length - 1] != '"' || tag.data[1] == '0' || tag.length > 21) {
        return false;
    }
    *revision = bytes_slice(tag, 1, tag.length - 1);
    for (size_t i = 0; i < revision->length; i++) {
        if (revision->data[i] < '0' || revision->data[i] > '9') {
            return false;
        }
    }
    return true;
}

/*
 * Takes one element of the list and the comma behind it from *rest; it may be empty, as lists may have it. False where no entity-tag stands:
 * the whole header is malformed then, and whatever it names beside was perhaps not meant so.
 */
static bool cut_element(struct bytes *rest, struct bytes *element)
{
    struct bytes text = bytes_trim(*rest);
    size_t length = bytes_starts(text, "W/\"") ? 2 : 0;

    if (length < text.length && text.data[length] == '"') {
        const char *end = memchr(text.data + length + 1, '"', text.length - length - 1);
        if (end == NULL) {
            return false;
        }
        length = (size_t) (end - text.data) + 1;
    }
    *element = bytes_slice(text, 0, length);
    *rest = bytes_trim(bytes_slice(text, length, text.length));
    if (rest->length > 0 && rest->data[0] != ',') {
        return false;
    }
    *rest = bytes_slice(*rest, 1, rest->length);
    return true;
}

/* The revisions that a header names, comma-separated; "*" for any. False when it is no list of entity-tags. */
static bool add_revisions(struct buf *list, struct bytes header, bool weakly)
{
    size_t begin = list->length;
    struct bytes tag;
    struct bytes revision;

    if (bytes_is(bytes_trim(header), "*")) {
        buf_add_char(list, '*');
        return true;
    }
    while (header.length > 0) {
        if (!cut_element(&header, &tag)) {
            return false;
        }
        if (weakly && bytes_starts(tag, "W/")) {
            tag = bytes_slice(tag, 2, tag.length);
        }
        if (revision_of(tag, &revision)) {
            if (list->length > begin) {
                buf_add_char(list, ',');
            }
            buf_add(list, revision);
        }
    }
    return true;
}

struct bytes precondition_revisions(const struct http_request *request, struct arena *arena)
{
    struct bytes match = http_request_field(request, "if-match");
    struct bytes none_match = http_request_field(request, "if-none-match");
    struct buf list;
    bool good = true;

    if (match.data == NULL && none_match.data == NULL) {
        return (struct bytes){NULL, 0};
    }
    buf_init(&list, arena, match.length + none_match.length + 2);
    if (match.data != NULL) {
        good = add_revisions(&list, match, false);
    }
    if (good && none_match.data != NULL) {
        buf_add_string(&list, match.data != NULL ? ";!" : "!");
        good = add_revisions(&list, none_match, true);
    }
    return good && list.length > 0 ? buf_bytes(&list) : BYTES("");
}

void precondition_tag(struct api_exchange *exchange, int64_t revision)
{
    http_response_add(&exchange->response, "ETag", arena_printf(exchange->arena, "\"%" PRId64 "\"", revision));
    /* An answer about one connection may have its secrets, and a cache between would not know by which header the caller was let in. */
    http_response_add(&exchange->response, "Cache-Control", BYTES("no-store"));
}
