/*
 * Policy: the recipient opens envelopes with tools of their own, perhaps years later, so this is a standard's message and nothing of ours. What
 * the standard leaves open is decided here once: no PKCS #1 v1.5, no SHA-1 in key derivation, no cipher without authentication.
 *
 * Plaintext goes through CMS_dataInit's chain directly. CMS_encrypt and CMS_decrypt would do the same, but by way of buffers that they
 * free without wiping.
 */
#include "seal/envelope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "seal/keyring_file.h"

#define RSA_BITS_MIN 2048
#define PLAINTEXT_MAX ((size_t) 1 << 29) /* OpenSSL counts in int, also after base64 */
#define DIGEST_SIZE 32

struct envelope_recipient {
    X509 *certificate; /* the one given, or one made for the key given */
    bool is_made;
    bool is_rsa;
    char digest[2 * DIGEST_SIZE + 1];
};

struct envelope_opener {
    EVP_PKEY *key;
};

/* ---- keys */

static bool is_known_curve(const EVP_PKEY *key)
{
    static const char *const curves[] = {"prime256v1", "secp384r1", "secp521r1"};
    char name[64] = "";

    if (EVP_PKEY_get_group_name(key, name, sizeof name, NULL) != 1)
        return false;
    for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (strcmp(name, curves[i]) == 0)
            return true;
    }
    return false;
}

static bool check_key(const EVP_PKEY *key, const char *file, struct fault *fault)
{
    if (EVP_PKEY_is_a(key, "RSA"))
        return EVP_PKEY_get_bits(key) >= RSA_BITS_MIN
               || fault_set(fault, FAULT_INVALID, "%s: an RSA key of %d bits; %d are needed", file, EVP_PKEY_get_bits(key), RSA_BITS_MIN);
    return (EVP_PKEY_is_a(key, "EC") && is_known_curve(key))
           || fault_set(fault, FAULT_INVALID, "%s: the key is of another kind than RSA and EC with P-256, P-384 or P-521", file);
}

static bool check_public_key(EVP_PKEY *key, const char *file, struct fault *fault)
{
    if (!check_key(key, file, fault))
        return false;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    bool right = context != NULL && EVP_PKEY_public_check(context) == 1;
    EVP_PKEY_CTX_free(context);
    return right || fault_set(fault, FAULT_INVALID, "%s: its public key is damaged", file);
}

/* ---- the recipient */

static bool take_digest(struct envelope_recipient *recipient, EVP_PKEY *key)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[DIGEST_SIZE];
    unsigned char *der = NULL;
    int length = i2d_PUBKEY(key, &der);
    bool made = length > 0 && EVP_Digest(der, (size_t) length, digest, NULL, EVP_sha256(), NULL) == 1;

    OPENSSL_free(der);
    for (size_t i = 0; made && i < sizeof digest; i++) {
        recipient->digest[2 * i] = digits[digest[i] >> 4];
        recipient->digest[2 * i + 1] = digits[digest[i] & 15];
    }
    return made;
}

static bool add_key_identifier(X509 *certificate)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    ASN1_OCTET_STRING *identifier = ASN1_OCTET_STRING_new();
    bool added = identifier != NULL && X509_pubkey_digest(certificate, EVP_sha1(), digest, &length) == 1 /* as of RFC 5280, 4.2.1.2 */
                 && ASN1_OCTET_STRING_set(identifier, digest, (int) length) == 1
                 && X509_add1_ext_i2d(certificate, NID_subject_key_identifier, identifier, 0, X509V3_ADD_DEFAULT) == 1;

    ASN1_OCTET_STRING_free(identifier);
    return added;
}

/*
 * CMS names recipients by their certificates. For a bare key one is made that lives as long as we do, and nothing of it gets into the envelope but
 * the identifier of the key. OpenSSL only looks at certificates that are signed, so somebody signs it.
 */
static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *made = X509_new();
    EVP_PKEY *somebody = EVP_EC_gen("P-256");

    if (made != NULL && somebody != NULL && X509_set_version(made, X509_VERSION_3) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(made), 1) == 1
        && X509_gmtime_adj(X509_getm_notBefore(made), 0) != NULL && X509_gmtime_adj(X509_getm_notAfter(made), 3600) != NULL
        && X509_set_pubkey(made, key) == 1 && add_key_identifier(made) && X509_sign(made, somebody, EVP_sha256()) > 0) {
        EVP_PKEY_free(somebody);
        return made;
    }
    EVP_PKEY_free(somebody);
    X509_free(made);
    return NULL;
}

