/*
 * GET one connection, and the list. Lists have no secrets: what is sealed is null in what is stored as readable.
 */
#include <string.h>

#include "api/activecampaign/activecampaign.h"
#include "http/url.h"
#include "json/writer.h"
#include "registry/identity.h"
#include "registry/token.h"

/* ---- GET /api/3/connections/{id} */

enum api_step activecampaign_get_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct connection_read *read = ARENA_NEW(exchange->arena, struct connection_read);

    (void) context;
    if (read == NULL || !activecampaign_target(exchange, &read->target)) {
        return API_ANSWERED;
    }
    read->secrets = exchange->request->method != HTTP_HEAD;
    exchange->state = read;
    connection_read_call(read, &exchange->call);
    return API_CALL;
}

enum api_step activecampaign_get_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct connection_read *read = exchange->state;
    struct connection_row row;
    struct bytes settings;
    struct fault fault;

    connection_read_outcome(result, &row);
    if (row.result.outcome == CONNECTION_NOT_FOUND && !activecampaign_id_is_sane(read->target.handle)) {
        return activecampaign_json(exchange, 400, BYTES("{}"));
    }
    if (activecampaign_refused(exchange, &read->target, &row.result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, read->target.token);
    memcpy(exchange->connection, row.result.identity.connection, sizeof exchange->connection);
    if (!connection_open(&row, context->keyring, exchange->arena, &settings, &fault)) {
        return activecampaign_unreadable(exchange, &fault);
    }
    return activecampaign_answer(exchange, 200, &row, settings, FORM_ONE, NULL);
}

/* ---- GET /api/3/connections */

enum { LIMIT_DEFAULT = 20, LIMIT_MAXIMUM = 100, PORTION_BYTES = 1 << 20 };

struct listing {
    struct connection_list list;
    struct bytes ids;
    struct bytes total;
    struct buf items;
    bool malformed;
};

/* Names of the documentation and what SQL calls them; a member of the settings is called as it is. */
static const struct {
    const char *name;
    const char *field;
} list_fields[] = {{"id", "public_id"},    {"service", "service"},   {"externalid", "external_id"}, {"name", "name"},
                   {"logoUrl", "logoUrl"}, {"linkUrl", "linkUrl"},   {"listId", "listId"},          {"status", "status"},
                   {"syncStatus", "syncStatus"}, {"cdate", "created_at"}, {"udate", "updated_at"},  {NULL, NULL}};

/* The field in `filters[field]` or `orders[field]`; NULL when the parameter is none of that, or of no field. */
static const char *bracketed_field(struct bytes name, const char *what)
{
    size_t length = strlen(what);

    if (!bytes_starts(name, what) || name.length < length + 3 || name.data[length] != '[' || name.data[name.length - 1] != ']') {
        return NULL;
    }
    struct bytes field = bytes_slice(name, length + 1, name.length - 1);
    for (size_t i = 0; list_fields[i].name != NULL; i++) {
        if (bytes_is(field, list_fields[i].name)) {
            return list_fields[i].field;
        }
    }
    return NULL;
}

static void write_filter(struct json_writer *writer, const char *field, struct bytes value)
{
    json_object(writer);
    json_key(writer, "field");
    json_string(writer, bytes_from(field));
    json_key(writer, "op");
    json_string(writer, BYTES("in"));
    json_key(writer, "values");
    json_array(writer);
    json_string(writer, value);
    json_array_end(writer);
    json_object_end(writer);
}

static void write_order(struct json_writer *writer, const char *field, struct bytes direction)
{
    json_object(writer);
    json_key(writer, "field");
    json_string(writer, bytes_from(field));
    json_key(writer, "descending");
    json_boolean(writer, bytes_is_nocase(direction, "desc"));
    json_object_end(writer);
}

/* A number of the query within bounds: beyond the maximum it is cut down, below or nonsense it is refused. */
static bool take_number(struct bytes text, int64_t minimum, int64_t maximum, int64_t *number)
{
    if (!bytes_to_int64(text, number) || *number < minimum) {
        return false;
    }
    if (*number > maximum) {
        *number = maximum;
    }
    return true;
}

/* One parameter of the query; false when its value makes no sense. What is not known is passed over, as the API does. */
static bool take_parameter(struct connection_list *list, struct bytes name, struct bytes value, struct json_writer *filters, struct json_writer *orders)
{
    const char *field;

    if (bytes_is(name, "limit")) {
        return take_number(value, 1, LIMIT_MAXIMUM, &list->limit);
    }
    if (bytes_is(name, "offset")) {
        return take_number(value, 0, INT64_MAX / 2, &list->offset);
    }
    if ((field = bracketed_field(name, "filters")) != NULL && strcmp(field, "created_at") != 0 && strcmp(field, "updated_at") != 0) {
        write_filter(filters, field, value);
    } else if ((field = bracketed_field(name, "orders")) != NULL) {
        if (!bytes_is_nocase(value, "asc") && !bytes_is_nocase(value, "desc")) {
            return false;
        }
        write_order(orders, field, value);
    }
    return true;
}

