/*
 * Operations on connections: a struct in, one database call, a struct out. The same for every dialect.
 *
 * in -> connection_X_call fills a db_call (values are borrowed from `in`: keep it in the request's arena) -> result ->
 * connection_X_outcome. What depends on stored state was decided in SQL (sql/functions/connection_X.sql has each outcome's meaning).
 * Secrets are sealed before the call, by connection_seal, under the identity the worker believes in; CONNECTION_IDENTITY says that it was
 * wrong and which is right: seal again, call again.
 * Not here: the form of requests and answers (api/).
 */
#ifndef PATCHBAY_REGISTRY_CONNECTION_H
#define PATCHBAY_REGISTRY_CONNECTION_H

#include "db/call.h"
#include "registry/settings.h"
#include "seal/digest.h"
#include "seal/seal.h"

enum connection_outcome {
    CONNECTION_INVALID_TOKEN,
    CONNECTION_INVALID_CLIENT, /* catalog: the calling client's key */
    CONNECTION_UNKNOWN_PROJECT,
    CONNECTION_FORBIDDEN,
    CONNECTION_NOT_FOUND,
    CONNECTION_REVISION_NOT_FOUND, /* of one that is there, or was */
    CONNECTION_PRECONDITION_FAILED,
    CONNECTION_TYPE_CHANGED,
    CONNECTION_NAME_TAKEN,
    CONNECTION_SECRET_MISSING,
    CONNECTION_REFERENCE_MISSING,
    CONNECTION_ALIAS_TAKEN, /* of a certificate */
    CONNECTION_IN_USE,      /* a keystore or certificate, by connections */
    CONNECTION_IDENTITY,
    CONNECTION_AGAIN,
    CONNECTION_BAD_PATTERN, /* lists: a regular expression that the database refuses */
    CONNECTION_CHECKED,   /* dry: all is well, nothing was written */
    CONNECTION_OK,        /* read */
    CONNECTION_CREATED,
    CONNECTION_UPDATED,
    CONNECTION_UNCHANGED,
    CONNECTION_DELETED,
    CONNECTION_WRONG_KEY, /* our key of that number is not the database's */
    CONNECTION_UNAVAILABLE,
    CONNECTION_FAILED,    /* unexpected: logged with the request id */
};

/* Who asks for what. */
struct connection_target {
    const unsigned char *token; /* DIGEST_SHA256_SIZE bytes */
    const char *dialect;
    struct bytes project; /* name; {NULL, 0}: the token's own; catalog: client and organisation, as sql/functions/catalog_client.sql has it */
    struct bytes handle;  /* name or id as the caller sent it */
    struct bytes request_id;
};

/* What a connection is to be. */
struct connection_content {
    struct bytes name;        /* update: {NULL, 0} keeps the stored one */
    struct bytes type;
    struct bytes public_id;   /* {NULL, 0} in apinizer */
    struct bytes service, external_id; /* activecampaign */
    struct bytes description; /* {NULL, 0}: null */
    bool enabled;
    bool deploy_to_worker;
    struct bytes settings;    /* JSON text, readable */
    struct bytes secrets;     /* boxes as JSON text; {NULL, 0}: none */
    struct bytes references;  /* JSON array of {"kind", "name", "field"}: all that the settings name; {NULL, 0}: the type names nothing, or is not touched */
};

struct connection_create {
    struct connection_target target;
    struct connection_content content;
    struct seal_identity identity; /* its connection id is the new one's */
    struct bytes canary;           /* of the key it is sealed with */
    bool dry;
};

struct connection_update {
    struct connection_target target;
    struct connection_content content;
    struct seal_identity identity; /* believed; key 0: not known */
    struct bytes if_match;         /* {NULL, 0}: no precondition; "*"; revisions "3,4"; more forms: sql/functions/matches_revision.sql */
    struct bytes fields;           /* {NULL, 0}: content replaces all. Else only what it lists changes ("name,description"; "" for settings only), and
                                      content.settings has the members to be replaced */
    struct bytes removed;          /* with fields: JSON array of the settings' members to be dropped; {NULL, 0}: none */
    struct bytes keep;             /* JSON array of places, or object {place: whether a default stands for it}; {NULL, 0}: none */
    struct bytes needs;            /* JSON array of {"any": [places], "given": place}; {NULL, 0}: none */
    bool dry;                      /* check everything, write nothing */
    bool renames;                  /* sent alone: it may violate a constraint */
};

struct connection_read {
    struct connection_target target;
    bool secrets; /* wanted; given only to CONNECTIONS:MANAGE */
};

