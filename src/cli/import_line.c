/*
 * A line goes by its id; one that has none, or whose id is not in this project, by what its API calls it by. So an export can be taken to
 * another registry and taken there again. A connection whose id another line has is that line's, whatever it is called now: so what was deleted
 * comes back although somebody else got its name.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/import.h"

#define MATCHED "connection_id, revision, key_number, name, type, dialect, public_id from patchbay.connection where project_id = $1::bigint "

/* The publicId of activecampaign is a number that every registry counts for itself. */
static const char match_sql[] =
    "select * from (select 1 as way, " MATCHED "and connection_id = $2::uuid "
    "union all select 2, " MATCHED "and dialect = $3 and $3 <> 'activecampaign' "
    "and handle = patchbay.handle_of($3, case $3 when 'apinizer' then $5 else $4 end) "
    "union all select 3, " MATCHED "and service = $6 and external_id = $7) as found order by way limit 1";

enum { MATCH_WAY, MATCH_ID, MATCH_REVISION, MATCH_KEY, MATCH_NAME, MATCH_TYPE, MATCH_DIALECT, MATCH_PUBLIC_ID };

enum { BY_ID = 1 }; /* of MATCH_WAY */

void import_uuid_text(const unsigned char uuid[16], char text[IMPORT_UUID_SIZE])
{
    for (size_t i = 0, at = 0; i < 16; i++) {
        at += (size_t) snprintf(text + at, IMPORT_UUID_SIZE - at, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
    }
}

void import_read_uuid(struct bytes text, unsigned char uuid[16])
{
    char byte[3] = "";

    for (size_t i = 0, at = 0; i < 16; i++, at += 2) {
        at += text.data[at] == '-';
        memcpy(byte, text.data + at, 2);
        uuid[i] = (unsigned char) strtoul(byte, NULL, 16);
    }
}

int import_compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(unsigned char[16]));
}

static bool is_given(const struct import *import, const unsigned char id[16])
{
    return import->given_count > 0 && bsearch(id, import->given, import->given_count, sizeof *import->given, import_compare_ids) != NULL;
}

static const char *text_or_null(struct import *import, struct bytes text)
{
    return text.data == NULL ? NULL : arena_copy(import->arena, text).data;
}

/*
 * The identity of a row that is to be made, before anything is sealed to it: the line's, unless that was used before, since a connection that was
 * deleted keeps its history to itself.
 */
static bool choose_id(struct import *import, struct bytes id, struct import_planned *planned, struct fault *fault)
{
    static const char sql[] = "select where patchbay.connection_id_was_used($1::bigint, $2::uuid)";
    struct db_result result = {.count = 0};

    if (id.data != NULL) {
        const char *values[] = {import->project, arena_copy(import->arena, id).data};
        if (!command_query(import->context, sql, 2, values, &result, fault)) {
            return false;
        }
        import_read_uuid(id, planned->id);
    }
    if (id.data == NULL || result.count > 0) {
        digest_uuid(planned->id);
    }
    return true;
}

/* A row that was found by name is another connection if a line has its id; and if it is of another type it goes, where all goes that has no line. */
static bool is_meant(struct import *import, const struct db_result *result, bool is_same_kind, unsigned char id[16])
{
    (void) db_uuid(result, 0, MATCH_ID, id);
    return db_number(result, 0, MATCH_WAY) == BY_ID || (!is_given(import, id) && (is_same_kind || !command_flag(import->context, "prune")));
}

bool import_match(struct import *import, const struct transfer_line *line, struct import_planned *planned, struct bytes *name, struct fault *fault)
{
    const struct connection_content *content = &line->content;
    const char *values[] = {import->project, text_or_null(import, line->id), text_or_null(import, line->dialect),
                            text_or_null(import, content->public_id), text_or_null(import, content->name),
                            text_or_null(import, content->service), text_or_null(import, content->external_id)};
    struct db_result result;

    *name = (struct bytes){NULL, 0};
    if (!command_query(import->context, match_sql, 7, values, &result, fault)) {
        return false;
    }
    bool is_same_kind = result.count > 0 && bytes_equal(db_text(&result, 0, MATCH_TYPE), content->type)
                        && bytes_equal(db_text(&result, 0, MATCH_DIALECT), line->dialect);
    if (result.count == 0 || !is_meant(import, &result, is_same_kind, planned->id)) {
        planned->key = keyring_active(import->keyring);
        return choose_id(import, line->id, planned, fault);
    }
    planned->revision = db_number(&result, 0, MATCH_REVISION);
    planned->key = (int32_t) db_number(&result, 0, MATCH_KEY);
    *name = arena_copy(import->arena, db_text(&result, 0, MATCH_NAME));
    if (!is_same_kind) {
        return fault_set(fault, FAULT_INVALID, "the type and the dialect of a connection cannot change");
    }
    return !bytes_is(line->dialect, "catalog") || bytes_equal(db_text(&result, 0, MATCH_PUBLIC_ID), content->public_id)
           || fault_set(fault, FAULT_INVALID, "the publicId of a connection cannot change");
}

