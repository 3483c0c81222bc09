/*
 * Keys for life. Adding is in two steps with a pause, so that every worker has read the new key before the first box is sealed with it.
 * Rotating and verifying walk through all rows with boxes in portions, as patchbay_worker: the administrator's role sees no box. Nothing is
 * remembered between portions but the place, so a rotation that was killed is simply run again, and several may run at once.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/progress.h"
#include "db/admin.h"
#include "registry/key.h"

/* Longer than workers take to notice a changed file (a second). */
enum { PAUSE_SECONDS = 3, PORTION = 200, MEMORY = 256 * 1024 * 1024 };

#define NO_OBJECT "00000000-0000-0000-0000-000000000000"

/* ---- add, status, retire */

static bool register_key(struct command_context *context, const struct keyring *keyring, int32_t number, struct fault *fault)
{
    struct arena *arena = arena_new(65536);
    struct db_result result;
    struct bytes canary;
    char text[16];

    if (arena == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    snprintf(text, sizeof text, "%ld", (long) number);
    bool registered = seal_canary(keyring, number, arena, &canary, fault);
    if (registered) {
        const char *values[] = {text, arena_copy(arena, canary).data};
        registered = command_query(context, "select patchbay.key_register($1::integer, $2)", 2, values, &result, fault);
    }
    arena_free(arena);
    return registered;
}

enum command_end command_key_add(struct command_context *context, struct fault *fault)
{
    const struct config *config = command_config(context, fault);
    struct keyring *keyring = NULL;
    struct db_result result;
    int32_t number = 0;

    /*
     * The database first: a key that it does not come to know would stand in the file for nothing, and one with the number of a key that only
     * another machine's file has, or that was retired and taken out, would keep workers from starting.
     */
    if (config == NULL || !command_query(context, "select coalesce(max(key_number), 0) from patchbay.key", 0, NULL, &result, fault)) {
        return COMMAND_FAILED;
    }
    number = (int32_t) db_number(&result, 0, 0);
    if (!keyring_add(config->keyring_file, &number, fault) || !keyring_new(&keyring, config->keyring_file, fault)) {
        return COMMAND_FAILED;
    }
    bool added = register_key(context, keyring, number, fault);
    keyring_free(keyring);
    if (!added) {
        return COMMAND_FAILED;
    }
    sleep(PAUSE_SECONDS);
    if (!keyring_activate(config->keyring_file, number, fault)) {
        return COMMAND_FAILED;
    }
    fprintf(context->out, "%ld\n", (long) number);
    return COMMAND_DONE;
}

enum command_end command_key_status(struct command_context *context, struct fault *fault)
{
    static const struct listing_column columns[] = {{"number", LISTING_NUMBER}, {"state", LISTING_TEXT}, {"boxes", LISTING_NUMBER}, {NULL, LISTING_TEXT}};
    static const char sql[] =
        "select number, case when usage.state = 'retired' then 'retired' when number = $1::integer then 'active' "
        "when number = any ($2::integer[]) then 'ready' else 'missing' end, coalesce(usage.boxes, 0) "
        "from patchbay.key_usage as usage full join unnest($2::integer[]) as ring (number) using (number) order by number";
    const struct config *config = command_config(context, fault);
    struct keyring *keyring;
    struct db_result result;
    char active[16];
    char numbers[KEYRING_KEYS_MAX * 12 + 3] = "{";

    if (config == NULL || !keyring_new(&keyring, config->keyring_file, fault)) {
        return COMMAND_FAILED;
    }
    snprintf(active, sizeof active, "%ld", (long) keyring_active(keyring));
    for (size_t i = 0; i < keyring_count(keyring); i++) {
        size_t length = strlen(numbers);
        snprintf(numbers + length, sizeof numbers - length, "%s%ld", i > 0 ? "," : "", (long) keyring_number(keyring, i));
    }
    keyring_free(keyring);
    strcat(numbers, "}");
    const char *values[] = {active, numbers};
    if (!command_query(context, sql, 2, values, &result, fault) || !command_list(context, columns, &result, fault)) {
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

enum command_end command_key_retire(struct command_context *context, struct fault *fault)
{
    const char *number = command_argument(context, 0);
    const struct config *config;
    struct keyring *keyring;
    struct db_result result;

    if (!command_check_id(number, fault)) {
        return COMMAND_WRONG_USAGE;
    }
    config = command_config(context, fault);
    if (config == NULL || !keyring_new(&keyring, config->keyring_file, fault)) {
        return COMMAND_FAILED;
    }
    bool active = keyring_active(keyring) == strtol(number, NULL, 10);
    keyring_free(keyring);
    if (active) {
        fault_set(fault, FAULT_INVALID, "key %s is the active one; add another first", number);
        return COMMAND_FAILED;
    }
    return command_query(context, "select patchbay.key_retire($1::integer)", 1, &number, &result, fault) ? COMMAND_DONE : COMMAND_FAILED;
}

/* ---- rotate, verify: through all rows with boxes */

struct walk {
    struct command_context *context;
    struct db_admin *worker; /* as patchbay_worker */
    struct db_admin *writer; /* rotating: likewise; results of one statement live while another runs */
    struct keyring *keyring;
    struct arena *arena;
    int32_t to;              /* rotating: the active key; verifying: 0 */
    int64_t rows, boxes, failed;
    struct progress progress; /* in boxes */
    bool (*visit)(struct walk *walk, const char *kind, const struct db_result *row, int index, struct fault *fault);
};

/* Where in the order of a kind's rows the walk stands; texts of the last row. */
struct place {
    char project[24], object[40], revision[24];
};

enum { TAKEN_KIND, TAKEN_PROJECT, TAKEN_OBJECT, TAKEN_REVISION, TAKEN_KEY, TAKEN_SECRETS };

static void keep_text(char *to, size_t size, struct bytes text)
{
    snprintf(to, size, "%.*s", BYTES_FORMAT(text));
}

static bool read_identity(const struct db_result *row, int index, struct seal_identity *identity)
{
    identity->project = db_number(row, index, TAKEN_PROJECT);
    identity->key = (int32_t) db_number(row, index, TAKEN_KEY);
    return db_uuid(row, index, TAKEN_OBJECT, identity->connection);
}

/* One kind of rows from the beginning to the end. */
static bool walk_kind(struct walk *walk, const char *kind, struct fault *fault)
{
    struct place place = {"0", NO_OBJECT, "0"};
    char key[16];
    char most[16];
    struct db_result taken;

    snprintf(key, sizeof key, "%ld", (long) walk->to);
    snprintf(most, sizeof most, "%d", PORTION);
    do {
        const char *values[] = {kind, place.project, place.object, place.revision, key, most};
        if (!db_admin_query(walk->worker, "select * from patchbay.key_boxes_take($1, $2::bigint, $3::uuid, $4::bigint, $5::integer, $6::integer)", 6,
                            values, &taken, fault)) {
            return false;
        }
        if (taken.count > 0) {
            keep_text(place.project, sizeof place.project, db_text(&taken, taken.count - 1, TAKEN_PROJECT));
            keep_text(place.object, sizeof place.object, db_text(&taken, taken.count - 1, TAKEN_OBJECT));
            keep_text(place.revision, sizeof place.revision, db_text(&taken, taken.count - 1, TAKEN_REVISION));
        }
        for (int i = 0; i < taken.count; i++) {
            arena_reset(walk->arena);
            walk->rows++;
            if (!walk->visit(walk, kind, &taken, i, fault)) {
                return false;
            }
            progress_step(&walk->progress, key_count(db_text(&taken, i, TAKEN_SECRETS), walk->arena));
        }
    } while (taken.count == PORTION);
    return true;
}

static const char *const kinds[] = {"connection", "history", "material", "worker", NULL};

static bool open_walk(struct walk *walk, struct command_context *context, struct fault *fault)
{
    const struct config *config = command_config(context, fault);

    walk->context = context;
    progress_begin(&walk->progress, context->err, "boxes", 0);
    if (config == NULL || !keyring_new(&walk->keyring, config->keyring_file, fault)) {
        return false;
    }
    if (!db_admin_new(&walk->worker, config->database, fault)) {
        return fault_wrap(fault, "no connection to the database (database)");
    }
    walk->arena = arena_new(MEMORY);
    return walk->arena != NULL || fault_set(fault, FAULT_INTERNAL, "out of memory");
}

/* How many boxes lie before the walk: all, or those under other keys than the one to rotate to. */
static bool count_boxes(struct walk *walk, struct fault *fault)
{
    char to[16];
    struct db_result result;

    snprintf(to, sizeof to, "%ld", (long) walk->to);
    const char *values[] = {to};
    if (!command_query(walk->context, "select coalesce(sum(boxes), 0)::bigint from patchbay.key_usage where number <> $1::integer", 1, values, &result,
                       fault)) {
        return false;
    }
    progress_begin(&walk->progress, walk->context->err, "boxes", db_number(&result, 0, 0));
    return true;
}

/* Noted once something is to be done: one that is run daily and finds nothing leaves nothing. */
static bool record_rotation(struct walk *walk, struct fault *fault)
{
    char texts[2][24];
    const char *values[] = {texts[0], texts[1]};
    struct db_result result;

    snprintf(texts[0], sizeof texts[0], "%ld", (long) walk->to);
    snprintf(texts[1], sizeof texts[1], "%" PRId64, walk->progress.total);
    return walk->progress.total == 0
           || command_query(walk->context, "select patchbay.key_rotation_record($1::integer, $2::bigint)", 2, values, &result, fault);
}

static enum command_end close_walk(struct walk *walk, bool good)
{
    progress_end(&walk->progress);
    arena_free(walk->arena);
    db_admin_free(walk->worker);
    db_admin_free(walk->writer);
    keyring_free(walk->keyring);
    return good ? COMMAND_DONE : COMMAND_FAILED;
}

static void name_failure(struct walk *walk, const char *kind, const struct db_result *row, int index)
{
    progress_interrupt(&walk->progress);
    fprintf(walk->context->err, "%s %.*s revision %.*s: a box does not open with key %.*s\n", kind, BYTES_FORMAT(db_text(row, index, TAKEN_OBJECT)), BYTES_FORMAT(db_text(row, index, TAKEN_REVISION)),
            BYTES_FORMAT(db_text(row, index, TAKEN_KEY)));
}

/* A row: taken, sealed anew, put back if nobody changed it meanwhile. What does not open is named and left as it is. */
static bool rotate_row(struct walk *walk, const char *kind, const struct db_result *row, int index, struct fault *fault)
{
    struct seal_identity identity;
    struct bytes secrets = db_text(row, index, TAKEN_SECRETS);
    struct bytes sealed;
    struct fault unreadable;
    struct db_result result;
    char to[16];

    if (!read_identity(row, index, &identity)
        || !key_reseal(walk->keyring, &identity, walk->to, secrets, walk->arena, &sealed, &unreadable)) {
        walk->failed++;
        name_failure(walk, kind, row, index);
        return true;
    }
    snprintf(to, sizeof to, "%ld", (long) walk->to);
    const char *values[] = {kind, db_text(row, index, TAKEN_PROJECT).data, db_text(row, index, TAKEN_OBJECT).data,
                            db_text(row, index, TAKEN_REVISION).data, secrets.data, to, arena_copy(walk->arena, sealed).data};
    return db_admin_query(walk->writer, "select patchbay.key_boxes_put($1, $2::bigint, $3::uuid, $4::bigint, $5::jsonb, $6::integer, $7::jsonb)", 7,
                          values, &result, fault);
}

static bool verify_row(struct walk *walk, const char *kind, const struct db_result *row, int index, struct fault *fault)
{
    struct seal_identity identity;
    int64_t count = 0;
    int64_t bad = 0;

    (void) fault;
    bool read = read_identity(row, index, &identity)
                && key_verify(walk->keyring, &identity, db_text(row, index, TAKEN_SECRETS), walk->arena, &count, &bad);
    walk->boxes += count;
    if (!read || bad > 0) {
        walk->failed += read ? bad : 1;
        name_failure(walk, kind, row, index);
    }
    return true;
}

/* Fails when a box did not open: the rest went well, and the failures were named one by one. */
static enum command_end end_walk(struct walk *walk, bool good, struct fault *fault)
{
    if (good && walk->failed > 0) {
        good = fault_set(fault, FAULT_INVALID, "%" PRId64 " of the boxes or rows do not open", walk->failed);
    }
    return close_walk(walk, good);
}

enum command_end command_key_rotate(struct command_context *context, struct fault *fault)
{
    struct walk walk = {.visit = rotate_row};
    bool good = open_walk(&walk, context, fault) && db_admin_new(&walk.writer, context->config->database, fault);

    if (good) {
        walk.to = keyring_active(walk.keyring);
        good = register_key(context, walk.keyring, walk.to, fault) && count_boxes(&walk, fault) && record_rotation(&walk, fault);
    }
    /* What changed under our hands was passed over, and is found in the next round; a round that finds only what does not open is the last. */
    for (int64_t found = -1; good && found != 0;) {
        int64_t rows_before = walk.rows;
        walk.failed = 0;
        for (size_t i = 0; good && kinds[i] != NULL; i++) {
            good = walk_kind(&walk, kinds[i], fault);
        }
        found = walk.rows - rows_before - walk.failed;
    }
    return end_walk(&walk, good, fault);
}

static bool print_counts(struct walk *walk, struct fault *fault)
{
    static const struct listing_column columns[] = {{"rows", LISTING_NUMBER}, {"boxes", LISTING_NUMBER}, {"failed", LISTING_NUMBER}, {NULL, LISTING_TEXT}};
    int64_t counts[] = {walk->rows, walk->boxes, walk->failed};
    struct listing listing;
    struct bytes cells[3];
    char texts[3][24];

    progress_end(&walk->progress);
    for (size_t i = 0; i < 3; i++) {
        snprintf(texts[i], sizeof texts[i], "%" PRId64, counts[i]);
        cells[i] = bytes_from(texts[i]);
    }
    listing_open(&listing, walk->context->out, columns, false);
    listing_add(&listing, cells);
    return listing_close(&listing, fault);
}

enum command_end command_key_verify(struct command_context *context, struct fault *fault)
{
    struct walk walk = {.visit = verify_row};
    bool good = open_walk(&walk, context, fault) && count_boxes(&walk, fault);

    for (size_t i = 0; good && kinds[i] != NULL; i++) {
        good = walk_kind(&walk, kinds[i], fault);
    }
    return end_walk(&walk, good && print_counts(&walk, fault), fault);
}
