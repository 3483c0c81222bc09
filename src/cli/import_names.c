/*
 * Who is called what, before and after an import. A plan looks at one line after the other, so it cannot tell whether a name that somebody has will
 * be free: that is decided here, when all lines are known.
 *
 * Renames of which one takes what another gives up are written in that order. Where they go round in a circle (two that swap names), one of them
 * is called something else on the way; its history shows that, since it is so.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/import.h"

bool import_names_claim(struct import *import, struct import_planned *planned, const struct import_outcome *outcome, off_t offset, struct fault *fault)
{
    void *claims = import->claims;
    void *waiting = import->waiting;
    uint32_t line = (uint32_t) import->count;

    if (!import_make_room(&claims, sizeof *import->claims, import->claim_count, &import->claim_room, fault)) {
        return false;
    }
    import->claims = claims;
    struct import_claim *claim = &import->claims[import->claim_count++];
    *claim = (struct import_claim){.line = line};
    memcpy(claim->id, planned->id, sizeof claim->id);
    memcpy(claim->slot, outcome->slot, sizeof claim->slot);
    if (!outcome->is_held) {
        return true;
    }
    if (!import_make_room(&waiting, sizeof *import->waiting, import->waiting_count, &import->waiting_room, fault)) {
        return false;
    }
    import->waiting = waiting;
    planned->waits = planned->operation == IMPORT_UPDATE;
    struct import_waiting *waits = &import->waiting[import->waiting_count++];
    *waits = (struct import_waiting){.planned = *planned, .offset = offset, .line = line};
    memcpy(waits->holder, outcome->holder, sizeof waits->holder);
    return true;
}

/* ---- whether it can be */

static int compare_lines(const void *a, const void *b)
{
    const struct import_claim *one = a, *other = b;

    return one->line < other->line ? -1 : one->line > other->line;
}

static int compare_slots(const void *a, const void *b)
{
    const struct import_claim *one = a, *other = b;
    int order = memcmp(one->slot, other->slot, sizeof one->slot);

    return order != 0 ? order : compare_lines(a, b);
}

static int compare_ids_and_lines(const void *a, const void *b)
{
    int order = import_compare_ids(a, b);

    return order != 0 ? order : compare_lines(a, b);
}

static void sort_claims(struct import *import, int (*compare)(const void *, const void *))
{
    if (import->claim_count > 0) {
        qsort(import->claims, import->claim_count, sizeof *import->claims, compare);
    }
}

/* Two lines about one connection contradict each other, and so do two that call their connections the same. */
static void check_claims(struct import *import)
{
    struct import_claim *claims = import->claims;

    sort_claims(import, compare_slots);
    for (size_t i = 1; i < import->claim_count; i++) {
        if (memcmp(claims[i].slot, claims[i - 1].slot, sizeof claims[i].slot) == 0) {
            claims[i].other = claims[i - 1].line;
        }
    }
    sort_claims(import, compare_lines);
    for (size_t i = 0; i < import->claim_count; i++) {
        if (claims[i].other > 0) {
            import_complain(import, claims[i].line, "it gives a connection the name that line %" PRIu32 " gives one", claims[i].other);
        }
    }
    sort_claims(import, compare_ids_and_lines);
    for (size_t i = 1; i < import->claim_count; i++) {
        if (import_compare_ids(&claims[i - 1], &claims[i]) == 0 && claims[i].other == 0) {
            import_complain(import, claims[i].line, "it is about the same connection as line %" PRIu32, claims[i - 1].line);
        }
    }
}

void import_names_check(struct import *import, bool prunes)
{
    check_claims(import);
    for (size_t i = 0; i < import->waiting_count; i++) {
        const struct import_waiting *waits = &import->waiting[i];
        /* Who has a line of its own gives the name up, or both lines claim it. */
        if (!prunes && bsearch(waits->holder, import->claims, import->claim_count, sizeof *import->claims, import_compare_ids) == NULL) {
            import_complain(import, waits->line, "another connection has that name");
        }
    }
    if (import->waiting_count > 0) {
        qsort(import->waiting, import->waiting_count, sizeof *import->waiting, import_compare_ids);
    }
}

/* ---- doing it */

/* Gives a connection a name that nobody else has, so that its own is free for who takes it. */
static bool set_aside(struct import *import, struct import_waiting *waits, struct fault *fault)
{
    static const char sql[] = "update patchbay.connection set name = case dialect when 'apinizer' then 'import ' || connection_id else name end, "
                              "external_id = case dialect when 'activecampaign' then 'import ' || connection_id else external_id end "
                              "where project_id = $1::bigint and connection_id = $2::uuid and revision = $3::bigint returning 1";
    char id[IMPORT_UUID_SIZE], revision[24];
    const char *values[] = {import->project, id, revision};
    struct db_result result;

    import_uuid_text(waits->planned.id, id);
    snprintf(revision, sizeof revision, "%" PRId64, waits->planned.revision++);
    return command_query(import->context, sql, 3, values, &result, fault) && (result.count == 1 || import_moved(fault));
}

static bool write_waiting(struct import *import, struct import_waiting *waits, struct fault *fault)
{
    struct bytes text;

    waits->state = IMPORT_IS_WRITTEN;
    if (fseeko(import->spool, waits->offset, SEEK_SET) != 0 || import_read_line(import, import->spool, &text) != IMPORT_LINE) {
        return fault_set(fault, FAULT_UNAVAILABLE, "cannot read what was kept of the input");
    }
    return import_apply_line(import, waits->line, text, &waits->planned, fault);
}

static struct import_waiting *find_waiting(struct import *import, const unsigned char id[16])
{
    return bsearch(id, import->waiting, import->waiting_count, sizeof *import->waiting, import_compare_ids);
}

/* Follows who waits for whom until somebody waits for nobody any more, or the way comes back to itself; then writes from there to `first`. */
static bool write_in_order(struct import *import, struct import_waiting *first, struct fault *fault)
{
    struct import_waiting *last = NULL;
    struct import_waiting *next = first;

    for (; next != NULL && next->state == IMPORT_WAITS; next = find_waiting(import, next->holder)) {
        next->state = IMPORT_IS_NEXT;
        next->back = last;
        last = next;
    }
    if (next != NULL && next->state == IMPORT_IS_NEXT && !set_aside(import, next, fault)) {
        return false;
    }
    for (; last != NULL; last = last->back) {
        if (!write_waiting(import, last, fault)) {
            return false;
        }
    }
    return true;
}

bool import_names_apply(struct import *import, struct fault *fault)
{
    for (size_t i = 0; i < import->waiting_count; i++) {
        struct import_waiting *waits = &import->waiting[i];
        if (waits->planned.waits && waits->state == IMPORT_WAITS && !write_in_order(import, waits, fault)) {
            return false;
        }
    }
    return true;
}
