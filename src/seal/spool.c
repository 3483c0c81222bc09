/*
 * The key is new for every file and encrypts one stream from position 0, so no part of the key stream is used twice: writing after a rewind is
 * refused.
 */
#include "seal/spool.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#define BUFFER_SIZE ((size_t) 64 * 1024)

struct spool {
    FILE *file;
    EVP_CIPHER_CTX *cipher;
    unsigned char key[32];
    bool was_rewound;
    char buffer[BUFFER_SIZE];           /* of the stream: plain */
    unsigned char encrypted[BUFFER_SIZE];
};

/* CTR decrypts as it encrypts; its counter, big-endian, is the number of the block. */
static bool begin_stream(struct spool *spool, uint64_t offset)
{
    unsigned char counter[16] = {0};
    unsigned char within[16] = {0};
    int unused = 0;

    for (uint64_t block = offset / sizeof counter, i = sizeof counter; block > 0; block >>= 8) {
        counter[--i] = (unsigned char) block;
    }
    return EVP_EncryptInit_ex2(spool->cipher, EVP_aes_256_ctr(), spool->key, counter, NULL) == 1
           && EVP_EncryptUpdate(spool->cipher, within, &unused, within, (int) (offset % sizeof counter)) == 1;
}

static ssize_t write_some(void *cookie, const char *data, size_t size)
{
    struct spool *spool = cookie;
    size_t done = 0;

    while (done < size && !spool->was_rewound) {
        size_t length = size - done < BUFFER_SIZE ? size - done : BUFFER_SIZE;
        int encrypted = 0;
        if (EVP_EncryptUpdate(spool->cipher, spool->encrypted, &encrypted, (const unsigned char *) data + done, (int) length) != 1
            || fwrite(spool->encrypted, 1, length, spool->file) != length) {
            return 0; /* an error, for stdio */
        }
        done += length;
    }
    return (ssize_t) done;
}

static ssize_t read_some(void *cookie, char *data, size_t size)
{
    struct spool *spool = cookie;
    int decrypted = 0;
    size_t got = fread(spool->encrypted, 1, size < BUFFER_SIZE ? size : BUFFER_SIZE, spool->file);

    if ((got == 0 && ferror(spool->file)) || EVP_EncryptUpdate(spool->cipher, (unsigned char *) data, &decrypted, spool->encrypted, (int) got) != 1) {
        errno = EIO;
        return -1;
    }
    return (ssize_t) got;
}

static int seek_to(void *cookie, off64_t *offset, int from)
{
    struct spool *spool = cookie;

    if (*offset < 0 || from != SEEK_SET) {
        errno = ESPIPE;
        return -1;
    }
    spool->was_rewound = true;
    return fflush(spool->file) == 0 && fseeko(spool->file, *offset, SEEK_SET) == 0 && begin_stream(spool, (uint64_t) *offset) ? 0 : -1;
}

static int close_spool(void *cookie)
{
    struct spool *spool = cookie;
    int closed = spool->file == NULL ? 0 : fclose(spool->file);

    EVP_CIPHER_CTX_free(spool->cipher);
    OPENSSL_clear_free(spool, sizeof *spool);
    return closed;
}

FILE *spool_open(struct fault *fault)
{
    static const cookie_io_functions_t functions = {.read = read_some, .write = write_some, .seek = seek_to, .close = close_spool};
    struct spool *spool = OPENSSL_zalloc(sizeof *spool);
    FILE *stream = NULL;

    if (spool == NULL) {
        fault_set(fault, FAULT_INTERNAL, "out of memory");
        return NULL;
    }
    spool->file = tmpfile();
    spool->cipher = EVP_CIPHER_CTX_new();
    if (spool->file == NULL) {
        fault_set(fault, FAULT_UNAVAILABLE, "no temporary file: %s", strerror(errno));
    } else if (spool->cipher == NULL || RAND_bytes(spool->key, sizeof spool->key) != 1 || !begin_stream(spool, 0)
               || (stream = fopencookie(spool, "w+", functions)) == NULL) {
        fault_set(fault, FAULT_INTERNAL, "no memory for a temporary file");
    } else if (setvbuf(stream, spool->buffer, _IOFBF, BUFFER_SIZE) == 0) {
        return stream;
    }
    if (stream != NULL) {
        fclose(stream); /* which closes the spool too */
    } else {
        close_spool(spool);
    }
    return NULL;
}
