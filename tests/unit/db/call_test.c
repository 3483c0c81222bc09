/* Every type goes to the server and comes back; the echo is in SQL. */
#include "db/call.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/db/toy.h"

enum { ECHO_TEXT = 1, ECHO_BYTEA, ECHO_BOOL, ECHO_INT4, ECHO_INT8, ECHO_UUID, ECHO_JSON, ECHO_JSONB };

static const struct db_statement echo = {.name = "echo",
                                         .function = "toy.echo",
                                         .gathers = true,
                                         .value_count = 8,
                                         .types = {DB_TEXT, DB_BYTEA, DB_BOOL, DB_INT4, DB_INT8, DB_UUID, DB_JSON, DB_JSONB}};

static const unsigned char some_uuid[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x46, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

static void make_echo(void)
{
    toy_make();
    toy_ask("create function toy.echo(t text[], b bytea[], f bool[], i int[], n bigint[], u uuid[], j json[], k jsonb[]) "
            "returns table (ordinal bigint, t text, b text, f bool, i int, n bigint, u uuid, j json, k jsonb) language sql as $$ "
            "select x.o, x.t, encode(x.b, 'hex'), x.f, x.i, x.n, x.u, x.j, x.k "
            "from unnest(t, b, f, i, n, u, j, k) with ordinality as x (t, b, f, i, n, u, j, k, o) $$");
}

static void run(const struct db_call *call, void (*done)(void *context, const struct db_result *result), void *context)
{
    struct db_pool_options options = toy_options(1);
    struct db_session *session = NULL;
    struct fault fault = {0};
    ck_assert_msg(db_session_new(&session, &options, &fault), "%s", fault.message);
    db_session_run(session, call, done, context);
    db_session_free(session);
}

static void check_values(void *context, const struct db_result *result)
{
    unsigned char uuid[16];
    (void) context;
    ck_assert_int_eq(result->status, DB_DONE);
    ck_assert_int_eq(result->count, 1);
    ck_assert_int_eq(db_number(result, 0, 0), 1);
    unit_assert_bytes(db_text(result, 0, ECHO_TEXT), "Gr\xc3\xbc\xc3\x9f dich, \"\\{},NULL");
    unit_assert_bytes(db_text(result, 0, ECHO_BYTEA), "00ff27");
    ck_assert(db_true(result, 0, ECHO_BOOL));
    ck_assert_int_eq(db_number(result, 0, ECHO_INT4), INT32_MIN);
    ck_assert_int_eq(db_number(result, 0, ECHO_INT8), INT64_MIN);
    ck_assert(db_uuid(result, 0, ECHO_UUID, uuid));
    ck_assert_mem_eq(uuid, some_uuid, 16);
    unit_assert_bytes(db_text(result, 0, ECHO_JSON), "{\"b\": 1.50, \"a\":[ ]}");
    unit_assert_bytes(db_text(result, 0, ECHO_JSONB), "{\"a\": [], \"b\": 1.50}");
}

START_TEST(every_type_arrives_as_it_was_sent)
{
    struct db_call call = {.statement = &echo};
    db_set_text(&call, 0, BYTES("Gr\xc3\xbc\xc3\x9f dich, \"\\{},NULL"));
    db_set_text(&call, 1, BYTES("\0\xff'"));
    db_set_number(&call, 2, 1);
    db_set_number(&call, 3, INT32_MIN);
    db_set_number(&call, 4, INT64_MIN);
    db_set_uuid(&call, 5, some_uuid);
    db_set_text(&call, 6, BYTES("{\"b\": 1.50, \"a\":[ ]}"));
    db_set_text(&call, 7, BYTES("{\"b\": 1.50, \"a\":[ ]}"));
    run(&call, check_values, NULL);
}
END_TEST

static void check_nulls(void *context, const struct db_result *result)
{
    unsigned char uuid[16];
    (void) context;
    ck_assert_int_eq(result->status, DB_DONE);
    ck_assert_int_eq(result->count, 1);
    for (int column = ECHO_TEXT; column <= ECHO_JSONB; column++) {
        ck_assert(db_is_null(result, 0, column));
        ck_assert_ptr_null(db_text(result, 0, column).data);
        ck_assert_int_eq(db_number(result, 0, column), 0);
        ck_assert(!db_true(result, 0, column));
        ck_assert(!db_uuid(result, 0, column, uuid));
    }
}

START_TEST(a_null_of_every_type_stays_null)
{
    struct db_call call = {.statement = &echo};
    db_set_text_or_null(&call, 0, (struct bytes){NULL, 0});
    run(&call, check_nulls, NULL);
}
END_TEST

static void check_empty(void *context, const struct db_result *result)
{
    (void) context;
    ck_assert(!db_is_null(result, 0, ECHO_TEXT));
    ck_assert_ptr_nonnull(db_text(result, 0, ECHO_TEXT).data);
    ck_assert_uint_eq(db_text(result, 0, ECHO_TEXT).length, 0);
}

START_TEST(empty_text_is_not_null)
{
    struct db_call call = {.statement = &echo};
    db_set_text_or_null(&call, 0, BYTES(""));
    run(&call, check_empty, NULL);
}
END_TEST

static void check_megabyte(void *context, const struct db_result *result)
{
    const struct bytes *sent = context;
    ck_assert_int_eq(result->status, DB_DONE);
    ck_assert(bytes_equal(db_text(result, 0, ECHO_TEXT), *sent));
}

START_TEST(megabytes_fit_through)
{
    size_t length = (size_t) 5 << 20;
    char *data = malloc(length);
    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < length; i++) {
        data[i] = (char) ('a' + i % 26);
    }
    struct bytes text = {data, length};
    struct db_call call = {.statement = &echo};
    db_set_text(&call, 0, text);
    run(&call, check_megabyte, &text);
    free(data);
}
END_TEST

static void check_refusal(void *context, const struct db_result *result)
{
    (void) context;
    ck_assert_int_eq(result->status, DB_REFUSED);
    ck_assert_int_eq(result->count, 0);
}

START_TEST(text_that_the_server_cannot_hold_is_refused)
{
    struct db_call call = {.statement = &echo};
    db_set_text(&call, 0, BYTES("\xff\xfe"));
    run(&call, check_refusal, NULL);
    db_set_text(&call, 0, BYTES("a\0b"));
    run(&call, check_refusal, NULL);
    db_set_text(&call, 0, BYTES("fine"));
    db_set_text(&call, 6, BYTES("{not json"));
    run(&call, check_refusal, NULL);
}
END_TEST

static Suite *call_suite(void)
{
    Suite *suite = suite_create("db/call");
    TCase *values = tcase_create("values");
    tcase_add_unchecked_fixture(values, make_echo, NULL);
    tcase_add_test(values, every_type_arrives_as_it_was_sent);
    tcase_add_test(values, a_null_of_every_type_stays_null);
    tcase_add_test(values, empty_text_is_not_null);
    tcase_add_test(values, megabytes_fit_through);
    tcase_add_test(values, text_that_the_server_cannot_hold_is_refused);
    suite_add_tcase(suite, values);
    return suite;
}

int main(void)
{
    return unit_main(call_suite());
}
