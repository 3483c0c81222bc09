/*
 * Connectors: read at start, so lists are a walk in memory, with the same query language as connections. The database is asked only whether the
 * caller may enter.
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "api/catalog/catalog.h"
#include "json/writer.h"
#include "registry/caller.h"
#include "registry/connector.h"
#include "registry/token.h"

struct showing {
    struct catalog_caller caller;
    struct catalog_query query;
    struct connection_list count; /* stats */
};

/* ---- filters ---- */

/* A member as text, if it is one: numbers and booleans as JSON has them. */
static bool text_of(const struct json_value *value, struct bytes *text)
{
    if (value == NULL || value->kind == JSON_NULL || value->kind == JSON_ARRAY || value->kind == JSON_OBJECT) {
        return false;
    }
    *text = value->kind == JSON_BOOLEAN ? (value->boolean ? BYTES("true") : BYTES("false")) : value->text;
    return true;
}

static int compare_texts(struct bytes a, struct bytes b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

    return order != 0 ? order : a.length < b.length ? -1 : a.length > b.length;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_values(enum catalog_kind kind, struct bytes a, struct bytes b)
{
    int64_t left[3] = {0, 0, 0}, right[3] = {0, 0, 0};

    if (kind == KIND_NUMBER && bytes_to_int64(a, &left[0]) && bytes_to_int64(b, &right[0])) {
        return compare_numbers(left[0], right[0]);
    }
    if (kind == KIND_VERSION && catalog_version_read(a, left) && catalog_version_read(b, right)) {
        int order = compare_numbers(left[0], right[0]);
        order = order != 0 ? order : compare_numbers(left[1], right[1]);
        return order != 0 ? order : compare_numbers(left[2], right[2]);
    }
    return compare_texts(a, b);
}

/* Greedy with one way back, so it takes at most length times length steps. ** is an asterisk, * any run. */
static bool fits_wildcards(struct bytes text, struct bytes pattern)
{
    size_t at = 0, in = 0, star = SIZE_MAX, star_at = 0;

    while (at < text.length) {
        bool literal = in + 1 < pattern.length && pattern.data[in] == '*' && pattern.data[in + 1] == '*';
        if (in < pattern.length && (literal || pattern.data[in] != '*') && pattern.data[in] == text.data[at]) {
            in += literal ? 2 : 1;
            at++;
        } else if (in < pattern.length && !literal && pattern.data[in] == '*') {
            star = ++in;
            star_at = at;
        } else if (star != SIZE_MAX) {
            in = star;
            at = ++star_at;
        } else {
            return false;
        }
    }
    while (in < pattern.length && pattern.data[in] == '*' && !(in + 1 < pattern.length && pattern.data[in + 1] == '*')) {
        in++;
    }
    return in == pattern.length;
}

static bool is_any_of(const struct catalog_filter *filter, struct bytes text)
{
    struct bytes rest = filter->values;
    struct bytes value = BYTES("");

    if (filter->single || rest.length == 0) {
        return filter->wildcards ? fits_wildcards(text, rest) : compare_values(filter->kind, text, rest) == 0;
    }
    while (bytes_cut(&rest, ',', &value)) {
        if (filter->wildcards ? fits_wildcards(text, value) : compare_values(filter->kind, text, value) == 0) {
            return true;
        }
    }
    return false;
}

static bool matches_regex(struct bytes regex, struct bytes text, struct arena *arena)
{
    regex_t compiled;
    struct bytes pattern = arena_copy(arena, regex);
    struct bytes subject = arena_copy(arena, text);

    if (pattern.data == NULL || subject.data == NULL || regcomp(&compiled, pattern.data, REG_EXTENDED | REG_NOSUB) != 0) {
        return false;
    }
    bool matches = regexec(&compiled, subject.data, 0, NULL, 0) == 0;
    regfree(&compiled);
    return matches;
}

static bool fits(const struct catalog_filter *filter, const struct json_value *connector, struct arena *arena)
{
    const struct json_value *value = bytes_is(filter->name, "id") ? NULL : json_member_bytes(connector, filter->name);
    struct bytes text = BYTES("");
    bool has_text = text_of(value, &text);

    switch (filter->op) {
    case OP_IN:
        return has_text && is_any_of(filter, text);
    case OP_NOT_IN:
        return !(has_text && is_any_of(filter, text));
    case OP_EXISTS:
        return value != NULL;
    case OP_ABSENT:
        return value == NULL;
    case OP_MATCHES:
        return has_text && matches_regex(filter->values, text, arena);
    case OP_LESS:
        return has_text && compare_values(filter->kind, text, filter->values) < 0;
    case OP_LESS_OR_EQUAL:
        return has_text && compare_values(filter->kind, text, filter->values) <= 0;
    case OP_GREATER:
        return has_text && compare_values(filter->kind, text, filter->values) > 0;
    case OP_GREATER_OR_EQUAL:
        return has_text && compare_values(filter->kind, text, filter->values) >= 0;
    case OP_TAG:
        break;
    }
    return false;
}

static bool fits_all(const struct catalog_query *query, const struct json_value *connector, struct arena *arena)
{
    for (size_t i = 0; i < query->filter_count; i++) {
        if (!fits(&query->filters[i], connector, arena)) {
            return false;
        }
    }
    return true;
}

/* True where `a` belongs after `b`; what has no such member comes last, in descending order first. */
static bool belongs_after(const struct catalog_query *query, const struct json_value *a, const struct json_value *b)
{
    for (size_t i = 0; i < query->order_count; i++) {
        const struct catalog_order *order = &query->orders[i];
        struct bytes left = BYTES(""), right = BYTES("");
        bool has_left = text_of(json_member_bytes(a, order->name), &left);
        bool has_right = text_of(json_member_bytes(b, order->name), &right);
        int compared = has_left && has_right ? compare_values(order->kind, left, right) : has_right - has_left;
        if (compared != 0) {
            return order->descending ? compared < 0 : compared > 0;
        }
    }
    return false;
}

/* Stable: equals stay in order of their ids. Connectors are few. */
static void sort_connectors(const struct catalog_query *query, const struct json_value **connectors, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct json_value *moved = connectors[i];
        size_t at = i;
        for (; at > 0 && belongs_after(query, connectors[at - 1], moved); at--) {
            connectors[at] = connectors[at - 1];
        }
        connectors[at] = moved;
    }
}

