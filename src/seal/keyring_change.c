/*
 * Changing a keyring file: a new one is written beside it, synced, and put in its place, so that a reader finds the old keys or the new ones, and a
 * power cut loses none. Comments stay.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "seal/digest.h"
#include "seal/keyring.h"
#include "seal/keyring_file.h"

struct change {
    char *text; /* room for the old text and one key more */
    size_t length;
};

static void add_text(struct change *change, struct bytes text)
{
    memcpy(change->text + change->length, text.data, text.length);
    change->length += text.length;
}

static void add_new_key(struct change *change, int32_t number)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char key[KEYRING_KEY_SIZE];
    char start[16];

    add_text(change, (struct bytes){start, (size_t) snprintf(start, sizeof start, "%ld:", (long) number)});
    digest_random(key, sizeof key);
    for (size_t i = 0; i < sizeof key; i++) {
        change->text[change->length++] = hex[key[i] >> 4];
        change->text[change->length++] = hex[key[i] & 15];
    }
    OPENSSL_cleanse(key, sizeof key);
    change->text[change->length++] = '\n';
}

/* The number of a key's line; 0 for comments, empty lines and what is no number. */
static int64_t line_number(struct bytes line)
{
    struct bytes number_text;
    int64_t number = 0;

    return bytes_cut(&line, ':', &number_text) && bytes_to_int64(bytes_trim(number_text), &number) ? number : 0;
}

/* Copies the text, with the mark at `active` only, and a new key behind when `added` is not 0. */
static void write_changed(struct change *change, struct bytes text, int32_t active, int32_t added)
{
    struct bytes line;

    while (bytes_cut(&text, '\n', &line)) {
        if (bytes_ends(line, "\r"))
            line = bytes_slice(line, 0, line.length - 1);
        int64_t number = line_number(line);
        struct bytes bare = bytes_trim(line);
        if (number != 0 && bytes_ends(bare, ":active"))
            bare = bytes_slice(bare, 0, bare.length - 7);
        add_text(change, number != 0 ? bare : line);
        if (number == active)
            add_text(change, BYTES(":active"));
        add_text(change, BYTES("\n"));
    }
    if (added != 0)
        add_new_key(change, added);
}

/*
 * The new file, begun before anything is read: while it is there nobody else can begin one. Two that changed what both had read would each put the
 * file in place without the other's key.
 */
struct replacement {
    char file[KEYRING_FILE_PATH_SIZE]; /* the first of the sources */
    char path[KEYRING_FILE_PATH_SIZE + 8];
    int descriptor;
};

/* A link stays, and what it leads to is replaced: whoever reads the keys by another name must not be left with the old ones. */
static bool follow_link(char file[KEYRING_FILE_PATH_SIZE], struct fault *fault)
{
    char *target = realpath(file, NULL);
    bool fits = target == NULL || strlen(target) < KEYRING_FILE_PATH_SIZE; /* that there is none is told when it is read */

    if (target != NULL && fits)
        strcpy(file, target);
    free(target);
    return fits || fault_set(fault, FAULT_INVALID, "keyring %s: the path that it leads to is too long", file);
}