static bool take_public_key(struct envelope_recipient *recipient, EVP_PKEY *key, const char *file, struct fault *fault)
{
    if (!check_public_key(key, file, fault))
        return false;
    recipient->is_rsa = EVP_PKEY_is_a(key, "RSA") == 1;
    if (recipient->certificate == NULL) {
        recipient->certificate = make_certificate(key);
        recipient->is_made = true;
    }
    return (recipient->certificate != NULL && take_digest(recipient, key))
           || fault_set(fault, FAULT_INTERNAL, "%s: OpenSSL could not prepare the key", file);
}

static bool take_block(struct envelope_recipient *recipient, const char *name, struct bytes der, const char *file, struct fault *fault)
{
    const unsigned char *at = (const unsigned char *) der.data;
    EVP_PKEY *key = NULL;

    if (strcmp(name, PEM_STRING_X509) == 0) {
        recipient->certificate = d2i_X509(NULL, &at, (long) der.length);
        if (recipient->certificate == NULL || (key = X509_get_pubkey(recipient->certificate)) == NULL)
            return fault_set(fault, FAULT_INVALID, "%s: the certificate is damaged", file);
        if (X509_cmp_current_time(X509_get0_notBefore(recipient->certificate)) >= 0
            || X509_cmp_current_time(X509_get0_notAfter(recipient->certificate)) <= 0) {
            EVP_PKEY_free(key);
            return fault_set(fault, FAULT_INVALID, "%s: the certificate is not valid now", file);
        }
    } else if (strcmp(name, PEM_STRING_PUBLIC) == 0) {
        key = d2i_PUBKEY(NULL, &at, (long) der.length);
    }
    if (key == NULL)
        return fault_set(fault, FAULT_INVALID, "%s: neither a public key nor a certificate in PEM form", file);
    bool taken = take_public_key(recipient, key, file, fault);
    EVP_PKEY_free(key);
    return taken;
}

/* All blocks are looked at before one is used: the private key may stand behind the certificate. */
static bool check_blocks(struct bytes text, const char *file, struct fault *fault)
{
    BIO *bio = BIO_new_mem_buf(text.data, (int) text.length);
    bool is_private = false;
    size_t count = 0;
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long length = 0;

    while (bio != NULL && PEM_read_bio(bio, &name, &header, &data, &length) == 1) {
        is_private = is_private || bytes_ends(bytes_from(name), "PRIVATE KEY");
        count++;
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t) length);
    }
    BIO_free(bio);
    ERR_clear_error();
    if (is_private)
        return fault_set(fault, FAULT_INVALID, "%s: it holds a private key; give the public one (openssl pkey -in %s -pubout)", file, file);
    return count == 1 || fault_set(fault, FAULT_INVALID, count == 0 ? "%s: neither a public key nor a certificate in PEM form"
                                                                    : "%s: it holds more than one key or certificate", file);
}

