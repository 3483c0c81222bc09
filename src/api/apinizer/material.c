/*
 * Reading, listing and deleting keystores and certificates, and exporting these.
 *
 * What is wrong with a name is 400 in every operation, as these pages of the documentation have it (connections are 404 on GET). Certificates are
 * no secrets; files and passwords of keystores are null in lists, and in one keystore for whoever may not manage secrets.
 */
#include "api/apinizer/material.h"

#include <inttypes.h>
#include <string.h>

#include "api/precondition.h"
#include "base/base64.h"
#include "base/log.h"
#include "base/zip.h"
#include "http/url.h"
#include "json/writer.h"
#include "registry/token.h"

/* Rows of a list that are fetched at once; a certificate's row has the certificate once, its answer once an environment. */
enum { PORTION_KEYSTORES = 100, PORTION_CERTIFICATES = 4 };

const char *material_word(enum material_kind kind)
{
    return kind == MATERIAL_KEYSTORE ? "Keystore" : "Certificate";
}

bool material_refused(struct api_exchange *exchange, const struct connection_target *target, enum material_kind kind,
                      const struct connection_result *result)
{
    if (result->outcome == CONNECTION_UNKNOWN_PROJECT) {
        (void) apinizer_error(exchange, 404, "not_found", "Project(%.*s) was not found or user does not have privilege to access it!",
                              BYTES_FORMAT(target->project));
        return true;
    }
    if (result->outcome == CONNECTION_PRECONDITION_FAILED) {
        (void) apinizer_error(exchange, 412, "precondition_failed", "The %s is not in the revision that If-Match asks for; nothing was changed",
                              kind == MATERIAL_KEYSTORE ? "keystore" : "certificate");
        if (result->revision > 0) {
            precondition_tag(exchange, result->revision);
        }
        return true;
    }
    return apinizer_refused(exchange, target, result);
}

enum api_step material_not_found(struct api_exchange *exchange, enum material_kind kind, struct bytes name)
{
    if (bytes_trim(name).length == 0) {
        return apinizer_error(exchange, 400, "bad_request", "%s name can not be empty!", material_word(kind));
    }
    return apinizer_error(exchange, 400, "bad_request", "%s (name: %.*s) is not found!", material_word(kind), BYTES_FORMAT(name));
}

/* ---- one as JSON */

struct showing {
    struct api_context *context;
    struct api_exchange *exchange;
    const struct material_row *row;
    const struct json_value *boxes; /* NULL: none are shown */
    struct fault fault;
    bool failed; /* a box did not open; it is shown as null */
};

static struct bytes open_value(struct showing *showing, struct bytes place)
{
    struct bytes box = material_box(showing->boxes, place);
    struct bytes text = {NULL, 0};

    if (box.data != NULL && !material_open(place, box, showing->context->keyring, &showing->row->result.identity, showing->exchange->arena, &text,
                                           &showing->fault)) {
        showing->failed = true;
        return (struct bytes){NULL, 0};
    }
    return text;
}

static void write_keystore_environment(struct json_writer *writer, const struct material_environment *environment, struct showing *showing)
{
    struct arena *arena = showing->exchange->arena;

    json_object(writer);
    json_key_text(writer, "environmentName", environment->environment);
    json_key_text(writer, "keyStoreType", environment->format);
    json_key_text(writer, "alias", environment->alias);
    json_key_text(writer, "file", open_value(showing, arena_printf(arena, "/%.*s/file", BYTES_FORMAT(environment->environment))));
    json_key_text(writer, "password", open_value(showing, arena_printf(arena, "/%.*s/password", BYTES_FORMAT(environment->environment))));
    json_object_end(writer);
}

static void write_certificate_environment(struct json_writer *writer, const struct material_environment *environment, struct bytes content)
{
    json_object(writer);
    json_key_text(writer, "environmentName", environment->environment);
    json_key_text(writer, "startDate", environment->valid_from);
    json_key_text(writer, "endDate", environment->valid_until);
    json_key_text(writer, "base64EncodedContent", content);
    json_key_text(writer, "sha1Thumbprint", environment->sha1_thumbprint);
    json_key_text(writer, "subjectDn", environment->subject);
    json_key_text(writer, "alias", environment->alias);
    json_object_end(writer);
}

