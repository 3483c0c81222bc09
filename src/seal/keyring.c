/*
 * Policy: a keyring that is not exactly right is refused as a whole. A key that was skipped over would be noticed only when a
 * secret does not open, perhaps months later; a key that others could read is no longer one.
 *
 * Everything that ever holds key digits (the file's text while it is read, the keys themselves, a new file's text) is memory of one
 * kind: its own pages, locked if the limit allows it, left out of core files, wiped before it is given back. Messages
 * name file and line only: even "unexpected character '7'" would tell a digit.
 */
#include "seal/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "seal/digest.h"
#include "seal/keyring_file.h"
#include "seal/keyring_output.h"

#define EXECUTABLE_SECONDS 30

struct keyring {
    size_t count;
    int32_t active; /* 0 while reading and none was marked */
    int32_t numbers[KEYRING_KEYS_MAX];
    unsigned char keys[KEYRING_KEYS_MAX][KEYRING_KEY_SIZE];
    uint64_t stamp; /* of the files, when they were read */
};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool read_key(struct bytes digits, unsigned char key[KEYRING_KEY_SIZE])
{
    if (digits.length != (size_t) 2 * KEYRING_KEY_SIZE)
        return false;
    for (size_t i = 0; i < KEYRING_KEY_SIZE; i++) {
        int high = hex_value(digits.data[2 * i]), low = hex_value(digits.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        key[i] = (unsigned char) (high << 4 | low);
    }
    return true;
}

/* Keeps the numbers ascending. */
static void insert_key(struct keyring *keyring, int32_t number, const unsigned char key[KEYRING_KEY_SIZE])
{
    size_t at = keyring->count;

    for (; at > 0 && keyring->numbers[at - 1] > number; at--) {
        keyring->numbers[at] = keyring->numbers[at - 1];
        memcpy(keyring->keys[at], keyring->keys[at - 1], KEYRING_KEY_SIZE);
    }
    keyring->numbers[at] = number;
    memcpy(keyring->keys[at], key, KEYRING_KEY_SIZE);
    keyring->count++;
}

/* One line that is neither empty nor a comment. NULL, or what is wrong with it. */
static const char *add_line(struct keyring *keyring, struct bytes line)
{
    static const char *const form = "it must be NUMBER:KEY or NUMBER:KEY:active, the key as 64 hexadecimal digits";
    struct bytes rest = line, number_text, digits;
    unsigned char key[KEYRING_KEY_SIZE];
    int64_t number = 0;

    if (!bytes_cut(&rest, ':', &number_text) || !bytes_cut(&rest, ':', &digits))
        return form;
    bool marked = bytes_is(rest, "active");
    if (digits.data + digits.length != line.data + line.length && !marked)
        return form;
    if (!bytes_to_int64(number_text, &number) || number < 1 || number > INT32_MAX)
        return "a key's number must be between 1 and 2147483647";
    if (keyring_key(keyring, (int32_t) number) != NULL)
        return "this key's number was there before";
    if (marked && keyring->active != 0)
        return "another key was marked active before";
    if (keyring->count == KEYRING_KEYS_MAX)
        return "there are more than 64 keys";
    bool read = read_key(digits, key);
    if (read) {
        insert_key(keyring, (int32_t) number, key);
        if (marked)
            keyring->active = (int32_t) number;
    }
    OPENSSL_cleanse(key, sizeof key);
    return read ? NULL : form;
}

static bool parse_text(struct keyring *keyring, const char *file, struct bytes text, struct fault *fault)
{
    struct bytes line;

    for (int number = 1; bytes_cut(&text, '\n', &line); number++) {
        if (bytes_ends(line, "\r"))
            line = bytes_slice(line, 0, line.length - 1);
        line = bytes_trim(line);
        if (line.length == 0 || line.data[0] == '#')
            continue;
        const char *wrong = add_line(keyring, line);
        if (wrong != NULL)
            return fault_set(fault, FAULT_INVALID, "keyring %s, line %d: %s", file, number, wrong);
    }
    return true;
}

static bool fill_keyring(struct keyring *keyring, int descriptor, const char *file, struct fault *fault)
{
    struct stat status;
    size_t length = 0;

    if (fstat(descriptor, &status) != 0)
        return fault_set(fault, FAULT_INVALID, "keyring %s: %s", file, strerror(errno));
    if (!keyring_file_check(&status, "keyring", file, fault))
        return false;
    char *text = keyring_file_allocate(KEYRING_FILE_SIZE_MAX + 1);
    if (text == NULL)
        return fault_set(fault, FAULT_INTERNAL, "no memory for the keyring");
    bool filled = keyring_file_read(descriptor, "keyring", file, text, &length, fault) && parse_text(keyring, file, (struct bytes){text, length}, fault);
    keyring_file_release(text, KEYRING_FILE_SIZE_MAX + 1);
    return filled;
}

static bool add_file(struct keyring *keyring, const char *file, struct fault *fault)
{
    /* Not blocking: opening a pipe that somebody put there would wait for ever. */
    int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0)
        return fault_set(fault, FAULT_INVALID, "keyring %s: cannot open it: %s", file, strerror(errno));

    bool filled = fill_keyring(keyring, descriptor, file, fault);
    (void) close(descriptor);
    return filled;
}

