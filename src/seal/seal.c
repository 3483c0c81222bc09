/*
 * Policy: the format in seal.h is for life (boxes outlive every process and every release), so nothing in it is negotiable at run
 * time: no algorithm names in boxes, no options. A new format gets a new first byte and a new text in the derivation.
 *
 * Speed: the algorithms are looked up once a process, contexts are made anew for every use. Reusing contexts saves half a
 * microsecond of about four a box, and would keep a copy of the last key in memory; freeing them wipes it.
 * What is written while a box does not open (GCM hands out text before it knows the tag) is wiped before we return.
 */
#include "seal/seal.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#define BOX_FORMAT 0x01
#define KEY_NUMBER_SIZE 4
#define NONCE_SIZE 12
#define TAG_SIZE 16
#define NONCE_AT (1 + KEY_NUMBER_SIZE)
#define TAG_AT (NONCE_AT + NONCE_SIZE)
#define HEAD_SIZE (TAG_AT + TAG_SIZE)
#define ENCRYPTING_KEY_SIZE 32
#define PLAINTEXT_MAX ((size_t) 1 << 30) /* OpenSSL counts in int, also after base64 */

static const char derivation_text[] = "patchbay seal 1";
static const char additional_text[] = "patchbay box 1";
static const char canary_text[] = "patchbay canary 1";
static const char canary_place[] = "/canary";

static CRYPTO_ONCE algorithms_once = CRYPTO_ONCE_STATIC_INIT;
static struct {
    EVP_KDF *hkdf;
    EVP_MAC *hmac;
    EVP_CIPHER *gcm;
} algorithms;

static void fetch_algorithms(void)
{
    algorithms.hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    algorithms.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    algorithms.gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
}

static bool have_algorithms(void)
{
    return CRYPTO_THREAD_run_once(&algorithms_once, fetch_algorithms) == 1 && algorithms.hkdf != NULL && algorithms.hmac != NULL &&
           algorithms.gcm != NULL;
}

static void put_big_endian(unsigned char *out, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (unsigned char) (value >> (8 * (size - 1 - i)));
}

static uint32_t get_big_endian_32(const unsigned char *in)
{
    return ((uint32_t) in[0] << 24) | ((uint32_t) in[1] << 16) | ((uint32_t) in[2] << 8) | in[3];
}

static const unsigned char *as_unsigned(struct bytes text)
{
    return (const unsigned char *) (text.length > 0 ? text.data : "");
}

/* OSSL_PARAM is one struct for reading and writing and so takes no const; what is passed here is only read. */
static void *only_read(const void *data)
{
    union {
        const void *in;
        void *out;
    } pointer = {.in = data};
    return pointer.out;
}

static bool derive_keys(const unsigned char *key, const struct seal_identity *identity, unsigned char keys[64])
{
    unsigned char info[sizeof derivation_text - 1 + 8 + 16 + KEY_NUMBER_SIZE];
    unsigned char *at = info;

    memcpy(at, derivation_text, sizeof derivation_text - 1);
    at += sizeof derivation_text - 1;
    put_big_endian(at, (uint64_t) identity->project, 8);
    at += 8;
    memcpy(at, identity->connection, 16);
    at += 16;
    put_big_endian(at, (uint64_t) identity->key, KEY_NUMBER_SIZE);

    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, only_read("SHA256"), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, only_read(key), KEYRING_KEY_SIZE),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof info),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(algorithms.hkdf);
    bool derived = context != NULL && EVP_KDF_derive(context, keys, 64, parameters) == 1;
    EVP_KDF_CTX_free(context);
    return derived;
}

bool seal_begin(struct seal_context *context, const struct keyring *keyring, const struct seal_identity *identity, struct fault *fault)
{
    const unsigned char *key = keyring_key(keyring, identity->key);

    memset(context, 0, sizeof *context);
    if (key == NULL)
        return fault_set(fault, FAULT_INTERNAL, "the keyring has no key %d", (int) identity->key);
    if (!have_algorithms())
        return fault_set(fault, FAULT_INTERNAL, "OpenSSL offers no HKDF, HMAC or AES-256-GCM");
    context->identity = *identity;
    if (!derive_keys(key, identity, context->keys)) {
        seal_end(context);
        return fault_set(fault, FAULT_INTERNAL, "OpenSSL could not derive the key of a connection");
    }
    return true;
}

void seal_end(struct seal_context *context)
{
    OPENSSL_cleanse(context, sizeof *context);
}

