/* Forms, good ones, wrong ones, and thousands that were made wrong at random. */
#include "http/multipart.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/support/unit.h"

#define TYPE "multipart/form-data; boundary=B"
#define FIELD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static struct arena *arena;
static struct fault fault;

static void set_up(void)
{
    arena = arena_new(1 << 22);
    memset(&fault, 0, sizeof fault);
}

static void tear_down(void)
{
    arena_free(arena);
}

static struct multipart_part *must_read(const char *type, struct bytes body)
{
    struct multipart_part *parts;

    ck_assert_msg(multipart_read(&parts, bytes_from(type), body, arena, &fault), "%s", fault.message);
    return parts;
}

static void assert_refused(const char *type, struct bytes body, const char *message)
{
    struct multipart_part *parts;

    ck_assert_msg(!multipart_read(&parts, bytes_from(type), body, arena, &fault), "it was taken: %.*s", BYTES_FORMAT(body));
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    ck_assert_str_eq(fault.message, message);
}

START_TEST(fields_and_files_are_read_as_they_came)
{
    struct multipart_part *parts = must_read(
        "multipart/form-data; boundary=------------------------d74496d66958873e",
        BYTES("--------------------------d74496d66958873e\r\n"
              "Content-Disposition: form-data; name=\"certificateName\"\r\n\r\nmy-certificate\r\n"
              "--------------------------d74496d66958873e\r\n"
              "Content-Disposition: form-data; name=\"pemEncodedFile\"; filename=\"server.pem\"\r\n"
              "Content-Type: application/octet-stream\r\n\r\n"
              "line\nline\r\n\r\nlast\r\n\r\n"
              "--------------------------d74496d66958873e--\r\n"));

    unit_assert_bytes(parts->name, "certificateName");
    ck_assert_ptr_null(parts->file_name.data);
    unit_assert_bytes(parts->content, "my-certificate");
    parts = parts->next;
    unit_assert_bytes(parts->name, "pemEncodedFile");
    unit_assert_bytes(parts->file_name, "server.pem");
    unit_assert_bytes(parts->content, "line\nline\r\n\r\nlast\r\n");
    ck_assert_ptr_null(parts->next);
}
END_TEST

START_TEST(content_is_bytes_also_nul_and_what_looks_like_a_boundary)
{
    struct bytes body = {"--B\r\n" FIELD("a") "\0\xff\r\n-B\r\n--A--B\n--B\r\r\n--B--", sizeof("--B\r\n" FIELD("a") "\0\xff\r\n-B\r\n--A--B\n--B\r\r\n--B--") - 1};
    struct multipart_part *parts = must_read(TYPE, body);

    ck_assert(bytes_equal(parts->content, (struct bytes){"\0\xff\r\n-B\r\n--A--B\n--B\r", 19}));
}
END_TEST

START_TEST(empty_fields_and_forms_are_read)
{
    struct multipart_part *parts = must_read(TYPE, BYTES("--B\r\n" FIELD("a") "\r\n--B\r\n" FIELD("b") "--B--\r\n"));

    ck_assert_uint_eq(parts->content.length, 0);
    unit_assert_bytes(parts->next->name, "b");
    ck_assert_uint_eq(parts->next->content.length, 0);
    ck_assert_ptr_null(must_read(TYPE, BYTES("--B--\r\n")));
}
END_TEST

START_TEST(the_ways_to_write_a_header_are_understood)
{
    struct multipart_part *parts = must_read("Multipart/Form-Data ; charset=utf-8; BOUNDARY=\"a b=c?\"",
                                             BYTES("--a b=c? \t\r\ncontent-disposition:FORM-DATA;name=a;filename=x.pem\r\n\r\n1\r\n--a b=c?\r\n"
                                                   "Content-Type: text/plain\r\nContent-Transfer-Encoding: Binary\r\n"
                                                   "Content-Disposition: form-data; name=\"b \\\"c\\\"; d\"; filename*=UTF-8''x\r\n\r\n2\r\n--a b=c?--  \r\n"));

    unit_assert_bytes(parts->name, "a");
    unit_assert_bytes(parts->file_name, "x.pem");
    unit_assert_bytes(parts->next->name, "b \\\"c\\\"; d");
    unit_assert_bytes(parts->next->content, "2");
}
END_TEST

