/*
 * Where a token's slot is depends on a random key in the file, so that nobody can make requests of others that push a chosen token out.
 *
 * A count and its moment are one word, so nothing has to be cleared: a count of an older moment is no count. A request is counted first and taken
 * back when that made too many, so that two workers never both give away the last place.
 * Two workers may disagree for a moment about whose slot it is, when one pushes a token out that the other counts; the worst of it is a
 * few requests more or less for two tokens in that second.
 */
#include "registry/rate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTS 31 /* of a second */
#define SET_SLOTS 8
#define SETS (RATE_SLOTS / SET_SLOTS)
#define COUNT_BITS 16
#define COUNT_MASK ((UINT64_C(1) << COUNT_BITS) - 1)
#define KEY_SIZE 32

/* Shared with other processes: these must be plain words. */
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "64-bit words must be atomic without locks");

struct slot {
    _Atomic uint64_t mark; /* whose: 0 nobody's */
    _Atomic uint64_t counts[PARTS]; /* number of the part (48 bits), requests in it (16 bits) */
};

struct image {
    char magic[32];
    unsigned char key[KEY_SIZE];
    char padding[4096 - 32 - KEY_SIZE]; /* slots begin with a page, so none lies across two */
    struct slot slots[RATE_SLOTS];
};

_Static_assert(sizeof(struct slot) == 256 && sizeof(struct image) == 4096 + 256 * RATE_SLOTS, "the form of the file");

static const char magic[32] = "patchbay rate 1\n";

struct rate_table {
    struct image *image;
    long limit;
};

/* ---- the file */

static bool complain(const char *file, struct fault *fault)
{
    return fault_set(fault, FAULT_INVALID, "%s: %s", file, strerror(errno));
}

/* With the file's lock. A worker that was killed here leaves something that the next one goes on with. */
static bool prepare(int descriptor, const char *file, struct fault *fault)
{
    char head[sizeof magic + KEY_SIZE];
    struct stat status;

    if (fstat(descriptor, &status) != 0) {
        return complain(file, fault);
    }
    if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0) {
        return fault_set(fault, FAULT_INVALID, "%s is not a file of ours that nobody else has rights on", file);
    }
    if (status.st_size < (off_t) sizeof head) {
        memcpy(head, magic, sizeof magic);
        digest_random((unsigned char *) head + sizeof magic, KEY_SIZE);
        if (pwrite(descriptor, head, sizeof head, 0) != (ssize_t) sizeof head) {
            return complain(file, fault);
        }
    } else if (status.st_size > (off_t) sizeof(struct image) || pread(descriptor, head, sizeof magic, 0) != (ssize_t) sizeof magic
               || memcmp(head, magic, sizeof magic) != 0) {
        return fault_set(fault, FAULT_INVALID, "%s is something else; if another version of Patchbay left it, remove it", file);
    }
    /* All of it at once: a page that the file system has no room for would end the process later. */
    errno = posix_fallocate(descriptor, 0, sizeof(struct image));
    return errno == 0 || complain(file, fault);
}

