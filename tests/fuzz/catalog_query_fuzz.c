/* Input: the query of a list. Whatever comes out of it for SQL is JSON of fields and ops that connection_list.sql knows. */
#include <string.h>

#include "api/catalog/catalog.h"
#include "tests/fuzz/fuzz.h"

static bool is_among(const struct json_value *text, const char *words)
{
    struct bytes rest = bytes_from(words), word;

    while (text != NULL && text->kind == JSON_STRING && bytes_cut(&rest, ' ', &word)) {
        if (bytes_equal(text->text, word)) {
            return true;
        }
    }
    return false;
}

static void check_subject(const struct json_value *item)
{
    static const char fields[] = "name type description enabled version created updated created_client created_by updated_by ims_org data_sets "
                                 "public_id created_text updated_text created_at updated_at created_ms updated_ms revision";
    const struct json_value *member = json_member(item, "member"), *tag = json_member(item, "tag");

    if (member == NULL && tag == NULL) {
        fuzz_require(is_among(json_member(item, "field"), fields));
    } else {
        fuzz_require(json_member(item, "field") == NULL && (member == NULL || tag == NULL));
        fuzz_require((member != NULL ? member : tag)->kind == JSON_STRING);
    }
}

static void check_filters(const struct json_value *filters)
{
    static const char ops[] = "in not_in like not_like exists absent matches lt le gt ge tagged tag_like";

    fuzz_require(filters != NULL && filters->kind == JSON_ARRAY && filters->count <= CATALOG_FILTERS_MAX);
    for (const struct json_value *filter = filters->first; filter != NULL; filter = filter->next) {
        const struct json_value *values = json_member(filter, "values");
        if (is_among(json_member(filter, "op"), "never")) {
            fuzz_require(filter->count == 1);
            continue;
        }
        fuzz_require(is_among(json_member(filter, "op"), ops));
        check_subject(filter);
        fuzz_require((values == NULL) == is_among(json_member(filter, "op"), "exists absent tagged"));
        for (const struct json_value *value = values == NULL ? NULL : values->first; value != NULL; value = value->next) {
            fuzz_require(value->kind == JSON_STRING);
        }
    }
}

static void check_orders(const struct json_value *orders)
{
    fuzz_require(orders != NULL && orders->kind == JSON_ARRAY && orders->count >= 1 && orders->count <= CATALOG_ORDERS_MAX);
    for (const struct json_value *order = orders->first; order != NULL; order = order->next) {
        check_subject(order);
        fuzz_require(json_member(order, "descending") != NULL);
    }
}

/* Where there are no brackets it is easily seen what PostgreSQL would make of it. */
static void check_regex(struct bytes regex)
{
    bool plain = regex.length == 0 || memchr(regex.data, '[', regex.length) == NULL;

    if (catalog_regex_complaint(regex) != NULL) {
        return;
    }
    fuzz_require(regex.length >= 1 && regex.length <= 256 && !bytes_starts(regex, "***"));
    for (size_t i = 0; plain && i + 1 < regex.length; i++) {
        char c = regex.data[i], next = regex.data[i + 1];
        fuzz_require(c != '\\' || next < '1' || next > '9');
        fuzz_require(c != '(' || next != '?' || (i + 2 < regex.length && regex.data[i + 2] == ':'));
        i += c == '\\';
    }
}

static void check_values(const struct catalog_query *query, struct arena *arena)
{
    for (size_t i = 0; i < query->filter_count; i++) {
        const struct catalog_filter *filter = &query->filters[i];
        if (filter->op == OP_MATCHES) {
            check_regex(filter->values);
            fuzz_require(query->wrong != NULL || catalog_regex_complaint(filter->values) == NULL);
        }
        struct bytes pattern = catalog_like_pattern(filter->values, arena);
        fuzz_require(pattern.data != NULL && pattern.length <= 2 * filter->values.length);
    }
}

static void check_query(struct bytes text, const struct catalog_property *properties)
{
    struct arena *arena = fuzz_arena();
    struct http_request request = {.method = HTTP_GET, .query = text};
    struct api_exchange exchange = {.arena = arena, .request = &request};
    struct catalog_query query;
    struct connection_list list = {0};

    fuzz_require(catalog_query_read(&query, &exchange, properties));
    fuzz_require(query.filter_count <= CATALOG_FILTERS_MAX && query.order_count <= CATALOG_ORDERS_MAX);
    check_values(&query, arena);
    if (query.wrong != NULL) {
        return;
    }
    fuzz_require(query.limit >= 1 && query.limit <= CATALOG_LIMIT_MAXIMUM && query.start >= 0 && query.start <= INT32_MAX);
    if (properties == catalog_connection_properties) {
        fuzz_require(catalog_query_for_sql(&query, arena, &list));
        check_filters(fuzz_json(list.filters, arena));
        check_orders(fuzz_json(list.orders, arena));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_query(fuzz_bytes(data, size), catalog_connection_properties);
    check_query(fuzz_bytes(data, size), catalog_connector_properties);
    check_regex(fuzz_bytes(data, size));
    return 0;
}
