/*
 * POST /: several requests in one, in one transaction; all changes or none.
 *
 * Each item is an exchange of its own that goes through the ordinary routes and handlers; only its calls run on a held connection. So an item can do
 * exactly what a request can, and nothing is written twice.
 *
 * Who calls is asked before the transaction: what is refused stays noted in the audit trail whatever is rolled back later. For the same reason a
 * rolled back answer withholds what its GETs have shown: the note that someone read secrets is gone with the rest.
 * Multi-requests that change something go one after the other in a project, since each locks rows in an order of its own. A deadlock with a single
 * change is nobody's fault: all is rolled back and done again, a few times.
 */
#include <string.h>

#include "api/catalog/catalog.h"
#include "api/catalog/template.h"
#include "json/writer.h"
#include "registry/caller.h"
#include "registry/token.h"

enum { ITEMS_MAX = 100, RESTARTS_MAX = 5, FIELDS_MAX = 4 };

/* An item's body may nest as deep as a request's. */
static const struct json_limits request_limits = {.depth = 34};

enum stage { STAGE_ENTER, STAGE_BEGIN, STAGE_SERIALIZE, STAGE_ITEM, STAGE_COMMIT, STAGE_ROLLBACK };

struct item {
    struct bytes label; /* data NULL: none */
    enum http_method method;
    const struct json_value *source;
    int code;           /* 0: not run */
    struct bytes answer;
};

struct multiple {
    struct catalog_caller caller;
    const char *malformed;      /* what is wrong with the array as a whole, or NULL */
    struct item items[ITEMS_MAX];
    size_t count;
    size_t at;                  /* the item that runs */
    enum stage stage;
    bool changes;               /* some item is no GET */
    bool failed;                /* the item at `at` was a change that failed, or the transaction has */
    bool again;                 /* a deadlock: start anew after the rollback */
    unsigned restarts;
    struct template_scope scope;
    struct api_exchange child;
    struct http_request request; /* the child's */
    struct http_field fields[FIELDS_MAX];
};

/* ---- reading ---- */

static enum http_method method_of(struct bytes name)
{
    static const enum http_method methods[] = {HTTP_GET, HTTP_PUT, HTTP_POST, HTTP_PATCH, HTTP_DELETE};

    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (bytes_is_nocase(name, http_method_name(methods[i]))) {
            return methods[i];
        }
    }
    return HTTP_OTHER;
}

static const char *read_item(struct item *item, const struct json_value *source)
{
    const struct json_value *label = json_member(source, "id");
    const struct json_value *method = json_member(source, "method");
    const struct json_value *resource = json_member(source, "resource");

    if (source->kind != JSON_OBJECT) {
        return "each item must be an object";
    }
    if (label != NULL && label->kind != JSON_STRING && label->kind != JSON_NULL) {
        return "the id of an item must be a string";
    }
    if (method == NULL || method->kind != JSON_STRING || method_of(method->text) == HTTP_OTHER) {
        return "the method of an item must be get, put, post, patch or delete";
    }
    if (resource == NULL || resource->kind != JSON_STRING || resource->text.length == 0 || resource->text.data[0] != '/') {
        return "the resource of an item must be a path that begins with a slash";
    }
    item->source = source;
    item->method = method_of(method->text);
    item->label = label == NULL || label->kind == JSON_NULL ? (struct bytes){NULL, 0} : label->text;
    return NULL;
}

static const char *read_items(struct multiple *multiple, const struct json_value *array)
{
    const char *wrong = array->kind != JSON_ARRAY ? "it must be an array" : array->count > ITEMS_MAX ? "there are more than 100 items" : NULL;

    for (const struct json_value *source = array->first; source != NULL && wrong == NULL; source = source->next) {
        struct item *item = &multiple->items[multiple->count];
        wrong = read_item(item, source);
        for (size_t i = 0; i < multiple->count && item->label.data != NULL && wrong == NULL; i++) {
            wrong = multiple->items[i].label.data != NULL && bytes_equal(multiple->items[i].label, item->label) ? "two items have the same id" : NULL;
        }
        multiple->changes = multiple->changes || item->method != HTTP_GET;
        multiple->count++;
    }
    return wrong;
}