bool rate_table_open(struct rate_table **table, const char *file, long limit, struct fault *fault)
{
    int descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    struct image *image = NULL;

    if (descriptor < 0) {
        return complain(file, fault);
    }
    bool good = flock(descriptor, LOCK_EX) == 0 ? prepare(descriptor, file, fault) : complain(file, fault);
    if (good) {
        image = mmap(NULL, sizeof *image, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        good = image != MAP_FAILED || complain(file, fault);
    }
    flock(descriptor, LOCK_UN); /* the mapping keeps the file open, and would keep the lock */
    close(descriptor);
    if (!good) {
        return false;
    }
    *table = malloc(sizeof **table);
    if (*table == NULL) {
        munmap(image, sizeof *image);
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    **table = (struct rate_table){image, limit};
    return true;
}

void rate_table_close(struct rate_table *table)
{
    if (table != NULL) {
        munmap(table->image, sizeof *table->image);
        free(table);
    }
}

/* ---- slots */

static uint64_t part_of(uint64_t count)
{
    return count >> COUNT_BITS;
}

/* When it was last used; 0: before the machine was started. */
static uint64_t latest_part(struct slot *slot, uint64_t now_part)
{
    uint64_t latest = 0;

    for (size_t i = 0; i < PARTS; i++) {
        uint64_t part = part_of(atomic_load_explicit(&slot->counts[i], memory_order_relaxed));
        latest = part > latest && part < now_part + PARTS ? part : latest;
    }
    return latest;
}

static struct slot *find_slot(struct rate_table *table, const unsigned char digest[DIGEST_SHA256_SIZE], uint64_t now_part)
{
    unsigned char keyed[KEY_SIZE + DIGEST_SHA256_SIZE];
    unsigned char hash[DIGEST_SHA256_SIZE];
    uint64_t mark, set;

    memcpy(keyed, table->image->key, KEY_SIZE);
    memcpy(keyed + KEY_SIZE, digest, DIGEST_SHA256_SIZE);
    digest_sha256((struct bytes){(const char *) keyed, sizeof keyed}, hash);
    memcpy(&mark, hash, sizeof mark);
    memcpy(&set, hash + sizeof mark, sizeof set);
    mark |= 1;
    struct slot *slots = &table->image->slots[set % SETS * SET_SLOTS];
    struct slot *oldest = NULL;
    uint64_t oldest_mark = 0;
    uint64_t oldest_part = UINT64_MAX;
    for (size_t i = 0; i < SET_SLOTS; i++) {
        uint64_t owner = atomic_load(&slots[i].mark);
        if (owner == mark) {
            return &slots[i];
        }
        uint64_t part = owner == 0 ? 0 : latest_part(&slots[i], now_part);
        if (part < oldest_part) {
            oldest = &slots[i];
            oldest_mark = owner;
            oldest_part = part;
        }
    }
    if (atomic_compare_exchange_strong(&oldest->mark, &oldest_mark, mark) && oldest_part > 0) {
        for (size_t i = 0; i < PARTS; i++) {
            atomic_store(&oldest->counts[i], 0);
        }
    }
    return oldest; /* also when another token was faster: for this once they share it */
}

/* ---- counting */

static bool is_recent(uint64_t count, uint64_t now_part)
{
    return part_of(count) <= now_part && part_of(count) + PARTS > now_part;
}

static long count_second(struct slot *slot, uint64_t now_part)
{
    long sum = 0;

    for (size_t i = 0; i < PARTS; i++) {
        uint64_t count = atomic_load(&slot->counts[i]);
        sum += is_recent(count, now_part) ? (long) (count & COUNT_MASK) : 0;
    }
    return sum;
}

static void add(struct slot *slot, uint64_t now_part, bool back)
{
    _Atomic uint64_t *place = &slot->counts[now_part % PARTS];
    uint64_t before = atomic_load(place);
    uint64_t after;

    do {
        uint64_t requests = part_of(before) == now_part ? before & COUNT_MASK : 0;
        if (back ? requests == 0 : requests == COUNT_MASK) {
            return; /* another worker's time went on, or nobody has asked for as much */
        }
        after = now_part << COUNT_BITS | (back ? requests - 1 : requests + 1);
    } while (!atomic_compare_exchange_weak(place, &before, after));
}

/* How many parts have to go by until fewer than the limit are left. */
static uint64_t parts_until_room(struct slot *slot, uint64_t now_part, long limit)
{
    long sum = count_second(slot, now_part);
    uint64_t parts = 0;

    while (sum >= limit && parts < PARTS) {
        parts++;
        sum = count_second(slot, now_part + parts);
    }
    return parts;
}

void rate_take(struct rate_table *table, const unsigned char digest[DIGEST_SHA256_SIZE], int64_t now_us, struct rate_verdict *verdict)
{
    uint64_t now_part = (uint64_t) now_us * PARTS / 1000000;
    struct slot *slot = find_slot(table, digest, now_part);
    long sum = count_second(slot, now_part);

    if (sum < table->limit) {
        add(slot, now_part, false);
        sum = count_second(slot, now_part);
        if (sum > table->limit) {
            add(slot, now_part, true);
        } else {
            *verdict = (struct rate_verdict){.allowed = true, .limit = table->limit, .remaining = table->limit - sum};
            return;
        }
    }
    uint64_t parts = parts_until_room(slot, now_part, table->limit);
    uint64_t end_us = ((now_part + (parts > 0 ? parts : 1)) * 1000000 + PARTS - 1) / PARTS;
    *verdict = (struct rate_verdict){.limit = table->limit, .wait_us = (long) (end_us - (uint64_t) now_us)};
}