static bool add_output(struct keyring *keyring, const char *file, struct fault *fault)
{
    size_t length = 0;
    char *text = keyring_file_allocate(KEYRING_FILE_SIZE_MAX + 1);

    if (text == NULL)
        return fault_set(fault, FAULT_INTERNAL, "no memory for the keyring");
    bool filled = keyring_output_read(file, EXECUTABLE_SECONDS, text, &length, fault) && parse_text(keyring, file, (struct bytes){text, length}, fault);
    keyring_file_release(text, KEYRING_FILE_SIZE_MAX + 1);
    return filled;
}

/* Changes when a file of the sources is replaced or written. */
static uint64_t stamp_of(const char *sources)
{
    struct bytes rest = bytes_from(sources);
    char path[KEYRING_FILE_PATH_SIZE];
    uint64_t stamp = 0;

    while (keyring_file_next(&rest, path)) {
        struct stat status;
        if (path[0] != '|' && stat(path, &status) == 0) {
            const uint64_t words[] = {(uint64_t) status.st_ino, (uint64_t) status.st_mtim.tv_sec, (uint64_t) status.st_mtim.tv_nsec,
                                      (uint64_t) status.st_size, stamp};
            stamp = bytes_hash((struct bytes){(const char *) words, sizeof words});
        }
    }
    return stamp;
}

static bool fill_from(struct keyring *keyring, const char *sources, struct fault *fault)
{
    struct bytes rest = bytes_from(sources);
    char path[KEYRING_FILE_PATH_SIZE];

    keyring->stamp = stamp_of(sources); /* before reading: what changes meanwhile is read again */
    while (keyring_file_next(&rest, path)) {
        if (!(path[0] == '|' ? add_output(keyring, path + 1, fault) : add_file(keyring, path, fault)))
            return false;
    }
    if (keyring->count == 0)
        return fault_set(fault, FAULT_INVALID, "keyring %s: no key in it", sources);
    if (keyring->active == 0)
        keyring->active = keyring->numbers[keyring->count - 1];
    return true;
}

bool keyring_new(struct keyring **keyring, const char *sources, struct fault *fault)
{
    *keyring = NULL;
    struct keyring *made = keyring_file_allocate(sizeof *made);
    bool filled = made != NULL ? fill_from(made, sources, fault) : fault_set(fault, FAULT_INTERNAL, "no memory for the keyring");
    if (!filled) {
        keyring_free(made);
        return false;
    }
    *keyring = made;
    return true;
}

bool keyring_is_stale(const struct keyring *keyring, const char *sources)
{
    return stamp_of(sources) != keyring->stamp;
}

void keyring_free(struct keyring *keyring)
{
    if (keyring != NULL)
        keyring_file_release(keyring, sizeof *keyring);
}

int32_t keyring_active(const struct keyring *keyring)
{
    return keyring->active;
}

size_t keyring_count(const struct keyring *keyring)
{
    return keyring->count;
}

int32_t keyring_number(const struct keyring *keyring, size_t index)
{
    return keyring->numbers[index];
}

const unsigned char *keyring_key(const struct keyring *keyring, int32_t number)
{
    for (size_t i = 0; i < keyring->count; i++) {
        if (keyring->numbers[i] == number)
            return keyring->keys[i];
    }
    return NULL;
}

static size_t write_first_keyring(char *text, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char key[KEYRING_KEY_SIZE];
    int length = snprintf(text, size,
                          "# Patchbay's keys, one a line: NUMBER:64 hexadecimal digits, ':active' after the one that seals.\n"
                          "# Whoever has this file can open every secret in the database; without it nobody can. Keep a copy elsewhere.\n"
                          "1:");

    digest_random(key, sizeof key);
    char *at = text + length;
    for (size_t i = 0; i < sizeof key; i++) {
        *at++ = hex[key[i] >> 4];
        *at++ = hex[key[i] & 15];
    }
    OPENSSL_cleanse(key, sizeof key);
    memcpy(at, ":active\n", 8);
    return (size_t) (at + 8 - text);
}

bool keyring_create(const char *file, struct fault *fault)
{
    const size_t size = 1024;
    char *text = keyring_file_allocate(size);

    if (text == NULL)
        return fault_set(fault, FAULT_INTERNAL, "no memory for the keyring");
    int descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        keyring_file_release(text, size);
        return fault_set(fault, FAULT_INVALID, "keyring %s: cannot create it: %s", file, strerror(errno));
    }
    /* fchmod: whatever umask or default ACL made of the mode. */
    bool written = fchmod(descriptor, 0600) == 0 && keyring_file_write(descriptor, text, write_first_keyring(text, size));
    int error = errno;
    if (close(descriptor) != 0 && written) {
        error = errno;
        written = false;
    }
    keyring_file_release(text, size);
    if (written && !keyring_file_sync_folder(file)) {
        error = errno;
        written = false;
    }
    if (!written) {
        (void) unlink(file);
        return fault_set(fault, FAULT_INVALID, "keyring %s: cannot write it: %s", file, strerror(error));
    }
    return true;
}
