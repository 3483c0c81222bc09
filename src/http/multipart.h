/*
 * multipart/form-data (RFC 7578): the fields of a form and its files.
 *
 *     --B CRLF Content-Disposition: form-data; name="alias" CRLF CRLF my-alias CRLF --B-- CRLF
 *
 * Strict: the body begins with its boundary and ends behind the closing one; every part has exactly one Content-Disposition: form-data with
 * a name; a line that begins with the boundary is one. Content is bytes as they came; an encoding other than binary, 7bit and 8bit is refused.
 * Ownership: parts are in the arena, their texts are borrowed from the body. A name is what stands between its quotes, escapes undecoded.
 * Failure: FAULT_INVALID with what is wrong and in which part, never a word of the content; FAULT_TOO_LARGE when the arena overflows.
 * Limits: MULTIPART_PARTS_MAX parts, MULTIPART_HEAD_MAX bytes of header a part, a boundary of 1 to 70 characters.
 */
#ifndef PATCHBAY_HTTP_MULTIPART_H
#define PATCHBAY_HTTP_MULTIPART_H

#include "base/arena.h"
#include "base/fault.h"

#define MULTIPART_PARTS_MAX 64
#define MULTIPART_HEAD_MAX 4096

struct multipart_part {
    struct bytes name;
    struct bytes file_name; /* {NULL, 0}: none was given */
    struct bytes content;
    struct multipart_part *next; /* in the order of the body */
};

/* `content_type` is the request's header. */
bool multipart_read(struct multipart_part **parts, struct bytes content_type, struct bytes body, struct arena *arena, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