static bool begin_replacement(struct replacement *replacement, const char *sources, struct fault *fault)
{
    struct bytes rest = bytes_from(sources);
    const char *file = replacement->file;

    if (!keyring_file_next(&rest, replacement->file) || file[0] == '|')
        return fault_set(fault, FAULT_INVALID, "keyring %s: the first source is no file; add the key where it comes from", sources);
    if (!follow_link(replacement->file, fault))
        return false;
    snprintf(replacement->path, sizeof replacement->path, "%s.new", file);
    replacement->descriptor = open(replacement->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (replacement->descriptor < 0 && errno == EEXIST)
        return fault_set(fault, FAULT_INVALID, "keyring %s: %s is there: another key add is at work, or was killed; then remove that file", file,
                         replacement->path);
    return replacement->descriptor >= 0 || fault_set(fault, FAULT_INVALID, "keyring %s: cannot write %s: %s", file, replacement->path, strerror(errno));
}

/* The whole text into the new file, which then replaces the old one. */
static bool replace_file(struct replacement *replacement, const struct stat *before, struct bytes text, struct fault *fault)
{
    int descriptor = replacement->descriptor;
    bool written = fchmod(descriptor, before->st_mode & 07700) == 0 && (geteuid() != 0 || fchown(descriptor, before->st_uid, before->st_gid) == 0)
                   && keyring_file_write(descriptor, text.data, text.length);

    return (written && rename(replacement->path, replacement->file) == 0 && keyring_file_sync_folder(replacement->file))
           || fault_set(fault, FAULT_INVALID, "keyring %s: cannot replace it: %s", replacement->file, strerror(errno));
}

/* What is not put in place is taken away. */
static bool end_replacement(struct replacement *replacement, bool replaced)
{
    if (!replaced)
        (void) unlink(replacement->path);
    (void) close(replacement->descriptor); /* synced before it was put in place */
    return replaced;
}

static bool change_file(struct replacement *replacement, int32_t active, int32_t added, struct fault *fault)
{
    const char *file = replacement->file;
    struct stat status;
    size_t length = 0;

    int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0 || fstat(descriptor, &status) != 0)
        return fault_set(fault, FAULT_INVALID, "keyring %s: cannot open it: %s", file, strerror(errno));
    const size_t size = KEYRING_FILE_SIZE_MAX + 1;
    char *text = keyring_file_allocate(size);
    struct change change = {keyring_file_allocate(2 * size), 0};
    bool changed = text != NULL && change.text != NULL ? keyring_file_read(descriptor, "keyring", file, text, &length, fault)
                                                       : fault_set(fault, FAULT_INTERNAL, "no memory for the keyring");
    (void) close(descriptor);
    if (changed) {
        write_changed(&change, (struct bytes){text, length}, active, added);
        changed = change.length <= KEYRING_FILE_SIZE_MAX ? replace_file(replacement, &status, (struct bytes){change.text, change.length}, fault)
                                                         : fault_set(fault, FAULT_INVALID, "keyring %s: it would be too large", file);
    }
    if (text != NULL)
        keyring_file_release(text, size);
    if (change.text != NULL)
        keyring_file_release(change.text, 2 * size);
    return changed;
}

static bool add_key(struct replacement *replacement, const char *sources, int32_t *number, struct fault *fault)
{
    struct keyring *keyring;

    if (!keyring_new(&keyring, sources, fault))
        return false;
    int32_t highest = keyring_number(keyring, keyring_count(keyring) - 1);
    highest = highest > *number ? highest : *number;
    int32_t active = keyring_active(keyring);
    bool room = keyring_count(keyring) < KEYRING_KEYS_MAX && highest < INT32_MAX;
    keyring_free(keyring);
    if (!room)
        return fault_set(fault, FAULT_INVALID, "keyring %s: there is no room for another key; retire old ones and take them out", sources);
    *number = highest + 1;
    return change_file(replacement, active, *number, fault);
}

bool keyring_add(const char *sources, int32_t *number, struct fault *fault)
{
    struct replacement replacement;

    return begin_replacement(&replacement, sources, fault) && end_replacement(&replacement, add_key(&replacement, sources, number, fault));
}

static bool activate_key(struct replacement *replacement, const char *sources, int32_t number, struct fault *fault)
{
    struct keyring *keyring;

    if (!keyring_new(&keyring, sources, fault))
        return false;
    bool known = keyring_key(keyring, number) != NULL;
    keyring_free(keyring);
    if (!known)
        return fault_set(fault, FAULT_INVALID, "keyring %s: there is no key %ld in it", sources, (long) number);
    return change_file(replacement, number, 0, fault);
}

bool keyring_activate(const char *sources, int32_t number, struct fault *fault)
{
    struct replacement replacement;

    return begin_replacement(&replacement, sources, fault) && end_replacement(&replacement, activate_key(&replacement, sources, number, fault));
}