/* False when the row is not ours to read, or memory ran out. */
static bool write_one(struct json_writer *writer, enum material_kind kind, struct showing *showing)
{
    const struct material_row *row = showing->row;
    struct arena *arena = showing->exchange->arena;
    struct material_environment *environments;
    struct bytes content = {NULL, 0};

    if (!material_environments_read(&environments, row->environments, arena)) {
        return fault_set(&showing->fault, FAULT_INTERNAL, "environments cannot be read");
    }
    showing->boxes = material_boxes(row, arena);
    if (kind == MATERIAL_CERTIFICATE) {
        content = open_value(showing, BYTES("/content"));
    }
    json_object(writer);
    json_key_text(writer, "name", row->name);
    json_key_text(writer, "description", row->description);
    if (kind == MATERIAL_KEYSTORE) {
        json_key_text(writer, "projectId", arena_printf(arena, "%" PRId64, row->result.identity.project));
    }
    json_key(writer, kind == MATERIAL_KEYSTORE ? "keyStoreEnvironmentList" : "certificateEnvironmentList");
    json_array(writer);
    for (const struct material_environment *environment = environments; environment != NULL; environment = environment->next) {
        if (kind == MATERIAL_KEYSTORE) {
            write_keystore_environment(writer, environment, showing);
        } else {
            write_certificate_environment(writer, environment, content);
        }
    }
    json_array_end(writer);
    json_object_end(writer);
    return true;
}

/* ---- GET one */

static enum api_step begin_reading(struct api_exchange *exchange, enum material_kind kind, enum material_purpose purpose)
{
    struct material_read *read = ARENA_NEW(exchange->arena, struct material_read);

    if (read == NULL || !apinizer_target(exchange, &read->target)) {
        return API_ANSWERED;
    }
    read->kind = kind;
    read->purpose = purpose;
    exchange->state = read;
    material_read_call(read, &exchange->call);
    return API_CALL;
}

enum api_step apinizer_keystore_get_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    return begin_reading(exchange, MATERIAL_KEYSTORE, exchange->request->method == HTTP_HEAD ? MATERIAL_LOOK : MATERIAL_SHOW);
}

enum api_step apinizer_certificate_get_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    return begin_reading(exchange, MATERIAL_CERTIFICATE, MATERIAL_SHOW);
}

enum api_step apinizer_certificate_export_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    return begin_reading(exchange, MATERIAL_CERTIFICATE, MATERIAL_EXPORT);
}

/* False: answered. */
static bool take_row(struct api_context *context, struct api_exchange *exchange, const struct db_result *result, struct material_row *row)
{
    const struct material_read *read = exchange->state;

    material_read_outcome(result, row);
    if (material_refused(exchange, &read->target, read->kind, &row->result)) {
        return false;
    }
    token_used(context->touched, read->target.token);
    if (row->result.outcome == CONNECTION_NOT_FOUND) {
        (void) material_not_found(exchange, read->kind, read->target.handle);
        return false;
    }
    return true;
}

enum api_step apinizer_material_get_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct material_read *read = exchange->state;
    struct showing showing = {.context = context, .exchange = exchange};
    struct json_writer writer;
    struct material_row row;
    struct buf buf;

    if (!take_row(context, exchange, result, &row)) {
        return API_ANSWERED;
    }
    showing.row = &row;
    apinizer_results_begin(&writer, &buf, exchange->arena, 4096);
    if (!write_one(&writer, read->kind, &showing) || showing.failed) {
        return apinizer_failed(exchange, showing.fault.message);
    }
    json_array_end(&writer);
    json_object_end(&writer);
    precondition_tag(exchange, row.result.revision);
    return json_writer_close(&writer) ? apinizer_json(exchange, 200, buf_bytes(&buf)) : API_ANSWERED;
}

/* ---- export */

/* What any client saves it as, and for those who read RFC 6266 the name itself. */
static struct bytes disposition(struct bytes name, struct arena *arena)
{
    struct bytes plain = arena_copy(arena, name);
    struct bytes whole = url_encode(name, arena);

    if (plain.data == NULL || whole.data == NULL) {
        return (struct bytes){NULL, 0};
    }
    char *text = arena_alloc(arena, plain.length + 1);
    if (text == NULL) {
        return (struct bytes){NULL, 0};
    }
    for (size_t i = 0; i < plain.length; i++) {
        char c = plain.data[i];
        text[i] = (unsigned char) c < ' ' || (unsigned char) c >= 0x7f || c == '"' || c == '\\' || c == '%' ? '_' : c;
    }
    return arena_printf(arena, "attachment; filename=\"%s-certificates.zip\"; filename*=UTF-8''%.*s-certificates.zip", text, BYTES_FORMAT(whole));
}