static bool make_nonce(const struct seal_context *context, struct bytes place, struct bytes plaintext, unsigned char *nonce)
{
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, only_read("SHA256"), 0),
        OSSL_PARAM_construct_end(),
    };
    unsigned char place_length[4], whole[32];
    size_t length = 0;

    put_big_endian(place_length, place.length, sizeof place_length);
    EVP_MAC_CTX *mac = EVP_MAC_CTX_new(algorithms.hmac);
    bool made = mac != NULL && EVP_MAC_init(mac, context->keys + ENCRYPTING_KEY_SIZE, 32, parameters) == 1 &&
                EVP_MAC_update(mac, place_length, sizeof place_length) == 1 &&
                EVP_MAC_update(mac, as_unsigned(place), place.length) == 1 &&
                EVP_MAC_update(mac, as_unsigned(plaintext), plaintext.length) == 1 &&
                EVP_MAC_final(mac, whole, &length, sizeof whole) == 1 && length == sizeof whole;
    EVP_MAC_CTX_free(mac);
    if (made)
        memcpy(nonce, whole, NONCE_SIZE);
    OPENSSL_cleanse(whole, sizeof whole); /* the rest of it is nobody's business */
    return made;
}

/* A cipher that has its key, its nonce (from the box's head) and the additional data; NULL when OpenSSL fails. */
static EVP_CIPHER_CTX *begin_cipher(const struct seal_context *context, struct bytes place, const unsigned char *head, int encrypt)
{
    int ignored = 0;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();

    if (cipher != NULL && EVP_CipherInit_ex2(cipher, algorithms.gcm, context->keys, head + NONCE_AT, encrypt, NULL) == 1 &&
        EVP_CipherUpdate(cipher, NULL, &ignored, (const unsigned char *) additional_text, (int) sizeof additional_text - 1) == 1 &&
        EVP_CipherUpdate(cipher, NULL, &ignored, head + 1, KEY_NUMBER_SIZE) == 1 &&
        EVP_CipherUpdate(cipher, NULL, &ignored, as_unsigned(place), (int) place.length) == 1)
        return cipher;
    EVP_CIPHER_CTX_free(cipher);
    return NULL;
}

static bool encrypt_into(const struct seal_context *context, struct bytes place, struct bytes plaintext, unsigned char *raw)
{
    int length = 0;

    raw[0] = BOX_FORMAT;
    put_big_endian(raw + 1, (uint64_t) context->identity.key, KEY_NUMBER_SIZE);
    if (!make_nonce(context, place, plaintext, raw + NONCE_AT))
        return false;
    EVP_CIPHER_CTX *cipher = begin_cipher(context, place, raw, 1);
    bool done = cipher != NULL &&
                EVP_EncryptUpdate(cipher, raw + HEAD_SIZE, &length, as_unsigned(plaintext), (int) plaintext.length) == 1 &&
                (size_t) length == plaintext.length && EVP_EncryptFinal_ex(cipher, raw + HEAD_SIZE + length, &length) == 1 &&
                EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, raw + TAG_AT) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

bool seal_box(const struct seal_context *context, struct bytes place, struct bytes plaintext, struct arena *arena, struct bytes *box,
              struct fault *fault)
{
    if (place.length > PLAINTEXT_MAX || plaintext.length > PLAINTEXT_MAX)
        return fault_set(fault, FAULT_TOO_LARGE, "a value is too large to be sealed");
    size_t raw_length = HEAD_SIZE + plaintext.length;
    size_t text_length = (raw_length + 2) / 3 * 4;
    unsigned char *raw = arena_alloc(arena, raw_length);
    unsigned char *text = arena_alloc(arena, text_length + 1); /* OpenSSL adds a NUL */

    if (raw == NULL || text == NULL)
        return fault_set(fault, FAULT_TOO_LARGE, "no memory left to seal a value");
    if (!encrypt_into(context, place, plaintext, raw))
        return fault_set(fault, FAULT_INTERNAL, "OpenSSL could not seal a value");
    EVP_EncodeBlock(text, raw, (int) raw_length);
    *box = (struct bytes){(const char *) text, text_length};
    return true;
}

/*
 * EVP_DecodeBlock forgives spaces around, '=' anywhere and spare bits at the end; a box has one spelling only, or the database would take
 * equal boxes for different ones. So what was decoded is spelt again and compared, a piece at a time.
 */
static bool is_spelt_so(const unsigned char *raw, size_t raw_length, struct bytes text)
{
    unsigned char piece[64 + 1];

    for (size_t from = 0; from < raw_length; from += 48) {
        size_t length = raw_length - from < 48 ? raw_length - from : 48;
        int spelt = EVP_EncodeBlock(piece, raw + from, (int) length);
        if (memcmp(piece, text.data + from / 3 * 4, (size_t) spelt) != 0)
            return false;
    }
    return true;
}

