/*
 * The query of a list, read into filters and orders that say nothing yet about how they are answered: SQL for connections (filter.c), a walk over
 * what was read at start for connectors. What makes no sense is refused, not passed over, except for parameters that nobody documents.
 */
#include <stdlib.h>
#include <string.h>

#include "api/catalog/catalog.h"
#include "http/url.h"

const struct catalog_property catalog_connection_properties[] = {
    {"name", KIND_TEXT, true, "name"},
    {"connector", KIND_TEXT, true, "type"},
    {"description", KIND_TEXT, true, "description"},
    {"enabled", KIND_BOOLEAN, true, "enabled"},
    {"accountId", KIND_MEMBER, true, NULL},
    {"ingestStart", KIND_MEMBER, true, NULL},
    {"parentConnectionId", KIND_MEMBER, true, NULL},
    {"version", KIND_VERSION, true, "version"},
    {"created", KIND_MOMENT, true, "created"},
    {"updated", KIND_MOMENT, true, "updated"},
    {"createdClient", KIND_TEXT, true, "created_client"},
    {"createdUser", KIND_TEXT, true, "created_by"},
    {"updatedUser", KIND_TEXT, true, "updated_by"},
    {"imsOrg", KIND_TEXT, false, "ims_org"},
    {"dataSets", KIND_TEXT, false, "data_sets"},
    {"statsCache", KIND_OBJECT, false, NULL},
    {"@id", KIND_TEXT, false, "public_id"}, /* of the path, no member of the object */
    {NULL, KIND_TEXT, false, NULL},
};

const struct catalog_property catalog_connector_properties[] = {
    {"name", KIND_TEXT, true, NULL},         {"description", KIND_TEXT, true, NULL},          {"category", KIND_TEXT, true, NULL},
    {"ingestStart", KIND_TEXT, true, NULL},  {"type", KIND_TEXT, true, NULL},                 {"version", KIND_VERSION, true, NULL},
    {"maxConnections", KIND_NUMBER, true, NULL}, {"uiCreationAllowed", KIND_BOOLEAN, true, NULL}, {"internal", KIND_BOOLEAN, true, NULL},
    {"connectorOwnedDataSets", KIND_BOOLEAN, true, NULL}, {NULL, KIND_TEXT, false, NULL},
};

enum { TEXT_MAX = 4096 };

const struct catalog_property *catalog_property_find(const struct catalog_property *properties, struct bytes name)
{
    for (; properties->name != NULL; properties++) {
        if (bytes_is(name, properties->name)) {
            return properties;
        }
    }
    return NULL;
}

bool catalog_version_read(struct bytes text, int64_t parts[3])
{
    struct bytes part;
    size_t count = 0;

    parts[0] = parts[1] = parts[2] = 0;
    if (text.length == 0 || text.data[text.length - 1] == '.') {
        return false;
    }
    while (bytes_cut(&text, '.', &part)) {
        if (count == 3 || part.length == 0 || part.data[0] == '-' || !bytes_to_int64(part, &parts[count++])) {
            return false;
        }
    }
    return true;
}

struct bytes catalog_like_pattern(struct bytes text, struct arena *arena)
{
    struct buf buf;

    buf_init(&buf, arena, text.length + 8);
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '*' && i + 1 < text.length && text.data[i + 1] == '*') {
            buf_add_char(&buf, '*');
            i++;
        } else if (c == '*') {
            buf_add_char(&buf, '%');
        } else {
            if (c == '%' || c == '_' || c == '\\') {
                buf_add_char(&buf, '\\');
            }
            buf_add_char(&buf, c);
        }
    }
    return buf.length > 0 ? buf_bytes(&buf) : BYTES("");
}

/* ---- values ---- */

static const char *complaint_about(enum catalog_kind kind, struct bytes value)
{
    int64_t number;
    int64_t parts[3];

    switch (kind) {
    case KIND_BOOLEAN:
        return bytes_is(value, "true") || bytes_is(value, "false") ? NULL : "A filter by a boolean needs true or false.";
    case KIND_MOMENT:
        return bytes_to_int64(value, &number) ? NULL : "A filter by a time needs whole milliseconds.";
    case KIND_NUMBER:
        return bytes_to_int64(value, &number) ? NULL : "A filter by a number needs a whole number.";
    case KIND_VERSION:
        return catalog_version_read(value, parts) ? NULL : "A filter by a version needs one like 1.0.3.";
    default:
        return value.length <= TEXT_MAX ? NULL : "A filter's value is too long.";
    }
}

