/*
 * An answer must not tell by its time whether there is a user of a name, so there is one way through this file for right, wrong and missing
 * verifiers: what cannot be compared with is replaced by a verifier that fits nothing, and computed all the same.
 * Parameters come from the database, where an administrator may write them: what would take more than MEMORY_MAX is not well-formed.
 */
#include "seal/password.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "seal/digest.h"

#define SALT_SIZE 16
#define HASH_SIZE 32
#define MEMORY_MAX ((uint64_t) 256 << 20)
#define WORK_MAX 64 /* r * p: how many times the memory may be gone through, roughly */

struct verifier {
    uint64_t n, r, p;
    unsigned char salt[SALT_SIZE];
    unsigned char hash[HASH_SIZE];
};

/* Of new verifiers, and of what nobody's password is compared with. */
static const struct verifier today = {.n = 1 << 15, .r = 8, .p = 1};

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(struct bytes text, unsigned char *data, size_t size)
{
    if (text.length != 2 * size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(text.data[2 * i]);
        int low = hex_value(text.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        data[i] = (unsigned char) (high * 16 + low);
    }
    return true;
}

static bool read_number(struct bytes *rest, uint64_t *number)
{
    struct bytes piece;
    int64_t value;

    if (!bytes_cut(rest, '$', &piece) || !bytes_to_int64(piece, &value) || value < 1 || value > INT32_MAX) {
        return false;
    }
    *number = (uint64_t) value;
    return true;
}

static bool read_verifier(struct bytes text, struct verifier *verifier)
{
    struct bytes name;
    struct bytes salt;

    return bytes_cut(&text, '$', &name) && bytes_is(name, "scrypt") && read_number(&text, &verifier->n) && read_number(&text, &verifier->r)
           && read_number(&text, &verifier->p) && bytes_cut(&text, '$', &salt) && read_hex(salt, verifier->salt, SALT_SIZE)
           && read_hex(text, verifier->hash, HASH_SIZE) && verifier->n > 1 && (verifier->n & (verifier->n - 1)) == 0
           && verifier->r * verifier->p <= WORK_MAX && 128 * verifier->n * verifier->r <= MEMORY_MAX;
}

static bool derive(struct bytes password, const struct verifier *verifier, unsigned char hash[HASH_SIZE])
{
    /* OpenSSL counts a little more than the table itself. */
    return EVP_PBE_scrypt(password.length > 0 ? password.data : "", password.length, verifier->salt, SALT_SIZE, verifier->n, verifier->r,
                          verifier->p, 2 * MEMORY_MAX, hash, HASH_SIZE) == 1;
}

static void write_hex(char *text, const unsigned char *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[data[i] >> 4];
        text[2 * i + 1] = digits[data[i] & 15];
    }
    text[2 * size] = '\0';
}

bool password_make_verifier(struct bytes password, char verifier[PASSWORD_VERIFIER_SIZE], struct fault *fault)
{
    struct verifier made = today;
    char salt[2 * SALT_SIZE + 1];
    char hash[2 * HASH_SIZE + 1];

    digest_random(made.salt, SALT_SIZE);
    if (!derive(password, &made, made.hash)) {
        return fault_set(fault, FAULT_INTERNAL, "no memory to hash a password");
    }
    write_hex(salt, made.salt, SALT_SIZE);
    write_hex(hash, made.hash, HASH_SIZE);
    snprintf(verifier, PASSWORD_VERIFIER_SIZE, "scrypt$%u$%u$%u$%s$%s", (unsigned) made.n, (unsigned) made.r, (unsigned) made.p, salt, hash);
    OPENSSL_cleanse(&made, sizeof made);
    OPENSSL_cleanse(hash, sizeof hash);
    return true;
}

enum password_check password_check(struct bytes password, struct bytes text)
{
    struct verifier verifier = {0};
    unsigned char hash[HASH_SIZE];
    bool there = read_verifier(text, &verifier);

    if (!there) {
        verifier = today;
    }
    bool derived = derive(password, &verifier, hash);
    bool same = derived && CRYPTO_memcmp(hash, verifier.hash, HASH_SIZE) == 0;
    OPENSSL_cleanse(hash, sizeof hash);
    OPENSSL_cleanse(&verifier, sizeof verifier);
    if (!derived) {
        return PASSWORD_UNCHECKED;
    }
    return there && same ? PASSWORD_RIGHT : PASSWORD_WRONG;
}
