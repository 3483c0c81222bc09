/*
 * The forms of this dialect's answers. Numbers leave as strings, as its documentation prints them.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/activecampaign/activecampaign.h"
#include "api/precondition.h"
#include "http/url.h"
#include "json/writer.h"

static const struct json_limits stored_limits = {.depth = 64};

enum api_step activecampaign_json(struct api_exchange *exchange, int status, struct bytes body)
{
    exchange->response.status = status;
    exchange->response.content_type = "application/json;charset=UTF-8";
    exchange->response.body = body;
    return API_ANSWERED;
}

enum api_step activecampaign_message(struct api_exchange *exchange, int status, const char *format, ...)
{
    va_list arguments;
    char text[512];
    struct json_writer writer;
    struct buf buf;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buf_init(&buf, exchange->arena, 128);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key(&writer, "message");
    json_string(&writer, bytes_from(text));
    json_object_end(&writer);
    return json_writer_close(&writer) ? activecampaign_json(exchange, status, buf_bytes(&buf)) : API_ANSWERED;
}

enum api_step activecampaign_failed(struct api_exchange *exchange, const char *what)
{
    api_log_failed(exchange, what);
    return activecampaign_message(exchange, 500, "An unexpected error occurred.");
}

enum api_step activecampaign_unreadable(struct api_exchange *exchange, const struct fault *fault)
{
    if (fault->kind == FAULT_TOO_LARGE) {
        return API_ANSWERED;
    }
    api_log_failed(exchange, fault->message);
    return activecampaign_message(exchange, 500, API_UNREADABLE);
}

bool activecampaign_refused(struct api_exchange *exchange, const struct connection_target *target, const struct connection_result *result)
{
    switch (result->outcome) {
    case CONNECTION_INVALID_TOKEN:
    case CONNECTION_UNKNOWN_PROJECT:
        (void) activecampaign_message(exchange, 403, "The API key is missing or not valid.");
        return true;
    case CONNECTION_FORBIDDEN:
        (void) activecampaign_message(exchange, 403, "User does not have required permission for this operation!");
        return true;
    case CONNECTION_NOT_FOUND:
        (void) activecampaign_message(exchange, 404, "No Result found for Connection with id %.*s", BYTES_FORMAT(target->handle));
        return true;
    case CONNECTION_PRECONDITION_FAILED:
        (void) activecampaign_message(exchange, 412, "The connection is not in the revision that If-Match asks for; nothing was changed.");
        precondition_tag(exchange, result->revision);
        return true;
    case CONNECTION_UNAVAILABLE:
        http_response_add(&exchange->response, "Retry-After", BYTES("1"));
        (void) activecampaign_message(exchange, 503, "The service is temporarily unavailable.");
        return true;
    case CONNECTION_FAILED:
    case CONNECTION_WRONG_KEY:
        (void) activecampaign_failed(exchange, "the database refused a call");
        return true;
    default:
        return false;
    }
}

/* 2017-02-02T14:56:05-06:00, in the process's time zone (setting time_zone). */
static struct bytes date_text(struct arena *arena, int64_t microseconds)
{
    time_t seconds = (time_t) (microseconds / 1000000);
    struct tm local;
    char date[32];
    char offset[8];

    if (localtime_r(&seconds, &local) == NULL || strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &local) == 0
        || strftime(offset, sizeof offset, "%z", &local) != 5) {
        return BYTES("1970-01-01T00:00:00+00:00");
    }
    return arena_printf(arena, "%s%.3s:%s", date, offset, offset + 3);
}

static void write_member(struct json_writer *writer, const struct json_value *settings, const char *name)
{
    const struct json_value *value = json_member(settings, name);

    json_key(writer, name);
    if (value == NULL) {
        json_string(writer, BYTES(""));
    } else {
        json_tree(writer, value);
    }
}

static bool is_own_member(struct bytes key)
{
    return bytes_is(key, "status") || bytes_is(key, "syncStatus") || bytes_is(key, "logoUrl") || bytes_is(key, "linkUrl") || bytes_is(key, "listId");
}

static void write_dates(struct json_writer *writer, const struct connection_row *row, struct arena *arena)
{
    json_key(writer, "cdate");
    json_string(writer, date_text(arena, row->created_us));
    json_key(writer, "udate");
    json_string(writer, date_text(arena, row->updated_us));
}

bool activecampaign_write(struct json_writer *writer, const struct connection_row *row, struct bytes settings, enum activecampaign_form form,
                          struct arena *arena)
{
    struct json_value *members;
    struct fault fault;

