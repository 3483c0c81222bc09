/*
 * Text around the block is passed over, as every PEM reader does; a second block is not, because which one was meant nobody knows.
 */
#include "seal/certificate.h"

#include <limits.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/buf.h"

#define SHA1_SIZE 20

static bool is_too_large(struct fault *fault)
{
    return fault_set(fault, FAULT_TOO_LARGE, "no memory left to read a certificate");
}

/* The next block: false at the end, and where one is broken (*broken). The caller frees it. */
struct block {
    char *name;
    char *header;
    unsigned char *data;
    long length;
};

static bool next_block(BIO *pem, struct block *block, bool *broken)
{
    *block = (struct block){.length = 0};
    if (PEM_read_bio(pem, &block->name, &block->header, &block->data, &block->length) == 1) {
        return true;
    }
    *broken = ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
    ERR_clear_error();
    return false;
}

static void free_block(struct block *block)
{
    OPENSSL_free(block->name);
    OPENSSL_free(block->header);
    OPENSSL_clear_free(block->data, (size_t) block->length);
}

static bool take_block(const struct block *block, struct arena *arena, struct bytes *der, struct fault *fault)
{
    if (strstr(block->name, "PRIVATE KEY") != NULL) {
        return fault_set(fault, FAULT_INVALID, "must not hold a private key: certificates are shown to everybody in the project");
    }
    if (strcmp(block->name, PEM_STRING_X509) != 0 || block->header[0] != '\0' || block->length <= 0) {
        return fault_set(fault, FAULT_INVALID, "must hold a certificate and nothing else");
    }
    if (der->data != NULL) {
        return fault_set(fault, FAULT_INVALID, "must hold one certificate, not several");
    }
    *der = arena_copy(arena, (struct bytes){(const char *) block->data, (size_t) block->length});
    return der->data != NULL || is_too_large(fault);
}

/* The bytes of the one certificate there is. */
static bool read_blocks(struct bytes pem, struct arena *arena, struct bytes *der, struct fault *fault)
{
    BIO *bio = pem.length > 0 && pem.length <= INT_MAX ? BIO_new_mem_buf(pem.data, (int) pem.length) : NULL;
    struct block block;
    bool broken = false;
    bool good = true;

    while (bio != NULL && good && next_block(bio, &block, &broken)) {
        good = take_block(&block, arena, der, fault);
        free_block(&block);
    }
    BIO_free(bio);
    if (!good) {
        return false;
    }
    return (der->data != NULL && !broken) || fault_set(fault, FAULT_INVALID, "must be a PEM-encoded certificate");
}

static bool read_subject(struct certificate *certificate, const X509 *x509, struct arena *arena, struct fault *fault)
{
    static const unsigned long flags =
        (ASN1_STRFLGS_RFC2253 & ~(unsigned long) ASN1_STRFLGS_ESC_MSB) | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_DN_REV | XN_FLAG_FN_SN | XN_FLAG_DUMP_UNKNOWN_FIELDS;
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;

    if (bio == NULL || X509_NAME_print_ex(bio, X509_get_subject_name(x509), 0, flags) < 0) {
        BIO_free(bio);
        return fault_set(fault, FAULT_INVALID, "must be a certificate whose subject can be read");
    }
    long length = BIO_get_mem_data(bio, &text);
    certificate->subject = arena_copy(arena, (struct bytes){text, (size_t) length});
    BIO_free(bio);
    if (certificate->subject.data == NULL) {
        return is_too_large(fault);
    }
    return (bytes_utf8(certificate->subject, NULL) && memchr(certificate->subject.data, '\0', certificate->subject.length) == NULL)
           || fault_set(fault, FAULT_INVALID, "must be a certificate whose subject can be read");
}

static bool read_moment(struct bytes *text, const ASN1_TIME *moment, struct arena *arena, struct fault *fault)
{
    struct tm utc;

    if (ASN1_TIME_to_tm(moment, &utc) != 1 || utc.tm_year + 1900 < 1 || utc.tm_year + 1900 > 9999) {
        return fault_set(fault, FAULT_INVALID, "must be a certificate with dates");
    }
    *text = arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d.000Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                         utc.tm_sec);
    return text->data != NULL || is_too_large(fault);
}

static bool read_thumbprint(struct certificate *certificate, struct arena *arena, struct fault *fault)
{
    unsigned char digest[SHA1_SIZE];
    struct buf text;

    if (EVP_Digest(certificate->der.data, certificate->der.length, digest, NULL, EVP_sha1(), NULL) != 1) {
        return fault_set(fault, FAULT_INTERNAL, "OpenSSL offers no SHA-1");
    }
    buf_init(&text, arena, (size_t) 2 * SHA1_SIZE + 1);
    for (size_t i = 0; i < SHA1_SIZE; i++) {
        buf_printf(&text, "%02X", digest[i]);
    }
    certificate->sha1_thumbprint = buf_bytes(&text);
    return certificate->sha1_thumbprint.data != NULL || is_too_large(fault);
}

bool certificate_read(struct certificate *certificate, struct bytes pem, struct arena *arena, struct fault *fault)
{
    *certificate = (struct certificate){.der = {NULL, 0}};
    if (!read_blocks(pem, arena, &certificate->der, fault)) {
        return false;
    }
    const unsigned char *at = (const unsigned char *) certificate->der.data;
    X509 *x509 = d2i_X509(NULL, &at, (long) certificate->der.length);
    bool whole = x509 != NULL && at == (const unsigned char *) certificate->der.data + certificate->der.length;
    bool good = (whole || fault_set(fault, FAULT_INVALID, "must be a PEM-encoded certificate"))
                && read_subject(certificate, x509, arena, fault)
                && read_moment(&certificate->valid_from, X509_get0_notBefore(x509), arena, fault)
                && read_moment(&certificate->valid_until, X509_get0_notAfter(x509), arena, fault)
                && read_thumbprint(certificate, arena, fault);
    X509_free(x509);
    ERR_clear_error();
    return good;
}