/* False when memory ran out. */
static bool read_body(struct api_exchange *exchange, struct multiple *multiple)
{
    struct fault fault = {.kind = FAULT_NONE};
    struct json_value *array;

    if (!http_request_has_type(exchange->request, "application/json")) {
        multiple->malformed = "A valid content-type must be specified";
        return true;
    }
    if (!json_read(&array, exchange->request->body, &request_limits, exchange->arena, &fault)) {
        multiple->malformed = arena_printf(exchange->arena, "The body is not valid: %s", fault.message).data;
        return fault.kind != FAULT_TOO_LARGE && multiple->malformed != NULL;
    }
    const char *wrong = read_items(multiple, array);
    if (wrong != NULL) {
        multiple->malformed = arena_printf(exchange->arena, "The body is not valid: %s", wrong).data;
    }
    return !arena_overflowed(exchange->arena);
}

enum api_step catalog_multiple_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct multiple *multiple = ARENA_NEW(exchange->arena, struct multiple);

    (void) context;
    if (multiple == NULL || !catalog_caller_read(exchange, &multiple->caller) || !read_body(exchange, multiple)) {
        return API_ANSWERED;
    }
    exchange->state = multiple;
    caller_enter_call(&multiple->caller.target, multiple->changes && multiple->malformed == NULL ? "CONNECTIONS:MANAGE" : NULL, &exchange->call);
    return API_CALL;
}

/* ---- the transaction ---- */

static enum api_step call_command(struct api_exchange *exchange, struct multiple *multiple, const struct db_statement *command, enum stage stage)
{
    memset(&exchange->call, 0, sizeof exchange->call);
    exchange->call.statement = command;
    exchange->call.hold = &exchange->hold;
    multiple->stage = stage;
    return API_CALL;
}

static enum api_step call_begin(struct api_exchange *exchange, struct multiple *multiple)
{
    multiple->at = 0;
    multiple->failed = multiple->again = false;
    multiple->scope = (struct template_scope){.arena = exchange->arena};
    for (size_t i = 0; i < multiple->count; i++) {
        multiple->items[i].code = 0;
        multiple->items[i].answer = (struct bytes){NULL, 0};
    }
    return call_command(exchange, multiple, &db_begin, STAGE_BEGIN);
}

static enum api_step answer_unavailable(struct api_exchange *exchange, const struct multiple *multiple)
{
    (void) catalog_refused(exchange, &multiple->caller, &(struct connection_result){.outcome = CONNECTION_UNAVAILABLE});
    return API_ANSWERED;
}

static enum api_step answer_all(struct api_exchange *exchange, const struct multiple *multiple, bool committed)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, 4096);
    json_writer_open(&writer, &buf);
    json_array(&writer);
    for (size_t i = 0; i < multiple->count; i++) {
        const struct item *item = &multiple->items[i];
        bool withheld = !committed && item->method == HTTP_GET && item->code == 200;
        json_object(&writer);
        if (item->label.data != NULL) {
            json_key(&writer, "id");
            json_string(&writer, item->label);
        }
        json_key(&writer, "code");
        json_integer(&writer, item->code == 0 ? 424 : item->code);
        json_key(&writer, "body");
        if (item->code == 0) {
            json_raw(&writer, catalog_error_text(exchange->arena, 424, BYTES("Not run, because an earlier change failed.")));
        } else if (item->answer.length == 0 || withheld) {
            json_null(&writer);
        } else {
            json_raw(&writer, item->answer);
        }
        json_object_end(&writer);
    }
    json_array_end(&writer);
    return json_writer_close(&writer) ? catalog_json(exchange, multiple->failed ? multiple->items[multiple->at].code : 200, buf_bytes(&buf))
                                      : API_ANSWERED;
}

/* ---- one item ---- */