static const char *complaint_about_values(const struct catalog_filter *filter)
{
    struct bytes rest = filter->values;
    struct bytes value;

    if (filter->op == OP_EXISTS || filter->op == OP_ABSENT) {
        return NULL;
    }
    if (filter->op == OP_MATCHES) {
        return catalog_regex_complaint(filter->values);
    }
    if (filter->single) {
        return complaint_about(filter->kind, filter->values);
    }
    if (rest.length > 0 && rest.data[rest.length - 1] == ',' && filter->kind != KIND_TEXT && filter->kind != KIND_MEMBER) {
        return "A filter's list of values ends with a comma.";
    }
    while (bytes_cut(&rest, ',', &value)) {
        const char *complaint = complaint_about(filter->kind, value);
        if (complaint != NULL) {
            return complaint;
        }
    }
    return filter->values.length > 0 || filter->kind == KIND_TEXT || filter->kind == KIND_MEMBER ? NULL : complaint_about(filter->kind, BYTES(""));
}

static void add_filter(struct catalog_query *query, struct catalog_filter filter)
{
    if (query->filter_count == CATALOG_FILTERS_MAX) {
        query->wrong = "There are too many filters.";
        return;
    }
    query->wrong = complaint_about_values(&filter);
    query->filters[query->filter_count++] = filter;
}

/* ---- parameters ---- */

static void take_simple(struct catalog_query *query, const struct catalog_property *property, struct bytes value)
{
    bool negated = value.length > 0 && value.data[0] == '!';

    add_filter(query, (struct catalog_filter){.name = bytes_from(property->name), .kind = property->kind, .op = negated ? OP_NOT_IN : OP_IN,
                                              .values = bytes_slice(value, negated ? 1 : 0, value.length),
                                              .wildcards = strcmp(property->name, "name") == 0});
}

static const struct {
    const char *sign; /* longer ones first */
    enum catalog_op op;
} operators[] = {{"==", OP_IN}, {"!=", OP_NOT_IN}, {"<=", OP_LESS_OR_EQUAL}, {">=", OP_GREATER_OR_EQUAL}, {"~", OP_MATCHES}, {"<", OP_LESS}, {">", OP_GREATER}};

enum { OPERATORS = sizeof operators / sizeof operators[0] };

/* Where the operator of an expression begins, and which it is; OPERATORS when there is none. */
static size_t find_operator(struct bytes expression, size_t *at)
{
    for (*at = 0; *at < expression.length; ++*at) {
        for (size_t i = 0; i < OPERATORS; i++) {
            if (bytes_starts(bytes_slice(expression, *at, expression.length), operators[i].sign)) {
                return i;
            }
        }
    }
    return OPERATORS;
}

/* name, !name, name~regex, name==value, ... */
static void take_property(struct catalog_query *query, struct bytes expression, const struct catalog_property *properties)
{
    struct catalog_filter filter = {.op = OP_EXISTS, .single = true};
    size_t at;
    size_t found;

    if (expression.length > 0 && expression.data[0] == '!') {
        filter.op = OP_ABSENT;
        expression = bytes_slice(expression, 1, expression.length);
    }
    found = find_operator(expression, &at);
    if (found < OPERATORS) {
        if (filter.op == OP_ABSENT) {
            query->wrong = "A property filter has ! before a comparison.";
            return;
        }
        filter.op = operators[found].op;
        filter.values = bytes_slice(expression, at + strlen(operators[found].sign), expression.length);
    }
    filter.name = bytes_trim(bytes_slice(expression, 0, at));
    const struct catalog_property *property = catalog_property_find(properties, filter.name);
    filter.kind = property == NULL ? KIND_MEMBER : property->kind;
    if (filter.name.length == 0 || memchr(filter.name.data, '=', filter.name.length) != NULL) {
        query->wrong = "A property filter must be name, !name, name~expression, or name and one of == != < <= > >= and a value.";
        return;
    }
    add_filter(query, filter);
}

static void take_tags(struct catalog_query *query, struct bytes tags)
{
    struct bytes tag;
    struct bytes name;

    while (query->wrong == NULL && bytes_cut(&tags, ',', &tag)) {
        if (tag.length == 0 || memchr(tag.data, ':', tag.length) == NULL || !bytes_cut(&tag, ':', &name) || name.length == 0) {
            query->wrong = "A tag filter must be name:value.";
            return;
        }
        add_filter(query, (struct catalog_filter){.name = name, .kind = KIND_OBJECT, .op = OP_TAG, .values = tag, .wildcards = true, .single = true});
    }
}

