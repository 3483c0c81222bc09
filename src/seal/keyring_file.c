/*
 * Everything that ever holds key digits is memory of one kind, and every file is on the disk before anybody relies on it.
 */
#include "seal/keyring_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/crypto.h>

void *keyring_file_allocate(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    (void) mlock(memory, size); /* a low RLIMIT_MEMLOCK is no reason not to start */
    (void) madvise(memory, size, MADV_DONTDUMP);
    return memory;
}

void keyring_file_release(void *memory, size_t size)
{
    OPENSSL_cleanse(memory, size);
    (void) munmap(memory, size);
}

bool keyring_file_check(const struct stat *status, const char *kind, const char *file, struct fault *fault)
{
    uid_t us = geteuid();

    if (!S_ISREG(status->st_mode))
        return fault_set(fault, FAULT_INVALID, "%s %s: not a regular file", kind, file);
    if ((status->st_mode & 077) != 0)
        return fault_set(fault, FAULT_INVALID, "%s %s: group or others have rights on it (mode %04o); chmod 600 it", kind, file,
                         (unsigned) (status->st_mode & 07777));
    if (us != 0 && status->st_uid != us && status->st_uid != 0)
        return fault_set(fault, FAULT_INVALID, "%s %s: it belongs to user %lu, not to us (%lu) or root", kind, file,
                         (unsigned long) status->st_uid, (unsigned long) us);
    if (status->st_size > KEYRING_FILE_SIZE_MAX)
        return fault_set(fault, FAULT_INVALID, "%s %s: larger than %d bytes", kind, file, KEYRING_FILE_SIZE_MAX);
    return true;
}

bool keyring_file_read(int descriptor, const char *kind, const char *file, char *text, size_t *length, struct fault *fault)
{
    *length = 0;
    for (;;) {
        ssize_t got = read(descriptor, text + *length, KEYRING_FILE_SIZE_MAX + 1 - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_set(fault, FAULT_INVALID, "%s %s: cannot read it: %s", kind, file, strerror(errno));
        if (got == 0)
            return true;
        *length += (size_t) got;
        if (*length > KEYRING_FILE_SIZE_MAX)
            return fault_set(fault, FAULT_INVALID, "%s %s: larger than %d bytes", kind, file, KEYRING_FILE_SIZE_MAX);
    }
}

bool keyring_file_write(int descriptor, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        text += written;
        length -= (size_t) written;
    }
    return fsync(descriptor) == 0;
}

/* The file's name must be on the disk too: secrets sealed under a key that a power cut took are lost. */
bool keyring_file_sync_folder(const char *file)
{
    char *copy = strdup(file);
    int descriptor = copy != NULL ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool synced = descriptor >= 0 && fsync(descriptor) == 0;

    if (descriptor >= 0)
        (void) close(descriptor);
    free(copy);
    return synced;
}

bool keyring_file_next(struct bytes *sources, char path[KEYRING_FILE_PATH_SIZE])
{
    struct bytes source;

    while (bytes_cut(sources, ',', &source)) {
        source = bytes_trim(source);
        if (source.length > 0 && source.length < KEYRING_FILE_PATH_SIZE) {
            memcpy(path, source.data, source.length);
            path[source.length] = '\0';
            return true;
        }
    }
    return false;
}
