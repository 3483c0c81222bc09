/*
 * The list of a project's connections of one type, streamed: a portion of rows, sent, forgotten, the next. Secrets are null in what is
 * stored as readable, so nothing is masked here. Once the head is sent an error cannot become a status any more: then the body is cut off,
 * so that no client takes it for whole.
 */
#include <string.h>

#include "api/apinizer/apinizer.h"
#include "http/url.h"
#include "json/writer.h"
#include "registry/token.h"

enum { SIZE_DEFAULT = 20, SIZE_MAXIMUM = 1000, PORTION_BYTES = 1 << 20 };

struct listing {
    struct connection_list list;
    struct bytes ids;      /* still to be fetched; NULL: the list has not begun */
    int64_t total;
    bool any;              /* an item was written already */
    bool refused;          /* the query is wrong; told once the database said that the caller may know */
    struct arena_mark mark;
};

static const struct {
    const char *name;
    const char *field; /* as SQL calls it */
} sort_fields[] = {{"name", "name"}, {"type", "type"}, {"description", "description"}, {"enabled", "enabled"},
                   {"deployToWorker", "deploy_to_worker"}, {"created", "created_at"}, {"updated", "updated_at"}, {NULL, NULL}};

static enum api_step refuse_parameter(struct api_exchange *exchange, const char *text)
{
    return apinizer_error(exchange, 400, "invalid_parameter", "%s", text);
}

static bool take_sort(struct connection_list *list, struct bytes text, struct arena *arena)
{
    struct bytes field;
    struct bytes direction = text;
    bool descending;

    if (!bytes_cut(&direction, ',', &field)) {
        return false;
    }
    direction = bytes_trim(direction);
    field = bytes_trim(field);
    descending = bytes_is_nocase(direction, "desc");
    if (direction.length > 0 && !descending && !bytes_is_nocase(direction, "asc")) {
        return false;
    }
    for (size_t i = 0; sort_fields[i].name != NULL; i++) {
        if (bytes_is(field, sort_fields[i].name)) {
            list->orders = arena_printf(arena, "[{\"field\":\"%s\",\"descending\":%s}]", sort_fields[i].field, descending ? "true" : "false");
            return true;
        }
    }
    return false;
}

/* page and size of the query; without either the whole list. False: answered. */
static bool take_page(struct api_exchange *exchange, struct connection_list *list)
{
    struct bytes page_text, size_text;
    bool has_page, has_size;
    int64_t page = 0;
    int64_t size = SIZE_DEFAULT;

    if (!url_parameter(exchange->request->query, "page", exchange->arena, &page_text, &has_page)
        || !url_parameter(exchange->request->query, "size", exchange->arena, &size_text, &has_size)) {
        (void) refuse_parameter(exchange, "The query is not correctly percent-encoded UTF-8");
        return false;
    }
    if (has_page && (!bytes_to_int64(page_text, &page) || page < 0 || page > INT32_MAX)) {
        (void) refuse_parameter(exchange, "page must be a whole number from 0");
        return false;
    }
    if (has_size && (!bytes_to_int64(size_text, &size) || size < 1 || size > SIZE_MAXIMUM)) {
        (void) refuse_parameter(exchange, "size must be a whole number from 1 to 1000");
        return false;
    }
    list->limit = has_page || has_size ? size : -1;
    list->offset = has_page || has_size ? page * size : 0;
    return true;
}

/* Reads the query. False: it is wrong, and that is answered. */
static bool take_query(struct api_context *context, struct api_exchange *exchange, struct connection_list *list)
{
    struct bytes type, sort;
    bool has_type, has_sort;

    if (!url_parameter(exchange->request->query, "type", exchange->arena, &type, &has_type)
        || !url_parameter(exchange->request->query, "sort", exchange->arena, &sort, &has_sort)) {
        (void) refuse_parameter(exchange, "The query is not correctly percent-encoded UTF-8");
        return false;
    }
    if (!has_type || type.length == 0) {
        (void) apinizer_error(exchange, 400, "bad_request", "Connection type parameter is required!");
        return false;
    }
    if (type_find(context->types, type) == NULL) {
        (void) apinizer_error(exchange, 400, "bad_request", "Connection type '%.*s' is not valid!", BYTES_FORMAT(type));
        return false;
    }
    /* A type's name that is known needs no escaping. */
    list->filters = arena_printf(exchange->arena, "[{\"field\":\"type\",\"op\":\"in\",\"values\":[\"%.*s\"]}]", BYTES_FORMAT(type));
    if (has_sort && !take_sort(list, sort, exchange->arena)) {
        (void) refuse_parameter(exchange, "sort must be a field (name, type, description, enabled, deployToWorker, created, updated), then ,asc or ,desc");
        return false;
    }
    return take_page(exchange, list);
}

