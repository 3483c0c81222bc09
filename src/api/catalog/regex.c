/*
 * Which regular expressions a caller may send. PostgreSQL decides without backtracking whether an expression matches, so "(a+)+$" is harmless there;
 * what is not harmless is refused here: back references (they do backtrack), assertions and embedded options, and repetition counts whose product
 * makes an automaton of unbounded size. Whether an expression is well-formed is PostgreSQL's to say.
 */
#include "api/catalog/catalog.h"

enum { LENGTH_MAX = 256, REPETITIONS_MAX = 1000 };

/* After "{": the larger bound of {m}, {m,} or {m,n}; 1 when it is no bound. */
static int64_t bound_after(struct bytes text)
{
    int64_t numbers[2] = {0, 0};
    size_t which = 0;

    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c >= '0' && c <= '9') {
            numbers[which] = numbers[which] > REPETITIONS_MAX ? numbers[which] : numbers[which] * 10 + (c - '0');
        } else if (c == ',' && which == 0) {
            which = 1;
        } else {
            break;
        }
    }
    int64_t larger = numbers[0] > numbers[1] ? numbers[0] : numbers[1];
    return larger > 1 ? larger : 1;
}

/* Past a bracket expression that begins at `at`. */
static size_t skip_bracket(struct bytes regex, size_t at)
{
    at++;
    at += at < regex.length && regex.data[at] == '^';
    at += at < regex.length && regex.data[at] == ']';
    while (at < regex.length && regex.data[at] != ']') {
        if (regex.data[at] == '[' && at + 1 < regex.length && (regex.data[at + 1] == ':' || regex.data[at + 1] == '.' || regex.data[at + 1] == '=')) {
            char end = regex.data[at + 1];
            at += 2;
            while (at + 1 < regex.length && !(regex.data[at] == end && regex.data[at + 1] == ']')) {
                at++;
            }
            at++;
        } else if (regex.data[at] == '\\') {
            at++;
        }
        at++;
    }
    return at;
}

const char *catalog_regex_complaint(struct bytes regex)
{
    int64_t repetitions = 1;

    if (regex.length == 0 || regex.length > LENGTH_MAX) {
        return "A regular expression must have 1 to 256 bytes.";
    }
    if (bytes_starts(regex, "***")) {
        return "A regular expression must not begin with ***.";
    }
    for (size_t i = 0; i < regex.length && repetitions <= REPETITIONS_MAX; i++) {
        char c = regex.data[i];
        char next = i + 1 < regex.length ? regex.data[i + 1] : '\0';
        if (c == '\\') {
            if (next >= '1' && next <= '9') {
                return "A regular expression must not have back references.";
            }
            i++;
        } else if (c == '[') {
            i = skip_bracket(regex, i);
        } else if (c == '(' && next == '?' && !(i + 2 < regex.length && regex.data[i + 2] == ':')) {
            return "A regular expression must not have assertions or options.";
        } else if (c == '{') {
            repetitions *= bound_after(bytes_slice(regex, i + 1, regex.length));
        }
    }
    return repetitions > REPETITIONS_MAX ? "A regular expression must not repeat that often." : NULL;
}
