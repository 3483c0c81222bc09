/*
 * Policy: fixed memory, taken at the start; buckets of four entries, where the one that was of no use for longest makes room.
 *
 * Names are not stored, only a 128-bit hash of (dialect, where, name). A false hit would do no harm, since SQL compares what the worker
 * believed and answers with the right identity; it would only cost a second call, and another whenever the two names
 * alternate. The hash is keyed with random bytes of this process, so that nobody outside can look for such names in advance.
 * 48 bytes an entry, whatever the names' length. The cache belongs to one process and one thread.
 */
#include "registry/identity.h"

#include <stdlib.h>
#include <string.h>

#include "seal/digest.h"

#define BUCKET_ENTRIES 4
#define FNV_PRIME UINT64_C(0x100000001b3)

struct entry {
    uint64_t hash[2];
    int64_t project;
    unsigned char connection[16];
    int32_t key;
    uint32_t used; /* the cache's time when it was last of use; 0: empty */
};

struct bucket {
    struct entry entries[BUCKET_ENTRIES];
};

struct identity_cache {
    struct bucket *buckets;
    size_t bucket_count; /* 0: nothing is remembered */
    uint64_t seeds[2];
    uint32_t time; /* one step a use */
};

bool identity_cache_new(struct identity_cache **cache, size_t entries, struct fault *fault)
{
    struct identity_cache *made = calloc(1, sizeof *made);

    *cache = NULL;
    if (made == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "no memory for the identity cache");
    }
    made->bucket_count = entries / BUCKET_ENTRIES + (entries % BUCKET_ENTRIES != 0);
    if (made->bucket_count > 0) {
        made->buckets = calloc(made->bucket_count, sizeof *made->buckets);
        if (made->buckets == NULL) {
            free(made);
            return fault_set(fault, FAULT_INTERNAL, "no memory for an identity cache of %zu entries", entries);
        }
    }
    digest_random((unsigned char *) made->seeds, sizeof made->seeds);
    *cache = made;
    return true;
}

void identity_cache_free(struct identity_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    free(cache->buckets);
    free(cache);
}

/* FNV-1a over the part and its length, so that ("ab", "c") is not ("a", "bc"). */
static uint64_t hash_part(uint64_t hash, struct bytes part)
{
    for (size_t i = 0; i < part.length; i++) {
        hash = (hash ^ (unsigned char) part.data[i]) * FNV_PRIME;
    }
    for (size_t length = part.length, i = 0; i < sizeof length; i++, length >>= 8) {
        hash = (hash ^ (length & 0xff)) * FNV_PRIME;
    }
    return hash;
}

/* FNV spreads into the high bits only; here every bit reaches every other (the finalizer of MurmurHash3). */
static uint64_t spread_bits(uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ (hash >> 33);
}

struct lookup {
    uint64_t hash[2];
    struct bucket *bucket; /* NULL: nothing is remembered */
    struct entry *entry;   /* the one with that hash, or NULL */
};

static struct lookup look_up(struct identity_cache *cache, const char *dialect, struct bytes where, struct bytes name)
{
    struct lookup lookup = {.bucket = NULL};

    if (cache->bucket_count == 0) {
        return lookup;
    }
    for (size_t i = 0; i < 2; i++) {
        uint64_t hash = hash_part(cache->seeds[i], bytes_from(dialect));
        lookup.hash[i] = spread_bits(hash_part(hash_part(hash, where), name));
    }
    lookup.bucket = &cache->buckets[lookup.hash[0] % cache->bucket_count];
    for (size_t i = 0; i < BUCKET_ENTRIES; i++) {
        struct entry *entry = &lookup.bucket->entries[i];
        if (entry->used != 0 && memcmp(entry->hash, lookup.hash, sizeof entry->hash) == 0) {
            lookup.entry = entry;
        }
    }
    return lookup;
}

static void mark_used(struct identity_cache *cache, struct entry *entry)
{
    if (++cache->time == 0) { /* after 4,294,967,295 uses: 0 means empty */
        cache->time = 1;
    }
    entry->used = cache->time;
}

/* An empty one, else the one not used for longest; the difference of times is right also after they began anew. */
static struct entry *choose_victim(const struct identity_cache *cache, struct bucket *bucket)
{
    struct entry *victim = &bucket->entries[0];

    for (size_t i = 0; i < BUCKET_ENTRIES; i++) {
        struct entry *entry = &bucket->entries[i];
        if (entry->used == 0) {
            return entry;
        }
        if (cache->time - entry->used > cache->time - victim->used) {
            victim = entry;
        }
    }
    return victim;
}

bool identity_find(struct identity_cache *cache, const char *dialect, struct bytes where, struct bytes name, struct seal_identity *identity)
{
    struct lookup lookup = look_up(cache, dialect, where, name);

    if (lookup.entry == NULL) {
        return false;
    }
    mark_used(cache, lookup.entry);
    identity->project = lookup.entry->project;
    memcpy(identity->connection, lookup.entry->connection, sizeof identity->connection);
    identity->key = lookup.entry->key;
    return true;
}

void identity_learn(struct identity_cache *cache, const char *dialect, struct bytes where, struct bytes name,
                    const struct seal_identity *identity)
{
    struct lookup lookup = look_up(cache, dialect, where, name);

    if (lookup.bucket == NULL) {
        return;
    }
    struct entry *entry = lookup.entry != NULL ? lookup.entry : choose_victim(cache, lookup.bucket);
    memcpy(entry->hash, lookup.hash, sizeof entry->hash);
    entry->project = identity->project;
    memcpy(entry->connection, identity->connection, sizeof entry->connection);
    entry->key = identity->key;
    mark_used(cache, entry);
}

void identity_forget(struct identity_cache *cache, const char *dialect, struct bytes where, struct bytes name)
{
    struct lookup lookup = look_up(cache, dialect, where, name);

    if (lookup.entry != NULL) {
        memset(lookup.entry, 0, sizeof *lookup.entry);
    }
}