static bool decode_box(struct bytes box, struct arena *arena, unsigned char **raw, size_t *raw_length, struct fault *fault)
{
    if (box.length < 4 || box.length % 4 != 0 || box.length / 4 > (PLAINTEXT_MAX + HEAD_SIZE) / 3 + 1)
        return fault_set(fault, FAULT_INTERNAL, "a sealed box is damaged: its length is wrong");
    *raw = arena_alloc(arena, box.length / 4 * 3);
    if (*raw == NULL)
        return fault_set(fault, FAULT_TOO_LARGE, "no memory left to open a sealed box");
    int decoded = EVP_DecodeBlock(*raw, as_unsigned(box), (int) box.length);
    size_t padding = box.data[box.length - 2] == '=' ? 2 : box.data[box.length - 1] == '=' ? 1 : 0;
    if (decoded < 0 || (size_t) decoded != box.length / 4 * 3 || !is_spelt_so(*raw, (size_t) decoded - padding, box))
        return fault_set(fault, FAULT_INTERNAL, "a sealed box is damaged: it is not base64");
    *raw_length = (size_t) decoded - padding;
    if (*raw_length < HEAD_SIZE)
        return fault_set(fault, FAULT_INTERNAL, "a sealed box is damaged: it is cut off");
    return true;
}

bool seal_open(const struct seal_context *context, struct bytes place, struct bytes box, struct arena *arena, struct bytes *plaintext,
               struct fault *fault)
{
    unsigned char *raw = NULL;
    size_t raw_length = 0;

    *plaintext = (struct bytes){NULL, 0};
    if (place.length > PLAINTEXT_MAX)
        return fault_set(fault, FAULT_INTERNAL, "the place of a sealed box is too long");
    if (!decode_box(box, arena, &raw, &raw_length, fault))
        return false;
    if (raw[0] != BOX_FORMAT)
        return fault_set(fault, FAULT_INTERNAL, "a sealed box has the unknown format %d", raw[0]);
    uint32_t number = get_big_endian_32(raw + 1);
    if (number != (uint32_t) context->identity.key)
        return fault_set(fault, FAULT_INTERNAL, "a sealed box is under key %lu, its connection under key %d", (unsigned long) number,
                         (int) context->identity.key);

    unsigned char *text = raw + HEAD_SIZE; /* opened where it stands */
    size_t text_length = raw_length - HEAD_SIZE;
    int length = 0;
    EVP_CIPHER_CTX *cipher = begin_cipher(context, place, raw, 0);
    bool ready = cipher != NULL && EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, raw + TAG_AT) == 1;
    bool opened = ready && EVP_DecryptUpdate(cipher, text, &length, text, (int) text_length) == 1 && (size_t) length == text_length &&
                  EVP_DecryptFinal_ex(cipher, text + length, &length) == 1;
    EVP_CIPHER_CTX_free(cipher);
    if (!opened) {
        OPENSSL_cleanse(raw, raw_length);
        if (!ready)
            return fault_set(fault, FAULT_INTERNAL, "OpenSSL could not open a sealed box");
        return fault_set(fault, FAULT_INTERNAL, "a sealed box does not open: it is damaged, was moved, or key %d is another one",
                         (int) context->identity.key);
    }
    *plaintext = (struct bytes){(const char *) text, text_length};
    return true;
}

static bool begin_canary(struct seal_context *context, const struct keyring *keyring, int32_t key, struct fault *fault)
{
    const struct seal_identity identity = {.project = 0, .connection = {0}, .key = key};

    return seal_begin(context, keyring, &identity, fault);
}

bool seal_canary(const struct keyring *keyring, int32_t key, struct arena *arena, struct bytes *box, struct fault *fault)
{
    struct seal_context context;

    if (!begin_canary(&context, keyring, key, fault))
        return false;
    bool sealed = seal_box(&context, bytes_from(canary_place), bytes_from(canary_text), arena, box, fault);
    seal_end(&context);
    return sealed;
}

bool seal_canary_check(const struct keyring *keyring, int32_t key, struct bytes box, struct arena *arena, struct fault *fault)
{
    struct seal_context context;
    struct bytes text;

    if (!begin_canary(&context, keyring, key, fault))
        return false;
    bool opened = seal_open(&context, bytes_from(canary_place), box, arena, &text, fault);
    seal_end(&context);
    if (!opened)
        return fault_wrap(fault, "key %d of the keyring does not fit the database", (int) key);
    if (!bytes_is(text, canary_text))
        return fault_set(fault, FAULT_INTERNAL, "the canary of key %d is another text", (int) key);
    return true;
}
