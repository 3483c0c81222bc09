/*
 * A block is wiped as far as malloc let it be used, so sizes need not be remembered. One that grows is moved: realloc would leave a copy behind.
 */
#include "seal/memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <openssl/crypto.h>

void memory_hide(void)
{
    const struct rlimit none = {0, 0};

    (void) setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* its leak check traces the process */
    (void) prctl(PR_SET_DUMPABLE, 0);
#endif
}

static void *take(size_t size, const char *file, int line)
{
    (void) file;
    (void) line;
    return size == 0 ? NULL : malloc(size);
}

static void give_back(void *block, const char *file, int line)
{
    (void) file;
    (void) line;
    if (block != NULL) {
        explicit_bzero(block, malloc_usable_size(block));
        free(block);
    }
}

static void *resize(void *block, size_t size, const char *file, int line)
{
    if (block == NULL || size == 0) {
        give_back(block, file, line);
        return take(size, file, line);
    }
    size_t room = malloc_usable_size(block);
    if (size <= room) {
        return block;
    }
    void *moved = malloc(size);
    if (moved != NULL) {
        memcpy(moved, block, room);
        give_back(block, file, line);
    }
    return moved;
}

bool memory_wipe_freed(void)
{
    return CRYPTO_set_mem_functions(take, resize, give_back) == 1;
}
