/*
 * Input: a Content-Type, a line feed, a form. What is taken lies in the body, in order, without the boundary; and put into another form of the
 * same fields it is taken again as it was.
 */
#include <string.h>

#include "base/buf.h"
#include "http/multipart.h"
#include "tests/fuzz/fuzz.h"

enum { NAME_MAX_LENGTH = 1000 };

#define BOUNDARY "=_another-boundary"

static bool contains(struct bytes text, const char *needle)
{
    return text.length > 0 && memmem(text.data, text.length, needle, strlen(needle)) != NULL;
}

static void check_parts(const struct multipart_part *parts, struct bytes body)
{
    const char *at = body.data;
    size_t count = 0;

    for (; parts != NULL; parts = parts->next) {
        fuzz_require(++count <= MULTIPART_PARTS_MAX && parts->name.length > 0);
        fuzz_require(parts->name.data >= at && parts->name.data + parts->name.length <= body.data + body.length);
        fuzz_require(parts->file_name.length == 0 || (parts->file_name.data >= at && parts->file_name.data <= body.data + body.length));
        at = parts->name.data + parts->name.length;
        if (parts->content.length > 0) {
            fuzz_require(parts->content.data >= at && parts->content.data + parts->content.length <= body.data + body.length);
            at = parts->content.data + parts->content.length;
        }
    }
}

static bool write_form(const struct multipart_part *parts, struct buf *form)
{
    for (; parts != NULL; parts = parts->next) {
        if (parts->name.length + parts->file_name.length > NAME_MAX_LENGTH) {
            return false;
        }
        buf_printf(form, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%.*s\"", BYTES_FORMAT(parts->name));
        if (parts->file_name.data != NULL) {
            buf_printf(form, "; filename=\"%.*s\"", BYTES_FORMAT(parts->file_name));
        }
        buf_add_string(form, "\r\n\r\n");
        buf_add(form, parts->content);
        buf_add_string(form, "\r\n");
    }
    buf_add_string(form, "--" BOUNDARY "--\r\n");
    return buf_bytes(form).data != NULL;
}

static void check_again(const struct multipart_part *parts, struct arena *arena)
{
    struct multipart_part *again;
    struct fault fault = {0};
    struct buf form;

    buf_init(&form, arena, 0);
    if (!write_form(parts, &form)) {
        return;
    }
    fuzz_require(multipart_read(&again, BYTES("multipart/form-data; boundary=\"" BOUNDARY "\""), buf_bytes(&form), arena, &fault));
    for (; parts != NULL; parts = parts->next, again = again->next) {
        fuzz_require(again != NULL && bytes_equal(again->name, parts->name) && bytes_equal(again->content, parts->content));
        fuzz_require((again->file_name.data == NULL) == (parts->file_name.data == NULL) && bytes_equal(again->file_name, parts->file_name));
    }
    fuzz_require(again == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct bytes body = fuzz_bytes(data, size), content_type = fuzz_line(&body);
    struct multipart_part *parts;
    struct fault fault = {0};

    if (!multipart_read(&parts, content_type, body, arena, &fault)) {
        fuzz_check_fault(&fault);
        return 0;
    }
    check_parts(parts, body);
    if (parts != NULL && !contains(body, BOUNDARY)) {
        check_again(parts, arena);
    }
    return 0;
}