/* ---- answers ---- */

static void write_connector(struct json_writer *writer, const struct json_value *connector, struct bytes properties, struct arena *arena)
{
    struct bytes id = json_member(connector, "id")->text;

    json_key_bytes(writer, id);
    json_object(writer);
    for (const struct json_value *member = connector->first; member != NULL; member = member->next) {
        if (!bytes_is(member->key, "id") && catalog_is_wanted(properties, member->key)) {
            json_key_bytes(writer, member->key);
            json_tree(writer, member);
        }
    }
    if (catalog_is_wanted(properties, BYTES("stats"))) {
        json_key(writer, "stats");
        json_string(writer, arena_printf(arena, "@/connectors/%.*s/stats", BYTES_FORMAT(id)));
    }
    json_object_end(writer);
}

static enum api_step answer_connectors(struct api_exchange *exchange, const struct catalog_query *query, const struct json_value **connectors, size_t count)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, 1024);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    for (size_t i = (size_t) query->start; i < count && i < (size_t) (query->start + query->limit); i++) {
        write_connector(&writer, connectors[i], query->properties, exchange->arena);
    }
    json_object_end(&writer);
    return json_writer_close(&writer) ? catalog_json(exchange, 200, buf_bytes(&buf)) : API_ANSWERED;
}

static enum api_step begin(struct api_exchange *exchange)
{
    struct showing *showing = ARENA_NEW(exchange->arena, struct showing);

