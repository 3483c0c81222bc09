/*
 * Who calls, and on which condition. Client and organisation travel to SQL as one text in the place of a project's name (catalog_client.sql), so
 * all three headers are judged in the one call that does the work.
 */
#include <inttypes.h>
#include <string.h>

#include "api/catalog/catalog.h"
#include "api/credential.h"

static struct bytes header_of(const struct http_request *request, const char *name)
{
    return bytes_trim(http_request_field(request, name));
}

/* "/<SHA-256 of the key in hex>/<organisation>"; a missing key is the digest that no text has. */
static struct bytes project_text(struct arena *arena, const unsigned char digest[DIGEST_SHA256_SIZE], struct bytes organisation)
{
    static const char digits[] = "0123456789abcdef";
    struct buf buf;

    buf_init(&buf, arena, 2 * DIGEST_SHA256_SIZE + organisation.length + 3);
    buf_add_char(&buf, '/');
    for (size_t i = 0; i < DIGEST_SHA256_SIZE; i++) {
        buf_add_char(&buf, digits[digest[i] >> 4]);
        buf_add_char(&buf, digits[digest[i] & 15]);
    }
    buf_add_char(&buf, '/');
    buf_add(&buf, organisation);
    return buf_bytes(&buf);
}

/* A header's bytes need not be text; those that are not name no organisation. */
static bool is_text(struct bytes value)
{
    return bytes_utf8(value, NULL) && (value.length == 0 || memchr(value.data, '\0', value.length) == NULL);
}

bool catalog_caller_read(struct api_exchange *exchange, struct catalog_caller *caller)
{
    const struct http_request *request = exchange->request;
    struct bytes key = header_of(request, "x-api-key");
    unsigned char client[DIGEST_SHA256_SIZE] = {0};
    unsigned char *digest = arena_alloc(exchange->arena, DIGEST_SHA256_SIZE);

    if (digest == NULL) {
        return false;
    }
    if (header_of(request, "authorization").length == 0) {
        (void) catalog_gateway_error(exchange, "403010", "Oauth token is missing.");
        return false;
    }
    if (!credential_bearer(exchange, digest)) {
        http_response_add(&exchange->response, "WWW-Authenticate", BYTES("Bearer"));
        (void) catalog_gateway_error(exchange, "401013", "Oauth token is not valid");
        return false;
    }
    if (!digest_credential(key, "pbc", client)) {
        memset(client, 0, sizeof client);
    }
    caller->has_key = key.length > 0;
    caller->organisation = header_of(request, "x-gw-ims-org-id");
    struct bytes organisation = is_text(caller->organisation) ? caller->organisation : BYTES("");
    caller->target = (struct connection_target){.token = digest, .dialect = catalog_dialect.name, .handle = exchange->parameters[0],
                                                .project = project_text(exchange->arena, client, organisation), .request_id = request->request_id};
    if (caller->target.handle.data == NULL) {
        caller->target.handle = BYTES("");
    }
    return caller->target.project.data != NULL;
}

/* The revision that has this version; 0: none can have it. */
static int64_t revision_of(struct bytes version)
{
    int64_t parts[3];

    return catalog_version_read(version, parts) && memchr(version.data, '.', version.length) != NULL && parts[0] == 1 && parts[1] == 0
                   && parts[2] < INT64_MAX
               ? parts[2] + 1
               : 0;
}

static void add_item(struct buf *clause, const char *prefix, int64_t number)
{
    if (clause->length > 0) {
        buf_add_char(clause, ',');
    }
    buf_printf(clause, "%s%" PRId64, prefix, number);
}

static void add_tag(struct buf *clause, struct bytes tag, bool versions_only)
{
    int64_t number;
    int64_t revision;

    if (tag.length >= 2 && tag.data[0] == '"' && tag.data[tag.length - 1] == '"') {
        tag = bytes_slice(tag, 1, tag.length - 1);
    }
    if (tag.length == 0 || tag.data[0] < '0' || tag.data[0] > '9') {
        return;
    }
    revision = revision_of(tag);
    if (revision > 0) {
        add_item(clause, "", revision);
    } else if (!versions_only && bytes_to_int64(tag, &number)) {
        add_item(clause, "", number);
        add_item(clause, "u", number);
    }
}

/* One header as a clause: nothing in it that could match makes a clause that matches nothing. */
static void add_clause(struct buf *clauses, struct bytes header, const char *negation, bool versions_only)
{
    struct bytes tag;
    struct buf clause;

    if (header.data == NULL) {
        return;
    }
    if (clauses->length > 0) {
        buf_add_char(clauses, ';');
    }
    buf_add_string(clauses, negation);
    buf_init(&clause, clauses->arena, 32);
    while (bytes_cut(&header, ',', &tag)) {
        tag = bytes_trim(tag);
        if (bytes_is(tag, "*")) {
            buf_add_char(clauses, '*');
            return;
        }
        if (negation[0] != '\0' && bytes_starts(tag, "W/")) {
            tag = bytes_slice(tag, 2, tag.length); /* If-None-Match compares weakly */
        }
        add_tag(&clause, tag, versions_only);
    }
    /* An empty clause would vanish among others. */
    buf_add(clauses, clause.length > 0 ? buf_bytes(&clause) : BYTES("-"));
}

struct bytes catalog_precondition(const struct http_request *request, struct arena *arena)
{
    struct buf clauses;

    buf_init(&clauses, arena, 64);
    add_clause(&clauses, http_request_field(request, "if-match"), "", false);
    add_clause(&clauses, http_request_field(request, "e-tag"), "", true);
    add_clause(&clauses, http_request_field(request, "if-none-match"), "!", false);
    return clauses.length > 0 ? buf_bytes(&clauses) : (struct bytes){NULL, 0};
}

bool catalog_only_validates(const struct http_request *request)
{
    struct bytes pragma = http_request_field(request, "pragma");
    struct bytes directive;

    while (bytes_cut(&pragma, ',', &directive)) {
        if (bytes_is_nocase(bytes_trim(directive), "validate-only")) {
            return true;
        }
    }
    return false;
}

bool catalog_id_is_sane(struct bytes id)
{
    for (size_t i = 0; i < id.length; i++) {
        if (!((id.data[i] >= '0' && id.data[i] <= '9') || (id.data[i] >= 'a' && id.data[i] <= 'f'))) {
            return false;
        }
    }
    return id.length == CATALOG_ID_LENGTH;
}