static bool read_recipient(struct envelope_recipient *recipient, struct bytes text, const char *file, struct fault *fault)
{
    BIO *bio = NULL;
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long length = 0;
    bool taken = false;

    if (!check_blocks(text, file, fault))
        return false;
    bio = BIO_new_mem_buf(text.data, (int) text.length);
    if (bio == NULL || PEM_read_bio(bio, &name, &header, &data, &length) != 1) {
        fault_set(fault, FAULT_INTERNAL, "%s: OpenSSL could not read it again", file);
    } else {
        taken = take_block(recipient, name, (struct bytes){(const char *) data, (size_t) length}, file, fault);
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
    BIO_free(bio);
    ERR_clear_error();
    return taken;
}

/* The memory is for private keys, and one may be given by mistake. */
static bool read_file(int descriptor, const char *kind, const char *file, char **text, size_t *length, struct fault *fault)
{
    *text = keyring_file_allocate(KEYRING_FILE_SIZE_MAX + 1);
    return *text == NULL ? fault_set(fault, FAULT_INTERNAL, "no memory for a key")
                         : keyring_file_read(descriptor, kind, file, *text, length, fault);
}

bool envelope_recipient_new(struct envelope_recipient **recipient, const char *file, struct fault *fault)
{
    struct envelope_recipient *made = calloc(1, sizeof *made);
    char *text = NULL;
    size_t length = 0;
    int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (descriptor < 0 || made == NULL) {
        fault_set(fault, FAULT_INVALID, "%s: %s", file, strerror(errno));
        if (descriptor >= 0)
            (void) close(descriptor);
        free(made);
        return false;
    }
    bool good = read_file(descriptor, "public key", file, &text, &length, fault)
                && read_recipient(made, (struct bytes){text, length}, file, fault);
    (void) close(descriptor);
    if (text != NULL)
        keyring_file_release(text, KEYRING_FILE_SIZE_MAX + 1);
    if (!good) {
        envelope_recipient_free(made);
        return false;
    }
    *recipient = made;
    return true;
}

void envelope_recipient_free(struct envelope_recipient *recipient)
{
    if (recipient == NULL)
        return;
    X509_free(recipient->certificate);
    free(recipient);
}

const char *envelope_recipient_digest(const struct envelope_recipient *recipient)
{
    return recipient->digest;
}

/* ---- sealing */

static bool add_recipient(CMS_ContentInfo *message, const struct envelope_recipient *recipient)
{
    unsigned flags = CMS_KEY_PARAM | (recipient->is_made ? CMS_USE_KEYID : 0);
    CMS_RecipientInfo *added = CMS_add1_recipient_cert(message, recipient->certificate, flags);
    EVP_PKEY_CTX *context = added == NULL ? NULL : CMS_RecipientInfo_get0_pkey_ctx(added);

    if (context == NULL)
        return false;
    if (recipient->is_rsa)
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1
               && EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
    return EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()) == 1;
}

static CMS_ContentInfo *make_message(const struct envelope_recipient *recipient, struct bytes plaintext)
{
    CMS_ContentInfo *message = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
    bool made = message != NULL && CMS_set_detached(message, 0) == 1 && add_recipient(message, recipient);
    BIO *chain = made ? CMS_dataInit(message, NULL) : NULL;

    made = chain != NULL && BIO_write(chain, plaintext.data, (int) plaintext.length) == (int) plaintext.length && BIO_flush(chain) == 1
           && CMS_dataFinal(message, chain) == 1;
    BIO_free_all(chain);
    if (made)
        return message;
    CMS_ContentInfo_free(message);
    return NULL;
}

bool envelope_seal(const struct envelope_recipient *recipient, struct bytes plaintext, struct arena *arena, struct bytes *envelope, struct fault *fault)
{
    unsigned char *der = NULL, *at = NULL, *text = NULL;

    if (plaintext.length == 0 || plaintext.length > PLAINTEXT_MAX)
        return fault_set(fault, FAULT_TOO_LARGE, "nothing, or too much, for an envelope");
    CMS_ContentInfo *message = make_message(recipient, plaintext);
    int length = message == NULL ? 0 : i2d_CMS_ContentInfo(message, NULL);
    if (length > 0) {
        der = at = arena_alloc(arena, (size_t) length);
        text = arena_alloc(arena, ((size_t) length + 2) / 3 * 4 + 1); /* OpenSSL adds a NUL */
    }
    bool written = at != NULL && text != NULL && i2d_CMS_ContentInfo(message, &at) == length;
    CMS_ContentInfo_free(message);
    ERR_clear_error();
    if (!written)
        return arena_overflowed(arena) ? fault_set(fault, FAULT_TOO_LARGE, "no memory left for an envelope")
                                       : fault_set(fault, FAULT_INTERNAL, "OpenSSL could not make an envelope");
    *envelope = (struct bytes){(const char *) text, (size_t) EVP_EncodeBlock(text, der, length)};
    return true;
}

/* ---- the opener */

/* OpenSSL would ask for a passphrase at the terminal. */
static int give_no_passphrase(char *buffer, int size, int writing, void *context)
{
    (void) buffer, (void) size, (void) writing, (void) context;
    return -1;
}

static bool read_private_key(struct envelope_opener *opener, struct bytes text, const char *kind, const char *file, struct fault *fault)
{
    char what[KEYRING_FILE_PATH_SIZE + 64];
    BIO *bio = BIO_new_mem_buf(text.data, (int) text.length);

    opener->key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, give_no_passphrase, NULL);
    BIO_free(bio);
    ERR_clear_error();
    (void) snprintf(what, sizeof what, "%s %s", kind, file);
    if (opener->key == NULL)
        return fault_set(fault, FAULT_INVALID, "%s: no private key in PEM form, without a passphrase", what);
    return check_key(opener->key, what, fault);
}

