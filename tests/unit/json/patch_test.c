/*
 * What the cases of tests/api/catalog/json_patch.case cannot see: limits, and that a patch can be applied again.
 */
#include "json/patch.h"

#include <string.h>

#include "base/buf.h"
#include "json/writer.h"
#include "tests/support/unit.h"

static const struct json_limits read_limits = {.depth = 64};
static const struct json_patch_limits wide = {.depth = 32, .steps = 1000000};

static struct json_value *tree(struct arena *arena, const char *text)
{
    struct json_value *value = NULL;
    struct fault fault = {0};
    ck_assert_msg(json_read(&value, bytes_from(text), &read_limits, arena, &fault), "%s", fault.message);
    return value;
}

static bool patched(struct arena *arena, const char *document, const char *patch, const struct json_patch_limits *limits, struct fault *fault)
{
    struct json_value *value = tree(arena, document);
    return json_patch(&value, tree(arena, patch), limits, arena, fault);
}

START_TEST(a_patch_is_left_as_it_is_and_applies_again)
{
    struct arena *arena = arena_new(1 << 20);
    struct json_value *patch = tree(arena, "[{\"op\":\"add\",\"path\":\"/a\",\"value\":{}},{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1}]");
    struct fault fault = {0};
    for (int turn = 0; turn < 3; turn++) {
        struct json_value *document = tree(arena, "{\"z\":0}");
        ck_assert(json_patch(&document, patch, &wide, arena, &fault));
        struct bytes text = json_text(arena, document);
        ck_assert(bytes_is(text, "{\"z\":0,\"a\":{\"b\":1}}"));
    }
    arena_free(arena);
}
END_TEST

START_TEST(a_result_that_nests_too_deeply_is_refused)
{
    struct arena *arena = arena_new(1 << 20);
    struct json_patch_limits limits = {.depth = 3, .steps = 1000};
    struct fault fault = {0};
    ck_assert(patched(arena, "{\"a\":{}}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":[]}]", &limits, &fault));
    ck_assert(!patched(arena, "{\"a\":{}}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":[[]]}]", &limits, &fault));
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    ck_assert_str_eq(fault.message, "operation 0 of the JSON Patch nests too deeply");
    arena_free(arena);
}
END_TEST

START_TEST(a_patch_that_takes_too_many_steps_is_refused)
{
    struct arena *arena = arena_new(16 << 20);
    struct json_patch_limits limits = {.depth = 32, .steps = 100000};
    struct fault fault = {0};
    struct buf forth, back;
    buf_init(&forth, arena, 1 << 16);
    buf_init(&back, arena, 1 << 16);
    buf_add_char(&forth, '{');
    buf_add_string(&back, "[{\"op\":\"test\",\"path\":\"\",\"value\":{");
    for (int i = 0; i < 2000; i++) {
        buf_printf(&forth, "%s\"%d\":0", i > 0 ? "," : "", i);
        buf_printf(&back, "%s\"%d\":0", i > 0 ? "," : "", 1999 - i);
    }
    buf_add(&forth, (struct bytes){"}\0", 2});
    buf_add(&back, (struct bytes){"}}]\0", 4});
    ck_assert(!patched(arena, buf_bytes(&forth).data, buf_bytes(&back).data, &limits, &fault));
    ck_assert_str_eq(fault.message, "operation 0 of the JSON Patch takes too many steps");
    limits.steps = 10000000;
    ck_assert(patched(arena, buf_bytes(&forth).data, buf_bytes(&back).data, &limits, &fault));
    arena_free(arena);
}
END_TEST

START_TEST(a_document_that_outgrows_the_arena_is_too_large)
{
    struct arena *arena = arena_new(8192);
    struct fault fault = {0};
    struct json_value *document = tree(arena, "{\"a\":[0,0,0,0,0,0,0,0]}");
    struct json_value *patch = tree(arena, "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/-\"}]");
    bool grows = true;
    for (int turn = 0; turn < 20 && grows; turn++) {
        grows = json_patch(&document, patch, &wide, arena, &fault);
    }
    ck_assert(!grows);
    ck_assert_int_eq(fault.kind, FAULT_TOO_LARGE);
    arena_free(arena);
}
END_TEST

static Suite *patch_suite(void)
{
    Suite *suite = suite_create("json/patch");
    TCase *patches = tcase_create("patches");
    tcase_add_test(patches, a_patch_is_left_as_it_is_and_applies_again);
    tcase_add_test(patches, a_result_that_nests_too_deeply_is_refused);
    tcase_add_test(patches, a_patch_that_takes_too_many_steps_is_refused);
    tcase_add_test(patches, a_document_that_outgrows_the_arena_is_too_large);
    suite_add_tcase(suite, patches);
    return suite;
}

int main(void)
{
    return unit_main(patch_suite());
}
