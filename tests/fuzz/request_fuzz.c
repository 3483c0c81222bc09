/*
 * Input: CGI variables, one a line, an empty line, a body. A request goes through its first half as it would in a worker, up to the call; the
 * database is away then. What the call carries must be what PostgreSQL takes (text without NUL, JSON), or it would raise where it should answer; what
 * is answered must be fit to be sent, also when memory runs out on the way.
 */
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "api/catalog/catalog.h"
#include "api/precondition.h"
#include "http/cgi.h"
#include "registry/identity.h"
#include "tests/fuzz/fuzz.h"

enum { VARIABLES_MAX = 64, STEPS_MAX = 1000 };

#define ENOUGH ((size_t) 16 * 1024 * 1024)

/* The connection p/c of the main dialect is known, so values for it are sealed. */
static void learn_identities(struct api_context *context)
{
    const struct seal_identity identity = {.project = 1, .connection = {2}, .key = 7};

    identity_learn(context->identities, "apinizer", BYTES("p"), BYTES("c"), &identity);
    identity_learn(context->identities, "apinizer", BYTES("p"), BYTES(""), &identity);
}

static struct api_context *the_context(void)
{
    static struct api_context context;
    static struct config config;
    struct fault fault;

    if (context.config == NULL) {
        log_set_level((enum log_level) (LOG_ERROR + 1)); /* a refusing database would be told of thousands of times */
        config_defaults(&config);
        config.identity_cache = 64;
        (void) snprintf(config.types_dir, sizeof config.types_dir, "%s/conf/types", fuzz_source());
        (void) snprintf(config.connectors_dir, sizeof config.connectors_dir, "%s/conf/connectors", fuzz_source());
        (void) snprintf(config.keyring_file, sizeof config.keyring_file, "%s",
                        fuzz_file(BYTES("7:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n")));
        fuzz_require(api_context_open(&context, &config, &fault));
        learn_identities(&context);
    }
    return &context;
}

/* ---- the request ---- */

/* False when the arena is too small; the variables are the web server's, not ours. */
static bool read_request(struct http_request *request, struct bytes text, struct arena *arena)
{
    struct arena *theirs = fuzz_arena();
    char *variables[VARIABLES_MAX + 1];
    size_t count = 0;

    for (struct bytes line = fuzz_line(&text); line.length > 0 && count < VARIABLES_MAX; line = fuzz_line(&text)) {
        char *variable = arena_alloc(theirs, line.length + 1);
        fuzz_require(variable != NULL);
        memcpy(variable, line.data, line.length);
        variables[count++] = variable;
    }
    variables[count] = NULL;
    if (!cgi_request(request, variables, arena)) {
        fuzz_require(arena_overflowed(arena));
        return false;
    }
    request->body = text;
    request->request_id = BYTES("fuzz");
    return true;
}

static bool is_text(struct bytes text)
{
    return bytes_utf8(text, NULL) && (text.length == 0 || memchr(text.data, '\0', text.length) == NULL);
}

static void check_request(const struct http_request *request)
{
    fuzz_require(request->path.data != NULL && request->query.data != NULL && request->remote_address.data != NULL);
    fuzz_require(request->path.length > 0 && memchr(request->path.data, '?', request->path.length) == NULL);
    for (size_t i = 0; i < request->field_count; i++) {
        const struct http_field *field = &request->fields[i];
        fuzz_require(field->name.length > 0 && field->value.data != NULL);
        for (size_t k = 0; k < field->name.length; k++) {
            fuzz_require(field->name.data[k] != '_' && (field->name.data[k] < 'A' || field->name.data[k] > 'Z'));
        }
    }
}

/* "*", or revisions parted by commas; each is a tag of the header. */
static void check_revisions(struct bytes list, struct bytes header, struct arena *arena)
{
    struct bytes revision;

    if (bytes_is(list, "*")) {
        fuzz_require(bytes_is(bytes_trim(header), "*"));
        return;
    }
    while (bytes_cut(&list, ',', &revision)) {
        struct bytes tag = arena_printf(arena, "\"%.*s\"", BYTES_FORMAT(revision));
        int64_t number;
        fuzz_require(revision.length > 0 && revision.data[0] >= '1' && revision.data[0] <= '9');
        fuzz_require(bytes_to_int64(revision, &number) || revision.length > 18);
        fuzz_require(memmem(header.data, header.length, tag.data, tag.length) != NULL);
    }
}

