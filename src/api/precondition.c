/*
 * A precondition that cannot be understood is one that does not hold: nothing is changed on a guess.
 */
#include "api/precondition.h"

#include <inttypes.h>

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

struct bytes precondition_revisions(const struct http_request *request, struct arena *arena)
{
    struct bytes header = http_request_field(request, "if-match");
    struct bytes tag;
    struct bytes revision;
    struct buf list;

    if (header.data == NULL) {
        return header;
    }
    if (bytes_is(bytes_trim(header), "*")) {
        return BYTES("*");
    }
    buf_init(&list, arena, header.length + 1);
    while (bytes_cut(&header, ',', &tag)) {
        if (revision_of(bytes_trim(tag), &revision)) {
            if (list.length > 0) {
                buf_add_char(&list, ',');
            }
            buf_add(&list, revision);
        }
    }
    return list.length > 0 ? buf_bytes(&list) : BYTES("");
}

void precondition_tag(struct api_exchange *exchange, int64_t revision)
{
    http_response_add(&exchange->response, "ETag", arena_printf(exchange->arena, "\"%" PRId64 "\"", revision));
}
