/*
 * Policy: a last-used time that is up to an interval old is good enough, a write of its own for every request is not. What is noted here
 * and not yet written when a process dies is lost, and that is fine: revocation and expiry never depend on it.
 *
 * A set in fixed memory: open addressing over the digests, which are uniform already. It is never more than half full; tokens beyond
 * that are not noted this time and will be when they are used after the next writing.
 */
#include "registry/token.h"

#include <stdlib.h>
#include <string.h>

#define TOKENS_MAX 4096
#define SLOTS ((size_t) 2 * TOKENS_MAX)
#define HEX_SIZE ((size_t) 2 * DIGEST_SHA256_SIZE)

struct touch_table {
    size_t count;
    bool taken[SLOTS];
    unsigned char digests[SLOTS][DIGEST_SHA256_SIZE];
};

static const struct db_statement touch_statement = {
    .name = "token_touch",
    .function = "patchbay.token_touch",
    .gathers = false,
    .writes = true,
    .value_count = 1,
    .types = {DB_TEXT},
};

bool touch_table_new(struct touch_table **table, struct fault *fault)
{
    *table = calloc(1, sizeof **table);
    return *table != NULL || fault_set(fault, FAULT_INTERNAL, "no memory for the table of used tokens");
}

void touch_table_free(struct touch_table *table)
{
    free(table);
}

void token_used(struct touch_table *table, const unsigned char digest[DIGEST_SHA256_SIZE])
{
    size_t slot = ((size_t) digest[0] << 8 | digest[1]) % SLOTS;

    while (table->taken[slot]) {
        if (memcmp(table->digests[slot], digest, DIGEST_SHA256_SIZE) == 0) {
            return;
        }
        slot = (slot + 1) % SLOTS;
    }
    if (table->count == TOKENS_MAX) {
        return;
    }
    memcpy(table->digests[slot], digest, DIGEST_SHA256_SIZE);
    table->taken[slot] = true;
    table->count++;
}

static char *write_hex(char *at, const unsigned char digest[DIGEST_SHA256_SIZE])
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < DIGEST_SHA256_SIZE; i++) {
        *at++ = hex[digest[i] >> 4];
        *at++ = hex[digest[i] & 15];
    }
    return at;
}

bool token_touch_call(struct touch_table *table, struct arena *arena, struct db_call *call)
{
    if (table->count == 0) {
        return false;
    }
    size_t length = table->count * (HEX_SIZE + 1) - 1;
    char *text = arena_alloc(arena, length);
    if (text == NULL) {
        return false; /* still noted: the next attempt may have more memory */
    }

    char *at = text;
    for (size_t slot = 0; slot < SLOTS; slot++) {
        if (!table->taken[slot]) {
            continue;
        }
        if (at != text) {
            *at++ = ',';
        }
        at = write_hex(at, table->digests[slot]);
    }
    memset(table, 0, sizeof *table);
    *call = (struct db_call){.statement = &touch_statement};
    db_set_text(call, 0, (struct bytes){text, length});
    return true;
}