/* What If-Match names, and behind an exclamation mark what If-None-Match does. */
static void check_precondition(const struct http_request *request, struct arena *arena)
{
    struct bytes match = http_request_field(request, "if-match"), none_match = http_request_field(request, "if-none-match");
    struct bytes both = precondition_revisions(request, arena), clause;

    fuzz_require((both.data == NULL) == (match.data == NULL && none_match.data == NULL));
    while (bytes_cut(&both, ';', &clause)) {
        bool negates = bytes_starts(clause, "!");
        fuzz_require(negates ? none_match.data != NULL && both.length == 0 : match.data != NULL);
        check_revisions(bytes_slice(clause, negates, clause.length), negates ? none_match : match, arena);
    }
    struct bytes clauses = catalog_precondition(request, arena);
    for (size_t i = 0; i < clauses.length; i++) {
        fuzz_require(clauses.data[i] != '\0' && strchr("0123456789,;!*u-", clauses.data[i]) != NULL);
    }
}

/* ---- the call and the answer ---- */

static void check_value(const struct db_value *value, enum db_type type, struct arena *arena)
{
    static const struct json_limits limits = {.depth = JSON_DEPTH_MAX};
    struct json_value *tree;
    struct fault fault;

    if (!value->present) {
        return;
    }
    switch (type) {
    case DB_TEXT:
        fuzz_require(is_text(value->data));
        break;
    case DB_JSON:
    case DB_JSONB:
        fuzz_require(is_text(value->data) && json_read(&tree, value->data, &limits, arena, &fault));
        break;
    case DB_UUID:
        fuzz_require(value->data.length == 16);
        break;
    case DB_BOOL:
        fuzz_require(value->number == 0 || value->number == 1);
        break;
    case DB_INT4:
        fuzz_require(value->number >= INT32_MIN && value->number <= INT32_MAX);
        break;
    case DB_BYTEA:
    case DB_INT8:
        break;
    }
}

static void check_call(const struct db_call *call)
{
    struct arena *arena = arena_new((size_t) 64 * 1024 * 1024); /* not the exchange's: reading a value again must not exhaust that */

    fuzz_require(arena != NULL && call->statement != NULL && (call->statement->function != NULL || call->statement->command != NULL));
    for (size_t i = 0; i < call->statement->value_count; i++) {
        check_value(&call->values[i], call->statement->types[i], arena);
    }
    arena_free(arena);
}

static void check_response(const struct http_response *response)
{
    static const struct json_limits limits = {.depth = JSON_DEPTH_MAX};
    struct arena *arena = fuzz_arena();
    struct json_value *tree;
    struct fault fault;

    fuzz_require(response->status >= 200 && response->status <= 599 && http_status_reason(response->status)[0] != '\0');
    if (response->content_type == NULL) {
        fuzz_require(response->body.length == 0);
    } else if (strstr(response->content_type, "json") != NULL) {
        fuzz_require(json_read(&tree, response->body, &limits, arena, &fault) || arena_overflowed(arena));
    }
}

/* Only transactions begin and end; whatever else is asked, the database has just gone, or refuses. */
static struct db_result result_of(const struct api_exchange *exchange, bool refuses)
{
    bool frames = exchange->call.statement->command != NULL;

    return (struct db_result){.status = frames ? DB_DONE : refuses ? DB_REFUSED : DB_UNAVAILABLE, .sqlstate = refuses && !frames ? "XX000" : "", .constraint = ""};
}

static void answer(struct api_exchange *exchange, bool refuses)
{
    struct api_context *context = the_context();
    enum api_step step = api_begin(context, exchange);

    for (size_t steps = 0; step == API_CALL; steps++) {
        fuzz_require(steps < STEPS_MAX);
        check_call(&exchange->call);
        struct db_result result = result_of(exchange, refuses);
        step = api_continue(context, exchange, &result);
    }
    fuzz_require(step == API_ANSWERED);
    check_response(&exchange->response);
}

static void play(struct bytes text, size_t memory, bool refuses)
{
    struct arena *arena = arena_new(memory);
    struct http_request request = {.body_incomplete = false};
    struct api_exchange exchange = {.arena = arena, .request = &request};

    fuzz_require(arena != NULL);
    if (read_request(&request, text, arena)) {
        check_request(&request);
        if (memory == ENOUGH) {
            check_precondition(&request, arena);
        }
        answer(&exchange, refuses);
    }
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = fuzz_bytes(data, size);

    play(text, ENOUGH, false);
    play(text, ENOUGH, true);
    play(text, size + bytes_hash(text) % (4 * size + 4096), false); /* it runs out somewhere, perhaps */
    return 0;
}
