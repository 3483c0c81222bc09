#include "http/cgi.h"

#include "tests/support/unit.h"

static struct arena *arena;

static void open_arena(void)
{
    arena = arena_new(1 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void close_arena(void)
{
    arena_free(arena);
}

static struct http_request request_of(const char *const *variables)
{
    struct http_request request = {0};
    char *copies[32] = {NULL};
    for (size_t i = 0; variables[i] != NULL; i++) {
        struct bytes copy = arena_copy(arena, bytes_from(variables[i]));
        union { const char *lent; char *owned; } text = {copy.data};
        copies[i] = text.owned;
    }
    ck_assert(cgi_request(&request, copies, arena));
    return request;
}

#define REQUEST_OF(...) request_of((const char *const[]){__VA_ARGS__, NULL})

START_TEST(the_target_stays_undecoded)
{
    struct http_request request = REQUEST_OF("REQUEST_METHOD=PUT", "REQUEST_URI=/a%2Fb/%C3%A4?x=%26&y", "PATH_INFO=/a/b", "QUERY_STRING=other");
    ck_assert_int_eq(request.method, HTTP_PUT);
    unit_assert_bytes(request.path, "/a%2Fb/%C3%A4");
    unit_assert_bytes(request.query, "x=%26&y");
}
END_TEST

START_TEST(only_the_first_question_mark_ends_the_path)
{
    struct http_request request = REQUEST_OF("REQUEST_URI=/a?b?c=http://d/");
    unit_assert_bytes(request.path, "/a");
    unit_assert_bytes(request.query, "b?c=http://d/");
}
END_TEST

START_TEST(an_absolute_target_loses_its_origin)
{
    unit_assert_bytes(REQUEST_OF("REQUEST_URI=http://host:80/path?q").path, "/path");
    unit_assert_bytes(REQUEST_OF("REQUEST_URI=http://host").path, "/");
    unit_assert_bytes(REQUEST_OF("REQUEST_URI=http://host?a/b").path, "/");
    unit_assert_bytes(REQUEST_OF("REQUEST_URI=http://host?a/b").query, "a/b");
    unit_assert_bytes(REQUEST_OF("REQUEST_URI=*").path, "*");
    unit_assert_bytes(REQUEST_OF("REQUEST_URI=//two/slashes").path, "//two/slashes");
}
END_TEST

START_TEST(without_a_target_the_decoded_path_is_encoded_again_where_it_matters)
{
    struct http_request request = REQUEST_OF("REQUEST_METHOD=GET", "SCRIPT_NAME=/apiops", "PATH_INFO=/50% off?", "QUERY_STRING=a=b%20c");
    unit_assert_bytes(request.path, "/apiops/50%25 off%3F");
    unit_assert_bytes(request.query, "a=b%20c");
}
END_TEST

START_TEST(headers_get_their_names_back)
{
    struct http_request request = REQUEST_OF("HTTP_IF_MATCH=\"1\"", "HTTP_X_EMPTY=", "CONTENT_TYPE=application/json", "CONTENT_LENGTH=12",
                                             "SERVER_NAME=x", "HTTPS=on", "HTTP_=nameless");
    unit_assert_bytes(http_request_field(&request, "if-match"), "\"1\"");
    unit_assert_bytes(http_request_field(&request, "content-type"), "application/json");
    unit_assert_bytes(http_request_field(&request, "content-length"), "12");
    ck_assert_ptr_nonnull(http_request_field(&request, "x-empty").data);
    ck_assert_uint_eq(request.field_count, 4);
}
END_TEST

START_TEST(content_fields_cannot_be_smuggled_in_or_left_empty)
{
    struct http_request request = REQUEST_OF("HTTP_CONTENT_LENGTH=1", "HTTP_CONTENT_TYPE=text/html", "CONTENT_LENGTH=", "CONTENT_TYPE=");
    ck_assert_ptr_null(http_request_field(&request, "content-length").data);
    ck_assert_ptr_null(http_request_field(&request, "content-type").data);
}
END_TEST

START_TEST(authorization_is_found_under_both_names)
{
    struct http_request request = REQUEST_OF("Authorization=Bearer a");
    unit_assert_bytes(http_request_field(&request, "authorization"), "Bearer a");
    request = REQUEST_OF("Authorization=Bearer a", "HTTP_AUTHORIZATION=Bearer b");
    unit_assert_bytes(http_request_field(&request, "authorization"), "Bearer b");
    ck_assert_uint_eq(request.field_count, 1);
}
END_TEST

START_TEST(nothing_at_all_is_a_request_too)
{
    struct http_request request = REQUEST_OF("FCGI_ROLE=RESPONDER");
    ck_assert_int_eq(request.method, HTTP_OTHER);
    unit_assert_bytes(request.path, "/");
    unit_assert_bytes(request.query, "");
}
END_TEST

START_TEST(an_arena_that_overflows_is_a_failure)
{
    struct arena *small = arena_new(64);
    char variable[] = "HTTP_X=0123456789012345678901234567890123456789012345678901234567890123456789";
    char *const variables[] = {variable, NULL};
    struct http_request request = {0};
    ck_assert(!cgi_request(&request, variables, small));
    arena_free(small);
}
END_TEST

static Suite *cgi_suite(void)
{
    Suite *suite = suite_create("http/cgi");
    TCase *variables = tcase_create("variables");
    tcase_add_checked_fixture(variables, open_arena, close_arena);
    tcase_add_test(variables, the_target_stays_undecoded);
    tcase_add_test(variables, only_the_first_question_mark_ends_the_path);
    tcase_add_test(variables, an_absolute_target_loses_its_origin);
    tcase_add_test(variables, without_a_target_the_decoded_path_is_encoded_again_where_it_matters);
    tcase_add_test(variables, headers_get_their_names_back);
    tcase_add_test(variables, content_fields_cannot_be_smuggled_in_or_left_empty);
    tcase_add_test(variables, authorization_is_found_under_both_names);
    tcase_add_test(variables, nothing_at_all_is_a_request_too);
    tcase_add_test(variables, an_arena_that_overflows_is_a_failure);
    suite_add_tcase(suite, variables);
    return suite;
}

int main(void)
{
    return unit_main(cgi_suite());
}
