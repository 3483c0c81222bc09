/*
 * What reading and changing files with keys share: memory that keys may stand in, and files read and written whole. Within seal/ only.
 * Messages begin with `kind` (what the file is: "keyring") and its name.
 */
#ifndef PATCHBAY_SEAL_KEYRING_FILE_H
#define PATCHBAY_SEAL_KEYRING_FILE_H

#include <sys/stat.h>

#include "base/bytes.h"
#include "base/fault.h"

#define KEYRING_FILE_SIZE_MAX (64 * 1024)
#define KEYRING_FILE_PATH_SIZE 1024

/* Zeroed pages of its own, locked if the limit allows it, left out of core files. NULL: out of memory. Released wiped. */
void *keyring_file_allocate(size_t size);
void keyring_file_release(void *memory, size_t size);

/* That a file is regular, ours or root's, closed to others, and not too large. */
bool keyring_file_check(const struct stat *status, const char *kind, const char *file, struct fault *fault) __attribute__((warn_unused_result));
/* The whole text; `text` has room for KEYRING_FILE_SIZE_MAX + 1 bytes, so that a file that grows meanwhile is seen. */
bool keyring_file_read(int descriptor, const char *kind, const char *file, char *text, size_t *length, struct fault *fault)
    __attribute__((warn_unused_result));
/* All of it, synced. False with errno. */
bool keyring_file_write(int descriptor, const char *text, size_t length) __attribute__((warn_unused_result));
/* The file's name is on the disk too. False with errno. */
bool keyring_file_sync_folder(const char *file) __attribute__((warn_unused_result));
/* The next of the sources of a keyring, which are parted by commas; false at the end. */
bool keyring_file_next(struct bytes *sources, char path[KEYRING_FILE_PATH_SIZE]);

#endif