static void take_orders(struct catalog_query *query, struct bytes orders, const struct catalog_property *properties)
{
    struct bytes name;

    while (bytes_cut(&orders, ',', &name)) {
        struct catalog_order order = {.descending = false};
        name = bytes_trim(name);
        if (bytes_starts(name, "asc:") || bytes_starts(name, "desc:")) {
            struct bytes direction;
            (void) bytes_cut(&name, ':', &direction);
            order.descending = bytes_is(direction, "desc");
        }
        order.name = bytes_trim(name);
        const struct catalog_property *property = catalog_property_find(properties, order.name);
        order.kind = property == NULL ? KIND_MEMBER : property->kind;
        if (order.name.length == 0 || query->order_count == CATALOG_ORDERS_MAX) {
            query->wrong = "orderBy must be names parted by commas, each perhaps after asc: or desc:.";
            return;
        }
        query->orders[query->order_count++] = order;
    }
}

/* createdAfter and createdBefore are exclusive. */
static void take_bound(struct catalog_query *query, enum catalog_op op, struct bytes value)
{
    add_filter(query, (struct catalog_filter){.name = BYTES("created"), .kind = KIND_MOMENT, .op = op, .values = value, .single = true});
}

static void take_parameter(struct catalog_query *query, struct bytes name, struct bytes value, const struct catalog_property *properties)
{
    const struct catalog_property *property = catalog_property_find(properties, name);
    bool connections = properties == catalog_connection_properties;

    if (property != NULL && property->simple) {
        take_simple(query, property, value);
    } else if (bytes_is(name, "property")) {
        take_property(query, value, properties);
    } else if (bytes_is(name, "orderBy") || bytes_is(name, "sort")) {
        take_orders(query, value, properties);
    } else if (bytes_is(name, "properties")) {
        query->properties = value.length > 0 ? value : BYTES("");
    } else if (connections && bytes_is(name, "tags")) {
        take_tags(query, value);
    } else if (connections && bytes_is(name, "createdAfter")) {
        take_bound(query, OP_GREATER, value);
    } else if (connections && bytes_is(name, "createdBefore")) {
        take_bound(query, OP_LESS, value);
    }
}

/* A number of the query, else of the header of that name; false when there is neither. */
static bool find_number(struct api_exchange *exchange, const char *name, struct bytes *text)
{
    bool found = false;

    if (!url_parameter(exchange->request->query, name, exchange->arena, text, &found)) {
        *text = BYTES("?");
        return true;
    }
    if (!found) {
        *text = http_request_field(exchange->request, name);
        found = text->data != NULL;
    }
    return found;
}

static bool has_parameter(struct api_exchange *exchange, const char *name)
{
    struct bytes value;
    bool found = false;

    return url_parameter(exchange->request->query, name, exchange->arena, &value, &found) && found;
}

static void take_page(struct catalog_query *query, struct api_exchange *exchange)
{
    struct bytes text;
    bool start_in_header = !has_parameter(exchange, "start") && has_parameter(exchange, "offset");

    query->limit = 20;
    if (find_number(exchange, "limit", &text) && (!bytes_to_int64(text, &query->limit) || query->limit < 1 || query->limit > CATALOG_LIMIT_MAXIMUM)) {
        query->wrong = "limit must be a whole number from 1 to 100.";
    }
    /* start wins over offset, and the query over headers */
    if (((!start_in_header && find_number(exchange, "start", &text)) || find_number(exchange, "offset", &text))
        && (!bytes_to_int64(text, &query->start) || query->start < 0 || query->start > INT32_MAX)) {
        query->wrong = "start must be a whole number from 0.";
    }
}

bool catalog_query_read(struct catalog_query *query, struct api_exchange *exchange, const struct catalog_property *properties)
{
    struct bytes rest = exchange->request->query;
    struct bytes name, value;

    memset(query, 0, sizeof *query);
    take_page(query, exchange);
    while (query->wrong == NULL && url_next_parameter(&rest, &name, &value)) {
        if (!url_decode(name, true, exchange->arena, &name) || !url_decode(value, true, exchange->arena, &value)) {
            query->wrong = "The query is not correctly percent-encoded UTF-8.";
        } else {
            take_parameter(query, name, value, properties);
        }
    }
    return !arena_overflowed(exchange->arena);
}
