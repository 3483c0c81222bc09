/*
 * GET /apiops/audit/: the audit trail of all projects and dialects, for administrators. Whoever else asks is refused, and that is in the trail.
 */
#include "api/apinizer/apinizer.h"
#include "api/revision.h"
#include "http/url.h"
#include "json/writer.h"
#include "registry/audit.h"
#include "registry/token.h"

enum { SIZE_DEFAULT = 100, SIZE_MAXIMUM = 1000 };

struct auditing {
    struct connection_target target;
    struct audit_list list;
    bool wrong; /* the query; told once the database said that the caller may know */
};

static bool take_number(struct api_exchange *exchange, const char *name, int64_t minimum, int64_t maximum, int64_t *number)
{
    struct bytes text;
    bool found;

    return url_parameter(exchange->request->query, name, exchange->arena, &text, &found)
           && (!found || (bytes_to_int64(text, number) && *number >= minimum && *number <= maximum));
}

/* False when the query is badly encoded. */
static bool take_filters(struct api_exchange *exchange, struct bytes *filters)
{
    static const char *const names[] = {"project", "actor", "action", "connection", "from", "to"};
    struct json_writer writer;
    struct buf buf;
    bool well = true;

    buf_init(&buf, exchange->arena, 256);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    for (size_t i = 0; i < sizeof names / sizeof names[0] && well; i++) {
        struct bytes value;
        bool found;
        well = url_parameter(exchange->request->query, names[i], exchange->arena, &value, &found);
        if (well && found) {
            json_key(&writer, names[i]);
            json_string(&writer, value);
        }
    }
    json_object_end(&writer);
    *filters = BYTES("{}");
    if (!json_writer_close(&writer) || !well) {
        return false;
    }
    *filters = buf_bytes(&buf);
    return true;
}

enum api_step apinizer_audit_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct auditing *auditing = ARENA_NEW(exchange->arena, struct auditing);
    int64_t page = 0;

    (void) context;
    if (auditing == NULL || !apinizer_target(exchange, &auditing->target)) {
        return API_ANSWERED;
    }
    exchange->state = auditing;
    auditing->list = (struct audit_list){.token = auditing->target.token, .limit = SIZE_DEFAULT, .request_id = auditing->target.request_id};
    auditing->wrong = !take_number(exchange, "page", 0, INT32_MAX, &page) || !take_number(exchange, "size", 1, SIZE_MAXIMUM, &auditing->list.limit)
                      || !take_filters(exchange, &auditing->list.filters);
    auditing->list.offset = auditing->wrong ? 0 : page * auditing->list.limit;
    auditing->list.limit = auditing->wrong ? 1 : auditing->list.limit;
    audit_list_call(&auditing->list, &exchange->call);
    return API_CALL;
}

static void write_row(struct json_writer *writer, const struct audit_row *row)
{
    json_object(writer);
    revision_write_moment(writer, "happenedAt", row->happened_us);
    json_key_text(writer, "project", row->project);
    json_key_text(writer, "actor", row->actor);
    json_key_text(writer, "action", row->action);
    if (row->has_connection) {
        revision_write_uuid(writer, "connectionId", row->connection_id);
    }
    if (row->revision > 0) {
        json_key_text(writer, "connection", row->connection);
        json_key(writer, "revision");
        json_integer(writer, row->revision);
    }
    json_key_text(writer, "requestId", row->request_id);
    json_key(writer, "detail");
    json_raw(writer, row->detail);
    json_object_end(writer);
}

static enum api_step answer_trail(struct api_exchange *exchange, const struct db_result *result, int64_t total)
{
    struct json_writer writer;
    struct buf buf;

    apinizer_results_begin(&writer, &buf, exchange->arena, 256 * (size_t) result->count + 256);
    for (int i = 0; i < result->count; i++) {
        struct audit_row row;
        audit_list_row(result, i, &row);
        if (row.project.data != NULL) {
            write_row(&writer, &row);
        }
    }
    return apinizer_results_end(exchange, &writer, &buf, total);
}

enum api_step apinizer_audit_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct auditing *auditing = exchange->state;
    struct connection_result access = {0};
    int64_t total;

    access.outcome = audit_list_outcome(result, &total);
    if (access.outcome != CONNECTION_UNKNOWN_PROJECT && apinizer_refused(exchange, &auditing->target, &access)) {
        return API_ANSWERED;
    }
    token_used(context->touched, auditing->target.token);
    if (auditing->wrong) {
        return apinizer_error(exchange, 400, "invalid_parameter", "page must be a whole number from 0, size one from 1 to 1000, all in percent-encoded UTF-8");
    }
    switch (access.outcome) {
    case CONNECTION_UNKNOWN_PROJECT:
        return apinizer_error(exchange, 400, "invalid_parameter", "project must be the name of one");
    case CONNECTION_BAD_PATTERN:
        return apinizer_error(exchange, 400, "invalid_parameter", "from and to must be days (2027-02-28) or RFC 3339 moments (2027-02-28T12:00:00Z)");
    default:
        return answer_trail(exchange, result, total);
    }
}
