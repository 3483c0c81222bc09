/*
 * Read here and not by PostgreSQL, whose timestamps take much more ("tomorrow", "allballs", 02/03/04) and depend on DateStyle
 * and TimeZone: an expiry that was misread is a door left open. Calendar arithmetic is that of the proleptic Gregorian calendar,
 * as in RFC 3339.
 */
#include "cli/expiry.h"

#include <assert.h>
#include <stdio.h>

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

struct reading {
    struct bytes rest;
    bool failed;
};

/* Exactly `digits` decimal digits with a value from minimum to maximum. */
static int take_number(struct reading *reading, size_t digits, int minimum, int maximum)
{
    int number = 0;

    for (size_t i = 0; i < digits; i++) {
        char c = i < reading->rest.length ? reading->rest.data[i] : '\0';
        if (c < '0' || c > '9') {
            reading->failed = true;
            return minimum;
        }
        number = number * 10 + (c - '0');
    }
    reading->rest = bytes_slice(reading->rest, digits, reading->rest.length);
    if (number < minimum || number > maximum) {
        reading->failed = true;
        return minimum;
    }
    return number;
}

/* One of the characters of `choices`; '\0' when it is none of them. */
static char take_one(struct reading *reading, const char *choices)
{
    for (const char *choice = choices; *choice != '\0' && reading->rest.length > 0; choice++) {
        if (reading->rest.data[0] == *choice) {
            reading->rest = bytes_slice(reading->rest, 1, reading->rest.length);
            return *choice;
        }
    }
    reading->failed = true;
    return '\0';
}

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01. Years are counted from March, so that the leap day is a year's last. */
static int64_t days_from_date(int year, int month, int day)
{
    int64_t from_march = month > 2 ? year : year - 1;
    int64_t era = (from_march >= 0 ? from_march : from_march - 399) / 400;
    int64_t year_of_era = from_march - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void date_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t from_march = (5 * day_of_year + 2) / 153;

    *day = (int) (day_of_year - (153 * from_march + 2) / 5 + 1);
    *month = (int) (from_march < 10 ? from_march + 3 : from_march - 9);
    *year = (int) (year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

/* Midnight of the day, UTC. */
static int64_t take_date(struct reading *reading)
{
    int year = take_number(reading, 4, 0, 9999);
    take_one(reading, "-");
    int month = take_number(reading, 2, 1, 12);
    take_one(reading, "-");
    int day = take_number(reading, 2, 1, days_in_month(year, month));

    return days_from_date(year, month, day) * DAY;
}

static int64_t take_fraction(struct reading *reading)
{
    int64_t fraction = 0, unit = SECOND / 10;

    if (reading->rest.length == 0 || reading->rest.data[0] != '.') {
        return 0;
    }
    take_one(reading, ".");
    do {
        fraction += unit * take_number(reading, 1, 0, 9);
        unit /= 10;
    } while (!reading->failed && reading->rest.length > 0 && reading->rest.data[0] >= '0' && reading->rest.data[0] <= '9');
    return fraction;
}

/* How far local time is ahead of UTC. */
static int64_t take_offset(struct reading *reading)
{
    char sign = take_one(reading, "Zz+-");

    if (sign != '+' && sign != '-') {
        return 0;
    }
    int hours = take_number(reading, 2, 0, 23);
    take_one(reading, ":");
    int minutes = take_number(reading, 2, 0, 59);
    return (hours * 60 + minutes) * 60 * SECOND * (sign == '+' ? 1 : -1);
}

static int64_t take_moment(struct reading *reading, int64_t date)
{
    take_one(reading, "Tt");
    int hour = take_number(reading, 2, 0, 23);
    take_one(reading, ":");
    int minute = take_number(reading, 2, 0, 59);
    take_one(reading, ":");
    int second = take_number(reading, 2, 0, 60);
    int64_t fraction = take_fraction(reading);
    int64_t moment = date + ((hour * 60 + minute) * 60 + second) * SECOND - take_offset(reading);

    /* A leap second counts as the one after it, and there is none but at midnight. */
    if (second == 60 && moment % DAY != 0) {
        reading->failed = true;
    }
    return moment + fraction;
}

bool expiry_parse(struct bytes text, int64_t *expiry, struct fault *fault)
{
    struct reading reading = {.rest = text};

    if (bytes_is(text, "never")) {
        *expiry = EXPIRY_NEVER;
        return true;
    }
    int64_t date = take_date(&reading);
    *expiry = reading.rest.length == 0 ? date + DAY : take_moment(&reading, date);
    if (reading.failed || reading.rest.length > 0) {
        return fault_set(fault, FAULT_INVALID, "expected never, a day as 2031-12-31 or a moment as 2031-12-31T23:59:59Z");
    }
    return true;
}

bool expiry_is_past(int64_t expiry, int64_t now_us)
{
    return expiry <= now_us;
}

void expiry_format(int64_t expiry, char text[EXPIRY_TEXT_SIZE])
{
    if (expiry == EXPIRY_NEVER) {
        snprintf(text, EXPIRY_TEXT_SIZE, "infinity");
        return;
    }
    int64_t days = (expiry >= 0 ? expiry : expiry - (DAY - 1)) / DAY;
    int64_t rest = expiry - days * DAY;
    long seconds = (long) (rest / SECOND);
    int year = 0, month = 0, day = 0;

    date_from_days(days, &year, &month, &day);
    assert(year >= 1);
    snprintf(text, EXPIRY_TEXT_SIZE, "%04d-%02d-%02dT%02ld:%02ld:%02ld.%06ldZ", year, month, day, seconds / 3600, seconds / 60 % 60,
             seconds % 60, (long) (rest % SECOND));
}
