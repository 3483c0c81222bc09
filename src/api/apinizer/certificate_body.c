/*
 * A certificate as a form. All fields are required, on PUT too (but for the name, which the path has); what a form lacks is told in the documentation's
 * words, what it has but should not, as validation errors. One file and one alias are for all environments of the list.
 */
#include <string.h>

#include "api/apinizer/material.h"
#include "base/base64.h"
#include "http/multipart.h"
#include "seal/certificate.h"

enum { DESCRIPTION_LENGTH_MAX = 1000 };

enum { FIELD_NAME, FIELD_ALIAS, FIELD_DESCRIPTION, FIELD_ENVIRONMENTS, FIELD_FILE, FIELDS };

static const char *const field_names[FIELDS] = {"certificateName", "alias", "certificateDescription", "environmentList", "pemEncodedFile"};

struct reading {
    struct material_body *body;
    struct arena *arena;
    struct bytes fields[FIELDS];
    struct certificate certificate;
};

static bool refuse(struct material_body *body, enum material_refusal refusal, const char *name, const char *what)
{
    body->refusal = refusal;
    return fault_set(&body->fault, FAULT_INVALID, "%s %s", name, what);
}

/* environmentList is a list: sent twice, it is one longer list. */
static bool take_part(struct reading *reading, const struct multipart_part *part)
{
    for (int i = 0; i < FIELDS; i++) {
        if (!bytes_is(part->name, field_names[i])) {
            continue;
        }
        if (reading->fields[i].data == NULL) {
            reading->fields[i] = part->content;
        } else if (i == FIELD_ENVIRONMENTS) {
            reading->fields[i] = arena_printf(reading->arena, "%.*s,%.*s", BYTES_FORMAT(reading->fields[i]), BYTES_FORMAT(part->content));
        } else {
            return refuse(reading->body, MATERIAL_MALFORMED, field_names[i], "is there twice");
        }
        if (i != FIELD_FILE && (!bytes_utf8(part->content, NULL) || memchr(part->content.data, '\0', part->content.length) != NULL)) {
            return refuse(reading->body, MATERIAL_MALFORMED, field_names[i], "is no text in UTF-8");
        }
        return true;
    }
    material_body_warn(reading->body, reading->arena,
                       bytes_utf8(part->name, NULL) && memchr(part->name.data, '\0', part->name.length) == NULL ? part->name : BYTES("a field"));
    return true;
}

static bool is_blank(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (memchr(" \t\r\n,", text.data[i], 5) == NULL) {
            return false;
        }
    }
    return true;
}

static bool has_all(const struct reading *reading, bool replaces)
{
    for (int i = 0; i < FIELDS; i++) {
        if (is_blank(reading->fields[i]) && !(i == FIELD_NAME && replaces)) {
            return refuse(reading->body, MATERIAL_EMPTY, field_names[i], "value can not be empty!");
        }
    }
    return true;
}

static void check_texts(struct reading *reading)
{
    struct material_body *body = reading->body;
    struct bytes name = reading->fields[FIELD_NAME];
    size_t characters = 0;

    if (!is_blank(name) && connection_name_is_valid(name)) {
        body->name = name;
    } else if (!is_blank(name)) {
        material_body_wrong(body, reading->arena, BYTES("certificateName"),
                            "must have 1 to 255 characters, without slash, control characters, leading or trailing space");
    }
    if (!connection_label_is_valid(reading->fields[FIELD_ALIAS])) {
        material_body_wrong(body, reading->arena, BYTES("alias"),
                            "must have 1 to 255 characters, without control characters, leading or trailing space");
    }
    body->has_description = true;
    body->description = reading->fields[FIELD_DESCRIPTION];
    if (bytes_utf8(body->description, &characters) && characters > DESCRIPTION_LENGTH_MAX) {
        material_body_wrong(body, reading->arena, BYTES("certificateDescription"), "must have at most 1000 characters");
    }
}

