/*
 * A revision in the path that is no number is one that does not exist; it is asked for all the same, so that a stranger learns nothing from it.
 */
#include "api/revision.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "base/uuid.h"
#include "http/url.h"
#include "registry/identity.h"
#include "registry/token.h"

enum { LIMIT_DEFAULT = 100, LIMIT_MAXIMUM = 1000, ATTEMPTS_MAX = 32 };

struct looking {
    struct connection_target *target;
    struct revision_list list;
    struct revision_page page;
    bool one;
};

static const struct revision_form *form_of(const struct api_exchange *exchange)
{
    return exchange->route->dialect->revisions;
}

static int64_t path_revision(const struct api_exchange *exchange)
{
    struct bytes text = exchange->parameters[form_of(exchange)->revision_parameter];
    int64_t revision;

    return bytes_to_int64(text, &revision) && revision > 0 && text.data[0] != '0' ? revision : INT64_MAX;
}

static bool take_number(struct api_exchange *exchange, const char *name, int64_t minimum, int64_t maximum, int64_t *number)
{
    struct bytes text;
    bool found;

    return url_parameter(exchange->request->query, name, exchange->arena, &text, &found)
           && (!found || (bytes_to_int64(text, number) && *number >= minimum && *number <= maximum));
}

static struct revision_page take_page(struct api_exchange *exchange)
{
    const struct revision_form *form = form_of(exchange);
    struct revision_page page = {.limit = LIMIT_DEFAULT};

    page.wrong = !take_number(exchange, form->offset_name, 0, INT32_MAX, &page.offset)
                 || !take_number(exchange, form->limit_name, 1, LIMIT_MAXIMUM, &page.limit);
    if (page.wrong) {
        page = (struct revision_page){.limit = 1, .wrong = true};
    }
    if (form->counts_pages) {
        page.offset *= page.limit;
    }
    return page;
}

/* ---- writing */

void revision_write_moment(struct json_writer *writer, const char *key, int64_t microseconds)
{
    time_t seconds = (time_t) (microseconds / 1000000);
    struct tm utc;
    char text[64];
    size_t length = gmtime_r(&seconds, &utc) == NULL ? 0 : strftime(text, sizeof text - 16, "%Y-%m-%dT%H:%M:%S", &utc);

    length += (size_t) snprintf(text + length, sizeof text - length, ".%06dZ", (int) (microseconds % 1000000));
    json_key(writer, key);
    json_string(writer, (struct bytes){text, length});
}

void revision_write_uuid(struct json_writer *writer, const char *key, const unsigned char uuid[16])
{
    char text[UUID_TEXT_SIZE];

    uuid_format(uuid, text);
    json_key(writer, key);
    json_string(writer, bytes_from(text));
}

/* The members that lists and single revisions have, into an open object. */
static void write_revision(struct json_writer *writer, const struct revision_row *row, struct arena *arena)
{
    char operation[16] = "";

    for (size_t i = 0; i < row->operation.length && i < sizeof operation - 1; i++) {
        operation[i] = (char) (row->operation.data[i] & ~0x20);
        operation[i + 1] = '\0';
    }
    json_key(writer, "revision");
    json_integer(writer, row->revision);
    json_key(writer, "operation");
    json_string(writer, arena_copy(arena, bytes_from(operation)));
    revision_write_moment(writer, "changedAt", row->changed_us);
    json_key_text(writer, "changedBy", row->changed_by);
    json_key_text(writer, "requestId", row->request_id);
    if (row->restored > 0) {
        json_key(writer, "restoredRevision");
        json_integer(writer, row->restored);
    }
    json_key(writer, "changedFields");
    if (row->fields.data == NULL) {
        json_null(writer);
    } else {
        json_raw(writer, row->fields);
    }
}