enum api_step apinizer_certificate_export_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    struct showing showing = {.context = context, .exchange = exchange};
    struct material_environment *environments;
    struct material_row row;
    struct bytes content, archive;
    struct zip zip;

    if (!take_row(context, exchange, result, &row)) {
        return API_ANSWERED;
    }
    showing.row = &row;
    showing.boxes = material_boxes(&row, exchange->arena);
    if (!material_environments_read(&environments, row.environments, exchange->arena)
        || !base64_decode(open_value(&showing, BYTES("/content")), exchange->arena, &content) || content.length == 0) {
        return apinizer_failed(exchange, "a certificate cannot be read");
    }
    zip_open(&zip, exchange->arena);
    for (const struct material_environment *environment = environments; environment != NULL; environment = environment->next) {
        zip_add(&zip, arena_printf(exchange->arena, "%.*s-%.*s.cer", BYTES_FORMAT(row.name), BYTES_FORMAT(environment->environment)), content);
    }
    struct bytes named = disposition(row.name, exchange->arena);
    if (!zip_close(&zip, &archive) || named.data == NULL) {
        return API_ANSWERED; /* the arena overflowed */
    }
    precondition_tag(exchange, row.result.revision);
    http_response_add(&exchange->response, "Content-Disposition", named);
    exchange->response.status = 200;
    exchange->response.content_type = "application/octet-stream";
    exchange->response.body = archive;
    return API_ANSWERED;
}

/* ---- list, streamed as the list of connections is */

struct listing {
    struct material_list list;
    char after[4096]; /* a handle: 255 characters in lower case */
    bool any;
    struct arena_mark mark;
};

static enum api_step begin_listing(struct api_exchange *exchange, enum material_kind kind)
{
    struct listing *listing = ARENA_NEW(exchange->arena, struct listing);

    if (listing == NULL || !apinizer_target(exchange, &listing->list.target)) {
        return API_ANSWERED;
    }
    listing->list.kind = kind;
    listing->list.limit = kind == MATERIAL_KEYSTORE ? PORTION_KEYSTORES : PORTION_CERTIFICATES;
    listing->mark = arena_mark(exchange->arena);
    exchange->state = listing;
    material_list_call(&listing->list, &exchange->call);
    return API_CALL;
}

enum api_step apinizer_keystores_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    return begin_listing(exchange, MATERIAL_KEYSTORE);
}

enum api_step apinizer_certificates_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    return begin_listing(exchange, MATERIAL_CERTIFICATE);
}

static void log_unreadable(const struct api_exchange *exchange, const struct showing *showing)
{
    struct log_field fields[] = {LOG_FIELD_TEXT("request_id", exchange->request->request_id),
                                 LOG_FIELD_TEXT("what", bytes_from(showing->fault.message)), LOG_FIELD_TEXT("name", showing->row->name), LOG_FIELD_END};

    log_write(LOG_ERROR, "failed", fields);
}

/* The rows of one portion; *last tells that no more follow. One that cannot be read whole is logged, and shown without its content. */
static bool write_portion(struct api_context *context, struct api_exchange *exchange, struct listing *listing, const struct db_result *rows,
                          struct buf *buf, bool *last)
{
    struct material_row row;
    int count = 0;

    for (int i = 0; i < rows->count; i++) {
        struct showing showing = {.context = context, .exchange = exchange, .row = &row};
        struct json_writer writer;
        material_list_row(rows, i, &row);
        if (row.name.data == NULL || row.handle.length > sizeof listing->after) {
            break;
        }
        if (listing->any) {
            buf_add_char(buf, ',');
        }
        listing->any = true;
        json_writer_open(&writer, buf);
        if (!write_one(&writer, listing->list.kind, &showing) || !json_writer_close(&writer)) {
            return false;
        }
        if (showing.failed) {
            log_unreadable(exchange, &showing);
        }
        count++;
        memcpy(listing->after, row.handle.data, row.handle.length);
        listing->list.after = (struct bytes){listing->after, row.handle.length};
    }
    *last = count < listing->list.limit;
    return true;
}

static enum api_step begin_answer(struct api_context *context, struct api_exchange *exchange, struct listing *listing, const struct db_result *result,
                                  struct buf *buf)
{
    struct material_row first;

