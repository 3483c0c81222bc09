/*
 * SHA-256 is asked once a request at least (whose token is this?), so its implementation is looked up once a process.
 *
 * Nothing here can fail in a way that a caller could mend: an OpenSSL without SHA-256 or a kernel without random bytes is a machine
 * that must not run Patchbay, so these functions abort. Random bytes come from the kernel, not from a generator of our own
 * process: nothing to seed, nothing shared after a fork.
 * A credential's checksum is no secret and proves nothing; it only spares the database typing errors and foreign tokens.
 */
#include "seal/digest.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define CREDENTIAL_RANDOM_DIGITS 48
#define CREDENTIAL_CHECK_DIGITS 8

static CRYPTO_ONCE sha256_once = CRYPTO_ONCE_STATIC_INIT;
static EVP_MD *sha256;

static void fetch_sha256(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

void digest_sha256(struct bytes text, unsigned char digest[DIGEST_SHA256_SIZE])
{
    if (CRYPTO_THREAD_run_once(&sha256_once, fetch_sha256) != 1 || sha256 == NULL)
        abort();
    if (EVP_Digest(text.length > 0 ? text.data : "", text.length, digest, NULL, sha256, NULL) != 1)
        abort();
}

static bool is_lower_hex(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

bool digest_credential(struct bytes text, const char *prefix, unsigned char digest[DIGEST_SHA256_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    size_t prefix_length = strlen(prefix);
    size_t checked_length = prefix_length + 1 + CREDENTIAL_RANDOM_DIGITS;

    if (text.length != checked_length + CREDENTIAL_CHECK_DIGITS)
        return false;
    if (memcmp(text.data, prefix, prefix_length) != 0 || text.data[prefix_length] != '_')
        return false;
    if (!is_lower_hex(bytes_slice(text, prefix_length + 1, text.length)))
        return false;

    unsigned char sum[DIGEST_SHA256_SIZE];
    digest_sha256(bytes_slice(text, 0, checked_length), sum);
    for (size_t i = 0; i < CREDENTIAL_CHECK_DIGITS; i++) {
        int nibble = i % 2 == 0 ? sum[i / 2] >> 4 : sum[i / 2] & 15;
        if (text.data[checked_length + i] != hex[nibble])
            return false;
    }
    digest_sha256(text, digest);
    return true;
}

static size_t write_hex(char *text, const unsigned char *data, size_t size)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        text[2 * i] = hex[data[i] >> 4];
        text[2 * i + 1] = hex[data[i] & 15];
    }
    return 2 * size;
}

void digest_make_credential(const char *prefix, char text[DIGEST_CREDENTIAL_SIZE], unsigned char digest[DIGEST_SHA256_SIZE])
{
    unsigned char random[CREDENTIAL_RANDOM_DIGITS / 2];
    unsigned char sum[DIGEST_SHA256_SIZE];
    size_t length = strlen(prefix);

    assert(length + 1 + CREDENTIAL_RANDOM_DIGITS + CREDENTIAL_CHECK_DIGITS < DIGEST_CREDENTIAL_SIZE);
    memcpy(text, prefix, length);
    text[length++] = '_';
    digest_random(random, sizeof random);
    length += write_hex(text + length, random, sizeof random);
    digest_sha256((struct bytes){text, length}, sum);
    length += write_hex(text + length, sum, CREDENTIAL_CHECK_DIGITS / 2);
    text[length] = '\0';
    digest_sha256((struct bytes){text, length}, digest);
    OPENSSL_cleanse(random, sizeof random);
}

void digest_random(unsigned char *data, size_t length)
{
    while (length > 0) {
        ssize_t got = getrandom(data, length, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            abort();
        data += got;
        length -= (size_t) got;
    }
}

void digest_uuid(unsigned char uuid[16])
{
    digest_random(uuid, 16);
    uuid[6] = (unsigned char) ((uuid[6] & 0x0f) | 0x40); /* version 4: random */
    uuid[8] = (unsigned char) ((uuid[8] & 0x3f) | 0x80); /* the variant of RFC 4122 */
}
