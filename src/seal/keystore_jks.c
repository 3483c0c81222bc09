/*
 * OpenSSL knows nothing of this format but the SHA-1 in it. The file is walked whole, so that one that was cut off is not taken for good
 * where no password was given.
 */
#include "seal/keystore_jks.h"

#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define MAGIC 0xfeedfeedu
#define DIGEST_SIZE 20
#define KEY_ENTRY 1
#define CERTIFICATE_ENTRY 2

/* Reads from the front; a read beyond the end makes it short for good. */
struct cursor {
    struct bytes rest;
    bool short_of;
};

static struct bytes take_bytes(struct cursor *cursor, size_t length)
{
    if (cursor->short_of || cursor->rest.length < length) {
        cursor->short_of = true;
        return (struct bytes){NULL, 0};
    }
    struct bytes taken = bytes_slice(cursor->rest, 0, length);
    cursor->rest = bytes_slice(cursor->rest, length, cursor->rest.length);
    return taken;
}

static uint32_t take_number(struct cursor *cursor, size_t size)
{
    struct bytes taken = take_bytes(cursor, size);
    uint32_t number = 0;

    for (size_t i = 0; i < taken.length; i++) {
        number = number << 8 | (unsigned char) taken.data[i];
    }
    return number;
}

static struct bytes take_text(struct cursor *cursor)
{
    return take_bytes(cursor, take_number(cursor, 2));
}

static void take_certificate(struct cursor *cursor, uint32_t version)
{
    if (version == 2) {
        (void) take_text(cursor);
    }
    (void) take_bytes(cursor, take_number(cursor, 4));
}

static void take_entry(struct cursor *cursor, uint32_t version, struct bytes alias, bool *has_alias)
{
    uint32_t kind = take_number(cursor, 4);
    struct bytes name = take_text(cursor);

    (void) take_bytes(cursor, 8);
    if (kind == KEY_ENTRY) {
        (void) take_bytes(cursor, take_number(cursor, 4));
        for (uint32_t left = take_number(cursor, 4); left > 0 && !cursor->short_of; left--) {
            take_certificate(cursor, version);
        }
    } else if (kind == CERTIFICATE_ENTRY) {
        take_certificate(cursor, version);
    } else {
        cursor->short_of = true;
    }
    if (!cursor->short_of && name.length == alias.length && name.length > 0 && strncasecmp(name.data, alias.data, name.length) == 0) {
        *has_alias = true;
    }
}

/* The next code point of valid UTF-8. */
static uint32_t next_character(struct bytes *text)
{
    size_t length = bytes_utf8_step(*text);
    unsigned char first = (unsigned char) text->data[0];
    uint32_t character = length <= 1 ? first : first & (0x7fu >> length);

    for (size_t i = 1; i < length; i++) {
        character = character << 6 | ((unsigned char) text->data[i] & 0x3fu);
    }
    *text = bytes_slice(*text, length == 0 ? 1 : length, text->length);
    return character;
}

static bool add_unit(EVP_MD_CTX *hash, uint32_t unit)
{
    const unsigned char pair[2] = {(unsigned char) (unit >> 8 & 0xff), (unsigned char) (unit & 0xff)};

    return EVP_DigestUpdate(hash, pair, sizeof pair) == 1;
}

static bool add_password(EVP_MD_CTX *hash, struct bytes password)
{
    bool added = true;

    while (added && password.length > 0) {
        uint32_t character = next_character(&password);
        if (character >= 0x10000) {
            character -= 0x10000;
            added = add_unit(hash, 0xd800 + (character >> 10)) && add_unit(hash, 0xdc00 + (character & 0x3ff));
        } else {
            added = add_unit(hash, character);
        }
    }
    return added;
}

static bool is_intact(struct bytes content, struct bytes password)
{
    static const char salt[] = "Mighty Aphrodite";
    size_t length = content.length - DIGEST_SIZE;
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *hash = EVP_MD_CTX_new();

    bool made = hash != NULL && EVP_DigestInit_ex2(hash, EVP_sha1(), NULL) == 1 && add_password(hash, password)
                && EVP_DigestUpdate(hash, salt, sizeof salt - 1) == 1 && EVP_DigestUpdate(hash, content.data, length) == 1
                && EVP_DigestFinal_ex(hash, digest, NULL) == 1;
    EVP_MD_CTX_free(hash);
    return made && CRYPTO_memcmp(digest, content.data + length, DIGEST_SIZE) == 0;
}

bool keystore_jks_recognise(struct bytes content)
{
    struct cursor cursor = {.rest = content};

    return take_number(&cursor, 4) == MAGIC && !cursor.short_of;
}

bool keystore_jks_open(const struct keystore *keystore, bool *has_alias, enum keystore_part *part, struct fault *fault)
{
    struct cursor cursor = {.rest = keystore->content};

    *part = KEYSTORE_FILE;
    *has_alias = false;
    (void) take_number(&cursor, 4);
    uint32_t version = take_number(&cursor, 4);
    uint32_t count = take_number(&cursor, 4);
    for (uint32_t left = count; left > 0 && !cursor.short_of; left--) {
        take_entry(&cursor, version, keystore->alias, has_alias);
    }
    if (cursor.short_of || version < 1 || version > 2 || cursor.rest.length != DIGEST_SIZE) {
        return fault_set(fault, FAULT_INVALID, "is a damaged JKS keystore");
    }
    if (count == 0) {
        return fault_set(fault, FAULT_INVALID, "holds no key and no certificate");
    }
    if (keystore->password.data != NULL && !is_intact(keystore->content, keystore->password)) {
        *part = KEYSTORE_PASSWORD;
        return fault_set(fault, FAULT_INVALID, "does not open the keystore");
    }
    return true;
}