START_TEST(a_content_type_without_a_boundary_is_refused)
{
    static const char *const types[] = {
        "", "multipart/form-data", "multipart/form-data;", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=B; boundary=B", "multipart/form-data; boundary=\"B", "multipart/form-data; boundary=\"B \"",
        "multipart/form-data; boundary=\"B\r\n\"", "multipart/form-data; boundary B",
        "multipart/form-data; boundary=0123456789012345678901234567890123456789012345678901234567890123456789x"};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        assert_refused(types[i], BYTES("--B--\r\n"), "the Content-Type of the form names no boundary");
    }
}
END_TEST

START_TEST(wrong_forms_are_refused_with_what_is_wrong)
{
    static const struct {
        const char *body;
        const char *message;
    } wrong[] = {
        {"", "the form does not begin with its boundary"},
        {"\r\n--B--\r\n", "the form does not begin with its boundary"},
        {"preamble\r\n--B--\r\n", "the form does not begin with its boundary"},
        {"--B", "part 0 of the form is followed by a boundary that does not end its line"},
        {"--B\n" FIELD("a") "1\r\n--B--", "part 0 of the form is followed by a boundary that does not end its line"},
        {"--BB\r\n", "part 0 of the form is followed by a boundary that does not end its line"},
        {"--B\r\n", "part 1 of the form ends in its header"},
        {"--B\r\n\r\n1\r\n--B--", "part 1 of the form has no Content-Disposition header"},
        {"--B\r\nContent-Type: text/plain\r\n\r\n1\r\n--B--", "part 1 of the form has no Content-Disposition header"},
        {"--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--B--", "part 1 of the form is not of the kind form-data"},
        {"--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n--B--", "part 1 of the form has no name"},
        {"--B\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--B--", "part 1 of the form has no name"},
        {"--B\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n--B--", "part 1 of the form says its name twice"},
        {"--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--B--", "part 1 of the form has a malformed Content-Disposition header"},
        {"--B\r\nContent-Disposition: form-data; name=a b\r\n\r\n1\r\n--B--", "part 1 of the form has a malformed Content-Disposition header"},
        {"--B\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n--B--",
         "part 1 of the form has two Content-Disposition headers"},
        {"--B\r\nContent-Transfer-Encoding: base64\r\n" FIELD("a") "MQ==\r\n--B--", "part 1 of the form is encoded; it must be sent as it is"},
        {"--B\r\nno header\r\n" FIELD("a") "1\r\n--B--", "part 1 of the form has a malformed header"},
        {"--B\r\n folded: x\r\n" FIELD("a") "1\r\n--B--", "part 1 of the form has a malformed header"},
        {"--B\r\n" FIELD("a") "1", "part 1 of the form does not end"},
        {"--B\r\n" FIELD("a") "1\n--B--", "part 1 of the form does not end"},
        {"--B\r\n" FIELD("a") "1\r\n--Bx\r\n", "part 1 of the form is followed by a boundary that does not end its line"},
        {"--B\r\n" FIELD("a") "1\r\n--B\r\n", "part 2 of the form ends in its header"},
        {"--B\r\n" FIELD("a") "1\r\n--B--\r\nmore", "part 1 of the form is the last, but something follows it"},
        {"--B\r\n" FIELD("a") "1\r\n--B--more", "part 1 of the form is followed by a boundary that does not end its line"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_refused(TYPE, bytes_from(wrong[i].body), wrong[i].message);
    }
}
END_TEST

START_TEST(limits_are_kept)
{
    struct buf body;

    buf_init(&body, arena, 65536);
    for (int i = 0; i <= MULTIPART_PARTS_MAX; i++) {
        buf_add_string(&body, "--B\r\n" FIELD("a") "1\r\n");
    }
    buf_add_string(&body, "--B--\r\n");
    assert_refused(TYPE, buf_bytes(&body), "the form has more than 64 parts");

    buf_init(&body, arena, 65536);
    buf_add_string(&body, "--B\r\nX: ");
    for (int i = 0; i < MULTIPART_HEAD_MAX; i++) {
        buf_add_char(&body, 'x');
    }
    buf_add_string(&body, "\r\n" FIELD("a") "1\r\n--B--");
    assert_refused(TYPE, buf_bytes(&body), "part 1 of the form has too long a header");
}
END_TEST

/* Every prefix of a good form, each in memory of its own size so that a sanitizer sees a step too far. */
START_TEST(no_cut_form_is_taken)
{
    static const char whole[] = "--B\r\n" FIELD("a") "1\r\n--B\r\nContent-Type: x\r\n" FIELD("b") "2\r\n--B--";
    struct multipart_part *parts;

    for (size_t length = 0; length + 1 < sizeof whole; length++) {
        char *copy = malloc(length == 0 ? 1 : length);
        memcpy(copy, whole, length);
        ck_assert(!multipart_read(&parts, BYTES(TYPE), (struct bytes){copy, length}, arena, &fault));
        free(copy);
    }
}
END_TEST

/* Whatever bytes come: an answer, nothing read beyond the end, and what is read lies within the body. */
START_TEST(random_damage_is_survived)
{
    static const char whole[] = "--B\r\n" FIELD("a") "1\r\n--B\r\nContent-Type: x\r\n" FIELD("b") "22\r\n--B--\r\n";
    static const char *const pieces[] = {"\r\n", "--B", "--", "\"", ";", "name=", "\r\n\r\n", "\\", ":", "form-data"};
    uint64_t state = 11;

    for (int round = 0; round < 20000; round++) {
        size_t length = sizeof whole - 1;
        char *copy = malloc(length);
        memcpy(copy, whole, length);
        for (uint64_t damage = unit_random_below(&state, 6); damage > 0; damage--) {
            size_t at = (size_t) unit_random_below(&state, length);
            const char *piece = pieces[unit_random_below(&state, sizeof pieces / sizeof pieces[0])];
            size_t most = strlen(piece) < length - at ? strlen(piece) : length - at;
            if (unit_random_below(&state, 2) == 0) {
                copy[at] = (char) unit_random(&state);
            } else {
                memcpy(copy + at, piece, most);
            }
        }
        struct multipart_part *parts;
        if (multipart_read(&parts, BYTES(TYPE), (struct bytes){copy, length}, arena, &fault)) {
            for (; parts != NULL; parts = parts->next) {
                ck_assert_uint_gt(parts->name.length, 0);
                ck_assert(parts->content.length == 0
                          || (parts->content.data >= copy && parts->content.data + parts->content.length <= copy + length));
            }
        }
        free(copy);
        arena_reset(arena);
    }
}
END_TEST

static Suite *multipart_suite(void)
{
    Suite *suite = suite_create("multipart");
    TCase *tests = tcase_create("multipart");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, fields_and_files_are_read_as_they_came);
    tcase_add_test(tests, content_is_bytes_also_nul_and_what_looks_like_a_boundary);
    tcase_add_test(tests, empty_fields_and_forms_are_read);
    tcase_add_test(tests, the_ways_to_write_a_header_are_understood);
    tcase_add_test(tests, a_content_type_without_a_boundary_is_refused);
    tcase_add_test(tests, wrong_forms_are_refused_with_what_is_wrong);
    tcase_add_test(tests, limits_are_kept);
    tcase_add_test(tests, no_cut_form_is_taken);
    tcase_add_test(tests, random_damage_is_survived);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return unit_main(multipart_suite());
}
