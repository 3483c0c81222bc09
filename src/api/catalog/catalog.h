/*
 * Adobe Catalog's connections and connectors: this folder's own header, seen only by routes.c besides.
 *
 * Three headers say who calls: Authorization (a token), x-api-key (the calling program), x-gw-ims-org-id (the organisation: a project). What is wrong
 * with them is told in the gateway's form {"error_code","message"}, all else in the service's {"type","status","title","detail"}. Texts of
 * errors stand in answer.c, forms of connections in shape.c.
 * The answer of a change is ["@/connections/ID"]; an object's version is 1.0.(revision - 1).
 */
#ifndef PATCHBAY_API_CATALOG_CATALOG_H
#define PATCHBAY_API_CATALOG_CATALOG_H

#include "api/api.h"
#include "registry/connection.h"

struct json_writer;
struct connector_table; /* registry/connector.h */

extern const struct api_dialect catalog_dialect;
extern const struct revision_form catalog_revisions; /* revision.c */
extern const struct connection_type catalog_type;

#define CATALOG_ROOT "/data/foundation/catalog"

enum { CATALOG_ID_LENGTH = 24, CATALOG_LIMIT_MAXIMUM = 100, CATALOG_ATTEMPTS_MAX = 32 };

api_begin_handler catalog_list_begin, catalog_get_begin, catalog_post_begin, catalog_put_begin, catalog_patch_begin, catalog_delete_begin;
api_continue_handler catalog_list_next, catalog_get_next, catalog_post_next, catalog_put_next, catalog_patch_next, catalog_delete_next;
api_begin_handler catalog_links_begin, catalog_data_sets_begin, catalog_connectors_begin, catalog_connector_begin, catalog_connector_stats_begin;
api_continue_handler catalog_links_next, catalog_data_sets_next, catalog_connectors_next, catalog_connector_next, catalog_connector_stats_next;

/* ---- caller.c */

struct catalog_caller {
    struct connection_target target;
    struct bytes organisation;
    bool has_key; /* x-api-key was sent */
};

/*
 * The caller, and the path's first parameter as handle. False: answered, because there is no token. What else is missing is told when the
 * database has refused it: so a stranger learns nothing more, and the order of the documented errors holds.
 */
bool catalog_caller_read(struct api_exchange *exchange, struct catalog_caller *caller);
/*
 * If-Match, E-tag and If-None-Match together, as connection_update takes them. A tag is a version (1.0.3), the time of the last change in
 * milliseconds, or the revision of ETag, bare or quoted.
 */
struct bytes catalog_precondition(const struct http_request *request, struct arena *arena);
/* Pragma: validate-only. */
bool catalog_only_validates(const struct http_request *request);
bool catalog_id_is_sane(struct bytes id);

/* ---- answer.c. Each sets the whole response and returns API_ANSWERED. */