static enum api_step answer_written(struct api_exchange *exchange, struct json_writer *writer, const struct buf *buf)
{
    if (!json_writer_close(writer)) {
        return arena_overflowed(exchange->arena) ? API_ANSWERED : form_of(exchange)->failed(exchange, "what is stored cannot be written as JSON");
    }
    return form_of(exchange)->json(exchange, 200, buf_bytes(buf));
}

/* ---- GET revisions, GET revisions/N */

static enum api_step begin_looking(struct api_exchange *exchange, bool one)
{
    struct looking *looking = ARENA_NEW(exchange->arena, struct looking);

    if (looking == NULL || (looking->target = form_of(exchange)->target(exchange)) == NULL) {
        return API_ANSWERED;
    }
    exchange->state = looking;
    looking->one = one;
    looking->list.target = *looking->target;
    looking->page = one ? (struct revision_page){.limit = 1} : take_page(exchange);
    looking->list.revision = one ? path_revision(exchange) : 0;
    looking->list.offset = looking->page.offset;
    looking->list.limit = looking->page.limit;
    revision_list_call(&looking->list, &exchange->call);
    return API_CALL;
}

enum api_step revision_list_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    return begin_looking(exchange, false);
}

enum api_step revision_one_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    return begin_looking(exchange, true);
}

static enum api_step answer_one(struct api_exchange *exchange, const struct looking *looking, const struct db_result *result)
{
    const struct revision_form *form = form_of(exchange);
    struct revision_row row;
    struct json_writer writer;
    struct buf buf;

    revision_list_row(result, 0, &row);
    buf_init(&buf, exchange->arena, row.state.settings.length + 1024);
    json_writer_open(&writer, &buf);
    form->one_begin(&writer);
    json_object(&writer);
    write_revision(&writer, &row, exchange->arena);
    json_key(&writer, "secrets");
    json_raw(&writer, row.secrets);
    json_key(&writer, "connection");
    bool readable = form->state(&writer, looking->target, &row.state, exchange->arena);
    json_object_end(&writer);
    form->one_end(&writer);
    return readable ? answer_written(exchange, &writer, &buf) : form->failed(exchange, "stored settings cannot be read");
}

static enum api_step answer_list(struct api_exchange *exchange, const struct looking *looking, const struct db_result *result, int64_t total)
{
    const struct revision_form *form = form_of(exchange);
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, 256 * (size_t) result->count + 256);
    json_writer_open(&writer, &buf);
    form->list_begin(&writer, "revisions");
    for (int i = 0; i < result->count; i++) {
        struct revision_row row;
        revision_list_row(result, i, &row);
        if (row.revision > 0) {
            json_object(&writer);
            write_revision(&writer, &row, exchange->arena);
            json_object_end(&writer);
        }
    }
    form->list_end(&writer, &looking->page, total, exchange->arena);
    return answer_written(exchange, &writer, &buf);
}

enum api_step revision_list_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct revision_form *form = form_of(exchange);
    const struct looking *looking = exchange->state;
    struct connection_result access = {0};
    struct revision_found found;

    revision_list_outcome(result, &found);
    access.outcome = found.outcome;
    if (form->refused(exchange, looking->target, &access, looking->target->handle)) {
        return API_ANSWERED;
    }
    token_used(context->touched, looking->target->token);
    memcpy(exchange->connection, found.connection, sizeof exchange->connection);
    if (looking->page.wrong) {
        return form->wrong_page(exchange);
    }
    form->tag(exchange, found.latest);
    return looking->one ? answer_one(exchange, looking, result) : answer_list(exchange, looking, result, found.total);
}

/* ---- POST revisions/N/restore */

enum api_step revision_restore_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct revision_restoring *restoring = ARENA_NEW(exchange->arena, struct revision_restoring);

    (void) context;
    if (restoring == NULL || (restoring->target = form_of(exchange)->target(exchange)) == NULL) {
        return API_ANSWERED;
    }
    exchange->state = restoring;
    restoring->restore.target = *restoring->target;
    restoring->restore.revision = path_revision(exchange);
    restoring->restore.if_match = form_of(exchange)->if_match(exchange->request, exchange->arena);
    restoring->restore.dry = form_of(exchange)->only_validates != NULL && form_of(exchange)->only_validates(exchange->request);
    revision_restore_call(&restoring->restore, &exchange->call);
    return API_CALL;
}