static void read_environments(struct reading *reading, long limit)
{
    struct material_item **end = &reading->body->items;
    struct bytes rest = reading->fields[FIELD_ENVIRONMENTS];
    struct bytes name;
    long count = 0;

    while (bytes_cut(&rest, ',', &name)) {
        name = bytes_trim(name);
        if (name.length == 0) {
            continue;
        }
        if (++count > limit) {
            reading->body->items = NULL;
            material_body_too_many(reading->body, reading->arena, limit);
            return;
        }
        struct material_item *item = ARENA_NEW(reading->arena, struct material_item);
        if (item == NULL) {
            return;
        }
        *item = (struct material_item){.name_path = BYTES("environmentList"), .environment = name};
        *end = item;
        end = &item->next;
    }
    reading->body->has_items = true;
    material_body_check_environments(reading->body, reading->arena);
}

static bool read_certificate(struct reading *reading, long limit)
{
    struct bytes file = reading->fields[FIELD_FILE];
    struct fault fault;

    if (file.length > (size_t) limit) {
        struct bytes what = arena_printf(reading->arena, "must have at most %ld bytes", limit);
        material_body_wrong(reading->body, reading->arena, BYTES("pemEncodedFile"), what.data == NULL ? "is too large" : what.data);
        return true;
    }
    if (certificate_read(&reading->certificate, file, reading->arena, &fault)) {
        reading->body->der = reading->certificate.der;
        return true;
    }
    if (fault.kind == FAULT_INVALID) {
        material_body_wrong(reading->body, reading->arena, BYTES("pemEncodedFile"), fault.message);
    }
    return fault.kind == FAULT_INVALID;
}

static void complete_environments(struct reading *reading)
{
    struct material_environment **end = &reading->body->environments;
    const struct certificate *certificate = &reading->certificate;

    for (const struct material_item *item = reading->body->items; item != NULL; item = item->next) {
        struct material_environment *environment = ARENA_NEW(reading->arena, struct material_environment);
        if (environment == NULL) {
            return;
        }
        *environment = (struct material_environment){
            .environment = item->environment, .alias = reading->fields[FIELD_ALIAS], .subject = certificate->subject,
            .valid_from = certificate->valid_from, .valid_until = certificate->valid_until, .sha1_thumbprint = certificate->sha1_thumbprint};
        *end = environment;
        end = &environment->next;
    }
}

bool certificate_body_read(struct material_body *body, struct api_context *context, struct api_exchange *exchange, bool replaces)
{
    struct reading reading = {.body = body, .arena = exchange->arena};
    struct multipart_part *parts = NULL;

    material_body_init(body, "environmentList");
    if (!multipart_read(&parts, http_request_field(exchange->request, "content-type"), exchange->request->body, exchange->arena, &body->fault)) {
        body->refusal = MATERIAL_MALFORMED;
        return body->fault.kind != FAULT_TOO_LARGE;
    }
    for (const struct multipart_part *part = parts; part != NULL; part = part->next) {
        if (!take_part(&reading, part)) {
            return !arena_overflowed(exchange->arena);
        }
    }
    if (!has_all(&reading, replaces)) {
        return !arena_overflowed(exchange->arena);
    }
    check_texts(&reading);
    read_environments(&reading, context->config->material_environments);
    if (!read_certificate(&reading, context->config->certificate_limit)) {
        return false;
    }
    complete_environments(&reading);
    return !arena_overflowed(exchange->arena);
}

bool certificate_body_complete(struct material_completed *completed, const struct material_body *body, struct arena *arena, struct fault *fault)
{
    struct material_value *value = ARENA_NEW(arena, struct material_value);
    struct bytes text = base64_encode(body->der, arena);

    *completed = (struct material_completed){.environments = body->environments, .values = value};
    if (value == NULL || text.data == NULL) {
        return fault_set(fault, FAULT_TOO_LARGE, "the request is too large to be worked on");
    }
    *value = (struct material_value){.place = BYTES("/content"), .text = text};
    return true;
}