struct connection_delete {
    struct connection_target target;
    struct bytes if_match; /* as in connection_update */
};

/* Which connections, in which order. handle is not used. */
struct connection_list {
    struct connection_target target;
    struct bytes filters; /* JSON as in sql/functions/connection_list.sql; {NULL, 0}: none */
    struct bytes orders;  /* likewise */
    int64_t offset;
    int64_t limit;      /* negative: all */
};

struct connection_listed {
    enum connection_outcome outcome;
    int64_t total;    /* matches, not only those of this page */
    struct bytes ids; /* comma-separated; to be passed to connection_fetch */
};

/* How many ids one connection_fetch takes at most. */
enum { CONNECTION_FETCH_MAX = 512 };

struct connection_result {
    enum connection_outcome outcome;
    struct seal_identity identity; /* of the connection, where it exists; of the project at least where that was told */
    int64_t revision;
    struct bytes type;    /* stored type */
    struct bytes public_id; /* of a created connection; {NULL, 0} in apinizer */
    bool deploys;         /* written, and there is an environment to deploy it to or to remove it from */
    struct bytes lacking; /* CONNECTION_SECRET_MISSING, CONNECTION_CHECKED: indexes of unmet needs "0,2" */
    struct bytes missing; /* those two, CONNECTION_REFERENCE_MISSING: indexes of references that name nothing; of a restoration: they themselves, as JSON */
};

struct connection_row {
    struct connection_result result;
    struct bytes name, description, public_id, service, external_id, settings;
    struct bytes secrets; /* {NULL, 0}: not given */
    struct bytes created_by, updated_by, created_client;
    int64_t created_us, updated_us; /* since the epoch */
    bool enabled, deploy_to_worker;
};

void connection_create_call(const struct connection_create *in, struct db_call *call);
void connection_update_call(const struct connection_update *in, struct db_call *call);
void connection_read_call(const struct connection_read *in, struct db_call *call);

void connection_delete_call(const struct connection_delete *in, struct db_call *call);
void connection_list_call(const struct connection_list *in, struct db_call *call);
/* The rows of the first ids, about `bytes` of them; ids are UUIDs, comma-separated. */
void connection_fetch_call(const struct connection_target *target, struct bytes ids, int64_t bytes, struct db_call *call);

/* Results borrow from the db_result: copy what must outlive the callback. */
void connection_create_outcome(const struct db_result *result, struct connection_result *out);
void connection_update_outcome(const struct db_result *result, struct connection_result *out);
void connection_read_outcome(const struct db_result *result, struct connection_row *out);
void connection_delete_outcome(const struct db_result *result, struct connection_result *out);
void connection_list_outcome(const struct db_result *result, struct connection_listed *out);
/* Row `index` of a fetch, and how many ids are used up after it. */
void connection_fetched(const struct db_result *result, int index, struct connection_row *row, int64_t *used);
/* What is left of ids after the first `used`. */
struct bytes connection_ids_after(struct bytes ids, int64_t used);

/* Seals every value under the identity: boxes as JSON text {"place": "box"}; {NULL, 0} when there are none. */
bool connection_seal(const struct settings *settings, const struct keyring *keyring, const struct seal_identity *identity, struct arena *arena,
                     struct bytes *boxes, struct fault *fault) __attribute__((warn_unused_result));
/* Readable settings with the opened values at their places, as JSON text. FAULT_UNREADABLE when a box does not open. */
bool connection_open(const struct connection_row *row, const struct keyring *keyring, struct arena *arena, struct bytes *settings, struct fault *fault)
    __attribute__((warn_unused_result));
/* Keep and needs of settings as the JSON texts that connection_update takes; {NULL, 0} where there are none. */
bool connection_keep_text(const struct settings *settings, struct arena *arena, struct bytes *keep) __attribute__((warn_unused_result));
bool connection_needs_text(const struct settings *settings, struct arena *arena, struct bytes *needs) __attribute__((warn_unused_result));
/* References of settings as create and update take them; {NULL, 0} where the type has no field that names anything. */
bool connection_references_text(const struct settings *settings, const struct connection_type *type, struct arena *arena, struct bytes *references)
    __attribute__((warn_unused_result));

/* The grammar of names: 1 to 255 printable characters, no '/', no control character, no leading or trailing space. The database has the same. */
bool connection_name_is_valid(struct bytes name);
/* The same, but a '/' may be in it: what is in no path (environments, aliases). */
bool connection_label_is_valid(struct bytes label);
/* The same name, letter case ignored. */
bool connection_name_same(struct bytes a, struct bytes b);

#endif