    if (showing == NULL || !catalog_caller_read(exchange, &showing->caller)
        || !catalog_query_read(&showing->query, exchange, catalog_connector_properties)) {
        return API_ANSWERED;
    }
    exchange->state = showing;
    caller_enter_call(&showing->caller.target, NULL, &exchange->call);
    return API_CALL;
}

/* False: answered. */
static bool enter(struct api_context *context, struct api_exchange *exchange, const struct showing *showing, const struct db_result *result)
{
    struct connection_result entered = {.outcome = caller_enter_outcome(result)};

    if (catalog_refused(exchange, &showing->caller, &entered)) {
        return false;
    }
    token_used(context->touched, showing->caller.target.token);
    if (showing->query.wrong != NULL) {
        (void) catalog_error(exchange, 400, "%s", showing->query.wrong);
        return false;
    }
    return true;
}

static enum api_step answer_unknown(struct api_exchange *exchange)
{
    return catalog_error(exchange, 404, "Connector (id: %.*s) was not found.", BYTES_FORMAT(exchange->parameters[0]));
}

enum api_step catalog_connectors_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    return begin(exchange);
}

enum api_step catalog_connectors_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct showing *showing = exchange->state;
    const struct json_value **found;
    size_t count = 0;

    if (!enter(context, exchange, showing, result)) {
        return API_ANSWERED;
    }
    found = ARENA_ARRAY(exchange->arena, const struct json_value *, connector_count(context->connectors) + 1);
    for (size_t i = 0; found != NULL && i < connector_count(context->connectors); i++) {
        const struct json_value *connector = connector_at(context->connectors, i);
        if (fits_all(&showing->query, connector, exchange->arena)) {
            found[count++] = connector;
        }
    }
    if (found == NULL) {
        return API_ANSWERED;
    }
    sort_connectors(&showing->query, found, count);
    return answer_connectors(exchange, &showing->query, found, count);
}

enum api_step catalog_connector_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    return begin(exchange);
}

enum api_step catalog_connector_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    struct showing *showing = exchange->state;
    const struct json_value *connector = connector_find(context->connectors, exchange->parameters[0]);

    if (!enter(context, exchange, showing, result)) {
        return API_ANSWERED;
    }
    if (connector == NULL) {
        return answer_unknown(exchange);
    }
    showing->query.start = 0;
    return answer_connectors(exchange, &showing->query, &connector, 1);
}

/* ---- GET /connectors/{id}/stats: how many connections the organisation has of it. */

enum api_step catalog_connector_stats_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct showing *showing = ARENA_NEW(exchange->arena, struct showing);

    (void) context;
    if (showing == NULL || !catalog_caller_read(exchange, &showing->caller)) {
        return API_ANSWERED;
    }
    exchange->state = showing;
    showing->query.filters[0] =
        (struct catalog_filter){.name = BYTES("connector"), .kind = KIND_TEXT, .op = OP_IN, .values = exchange->parameters[0], .single = true};
    showing->query.filter_count = 1;
    showing->count.target = showing->caller.target;
    if (!catalog_query_for_sql(&showing->query, exchange->arena, &showing->count)) {
        return API_ANSWERED;
    }
    connection_list_call(&showing->count, &exchange->call);
    return API_CALL;
}

enum api_step catalog_connector_stats_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct showing *showing = exchange->state;
    struct connection_listed listed;
    struct json_writer writer;
    struct buf buf;

    connection_list_outcome(result, &listed);
    if (catalog_refused(exchange, &showing->caller, &(struct connection_result){.outcome = listed.outcome})) {
        return API_ANSWERED;
    }
    token_used(context->touched, showing->caller.target.token);
    if (connector_find(context->connectors, exchange->parameters[0]) == NULL) {
        return answer_unknown(exchange);
    }
    buf_init(&buf, exchange->arena, 64);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key_bytes(&writer, exchange->parameters[0]);
    json_integer(&writer, listed.total);
    json_object_end(&writer);
    return json_writer_close(&writer) ? catalog_json(exchange, 200, buf_bytes(&buf)) : API_ANSWERED;
}