bool envelope_opener_new(struct envelope_opener **opener, const char *kind, const char *file, struct fault *fault)
{
    struct envelope_opener *made = calloc(1, sizeof *made);
    struct stat status;
    char *text = NULL;
    size_t length = 0;
    int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a pipe that somebody put there is not waited for */

    if (made == NULL || descriptor < 0 || fstat(descriptor, &status) != 0) {
        fault_set(fault, FAULT_INVALID, "%s %s: %s", kind, file, strerror(errno));
        if (descriptor >= 0)
            (void) close(descriptor);
        free(made);
        return false;
    }
    bool good = keyring_file_check(&status, kind, file, fault) && read_file(descriptor, kind, file, &text, &length, fault)
                && read_private_key(made, (struct bytes){text, length}, kind, file, fault);
    (void) close(descriptor);
    if (text != NULL)
        keyring_file_release(text, KEYRING_FILE_SIZE_MAX + 1);
    if (!good) {
        envelope_opener_free(made);
        return false;
    }
    *opener = made;
    return true;
}

void envelope_opener_free(struct envelope_opener *opener)
{
    if (opener == NULL)
        return;
    EVP_PKEY_free(opener->key);
    free(opener);
}

/* ---- opening */

static CMS_ContentInfo *decode_message(struct bytes envelope, struct arena *arena)
{
    unsigned char *der = envelope.length >= 4 && envelope.length % 4 == 0 && envelope.length <= PLAINTEXT_MAX
                             ? arena_alloc(arena, envelope.length / 4 * 3) : NULL;
    int decoded = der == NULL ? -1 : EVP_DecodeBlock(der, (const unsigned char *) envelope.data, (int) envelope.length);
    const unsigned char *at = der;

    if (decoded < 0)
        return NULL;
    long length = decoded - (envelope.data[envelope.length - 1] == '=') - (envelope.data[envelope.length - 2] == '=');
    CMS_ContentInfo *message = d2i_CMS_ContentInfo(NULL, &at, length);
    if (message != NULL && (at != der + length || OBJ_obj2nid(CMS_get0_type(message)) != NID_id_smime_ct_authEnvelopedData)) {
        CMS_ContentInfo_free(message);
        return NULL;
    }
    return message;
}

/* What was read before the end is only true once the end has been: there the tag is compared. */
static bool read_content(BIO *chain, char *text, size_t size, size_t *length)
{
    *length = 0;
    for (;;) {
        int got = BIO_read(chain, text + *length, (int) (size - *length));
        if (got <= 0)
            return BIO_method_type(chain) == BIO_TYPE_CIPHER && BIO_get_cipher_status(chain) == 1;
        *length += (size_t) got;
        if (*length == size)
            return false; /* there is a byte more of room than content */
    }
}

static bool open_message(const struct envelope_opener *opener, CMS_ContentInfo *message, struct arena *arena, struct bytes *plaintext)
{
    ASN1_OCTET_STRING **content = CMS_get0_content(message);
    size_t size = content == NULL || *content == NULL ? 0 : (size_t) ASN1_STRING_length(*content) + 1;
    char *text = size == 0 ? NULL : arena_alloc(arena, size);
    BIO *chain = text != NULL && CMS_decrypt_set1_pkey(message, opener->key, NULL) == 1 ? CMS_dataInit(message, NULL) : NULL;
    size_t length = 0;

    bool opened = chain != NULL && read_content(chain, text, size, &length);
    BIO_free_all(chain);
    if (!opened && text != NULL)
        OPENSSL_cleanse(text, size);
    *plaintext = opened ? (struct bytes){text, length} : (struct bytes){NULL, 0};
    return opened;
}

bool envelope_open(const struct envelope_opener *opener, struct bytes envelope, struct arena *arena, struct bytes *plaintext, struct fault *fault)
{
    CMS_ContentInfo *message = decode_message(envelope, arena);

    *plaintext = (struct bytes){NULL, 0};
    if (message == NULL)
        return fault_set(fault, arena_overflowed(arena) ? FAULT_TOO_LARGE : FAULT_INVALID, "the envelope of its sealed values is damaged");
    bool opened = open_message(opener, message, arena, plaintext);
    CMS_ContentInfo_free(message);
    ERR_clear_error();
    return opened || fault_set(fault, arena_overflowed(arena) ? FAULT_TOO_LARGE : FAULT_INVALID,
                               "the envelope of its sealed values does not open: it is damaged, or sealed to another key");
}