enum api_step apinizer_list_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct listing *listing = ARENA_NEW(exchange->arena, struct listing);

    if (listing == NULL || !apinizer_target(exchange, &listing->list.target)) {
        return API_ANSWERED;
    }
    listing->list.orders = BYTES("[{\"field\":\"name\"}]");
    if (!take_query(context, exchange, &listing->list)) {
        listing->refused = true;
        listing->list.limit = 0;
    }
    exchange->state = listing;
    connection_list_call(&listing->list, &exchange->call);
    return API_CALL;
}

/* Text of one portion: the head of the list before the first, items, and the tail after the last. */
static bool write_portion(struct api_exchange *exchange, struct listing *listing, const struct db_result *rows, struct bytes *text)
{
    struct buf buf;
    int64_t used = 0;

    buf_init(&buf, exchange->arena, 4096);
    for (int i = 0; i < rows->count; i++) {
        struct connection_row row;
        struct json_writer writer;
        connection_fetched(rows, i, &row, &used);
        if (listing->any) {
            buf_add_char(&buf, ',');
        }
        listing->any = true;
        json_writer_open(&writer, &buf);
        apinizer_write_connection(&writer, &row, row.settings);
        if (!json_writer_close(&writer)) {
            return false;
        }
    }
    /* No row at all: those that this portion asked for were deleted meanwhile. */
    listing->ids = rows->count == 0 ? connection_ids_after(listing->ids, CONNECTION_FETCH_MAX) : connection_ids_after(listing->ids, used);
    if (listing->ids.length == 0) {
        buf_printf(&buf, "],\"resultCount\":%lld}", (long long) listing->total);
    }
    *text = buf_bytes(&buf);
    return text->data != NULL || text->length == 0;
}

static enum api_step begin_list(struct api_context *context, struct api_exchange *exchange, struct listing *listing, const struct db_result *result)
{
    struct connection_listed listed;
    struct connection_result access = {0};

    connection_list_outcome(result, &listed);
    access.outcome = listed.outcome;
    if (listing->refused && listed.outcome == CONNECTION_OK) {
        return API_ANSWERED;
    }
    if (apinizer_refused(exchange, &listing->list.target, &access)) {
        return API_ANSWERED;
    }
    token_used(context->touched, listing->list.target.token);
    listing->total = listed.total;
    listing->ids = arena_copy(exchange->arena, listed.ids);
    if (listed.ids.length == 0 || exchange->request->method == HTTP_HEAD) {
        return apinizer_json(exchange, 200, arena_printf(exchange->arena, "{\"success\":true,\"resultList\":[],\"resultCount\":%lld}",
                                                         (long long) listed.total));
    }
    (void) apinizer_json(exchange, 200, (struct bytes){NULL, 0});
    exchange->streaming = true;
    exchange->part = BYTES("{\"success\":true,\"resultList\":[");
    listing->mark = arena_mark(exchange->arena);
    connection_fetch_call(&listing->list.target, listing->ids, PORTION_BYTES, &exchange->call);
    return API_PART;
}

enum api_step apinizer_list_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    struct listing *listing = exchange->state;
    struct bytes text;

    if (!exchange->streaming) {
        return begin_list(context, exchange, listing, result);
    }
    arena_rewind(exchange->arena, listing->mark);
    if (result->status != DB_DONE || !write_portion(exchange, listing, result, &text)) {
        exchange->aborted = true;
        return API_ANSWERED;
    }
    if (listing->ids.length == 0) {
        exchange->response.body = text;
        return API_ANSWERED;
    }
    exchange->part = text;
    connection_fetch_call(&listing->list.target, listing->ids, PORTION_BYTES, &exchange->call);
    return API_PART;
}
