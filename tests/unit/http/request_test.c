/* What a request says about itself. */
#include "http/request.h"

#include <string.h>

#include "tests/support/unit.h"

static struct http_request with_field(struct http_field *field)
{
    return (struct http_request){.fields = field, .field_count = 1};
}

START_TEST(a_header_is_found_by_its_name_and_the_first_one_wins)
{
    struct http_field fields[] = {
        {BYTES_INIT("if-match"), BYTES_INIT("\"1\"")},
        {BYTES_INIT("x-empty"), BYTES_INIT("")},
        {BYTES_INIT("x-null"), {NULL, 0}},
        {BYTES_INIT("if-match"), BYTES_INIT("\"2\"")},
    };
    struct http_request request = {.fields = fields, .field_count = 4};

    unit_assert_bytes(http_request_field(&request, "if-match"), "\"1\"");
    ck_assert_ptr_nonnull(http_request_field(&request, "x-empty").data);
    ck_assert_uint_eq(http_request_field(&request, "x-empty").length, 0);
    ck_assert_ptr_nonnull(http_request_field(&request, "x-null").data);
    ck_assert_ptr_null(http_request_field(&request, "if-none-match").data);
    ck_assert_ptr_null(http_request_field(&request, "").data);
    ck_assert_ptr_null(http_request_field(&(struct http_request){0}, "if-match").data);
}
END_TEST

START_TEST(methods_are_known_by_their_exact_names)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        enum http_method method = http_method_from(bytes_from(names[i]));
        ck_assert_int_ne(method, HTTP_OTHER);
        ck_assert_str_eq(http_method_name(method), names[i]);
    }
    static const char *const others[] = {"", "get", "Get", "GET ", "GETS", "GE", "TRACE", "CONNECT", "OTHER", "PROPFIND"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert_int_eq(http_method_from(bytes_from(others[i])), HTTP_OTHER);
    ck_assert_ptr_nonnull(http_method_name(HTTP_OTHER));
}
END_TEST

START_TEST(a_media_type_is_compared_without_case_and_parameters)
{
    static const char *const right[] = {"application/json", "Application/JSON", "application/json; charset=utf-8", " application/json ;charset=utf-8",
                                        "application/json;"};
    static const char *const wrong[] = {"", ";", "application/jsonx", "application/json charset", "text/json", "application", "application/json, text/html"};

    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        struct http_field field = {BYTES_INIT("content-type"), bytes_from(right[i])};
        struct http_request request = with_field(&field);
        ck_assert_msg(http_request_has_type(&request, "application/json"), "%s", right[i]);
        ck_assert_msg(http_request_has_type(&request, "text/plain application/json"), "%s", right[i]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct http_field field = {BYTES_INIT("content-type"), bytes_from(wrong[i])};
        struct http_request request = with_field(&field);
        ck_assert_msg(!http_request_has_type(&request, "application/json"), "%s", wrong[i]);
        ck_assert_msg(!http_request_has_type(&request, "text/plain application/json"), "%s", wrong[i]);
    }
    ck_assert(!http_request_has_type(&(struct http_request){0}, "application/json"));
}
END_TEST

START_TEST(a_request_id_is_taken_only_when_it_is_sane)
{
    char id[66];

    memset(id, 'a', sizeof id);
    ck_assert(http_request_id_is_sane((struct bytes){id, 64}));
    ck_assert(!http_request_id_is_sane((struct bytes){id, 65}));
    ck_assert(http_request_id_is_sane(BYTES("AZaz09._-")));
    ck_assert(http_request_id_is_sane(BYTES("1")));
    ck_assert(!http_request_id_is_sane(BYTES("")));
    ck_assert(!http_request_id_is_sane((struct bytes){NULL, 0}));
    for (unsigned c = 0; c < 256; c++) {
        char text[3] = {'a', (char) c, 'b'};
        bool sane = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '-';
        ck_assert_msg(http_request_id_is_sane((struct bytes){text, 3}) == sane, "%u", c);
    }
}
END_TEST

static Suite *request_suite(void)
{
    Suite *suite = suite_create("request");
    TCase *tests = tcase_create("request");

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_header_is_found_by_its_name_and_the_first_one_wins);
    tcase_add_test(tests, methods_are_known_by_their_exact_names);
    tcase_add_test(tests, a_media_type_is_compared_without_case_and_parameters);
    tcase_add_test(tests, a_request_id_is_taken_only_when_it_is_sane);
    return suite;
}

int main(void)
{
    return unit_main(request_suite());
}
