/*
 * Filters and orders as connection_list.sql takes them: JSON with fields and ops of ours, and what the caller sent as names of members and
 * values. Times become half-open ranges of moments, so that an index serves them; versions become revisions.
 */
#include <inttypes.h>
#include <string.h>

#include "api/catalog/catalog.h"
#include "json/writer.h"

/* Beyond these moments there are no connections, and timestamptz ends. Milliseconds. */
#define MOMENT_MAX INT64_C(100000000000000)

static void begin_item(struct json_writer *writer, const char *op)
{
    json_object(writer);
    json_key(writer, "op");
    json_string(writer, bytes_from(op));
}

static void write_field(struct json_writer *writer, const char *field)
{
    json_key(writer, "field");
    json_string(writer, bytes_from(field));
}

static void write_member(struct json_writer *writer, const char *key, struct bytes name)
{
    json_key(writer, key);
    json_string(writer, name);
}

static void write_value(struct json_writer *writer, struct bytes value)
{
    json_key(writer, "values");
    json_array(writer);
    json_string(writer, value);
    json_array_end(writer);
}

static void write_number(struct json_writer *writer, int64_t number, struct arena *arena)
{
    write_value(writer, arena_printf(arena, "%" PRId64, number));
}

static void write_never(struct json_writer *writer)
{
    begin_item(writer, "never");
    json_object_end(writer);
}

/* The field or member that a filter is about. */
static void write_subject(struct json_writer *writer, const struct catalog_filter *filter)
{
    const struct catalog_property *property = catalog_property_find(catalog_connection_properties, filter->name);

    if (filter->kind == KIND_MEMBER || property == NULL) {
        write_member(writer, "member", filter->name);
    } else if (filter->kind == KIND_MOMENT) {
        write_field(writer, bytes_is(filter->name, "created") ? "created_text" : "updated_text");
    } else {
        write_field(writer, property->field);
    }
}

/* A value as it stands in the answer, so that texts can be compared: 007 is 7, 1.0 is 1.0.0. */
static struct bytes normal_value(const struct catalog_filter *filter, struct bytes value, struct arena *arena)
{
    int64_t number;
    int64_t parts[3];

    if (filter->kind == KIND_MOMENT && bytes_to_int64(value, &number)) {
        return arena_printf(arena, "%" PRId64, number);
    }
    if (filter->kind == KIND_VERSION && catalog_version_read(value, parts)) {
        return arena_printf(arena, "%" PRId64 ".%" PRId64 ".%" PRId64, parts[0], parts[1], parts[2]);
    }
    return filter->wildcards ? catalog_like_pattern(value, arena) : value;
}

static void write_in(struct json_writer *writer, const struct catalog_filter *filter, struct arena *arena)
{
    struct bytes rest = filter->values;
    struct bytes value;
    bool negated = filter->op == OP_NOT_IN;

    begin_item(writer, filter->wildcards ? (negated ? "not_like" : "like") : (negated ? "not_in" : "in"));
    write_subject(writer, filter);
    json_key(writer, "values");
    json_array(writer);
    if (filter->single || rest.length == 0) {
        json_string(writer, normal_value(filter, rest, arena));
    } else {
        while (bytes_cut(&rest, ',', &value)) {
            json_string(writer, normal_value(filter, value, arena));
        }
    }
    json_array_end(writer);
    json_object_end(writer);
}

static const char *const comparisons[] = {
    [OP_LESS] = "lt", [OP_LESS_OR_EQUAL] = "le", [OP_GREATER] = "gt", [OP_GREATER_OR_EQUAL] = "ge"};

/* Stored moments are microseconds, shown are whole milliseconds: "> 5" begins with 6. */
static void write_moment_comparison(struct json_writer *writer, const struct catalog_filter *filter, struct arena *arena)
{
    bool upper = filter->op == OP_LESS || filter->op == OP_LESS_OR_EQUAL;
    bool next = filter->op == OP_GREATER || filter->op == OP_LESS_OR_EQUAL;
    int64_t number = 0;

    (void) bytes_to_int64(filter->values, &number);
    number = number > MOMENT_MAX ? MOMENT_MAX : number < -MOMENT_MAX ? -MOMENT_MAX : number;
    begin_item(writer, upper ? "lt" : "ge");
    write_field(writer, bytes_is(filter->name, "created") ? "created_at" : "updated_at");
    write_number(writer, number + next, arena);
    json_object_end(writer);
}