enum api_step revision_restore_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct revision_form *form = form_of(exchange);
    struct revision_restoring *restoring = exchange->state;
    const struct connection_target *target = restoring->target;
    struct revision_restored restored;

    if (restoring->reading) {
        return form->read_back(context, exchange, restoring, result);
    }
    revision_restore_outcome(result, &restored);
    if (form->refused(exchange, target, &restored.result, restored.name.data != NULL ? restored.name : target->handle)) {
        return API_ANSWERED;
    }
    token_used(context->touched, target->token);
    memcpy(exchange->connection, restored.result.identity.connection, sizeof exchange->connection);
    /* It may have another name now, and its boxes another key. */
    identity_forget(context->identities, target->dialect,
                    target->project.data != NULL ? target->project : (struct bytes){(const char *) target->token, DIGEST_SHA256_SIZE}, target->handle);
    switch (restored.result.outcome) {
    case CONNECTION_AGAIN:
        if (++restoring->attempts > ATTEMPTS_MAX) {
            return form->busy(exchange);
        }
        revision_restore_call(&restoring->restore, &exchange->call);
        return API_CALL;
    case CONNECTION_UPDATED:
    case CONNECTION_UNCHANGED:
    case CONNECTION_CHECKED:
        return form->restored(context, exchange, restoring, &restored);
    default:
        return form->failed(exchange, "a restoration came to no known outcome");
    }
}

/* ---- GET deleted */

enum api_step revision_gone_begin(struct api_context *context, struct api_exchange *exchange)
{
    struct looking *looking = ARENA_NEW(exchange->arena, struct looking);

    (void) context;
    if (looking == NULL || (looking->target = form_of(exchange)->target(exchange)) == NULL) {
        return API_ANSWERED;
    }
    exchange->state = looking;
    looking->page = take_page(exchange);
    revision_gone_call(looking->target, looking->page.offset, looking->page.limit, &exchange->call);
    return API_CALL;
}

static void write_gone(struct json_writer *writer, const struct revision_gone *row)
{
    json_object(writer);
    revision_write_uuid(writer, "connectionId", row->connection);
    if (row->public_id.data != NULL) {
        json_key_text(writer, "id", row->public_id);
    }
    json_key_text(writer, "name", row->name);
    json_key_text(writer, "type", row->type);
    json_key(writer, "revision");
    json_integer(writer, row->revision);
    revision_write_moment(writer, "deletedAt", row->changed_us);
    json_key_text(writer, "deletedBy", row->changed_by);
    json_key_text(writer, "requestId", row->request_id);
    json_object_end(writer);
}

enum api_step revision_gone_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct revision_form *form = form_of(exchange);
    const struct looking *looking = exchange->state;
    struct connection_result access = {0};
    struct json_writer writer;
    struct buf buf;
    int64_t total;

    access.outcome = revision_gone_outcome(result, &total);
    if (form->refused(exchange, looking->target, &access, looking->target->handle)) {
        return API_ANSWERED;
    }
    token_used(context->touched, looking->target->token);
    if (looking->page.wrong) {
        return form->wrong_page(exchange);
    }
    buf_init(&buf, exchange->arena, 256 * (size_t) result->count + 256);
    json_writer_open(&writer, &buf);
    form->list_begin(&writer, "deleted");
    for (int i = 0; i < result->count; i++) {
        struct revision_gone row;
        revision_gone_row(result, i, &row);
        if (row.type.data != NULL) {
            write_gone(&writer, &row);
        }
    }
    form->list_end(&writer, &looking->page, total, exchange->arena);
    return answer_written(exchange, &writer, &buf);
}
