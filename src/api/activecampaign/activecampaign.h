/*
 * ActiveCampaign's API v3, connections: this folder's own header, seen only by routes.c besides.
 *
 * The account is the project of the key (Api-Token, or api_key in the query). Connections are numbered; service and externalid together are unique.
 * Errors: {"message"} for 403, 404, 405, 412...; {} for a body or id that makes no sense; {"errors":[...]} for 422.
 */
#ifndef PATCHBAY_API_ACTIVECAMPAIGN_ACTIVECAMPAIGN_H
#define PATCHBAY_API_ACTIVECAMPAIGN_ACTIVECAMPAIGN_H

#include "api/api.h"
#include "registry/connection.h"

extern const struct api_dialect activecampaign_dialect;
extern const struct revision_form activecampaign_revisions; /* revision.c */
extern const struct connection_type activecampaign_type;

api_begin_handler activecampaign_list_begin, activecampaign_get_begin, activecampaign_post_begin, activecampaign_put_begin,
    activecampaign_delete_begin;
api_continue_handler activecampaign_list_next, activecampaign_get_next, activecampaign_post_next, activecampaign_put_next, activecampaign_delete_next;

/* ---- answer.c */

/* Which operation shows a connection: they differ in isInternal and lastSync. */
enum activecampaign_form { FORM_ONE, FORM_CHANGED, FORM_ITEM };

enum api_step activecampaign_json(struct api_exchange *exchange, int status, struct bytes body);
enum api_step activecampaign_message(struct api_exchange *exchange, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
enum api_step activecampaign_failed(struct api_exchange *exchange, const char *what);
/* After connection_open failed: a 500 that says so, or nothing where the memory for the request ran out. */
enum api_step activecampaign_unreadable(struct api_exchange *exchange, const struct fault *fault);
/* False when the outcome is none that every operation answers alike. Not found is one of them here. */
bool activecampaign_refused(struct api_exchange *exchange, const struct connection_target *target, const struct connection_result *result);
/* Writes one connection; settings is JSON text with the members of the type. */
struct json_writer;
bool activecampaign_write(struct json_writer *writer, const struct connection_row *row, struct bytes settings, enum activecampaign_form form,
                          struct arena *arena);
/* {"connection":{...}} with ETag, and warnings where there are some. */
enum api_step activecampaign_answer(struct api_exchange *exchange, int status, const struct connection_row *row, struct bytes settings,
                                    enum activecampaign_form form, const struct settings_place *warnings);
/* The caller's key and the id of the path. False: answered. */
bool activecampaign_target(struct api_exchange *exchange, struct connection_target *target);
/* An id as this dialect makes them: a decimal number. */
bool activecampaign_id_is_sane(struct bytes id);

/* ---- body.c: {"connection":{...}} as POST and PUT take it. */

struct activecampaign_error {
    const char *field;
    const char *code; /* field_missing, field_invalid, duplicate */
    const char *title;
    struct activecampaign_error *next;
};

struct activecampaign_body {
    bool malformed;
    struct bytes name, service, external_id; /* {NULL, 0}: not given */
    struct settings settings;                /* of what was given */
    struct bytes settings_text;              /* readable members, JSON */
    struct activecampaign_error *errors;
};

/* False only when memory ran out. */
bool activecampaign_body_read(struct activecampaign_body *body, struct api_exchange *exchange, bool creates) __attribute__((warn_unused_result));
/* For settings that come another way: what is wrong with them, and the defaults of what they lack put in. A link may be null, for a sealed one. */
struct activecampaign_error *activecampaign_complete_settings(struct json_value *settings, struct arena *arena);
enum api_step activecampaign_invalid(struct api_exchange *exchange, const struct activecampaign_error *errors);

#endif