/* Every stored version is 1.0.n. */
static void write_version_comparison(struct json_writer *writer, const struct catalog_filter *filter, struct arena *arena)
{
    int64_t parts[3] = {0, 0, 0};
    bool wants_less = filter->op == OP_LESS || filter->op == OP_LESS_OR_EQUAL;

    (void) catalog_version_read(filter->values, parts);
    if (parts[0] != 1 || parts[1] != 0) {
        bool all_less = parts[0] > 1 || (parts[0] == 1 && parts[1] > 0);
        if (all_less != wants_less) {
            write_never(writer);
        }
        return;
    }
    begin_item(writer, comparisons[filter->op]);
    write_field(writer, "revision");
    write_number(writer, parts[2] == INT64_MAX ? INT64_MAX : parts[2] + 1, arena);
    json_object_end(writer);
}

static void write_comparison(struct json_writer *writer, const struct catalog_filter *filter, struct arena *arena)
{
    if (filter->kind == KIND_MOMENT) {
        write_moment_comparison(writer, filter, arena);
    } else if (filter->kind == KIND_VERSION) {
        write_version_comparison(writer, filter, arena);
    } else {
        begin_item(writer, comparisons[filter->op]);
        write_subject(writer, filter);
        write_value(writer, filter->values);
        json_object_end(writer);
    }
}

static void write_tag(struct json_writer *writer, const struct catalog_filter *filter, struct arena *arena)
{
    bool any = bytes_is(filter->values, "*");

    begin_item(writer, any ? "tagged" : "tag_like");
    write_member(writer, "tag", filter->name);
    if (!any) {
        write_value(writer, catalog_like_pattern(filter->values, arena));
    }
    json_object_end(writer);
}

/* statsCache is always there, and compares with nothing. */
static void write_object_filter(struct json_writer *writer, const struct catalog_filter *filter)
{
    if (filter->op != OP_EXISTS && filter->op != OP_NOT_IN) {
        write_never(writer);
    }
}

static void write_filter(struct json_writer *writer, const struct catalog_filter *filter, struct arena *arena)
{
    if (filter->op == OP_TAG) {
        write_tag(writer, filter, arena);
        return;
    }
    if (filter->kind == KIND_OBJECT) {
        write_object_filter(writer, filter);
        return;
    }
    switch (filter->op) {
    case OP_IN:
    case OP_NOT_IN:
        write_in(writer, filter, arena);
        return;
    case OP_EXISTS:
    case OP_ABSENT:
        begin_item(writer, filter->op == OP_EXISTS ? "exists" : "absent");
        write_subject(writer, filter);
        json_object_end(writer);
        return;
    case OP_MATCHES:
        begin_item(writer, "matches");
        write_subject(writer, filter);
        write_value(writer, filter->values);
        json_object_end(writer);
        return;
    default:
        write_comparison(writer, filter, arena);
    }
}

/* Ties within a shown millisecond are for the next name to break; the last name may use the moment itself, which an index has. */
static const char *order_field(const struct catalog_order *order, bool last)
{
    const struct catalog_property *property = catalog_property_find(catalog_connection_properties, order->name);

    if (order->kind == KIND_MOMENT) {
        bool created = bytes_is(order->name, "created");
        return last ? (created ? "created_at" : "updated_at") : (created ? "created_ms" : "updated_ms");
    }
    return order->kind == KIND_VERSION ? "revision" : property == NULL ? NULL : property->field;
}

static void write_order(struct json_writer *writer, const struct catalog_order *order, bool last)
{
    const char *field = order_field(order, last);

    json_object(writer);
    if (field != NULL) {
        write_field(writer, field);
    } else {
        write_member(writer, "member", order->name);
    }
    json_key(writer, "descending");
    json_boolean(writer, order->descending);
    json_object_end(writer);
}

bool catalog_query_for_sql(const struct catalog_query *query, struct arena *arena, struct connection_list *list)
{
    static const struct catalog_order chronological = {.name = BYTES_INIT("created"), .kind = KIND_MOMENT};
    struct json_writer filters, orders;
    struct buf filters_buf, orders_buf;

    buf_init(&filters_buf, arena, 128);
    buf_init(&orders_buf, arena, 128);
    json_writer_open(&filters, &filters_buf);
    json_writer_open(&orders, &orders_buf);
    json_array(&filters);
    json_array(&orders);
    for (size_t i = 0; i < query->filter_count; i++) {
        write_filter(&filters, &query->filters[i], arena);
    }
    for (size_t i = 0; i < query->order_count; i++) {
        write_order(&orders, &query->orders[i], i + 1 == query->order_count);
    }
    if (query->order_count == 0) {
        write_order(&orders, &chronological, true);
    }
    json_array_end(&filters);
    json_array_end(&orders);
    if (!json_writer_close(&filters) || !json_writer_close(&orders)) {
        return false;
    }
    list->filters = buf_bytes(&filters_buf);
    list->orders = buf_bytes(&orders_buf);
    list->offset = query->start;
    list->limit = query->limit;
    return true;
}