enum api_step catalog_json(struct api_exchange *exchange, int status, struct bytes body);
enum api_step catalog_error(struct api_exchange *exchange, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
enum api_step catalog_gateway_error(struct api_exchange *exchange, const char *code, const char *message);
enum api_step catalog_failed(struct api_exchange *exchange, const char *what);
/* After connection_open failed: a 500 that says so, or nothing where the memory for the request ran out. */
enum api_step catalog_unreadable(struct api_exchange *exchange, const struct fault *fault);
enum api_step catalog_busy(struct api_exchange *exchange);
/* False when the outcome is none that every operation answers alike. Not found is one of them here. */
bool catalog_refused(struct api_exchange *exchange, const struct catalog_caller *caller, const struct connection_result *result);
/* ["@/connections/ID"] with ETag and E-Tag (revision 0: without). */
enum api_step catalog_reference(struct api_exchange *exchange, int status, struct bytes id, int64_t revision);
void catalog_tag(struct api_exchange *exchange, int64_t revision);
/* {"type","status","title","detail"} as text. {NULL, 0} when memory ran out. */
struct bytes catalog_error_text(struct arena *arena, int status, struct bytes detail);

/* ---- shape.c: a connection as answers show it. */

/* Names of `properties`, comma-separated; data NULL: all. */
struct catalog_shape {
    struct bytes properties;
    struct bytes organisation;
};

/* Key and value into an open object; `settings` is JSON text. False when stored settings cannot be read. */
bool catalog_write_connection(struct json_writer *writer, const struct catalog_shape *shape, const struct connection_row *row, struct bytes settings,
                              struct arena *arena);
/* Only the value. */
bool catalog_write_object(struct json_writer *writer, const struct catalog_shape *shape, const struct connection_row *row, struct bytes settings,
                          struct arena *arena);
bool catalog_is_wanted(struct bytes properties, struct bytes name);

/* ---- body.c: a connection as POST, PUT and PATCH take it. */

enum catalog_mode { CATALOG_CREATES, CATALOG_REPLACES, CATALOG_CHANGES };

struct catalog_body {
    bool refused;              /* `fault` tells; nothing below holds */
    bool forbidden;            /* of another organisation */
    struct fault fault;
    struct bytes name, connector, description; /* {NULL, 0}: not given (or null) */
    bool enabled;
    struct settings settings;
    struct bytes settings_text; /* what was given of them, readable */
    struct bytes fields;        /* CATALOG_CHANGES: which columns were given */
    struct bytes removed;       /* CATALOG_CHANGES: members that were null, a JSON array */
    struct settings_error *errors;
};

/* From the request's body. False only when memory ran out. */
bool catalog_body_read(struct catalog_body *body, struct api_context *context, struct api_exchange *exchange, const struct catalog_caller *caller,
                       enum catalog_mode mode) __attribute__((warn_unused_result));
/* From an object that is there already. */
bool catalog_body_take(struct catalog_body *body, struct api_context *context, struct arena *arena, const struct catalog_caller *caller,
                       const struct json_value *object, enum catalog_mode mode) __attribute__((warn_unused_result));
/* What is wrong with it; false when nothing is. */
bool catalog_body_is_wrong(const struct catalog_body *body);
enum api_step catalog_body_answer(struct api_exchange *exchange, const struct catalog_body *body);

/* ---- body_rules.c, for body.c */

/* The members whose form is documented. */
void catalog_check_members(const struct json_value *object, struct settings_error ***end, struct arena *arena);
void catalog_add_error(struct settings_error ***end, struct arena *arena, struct bytes field, const char *what);

/* ---- connection_content.c, for connection_write.c and connection_patch.c */

/* Boxes under the identity, or an empty object that makes SQL tell the right one. False: answered. */
bool catalog_seal(struct api_context *context, struct api_exchange *exchange, const struct settings *settings, const struct seal_identity *identity,
                  struct bytes *boxes);
void catalog_take_content(struct connection_content *content, const struct catalog_body *body);

/* ---- connection_patch.c: PATCH with application/json-patch+json. */

api_begin_handler catalog_json_patch_begin;
api_continue_handler catalog_json_patch_next;

/* ---- query.c: which, how many, in which order, which of their members. */

enum { CATALOG_FILTERS_MAX = 64, CATALOG_ORDERS_MAX = 16 };

enum catalog_kind { KIND_TEXT, KIND_NUMBER, KIND_BOOLEAN, KIND_MOMENT, KIND_VERSION, KIND_MEMBER, KIND_OBJECT };
enum catalog_op { OP_IN, OP_NOT_IN, OP_EXISTS, OP_ABSENT, OP_MATCHES, OP_LESS, OP_LESS_OR_EQUAL, OP_GREATER, OP_GREATER_OR_EQUAL, OP_TAG };

struct catalog_filter {
    struct bytes name;      /* property, or tag */
    enum catalog_kind kind;
    enum catalog_op op;
    struct bytes values;    /* comma-separated where the op takes several, else one */
    bool wildcards;         /* * stands for any run, ** for an asterisk */
    bool single;            /* a comma is part of the value */
};

struct catalog_order {
    struct bytes name;
    enum catalog_kind kind;
    bool descending;
};

struct catalog_query {
    int64_t limit, start;
    struct bytes properties;
    struct catalog_filter filters[CATALOG_FILTERS_MAX];
    size_t filter_count;
    struct catalog_order orders[CATALOG_ORDERS_MAX];
    size_t order_count;
    const char *wrong; /* what is wrong with it, or NULL */
};

/* What a kind of object can be filtered by. */
struct catalog_property {
    const char *name;
    enum catalog_kind kind;
    bool simple;       /* also as a parameter of its own */
    const char *field; /* as SQL calls it */
};

extern const struct catalog_property catalog_connection_properties[], catalog_connector_properties[]; /* ended by a NULL name */
const struct catalog_property *catalog_property_find(const struct catalog_property *properties, struct bytes name);

/* False only when memory ran out. */
bool catalog_query_read(struct catalog_query *query, struct api_exchange *exchange, const struct catalog_property *properties)
    __attribute__((warn_unused_result));
/* A version as numbers: 1 to 3 of them. */
bool catalog_version_read(struct bytes text, int64_t parts[3]);
/* The LIKE pattern of a text with wildcards; backslash is its escape. */
struct bytes catalog_like_pattern(struct bytes text, struct arena *arena);
/* regex.c: expressions that take time or memory out of proportion are refused before anybody tries them. NULL: it is safe. */
const char *catalog_regex_complaint(struct bytes regex);

/* ---- filter.c: filters and orders as connection_list takes them. False when memory ran out. */
bool catalog_query_for_sql(const struct catalog_query *query, struct arena *arena, struct connection_list *list)
    __attribute__((warn_unused_result));

/* ---- multiple.c */

api_begin_handler catalog_multiple_begin;
api_continue_handler catalog_multiple_next;

#endif