    material_list_row(result, 0, &first);
    if (material_refused(exchange, &listing->list.target, listing->list.kind, &first.result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, listing->list.target.token);
    buf_add_string(buf, "{\"success\":true,\"resultList\":[");
    return API_PART;
}

enum api_step apinizer_material_list_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    struct listing *listing = exchange->state;
    struct buf buf;
    bool last = true;

    arena_rewind(exchange->arena, listing->mark);
    buf_init(&buf, exchange->arena, 4096);
    if (!exchange->streaming && begin_answer(context, exchange, listing, result, &buf) == API_ANSWERED) {
        return API_ANSWERED;
    }
    if (result->status != DB_DONE || !write_portion(context, exchange, listing, result, &buf, &last)) {
        exchange->aborted = exchange->streaming;
        return exchange->streaming ? API_ANSWERED : apinizer_failed(exchange, "a list cannot be read");
    }
    if (exchange->request->method == HTTP_HEAD) {
        last = true;
    }
    if (last) {
        buf_add_string(&buf, "]}");
    }
    if (!exchange->streaming) {
        (void) apinizer_json(exchange, 200, (struct bytes){NULL, 0});
    }
    if (last) {
        exchange->response.body = buf_bytes(&buf);
        return API_ANSWERED;
    }
    exchange->streaming = true;
    exchange->part = buf_bytes(&buf);
    material_list_call(&listing->list, &exchange->call);
    return API_PART;
}

/* ---- DELETE */

static enum api_step begin_deleting(struct api_exchange *exchange, enum material_kind kind)
{
    struct material_delete *delete = ARENA_NEW(exchange->arena, struct material_delete);

    if (delete == NULL || !apinizer_target(exchange, &delete->target)) {
        return API_ANSWERED;
    }
    delete->kind = kind;
    delete->if_match = precondition_revisions(exchange->request, exchange->arena);
    exchange->state = delete;
    material_delete_call(delete, &exchange->call);
    return API_CALL;
}

enum api_step apinizer_keystore_delete_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    return begin_deleting(exchange, MATERIAL_KEYSTORE);
}

enum api_step apinizer_certificate_delete_begin(struct api_context *context, struct api_exchange *exchange)
{
    (void) context;
    return begin_deleting(exchange, MATERIAL_CERTIFICATE);
}

/* The connections that name it; when they are very many, the first of them and how many more. */
static enum api_step answer_in_use(struct api_exchange *exchange, const struct material_delete *delete, const struct material_deleted *deleted)
{
    static const struct json_limits limits = {.depth = 2};
    struct json_value *names;
    struct fault unimportant;
    struct buf text;

    if (!json_read(&names, deleted->users, &limits, exchange->arena, &unimportant)) {
        return apinizer_failed(exchange, "the users of a keystore or certificate cannot be read");
    }
    buf_init(&text, exchange->arena, 512);
    for (const struct json_value *name = names->first; name != NULL; name = name->next) {
        buf_printf(&text, "%s%.*s", name == names->first ? "" : ", ", BYTES_FORMAT(name->text));
    }
    if (deleted->user_count > (int64_t) names->count) {
        buf_printf(&text, " and %" PRId64 " more", deleted->user_count - (int64_t) names->count);
    }
    precondition_tag(exchange, deleted->result.revision);
    return apinizer_error(exchange, 409, "conflict", "%s (name: %.*s) is used by connections: %.*s", material_word(delete->kind),
                          BYTES_FORMAT(delete->target.handle), BYTES_FORMAT(buf_bytes(&text)));
}

enum api_step apinizer_material_delete_next(struct api_context *context, struct api_exchange *exchange, const struct db_result *result)
{
    const struct material_delete *delete = exchange->state;
    struct material_deleted deleted;

    material_delete_outcome(result, &deleted);
    if (material_refused(exchange, &delete->target, delete->kind, &deleted.result)) {
        return API_ANSWERED;
    }
    token_used(context->touched, delete->target.token);
    switch (deleted.result.outcome) {
    case CONNECTION_NOT_FOUND:
        return material_not_found(exchange, delete->kind, delete->target.handle);
    case CONNECTION_IN_USE:
        return answer_in_use(exchange, delete, &deleted);
    case CONNECTION_DELETED:
        return apinizer_written(exchange, true, NULL, 0);
    default:
        return apinizer_failed(exchange, "a deletion came to no known outcome");
    }
}
