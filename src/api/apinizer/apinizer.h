/*
 * Apinizer's Management API: its rooms' own header, seen only by routes.c and this folder.
 *
 * Success is {"success":true,...}, failure {"error":"...","error_description":"..."}; field errors add "validation_errors".
 * Texts are exact: they stand in answer.c and nowhere else.
 */
#ifndef PATCHBAY_API_APINIZER_APINIZER_H
#define PATCHBAY_API_APINIZER_APINIZER_H

#include "api/api.h"
#include "registry/connection.h"

extern const struct api_dialect apinizer_dialect;
extern const struct revision_form apinizer_revisions; /* revision.c */

api_begin_handler apinizer_get_begin, apinizer_list_begin, apinizer_post_begin, apinizer_put_begin, apinizer_delete_begin;
api_continue_handler apinizer_get_next, apinizer_list_next, apinizer_post_next, apinizer_put_next, apinizer_delete_next;

api_begin_handler apinizer_projects_begin, apinizer_environments_begin, apinizer_healthcheck_begin, apinizer_hello_begin,
    apinizer_token_begin;
api_continue_handler apinizer_projects_next, apinizer_environments_next, apinizer_healthcheck_next, apinizer_hello_next,
    apinizer_token_next;

api_begin_handler apinizer_deployments_begin;
api_continue_handler apinizer_deployments_next;

api_begin_handler apinizer_audit_begin;
api_continue_handler apinizer_audit_next;

/* Keystores and certificates: what differs begins, the rest is the same. */
api_begin_handler apinizer_keystores_begin, apinizer_keystore_get_begin, apinizer_keystore_post_begin, apinizer_keystore_put_begin,
    apinizer_keystore_delete_begin;
api_begin_handler apinizer_certificates_begin, apinizer_certificate_get_begin, apinizer_certificate_post_begin, apinizer_certificate_put_begin,
    apinizer_certificate_delete_begin, apinizer_certificate_export_begin;
api_continue_handler apinizer_material_list_next, apinizer_material_get_next, apinizer_material_post_next, apinizer_material_put_next,
    apinizer_material_delete_next, apinizer_certificate_export_next;

/* Where a connection's path parameters stand. */
enum { APINIZER_PROJECT, APINIZER_CONNECTION };

/* ---- answer.c: the forms of answers. Each sets the whole response and returns API_ANSWERED. */

enum api_step apinizer_error(struct api_exchange *exchange, int status, const char *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
enum api_step apinizer_invalid_token(struct api_exchange *exchange);
enum api_step apinizer_validation_failed(struct api_exchange *exchange, const struct settings_error *errors);
enum api_step apinizer_unavailable(struct api_exchange *exchange);
enum api_step apinizer_too_many(struct api_exchange *exchange, int64_t seconds);
/* What every operation answers alike: access refused, precondition failed, unavailable, failed. False when the outcome is none of these. */
bool apinizer_refused(struct api_exchange *exchange, const struct connection_target *target, const struct connection_result *result);
/* {"success":true,"deploymentResult":{"success":true},"warnings":[...]} with the ETag. */
enum api_step apinizer_written(struct api_exchange *exchange, bool deployed, const struct settings_place *warnings, int64_t revision);
/* The member "warnings", where there are any. */
struct json_writer;
void apinizer_write_warnings(struct json_writer *writer, const struct settings_place *warnings);
/* {"success":true,"resultList":[ and, after its items, ],"resultCount":count} as the answer. `capacity`: about how long it will be. */
void apinizer_results_begin(struct json_writer *writer, struct buf *buf, struct arena *arena, size_t capacity);
enum api_step apinizer_results_end(struct api_exchange *exchange, struct json_writer *writer, const struct buf *buf, int64_t count);
/* The response is what a writer has written. */
enum api_step apinizer_json(struct api_exchange *exchange, int status, struct bytes body);
/* Something unexpected: logged with the request id, told to the client as 500 without details. */
enum api_step apinizer_failed(struct api_exchange *exchange, const char *what);
/* After connection_open failed: a 500 that says so, or nothing where the memory for the request ran out. */
enum api_step apinizer_unreadable(struct api_exchange *exchange, const struct fault *fault);

/* One connection as GET shows it, into an open array or as a value; `settings` is JSON text. */
void apinizer_write_connection(struct json_writer *writer, const struct connection_row *row, struct bytes settings);

/* ---- deployment.c: what was written is delivered to the project's workers, then answered as apinizer_written does, with what came of it.
   revision 0: no ETag. */
enum api_step apinizer_deploy(struct api_context *context, struct api_exchange *exchange, const struct connection_result *result,
                              const struct settings_place *warnings, int64_t revision);
api_continue_handler apinizer_deploy_next;

/* ---- the caller: target from header and path. False when there is no well-formed token: answered. */
bool apinizer_target(struct api_exchange *exchange, struct connection_target *target);

/* ---- body.c: a connection object as POST and PUT take it. */

enum body_refusal { BODY_FINE, BODY_MALFORMED, BODY_UNKNOWN_TYPE };

struct apinizer_body {
    enum body_refusal refusal; /* BODY_MALFORMED: fault tells; nothing below holds */
    struct fault fault;
    const struct connection_type *type;  /* NULL when missing or unknown: an error or the refusal tells */
    struct bytes type_name;    /* as sent */
    struct bytes name;         /* {NULL, 0} when absent, null or "" */
    struct bytes description;  /* {NULL, 0} when absent or null */
    bool enabled;
    bool deploy_to_worker;
    struct settings settings;
    struct settings_error *errors; /* of common fields, then of the type's */
};

/* False only when memory ran out. */
bool apinizer_body_read(struct apinizer_body *body, struct api_context *context, struct api_exchange *exchange, bool replaces)
    __attribute__((warn_unused_result));

#endif