static void copy_field(struct multiple *multiple, const struct http_request *request, const char *name)
{
    struct bytes value = http_request_field(request, name);

    if (value.data != NULL) {
        multiple->fields[multiple->request.field_count++] = (struct http_field){bytes_from(name), value};
    }
}

/* The item as a request. False: its templates make no sense, or memory ran out. */
static bool make_request(struct api_exchange *exchange, struct multiple *multiple, const struct item *item)
{
    const struct json_value *body = json_member(item->source, "body");
    struct http_request *request = &multiple->request;
    struct bytes resource;
    struct bytes text = BYTES("");
    bool is_patch = item->method == HTTP_PATCH && body != NULL && body->kind == JSON_ARRAY;

    if (!template_fill_path(&multiple->scope, json_member(item->source, "resource")->text, &resource)) {
        return false;
    }
    if (body != NULL && item->method != HTTP_GET && item->method != HTTP_DELETE) {
        struct json_value *filled = template_fill(&multiple->scope, body);
        text = filled == NULL ? (struct bytes){NULL, 0} : json_text(exchange->arena, filled);
        if (text.data == NULL) {
            return false;
        }
    }
    const char *question = memchr(resource.data, '?', resource.length);
    size_t path_length = question == NULL ? resource.length : (size_t) (question - resource.data);
    *request = (struct http_request){.method = item->method, .body = text, .request_id = exchange->request->request_id,
                                     .remote_address = exchange->request->remote_address, .fields = multiple->fields};
    request->path = arena_printf(exchange->arena, CATALOG_ROOT "%.*s", (int) path_length, resource.data);
    request->query = question == NULL ? BYTES("") : bytes_slice(resource, path_length + 1, resource.length);
    copy_field(multiple, exchange->request, "authorization");
    copy_field(multiple, exchange->request, "x-api-key");
    copy_field(multiple, exchange->request, "x-gw-ims-org-id");
    multiple->fields[request->field_count++] =
        (struct http_field){BYTES("content-type"), is_patch ? BYTES("application/json-patch+json") : BYTES("application/json")};
    return request->path.data != NULL;
}

/* Multi-requests do not nest. */
static bool is_itself(const struct http_request *request)
{
    return request->method == HTTP_POST && (bytes_is_nocase(request->path, CATALOG_ROOT) || bytes_is_nocase(request->path, CATALOG_ROOT "/"));
}

static void record(struct multiple *multiple, int code, struct bytes answer)
{
    struct item *item = &multiple->items[multiple->at];

    item->code = code == 201 ? 200 : code;
    item->answer = answer;
    multiple->failed = multiple->failed || (item->method != HTTP_GET && code >= 400);
    if (!multiple->failed) {
        template_remember(&multiple->scope, item->label, answer);
        multiple->at++;
    }
}

static enum api_step finish_transaction(struct api_exchange *exchange, struct multiple *multiple)
{
    bool keeps = !multiple->failed && !catalog_only_validates(exchange->request);

    return call_command(exchange, multiple, keeps ? &db_commit : &db_rollback, keeps ? STAGE_COMMIT : STAGE_ROLLBACK);
}

/* True when the child has to be asked for its answer in the next turn. */
static bool take_step(struct api_exchange *exchange, struct multiple *multiple, enum api_step step)
{
    if (step == API_CALL) {
        exchange->call = multiple->child.call;
        exchange->call.hold = &exchange->hold;
        multiple->stage = STAGE_ITEM;
        return true;
    }
    record(multiple, multiple->child.response.status, multiple->child.response.body);
    return false;
}

