/* Input: [answers, value, path], the members of the first being what earlier items answered. What is filled is JSON, and a path that is filled is one. */
#include <string.h>

#include "api/catalog/template.h"
#include "http/url.h"
#include "json/writer.h"
#include "tests/fuzz/fuzz.h"

static void remember(struct template_scope *scope, const struct json_value *answers)
{
    for (const struct json_value *answer = answers->first; answer != NULL; answer = answer->next) {
        template_remember(scope, answer->key, fuzz_text(scope->arena, answer));
    }
}

static void check_path(struct template_scope *scope, struct bytes path)
{
    struct bytes filled, decoded;

    scope->complaint = NULL;
    if (!template_fill_path(scope, path, &filled)) {
        fuzz_require(scope->complaint != NULL || arena_overflowed(scope->arena));
        return;
    }
    fuzz_require(filled.length == 0 || filled.data != NULL);
    if (url_decode(path, false, scope->arena, &decoded)) { /* what is put in is encoded, so it makes no path undecodable */
        fuzz_require(url_decode(filled, false, scope->arena, &decoded) || arena_overflowed(scope->arena));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    const struct json_value *input = fuzz_json(fuzz_bytes(data, size), arena);
    struct template_scope scope = {.arena = arena};
    bool is_whole = input != NULL && input->kind == JSON_ARRAY && input->count == 3;

    if (!is_whole || input->first->kind != JSON_OBJECT || input->first->next->next->kind != JSON_STRING) {
        return 0;
    }
    remember(&scope, input->first);
    struct bytes before = fuzz_text(arena, input->first->next);
    const struct json_value *filled = template_fill(&scope, input->first->next);
    if (arena_overflowed(arena)) {
        return 0;
    }
    fuzz_require(bytes_equal(fuzz_text(arena, input->first->next), before));
    fuzz_require((filled == NULL) == (scope.complaint != NULL));
    if (filled != NULL) {
        struct bytes text = json_text(arena, filled);
        fuzz_require(text.data != NULL || arena_overflowed(arena));
    }
    check_path(&scope, input->first->next->next->text);
    return 0;
}
