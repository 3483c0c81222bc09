/*
 * When a token ends: the WHEN of --expires.
 *
 *     never
 *     2027-02-28                 until that day's end, UTC: the moment is the next day's first
 *     2027-02-28T12:00:00+01:00  RFC 3339: seconds are there, a fraction may be, then Z or an offset
 *
 * Refused: anything else, days and times that do not exist (2027-02-29, 24:00), a leap second but at the end of a UTC day.
 * A fraction is kept to the microsecond, what is finer is cut off.
 */
#ifndef PATCHBAY_CLI_EXPIRY_H
#define PATCHBAY_CLI_EXPIRY_H

#include "base/bytes.h"
#include "base/fault.h"

#define EXPIRY_NEVER INT64_MAX
#define EXPIRY_TEXT_SIZE 64

/* The first moment at which it is over, in microseconds since the epoch, or EXPIRY_NEVER. Times gone by are taken: see expiry_is_past. */
bool expiry_parse(struct bytes text, int64_t *expiry, struct fault *fault) __attribute__((warn_unused_result));
bool expiry_is_past(int64_t expiry, int64_t now_us);
/* As PostgreSQL reads it: RFC 3339 in UTC, or infinity. Years above 9999 have five digits, years before 1 must not be asked for. */
void expiry_format(int64_t expiry, char text[EXPIRY_TEXT_SIZE]);

#endif