static enum api_step run_items(struct api_context *context, struct api_exchange *exchange, struct multiple *multiple)
{
    while (!multiple->failed && multiple->at < multiple->count && !arena_overflowed(exchange->arena)) {
        multiple->scope.complaint = NULL;
        if (!make_request(exchange, multiple, &multiple->items[multiple->at])) {
            const char *complaint = multiple->scope.complaint != NULL ? multiple->scope.complaint : "The item cannot be worked on.";
            record(multiple, 400, catalog_error_text(exchange->arena, 400, bytes_from(complaint)));
        } else if (is_itself(&multiple->request)) {
            record(multiple, 400, catalog_error_text(exchange->arena, 400, BYTES("Multi-requests do not nest.")));
        } else {
            memset(&multiple->child, 0, sizeof multiple->child);
            multiple->child.arena = exchange->arena;
            multiple->child.request = &multiple->request;
            multiple->child.inner = true;
            if (take_step(exchange, multiple, api_begin(context, &multiple->child))) {
                return API_CALL;
            }
        }
    }
    return finish_transaction(exchange, multiple);
}

static enum api_step call_serialize(struct api_exchange *exchange, struct multiple *multiple)
{
    project_serialize_call(&multiple->caller.target, &exchange->call);
    exchange->call.hold = &exchange->hold;
    multiple->stage = STAGE_SERIALIZE;
    return API_CALL;
}

static bool is_deadlock(const struct db_result *result)
{
    return result->status == DB_REFUSED && (strcmp(result->sqlstate, "40P01") == 0 || strcmp(result->sqlstate, "40001") == 0);
}

static enum api_step continue_item(struct api_context *context, struct api_exchange *exchange, struct multiple *multiple, const struct db_result *result)
{
    if (result->status == DB_UNAVAILABLE || (is_deadlock(result) && multiple->restarts >= RESTARTS_MAX)) {
        return answer_unavailable(exchange, multiple); /* the rest of the hold is given back at the end */
    }
    if (is_deadlock(result)) {
        multiple->restarts++;
        multiple->again = true;
        return call_command(exchange, multiple, &db_rollback, STAGE_ROLLBACK);
    }
    bool broken = result->status == DB_REFUSED; /* and so is the transaction, whatever the item makes of it */
    if (take_step(exchange, multiple, api_continue(context, &multiple->child, result))) {
        return broken ? answer_unavailable(exchange, multiple) : API_CALL;
    }
    if (broken && !multiple->failed) {
        return answer_unavailable(exchange, multiple);
    }
    return run_items(context, exchange, multiple);
}

static enum api_step enter(struct api_context *context, struct api_exchange *exchange, struct multiple *multiple, const struct db_result *result)
{
    struct connection_result entered = {.outcome = caller_enter_outcome(result)};

    /* Who may not change anything is told so by the first item that would. */
    if (entered.outcome != CONNECTION_FORBIDDEN && catalog_refused(exchange, &multiple->caller, &entered)) {
        return API_ANSWERED;
    }
    token_used(context->touched, multiple->caller.target.token);
    if (multiple->malformed != NULL) {
        return catalog_error(exchange, 400, "%s", multiple->malformed);
    }
    return multiple->count == 0 ? answer_all(exchange, multiple, true) : call_begin(exchange, multiple);
}

enum api_step catalog_multiple_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    struct multiple *multiple = exchange->state;

    switch (multiple->stage) {
    case STAGE_ENTER:
        return enter(context, exchange, multiple, result);
    case STAGE_BEGIN:
        return result->status != DB_DONE ? answer_unavailable(exchange, multiple)
               : multiple->changes       ? call_serialize(exchange, multiple)
                                         : run_items(context, exchange, multiple);
    case STAGE_SERIALIZE:
        return result->status == DB_DONE ? run_items(context, exchange, multiple) : answer_unavailable(exchange, multiple);
    case STAGE_ITEM:
        return continue_item(context, exchange, multiple, result);
    case STAGE_COMMIT:
        return result->status == DB_DONE ? answer_all(exchange, multiple, true) : answer_unavailable(exchange, multiple);
    case STAGE_ROLLBACK:
        if (multiple->again && result->status == DB_DONE) {
            return call_begin(exchange, multiple);
        }
        return result->status == DB_DONE || multiple->failed ? answer_all(exchange, multiple, false) : answer_unavailable(exchange, multiple);
    }
    return catalog_failed(exchange, "a multi-request is in no stage");
}
