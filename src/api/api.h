/*
 * The API: from a request to a call, from its result to an answer. Two halves with the call as a value in between.
 *
 *     step = api_begin(exchange);
 *     while (step == API_CALL) step = api_continue(exchange, <result of exchange->call>);
 *     -> exchange->response
 *
 * API_PART: like API_CALL, but the response's head and the text in `part` are to be sent first (streamed lists); `part` is
 * void after the next api_continue. When the last step is API_ANSWERED and `streaming` is set, response.body is the last part, unless
 * `aborted`: then the rest cannot be had, and the answer must not look whole (the connection is closed without its proper end).
 * API_WORK: exchange->work is slow on purpose or waits for others; it runs in a thread (serve/work.h), never in the loop; then api_continue with
 * a NULL result. Work touches nothing but its exchange.
 * API_ERRAND: exchange->errand is a set of deliveries to workers (deploy/errand.h) that is run beside the loop; then api_continue with a NULL result.
 * A handler keeps what it needs between its halves in exchange->state (arena memory).
 * Not here: sockets, the loop (serve/), what an operation means (registry/).
 */
#ifndef PATCHBAY_API_API_H
#define PATCHBAY_API_API_H

#include "base/uuid.h"
#include "config/config.h"
#include "db/pool.h"
#include "http/request.h"
#include "http/response.h"
#include "registry/rate.h"
#include "seal/keyring.h"

struct errand;         /* deploy/errand.h */
struct type_table;     /* registry/type.h */
struct connector_table; /* registry/connector.h */
struct identity_cache; /* registry/identity.h */
struct touch_table;    /* registry/token.h: tokens whose last-used time is to be noted */

#define API_FORMER_KEYRINGS 256

/* What every request shares; lives from start to stop. */
struct api_context {
    const struct config *config;
    const struct keyring *keyring;
    const struct type_table *types;
    const struct connector_table *connectors;
    struct identity_cache *identities;
    struct touch_table *touched;
    struct rate_table *rates; /* NULL: no limit */
    long logins;              /* whose passwords are being checked now */
    long openings;            /* requests whose keystores are being opened now */
    char host_name[256];
    const struct keyring *former[API_FORMER_KEYRINGS]; /* replaced ones */
    size_t former_count;
    int64_t refreshed_us;
};

enum api_step { API_ANSWERED, API_CALL, API_PART, API_WORK, API_ERRAND };

#define API_PARAMETERS_MAX 4

struct api_exchange;
typedef enum api_step api_begin_handler(struct api_context *context, struct api_exchange *exchange);
typedef enum api_step api_continue_handler(struct api_context *context, struct api_exchange *exchange, const struct db_result *result);

struct api_dialect;

struct api_route {
    const char *method;  /* "GET"; HEAD is served by GET's row */
    const char *pattern; /* "/apiops/projects/{project}/connections/{connection}/"; the trailing slash is optional in requests */
    const struct api_dialect *dialect;
    const char *media_types; /* that its body may have, spaces between; checked before the handler. "*": that is the
                                handler's matter. NULL: it takes no body */
    api_begin_handler *begin;
    api_continue_handler *next;
};

/* What goes wrong before or around a handler, in the dialect's own form. */
enum api_problem {
    API_NO_ROUTE, API_METHOD, API_MEDIA_TYPE, API_TOO_LARGE, API_INCOMPLETE, API_BAD_PATH,
    API_UNAVAILABLE, API_INTERNAL, API_TOO_COMPLEX,
    API_RATE, /* exchange->rate tells how long to wait */
    API_PROBLEMS
};

struct revision_form; /* api/revision.h */

struct api_dialect {
    const char *name;   /* "apinizer" */
    const char *prefix; /* "/apiops/" */
    bool loose;         /* paths are taken in any letter case, and collections in the singular, too */
    void (*problem)(struct api_exchange *exchange, enum api_problem problem);
    /* The digest of the caller's credential; false when there is none or it is not well-formed. The rate limit counts by it. */
    bool (*credential)(struct api_exchange *exchange, unsigned char digest[DIGEST_SHA256_SIZE]);
    const struct revision_form *revisions; /* how it shows the past */
};

struct api_exchange {
    struct arena *arena;
    const struct http_request *request;
    const struct api_route *route;  /* NULL when none matched */
    struct bytes parameters[API_PARAMETERS_MAX]; /* the path's, decoded, in the pattern's order */
    struct http_response response;
    struct db_call call;
    void (*work)(struct api_exchange *exchange); /* with API_WORK */
    bool work_computes; /* it keeps a processor busy, rather than waits for others */
    bool extended;              /* it was given memory once more, for what follows the first answer of the database */
    bool inner;                 /* part of another request, which was counted by the rate limit */
    struct rate_verdict rate;   /* limit 0: not limited */
    struct errand *errand;       /* with API_ERRAND; prepared */
    api_continue_handler *next;  /* who goes on, when a handler has handed over to another; NULL: the route's */
    struct bytes part;
    struct db_hold hold;            /* of a transaction over several calls; what it still has at the end is given back */
    bool streaming;
    bool aborted;
    void *state;
    unsigned calls;             /* made so far */
    unsigned char connection[16]; /* whose connection this was about, for the log; zero when none */
};

enum api_step api_begin(struct api_context *context, struct api_exchange *exchange);
enum api_step api_continue(struct api_context *context, struct api_exchange *exchange, const struct db_result *result);

/* exchange->connection as text, "" when this was about none. */
void api_connection_text(const struct api_exchange *exchange, char text[UUID_TEXT_SIZE]);
/* What every dialect says of a connection whose boxes do not open; trying again would not help. */
#define API_UNREADABLE \
    "The secrets of this connection cannot be opened. What is wrong with them is in the log, under the id of this request."
/* For answers with status 500: why, for the log only, and about which connection. */
void api_log_failed(const struct api_exchange *exchange, const char *what);

/* For Retry-After: whole seconds, 1 or more. */
long api_retry_seconds(const struct api_exchange *exchange);

/* Both halves around a blocking call. Streamed parts are gathered into response.body. */
void api_handle(struct api_context *context, struct api_exchange *exchange, struct db_session *session);

/* The table of routes, ended by a NULL method; tools and tests walk it. */
const struct api_route *api_routes(void);

/* Start and stop of what requests share: types, keyring, caches. host_name from gethostname. */
bool api_context_open(struct api_context *context, const struct config *config, struct fault *fault) __attribute__((warn_unused_result));
void api_context_close(struct api_context *context);
/*
 * Takes up a keyring whose file was replaced; the loop calls it before requests, it looks at the file at most once a second. A file that is not right is
 * logged and passed over: the keys that are known go on being used. Keys once taken up stay in memory until the end, for work that still has them.
 */
void api_context_refresh(struct api_context *context);
/* For db_pool_options.hello: schema version, and every key of the database is in the keyring and is the same. */
bool api_hello(void *context, const struct db_result *result, struct fault *fault);

#endif