    if (!json_read(&members, settings, &stored_limits, arena, &fault)) {
        return false;
    }
    json_object(writer);
    json_key(writer, "service");
    json_string(writer, row->service);
    json_key(writer, "externalid");
    json_string(writer, row->external_id);
    json_key(writer, "name");
    json_string(writer, row->name);
    json_key(writer, "isInternal");
    if (form == FORM_ONE) {
        json_integer(writer, 0);
    } else {
        json_string(writer, BYTES("0"));
    }
    write_member(writer, members, "status");
    write_member(writer, members, "syncStatus");
    write_member(writer, members, "logoUrl");
    write_member(writer, members, "linkUrl");
    write_member(writer, members, "listId");
    write_dates(writer, row, arena);
    if (form == FORM_ITEM) {
        json_key(writer, "lastSync");
        json_null(writer);
    }
    for (const struct json_value *member = members->first; member != NULL; member = member->next) {
        if (!is_own_member(member->key)) {
            json_key_bytes(writer, member->key);
            json_tree(writer, member);
        }
    }
    json_key(writer, "links");
    json_object(writer);
    json_key(writer, "customers");
    json_string(writer, arena_printf(arena, "/api/3/connections/%.*s/customers", BYTES_FORMAT(row->public_id)));
    json_object_end(writer);
    json_key(writer, "id");
    json_string(writer, row->public_id);
    json_object_end(writer);
    return true;
}

enum api_step activecampaign_answer(struct api_exchange *exchange, int status, const struct connection_row *row, struct bytes settings,
                                    enum activecampaign_form form, const struct settings_place *warnings)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, exchange->arena, 512);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key(&writer, "connection");
    bool written = activecampaign_write(&writer, row, settings, form, exchange->arena);
    if (warnings != NULL) {
        json_key(&writer, "warnings");
        json_array(&writer);
        for (const struct settings_place *warning = warnings; warning != NULL; warning = warning->next) {
            json_string(&writer, warning->place);
        }
        json_array_end(&writer);
    }
    json_object_end(&writer);
    if (!json_writer_close(&writer) || !written) {
        return arena_overflowed(exchange->arena) ? API_ANSWERED : activecampaign_failed(exchange, "stored settings cannot be read");
    }
    precondition_tag(exchange, row->result.revision);
    return activecampaign_json(exchange, status, buf_bytes(&buf));
}

static void answer_problem(struct api_exchange *exchange, enum api_problem problem)
{
    static const struct {
        int status;
        const char *message; /* NULL: {} */
    } answers[API_PROBLEMS] = {
        [API_NO_ROUTE] = {404, "There is no such resource."},
        [API_METHOD] = {405, "This resource does not support the method."},
        [API_MEDIA_TYPE] = {415, "The body must be application/json."},
        [API_TOO_LARGE] = {413, "The body is larger than the limit."},
        [API_INCOMPLETE] = {400, NULL},
        [API_BAD_PATH] = {400, NULL},
        [API_UNAVAILABLE] = {503, "The service is temporarily unavailable."},
        [API_INTERNAL] = {500, "An unexpected error occurred."},
        [API_TOO_COMPLEX] = {413, "The request needs more memory than the limit."},
        [API_RATE] = {429, "Rate limit exceeded. Please try again later."},
    };

    if (answers[problem].message == NULL) {
        (void) activecampaign_json(exchange, answers[problem].status, BYTES("{}"));
        return;
    }
    if (problem == API_UNAVAILABLE) {
        http_response_add(&exchange->response, "Retry-After", BYTES("1"));
    }
    if (problem == API_RATE) {
        http_response_add(&exchange->response, "Retry-After", arena_printf(exchange->arena, "%ld", api_retry_seconds(exchange)));
        http_response_add(&exchange->response, "RateLimit-Limit", arena_printf(exchange->arena, "%ld", exchange->rate.limit));
        http_response_add(&exchange->response, "RateLimit-Remaining", arena_printf(exchange->arena, "%ld", exchange->rate.remaining));
    }
    (void) activecampaign_message(exchange, answers[problem].status, "%s", answers[problem].message);
}

static bool take_credential(struct api_exchange *exchange, unsigned char digest[DIGEST_SHA256_SIZE])
{
    struct bytes key = http_request_field(exchange->request, "api-token");
    bool found = bytes_trim(key).length > 0; /* some web servers drop an empty header, others hand it on */

    if (!found && !url_parameter(exchange->request->query, "api_key", exchange->arena, &key, &found)) {
        found = false;
    }
    return found && digest_credential(bytes_trim(key), "pbt", digest);
}

const struct api_dialect activecampaign_dialect = {
    .name = "activecampaign", .revisions = &activecampaign_revisions, .prefix = "/api/3/", .problem = answer_problem, .credential = take_credential};

bool activecampaign_id_is_sane(struct bytes id)
{
    int64_t number;

    return id.length > 0 && id.data[0] != '0' && bytes_to_int64(id, &number) && number > 0;
}

bool activecampaign_target(struct api_exchange *exchange, struct connection_target *target)
{
    unsigned char *digest = arena_alloc(exchange->arena, DIGEST_SHA256_SIZE);

    *target = (struct connection_target){.token = digest, .dialect = activecampaign_dialect.name, .handle = exchange->parameters[0],
                                         .request_id = exchange->request->request_id};
    if (digest == NULL) {
        return false;
    }
    if (!take_credential(exchange, digest)) {
        (void) activecampaign_message(exchange, 403, "The API key is missing or not valid.");
        return false;
    }
    return true;
}
