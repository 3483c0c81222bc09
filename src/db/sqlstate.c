/*
 * The rule behind the table: a state that would be gone if the client came back in a moment is "unavailable"; one that the same call
 * would meet again is "refused". A caller is never told to come back for something that cannot change by itself.
 */
#include "db/sqlstate.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *prefix; /* a whole state or the beginning of a class */
    enum sqlstate_meaning meaning;
} judgements[] = {
    {"08", SQLSTATE_UNAVAILABLE},    /* connection exception */
    {"0A000", SQLSTATE_STALE},       /* "cached plan must not change result type": the function was replaced */
    {"25006", SQLSTATE_UNAVAILABLE}, /* read-only: a standby that is not promoted yet */
    {"26000", SQLSTATE_STALE},       /* the prepared statement is gone */
    {"40001", SQLSTATE_AGAIN},       /* serialization failure */
    {"40P01", SQLSTATE_AGAIN},       /* deadlock detected */
    {"53", SQLSTATE_UNAVAILABLE},    /* insufficient resources: connections, memory, disk */
    {"55P03", SQLSTATE_UNAVAILABLE}, /* lock timeout */
    {"57014", SQLSTATE_UNAVAILABLE}, /* statement timeout, or cancelled by an administrator */
    {"57P", SQLSTATE_UNAVAILABLE},   /* shutdown, crash, starting up */
};

enum sqlstate_meaning sqlstate_judge(const char *sqlstate)
{
    if (sqlstate == NULL) {
        return SQLSTATE_UNAVAILABLE;
    }
    for (size_t i = 0; i < sizeof(judgements) / sizeof(judgements[0]); i++) {
        if (strncmp(sqlstate, judgements[i].prefix, strlen(judgements[i].prefix)) == 0) {
            return judgements[i].meaning;
        }
    }
    return SQLSTATE_REFUSED;
}

bool sqlstate_is_constraint(const char *sqlstate)
{
    return sqlstate != NULL && strncmp(sqlstate, "23", 2) == 0;
}
