/*
 * GET /connections, and GET /connections/{id1},{id2},...: which, then their rows. At most a hundred, so the answer is gathered, not streamed.
 * Its members stand in the order that was asked for.
 */
#include <string.h>

#include "api/catalog/catalog.h"
#include "json/writer.h"
#include "registry/token.h"

enum { PORTION_BYTES = 1 << 20 };

struct listing {
    struct catalog_caller caller;
    struct connection_list list;
    struct catalog_query query;
    struct catalog_shape shape;
    struct bytes ids;
    struct buf items;
    bool begun;
};

/* The ids of the path as one more filter. */
static void take_ids(struct catalog_query *query, struct bytes ids)
{
    struct bytes rest = ids;
    struct bytes id;
    size_t count = 0;

    while (bytes_cut(&rest, ',', &id)) {
        count++;
    }
    query->filter_count = 0;
    query->filters[query->filter_count++] = (struct catalog_filter){.name = BYTES("@id"), .kind = KIND_TEXT, .op = OP_IN, .values = ids};
    query->order_count = 0;
    query->start = 0;
    query->limit = CATALOG_LIMIT_MAXIMUM;
    if (count > CATALOG_LIMIT_MAXIMUM) {
        query->wrong = "At most 100 ids can be asked for at once.";
    }
}

enum api_step catalog_list_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct listing *listing = ARENA_NEW(exchange->arena, struct listing);

    (void) context;
    if (listing == NULL || !catalog_caller_read(exchange, &listing->caller)
        || !catalog_query_read(&listing->query, exchange, catalog_connection_properties)) {
        return API_ANSWERED;
    }
    exchange->state = listing;
    if (exchange->parameters[0].data != NULL) {
        take_ids(&listing->query, exchange->parameters[0]);
    }
    listing->list.target = listing->caller.target;
    listing->list.limit = 0;
    if (listing->query.wrong == NULL && !catalog_query_for_sql(&listing->query, exchange->arena, &listing->list)) {
        return API_ANSWERED;
    }
    listing->shape = (struct catalog_shape){.properties = listing->query.properties, .organisation = listing->caller.organisation};
    buf_init(&listing->items, exchange->arena, 4096);
    buf_add_char(&listing->items, '{');
    connection_list_call(&listing->list, &exchange->call);
    return API_CALL;
}

static enum api_step fetch_or_answer(struct api_exchange *exchange, struct listing *listing)
{
    if (listing->ids.length == 0) {
        buf_add_char(&listing->items, '}');
        return catalog_json(exchange, 200, buf_bytes(&listing->items));
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
    if (catalog_refused(exchange, &listing->caller, &access)) {
        return API_ANSWERED;
    }
    token_used(context->touched, listing->caller.target.token);
    if (listing->query.wrong != NULL) {
        return catalog_error(exchange, 400, "%s", listing->query.wrong);
    }
    if (listed.outcome == CONNECTION_BAD_PATTERN) {
        return catalog_error(exchange, 400, "The regular expression of a property filter is not valid.");
    }
    listing->begun = true;
    listing->ids = arena_copy(exchange->arena, listed.ids);
    return fetch_or_answer(exchange, listing);
}

static bool write_rows(struct api_exchange *exchange, struct listing *listing, const struct db_result *result)
{
    int64_t used = CONNECTION_FETCH_MAX; /* no row at all: what was asked for is deleted meanwhile */

    for (int i = 0; i < result->count; i++) {
        struct connection_row row;
        struct json_writer writer;
        struct buf object;
        connection_fetched(result, i, &row, &used);
        buf_init(&object, exchange->arena, row.settings.length + 768);
        json_writer_open(&writer, &object);
        bool written = catalog_write_object(&writer, &listing->shape, &row, row.settings, exchange->arena);
        if (!json_writer_close(&writer) || !written) {
            return false;
        }
        struct json_value id = {.kind = JSON_STRING, .text = row.public_id};
        buf_add_string(&listing->items, listing->items.length > 1 ? "," : "");
        buf_add(&listing->items, json_text(exchange->arena, &id));
        buf_add_char(&listing->items, ':');
        buf_add(&listing->items, buf_bytes(&object));
    }
    listing->ids = connection_ids_after(listing->ids, used);
    return true;
}

enum api_step catalog_list_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    struct listing *listing = exchange->state;
    struct connection_result unavailable = {.outcome = CONNECTION_UNAVAILABLE};

    if (!listing->begun) {
        return begin_list(context, exchange, listing, result);
    }
    if (result->status != DB_DONE) {
        (void) catalog_refused(exchange, &listing->caller, &unavailable);
        return API_ANSWERED;
    }
    if (!write_rows(exchange, listing, result)) {
        return arena_overflowed(exchange->arena) ? API_ANSWERED : catalog_failed(exchange, "stored settings cannot be read");
    }
    return fetch_or_answer(exchange, listing);
}
