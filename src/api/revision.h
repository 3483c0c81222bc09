/*
 * Revisions, restoring and deleted connections: the same in every dialect but for the words around them, which a dialect gives as its revision_form.
 *
 *     GET  .../revisions          newest first: who, when, what changed. ETag: the connection's newest revision
 *     GET  .../revisions/N        one, with the readable state; of sealed values only whether they changed
 *     POST .../revisions/N/restore  an ordinary change: permission, If-Match, a free name; a new revision
 *     GET  deleted                what can still be restored
 *
 * Which connection a path means: registry/revision.h. docs/history.md has the answers' members.
 */
#ifndef PATCHBAY_API_REVISION_H
#define PATCHBAY_API_REVISION_H

#include "api/api.h"
#include "json/writer.h"
#include "registry/revision.h"

api_begin_handler revision_list_begin, revision_one_begin, revision_restore_begin, revision_gone_begin;
api_continue_handler revision_list_next, revision_restore_next, revision_gone_next;

/* A restoration under way. */
struct revision_restoring {
    struct connection_target *target;
    struct revision_restore restore;
    struct connection_read read; /* for dialects that answer with the connection */
    bool reading;
    unsigned attempts;
};

/* Which page of a list was asked for. */
struct revision_page {
    int64_t offset, limit;
    bool wrong;
};

struct revision_form {
    unsigned revision_parameter; /* where the path has it */
    const char *offset_name, *limit_name; /* of the query; with counts_pages the first counts pages, not items */
    bool counts_pages;
    /* Who calls, about what; in the arena. NULL: answered. */
    struct connection_target *(*target)(struct api_exchange *exchange);
    /* Preconditions in the form connection_update takes. */
    struct bytes (*if_match)(const struct http_request *request, struct arena *arena);
    /* Whether a restoration is only to be tried; NULL: the dialect knows no such request. */
    bool (*only_validates)(const struct http_request *request);
    /* Answers what is no success; not found, revision not found and a taken name (`name`) among them. False: it is none of these. */
    bool (*refused)(struct api_exchange *exchange, const struct connection_target *target, const struct connection_result *result, struct bytes name);
    enum api_step (*wrong_page)(struct api_exchange *exchange);
    enum api_step (*failed)(struct api_exchange *exchange, const char *what);
    enum api_step (*busy)(struct api_exchange *exchange);
    enum api_step (*json)(struct api_exchange *exchange, int status, struct bytes body);
    void (*tag)(struct api_exchange *exchange, int64_t revision);
    /* A list as a whole, around its items ("revisions" or "deleted"), and one item alone. */
    void (*list_begin)(struct json_writer *writer, const char *items);
    void (*list_end)(struct json_writer *writer, const struct revision_page *page, int64_t total, struct arena *arena);
    void (*one_begin)(struct json_writer *writer);
    void (*one_end)(struct json_writer *writer);
    /* The connection in that state, as a value. False when stored settings cannot be read. */
    bool (*state)(struct json_writer *writer, const struct connection_target *target, const struct connection_row *row, struct arena *arena);
    /* It is restored: answers, or calls for the connection (restoring->read, reading); then `read_back` answers. */
    enum api_step (*restored)(struct api_context *context, struct api_exchange *exchange, struct revision_restoring *restoring,
                              const struct revision_restored *restored);
    enum api_step (*read_back)(struct api_context *context, struct api_exchange *exchange, struct revision_restoring *restoring,
                               const struct db_result *result);
};

/* Members of an open object: RFC 3339, UTC, to the microsecond; a UUID. */
void revision_write_moment(struct json_writer *writer, const char *key, int64_t microseconds);
void revision_write_uuid(struct json_writer *writer, const char *key, const unsigned char uuid[16]);

#endif