/* Nothing is sealed with a key that is not the database's of that number. */
static bool register_key(struct import *import, int32_t number, struct fault *fault)
{
    struct db_result result;
    struct bytes canary;
    char text[16];

    if (import->registered == number) {
        return true;
    }
    snprintf(text, sizeof text, "%ld", (long) number);
    if (!seal_canary(import->keyring, number, import->arena, &canary, fault)) {
        return false;
    }
    const char *values[] = {text, arena_copy(import->arena, canary).data};
    if (!command_query(import->context, "select patchbay.key_register($1::integer, $2)", 2, values, &result, fault)) {
        return false;
    }
    import->registered = number;
    return true;
}

static bool seal_line(struct import *import, const struct transfer_line *line, const struct import_planned *planned, struct bytes *boxes,
                      struct fault *fault)
{
    struct seal_identity identity = {.key = planned->key};

    (void) bytes_to_int64(bytes_from(import->project), &identity.project);
    memcpy(identity.connection, planned->id, sizeof identity.connection);
    return connection_seal(&line->settings, import->keyring, &identity, import->arena, boxes, fault);
}

static const char *flag_text(bool flag)
{
    return flag ? "true" : "false";
}

bool import_write_line(struct import *import, const struct transfer_line *line, const struct import_planned *planned, bool apply,
                       struct import_outcome *outcome, struct fault *fault)
{
    static const char sql[] = "select outcome, detail, slot, holder from patchbay.import_write($1::boolean, $2::bigint, $3::uuid, $4::bigint, $5, $6, $7, $8, $9, "
                              "$10, $11, $12::boolean, $13::boolean, $14::json, $15::integer, $16::jsonb, $17::jsonb, $18::jsonb, $19::jsonb)";
    const struct connection_content *content = &line->content;
    struct bytes boxes, keep, needs;
    struct db_result result;
    char revision[24], key[16], id[IMPORT_UUID_SIZE];

    if (!seal_line(import, line, planned, &boxes, fault)) {
        return false;
    }
    if (apply && (boxes.data != NULL || planned->revision == 0) && !register_key(import, planned->key, fault)) {
        return false;
    }
    if (!connection_keep_text(&line->settings, import->arena, &keep) || !connection_needs_text(&line->settings, import->arena, &needs)) {
        return fault_set(fault, FAULT_TOO_LARGE, "it is too large");
    }
    snprintf(revision, sizeof revision, "%" PRId64, planned->revision);
    snprintf(key, sizeof key, "%ld", (long) planned->key);
    import_uuid_text(planned->id, id);
    const char *values[] = {flag_text(apply), import->project, id, revision, text_or_null(import, line->dialect),
                            text_or_null(import, content->public_id), text_or_null(import, content->name), text_or_null(import, content->type),
                            text_or_null(import, content->service), text_or_null(import, content->external_id),
                            text_or_null(import, content->description), flag_text(content->enabled), flag_text(content->deploy_to_worker),
                            text_or_null(import, content->settings), key, text_or_null(import, boxes), text_or_null(import, keep),
                            text_or_null(import, needs), text_or_null(import, content->references)};
    if (arena_overflowed(import->arena)) {
        return fault_set(fault, FAULT_TOO_LARGE, "it is too large");
    }
    if (!command_query(import->context, sql, 19, values, &result, fault)) {
        return false;
    }
    outcome->word = arena_copy(import->arena, db_text(&result, 0, 0));
    outcome->detail = arena_copy(import->arena, db_text(&result, 0, 1));
    (void) db_uuid(&result, 0, 2, outcome->slot);
    outcome->is_held = db_uuid(&result, 0, 3, outcome->holder);
    return true;
}

bool import_moved(struct fault *fault)
{
    return fault_set(fault, FAULT_UNAVAILABLE, "a connection changed since the plan was made; nothing was done, run it again");
}

bool import_apply_line(struct import *import, size_t number, struct bytes text, const struct import_planned *planned, struct fault *fault)
{
    struct transfer_line line;
    struct import_outcome outcome;

    arena_reset(import->arena);
    if (!transfer_read(&line, text, &import->rules, import->arena, fault) || !import_write_line(import, &line, planned, true, &outcome, fault)) {
        return fault_wrap(fault, "line %zu; nothing was done", number);
    }
    if (!bytes_is(outcome.word, "create") && !bytes_is(outcome.word, "update")) {
        return import_moved(fault); /* whatever it is, the plan would have said so */
    }
    if (import->shows) {
        progress_step(&import->progress, 1);
    }
    return true;
}