/* Filters and orders of the query as JSON. False when memory ran out. */
static bool take_query(struct api_exchange *exchange, struct listing *listing)
{
    struct bytes query = exchange->request->query;
    struct bytes name, value;
    struct buf filters_buf, orders_buf;
    struct json_writer filters, orders;

    buf_init(&filters_buf, exchange->arena, 128);
    buf_init(&orders_buf, exchange->arena, 128);
    json_writer_open(&filters, &filters_buf);
    json_writer_open(&orders, &orders_buf);
    json_array(&filters);
    json_array(&orders);
    listing->list.limit = LIMIT_DEFAULT;
    while (!listing->malformed && url_next_parameter(&query, &name, &value)) {
        listing->malformed = !url_decode(name, true, exchange->arena, &name) || !url_decode(value, true, exchange->arena, &value)
                             || !take_parameter(&listing->list, name, value, &filters, &orders);
    }
    write_order(&orders, "public_id", BYTES("asc"));
    json_array_end(&filters);
    json_array_end(&orders);
    if (!json_writer_close(&filters) || !json_writer_close(&orders)) {
        return false;
    }
    listing->list.filters = buf_bytes(&filters_buf);
    listing->list.orders = buf_bytes(&orders_buf);
    return true;
}

enum api_step activecampaign_list_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct listing *listing = ARENA_NEW(exchange->arena, struct listing);

    (void) context;
    if (listing == NULL || !activecampaign_target(exchange, &listing->list.target) || !take_query(exchange, listing)) {
        return API_ANSWERED;
    }
    if (listing->malformed) {
        listing->list.limit = 0;
    }
    exchange->state = listing;
    buf_init(&listing->items, exchange->arena, 4096);
    connection_list_call(&listing->list, &exchange->call);
    return API_CALL;
}

static enum api_step answer_list(struct api_exchange *exchange, const struct listing *listing)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, listing->items.length + 256);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key(&writer, "connections");
    json_raw(&writer, arena_printf(exchange->arena, "[%.*s]", BYTES_FORMAT(buf_bytes(&listing->items))));
    json_key(&writer, "meta");
    json_object(&writer);
    json_key(&writer, "total");
    json_string(&writer, listing->total);
    json_key(&writer, "page_input");
    json_object(&writer);
    json_key(&writer, "limit");
    json_integer(&writer, listing->list.limit);
    json_key(&writer, "offset");
    json_integer(&writer, listing->list.offset);
    json_object_end(&writer);
    json_object_end(&writer);
    json_object_end(&writer);
    return json_writer_close(&writer) ? activecampaign_json(exchange, 200, buf_bytes(&buf)) : API_ANSWERED;
}

/* A page has at most a hundred items: it is gathered, not streamed. */
static enum api_step fetch_or_answer(struct api_exchange *exchange, struct listing *listing)
{
    if (listing->ids.length == 0) {
        return answer_list(exchange, listing);
    }
    connection_fetch_call(&listing->list.target, listing->ids, PORTION_BYTES, &exchange->call);
    return API_CALL;
}

static enum api_step begin_list(struct api_context *context, struct api_exchange *exchange, struct listing *listing, const struct db_result *result)
{
    struct connection_listed listed;
    struct connection_result access = {0};

    connection_list_outcome(result, &listed);
    access.outcome = listed.outcome;
    if (activecampaign_refused(exchange, &listing->list.target, &access)) {
        return API_ANSWERED;
    }
    token_used(context->touched, listing->list.target.token);
    if (listing->malformed) {
        return activecampaign_json(exchange, 400, BYTES("{}"));
    }
    listing->total = arena_printf(exchange->arena, "%lld", (long long) listed.total);
    listing->ids = arena_copy(exchange->arena, listed.ids);
    return fetch_or_answer(exchange, listing);
}

enum api_step activecampaign_list_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    struct listing *listing = exchange->state;
    int64_t used = CONNECTION_FETCH_MAX;

    if (listing->total.data == NULL) {
        return begin_list(context, exchange, listing, result);
    }
    if (result->status != DB_DONE) {
        struct connection_result unavailable = {.outcome = CONNECTION_UNAVAILABLE};
        (void) activecampaign_refused(exchange, &listing->list.target, &unavailable);
        return API_ANSWERED;
    }
    for (int i = 0; i < result->count; i++) {
        struct connection_row row;
        struct json_writer writer;
        connection_fetched(result, i, &row, &used);
        if (listing->items.length > 0) {
            buf_add_char(&listing->items, ',');
        }
        json_writer_open(&writer, &listing->items);
        bool written = activecampaign_write(&writer, &row, row.settings, FORM_ITEM, exchange->arena);
        if (!json_writer_close(&writer) || !written) {
            return arena_overflowed(exchange->arena) ? API_ANSWERED : activecampaign_failed(exchange, "stored settings cannot be read");
        }
    }
    listing->ids = connection_ids_after(listing->ids, used);
    return fetch_or_answer(exchange, listing);
}
