/*
 * What a failed statement means for its call, judged by the server's SQLSTATE. One table; an unknown state is a refusal.
 * Whatever is in it, the statement's transaction was rolled back: sending it again is safe.
 */
#ifndef PATCHBAY_DB_SQLSTATE_H
#define PATCHBAY_DB_SQLSTATE_H

#include <stdbool.h>

enum sqlstate_meaning {
    SQLSTATE_REFUSED,     /* the statement itself: a constraint, a right, a mistake of ours */
    SQLSTATE_AGAIN,       /* deadlock, serialization: worth one more attempt */
    SQLSTATE_STALE,       /* what the session prepared does not fit the schema any more: a new session helps */
    SQLSTATE_UNAVAILABLE, /* timed out, out of resources, read-only, shutting down */
};

/* `sqlstate` may be NULL: libpq itself had to give up, which is SQLSTATE_UNAVAILABLE. */
enum sqlstate_meaning sqlstate_judge(const char *sqlstate);
/* True for a violated constraint (class 23): data that raced in, not a mistake of the program. */
bool sqlstate_is_constraint(const char *sqlstate);

#endif
