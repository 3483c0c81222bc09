/*
 * PKCS#12. Old files are encrypted with RC2 and such, which OpenSSL keeps in its legacy provider: that is loaded into a library context of
 * this file's own, so that nothing else can come to use it. What a file asks of us is weighed before it is done: the iterations of
 * every key derivation are read first and counted, scrypt (whose cost is memory and time at once) is refused.
 */
#include "seal/keystore.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "seal/keystore_jks.h"

#define DEPTH_MAX 4     /* bags within bags */
#define ENTRIES_MAX 4096

static CRYPTO_ONCE library_once = CRYPTO_ONCE_STATIC_INIT;
static OSSL_LIB_CTX *library;

static void open_library(void)
{
    library = OSSL_LIB_CTX_new();
    if (library != NULL && OSSL_PROVIDER_load(library, "default") == NULL) {
        OSSL_LIB_CTX_free(library);
        library = NULL;
    }
    if (library != NULL) {
        (void) OSSL_PROVIDER_load(library, "legacy"); /* without it old files are told to be unsupported */
    }
}

struct opening {
    const struct keystore *keystore;
    const char *password; /* NULL: PKCS#12 knows none and an empty one */
    int password_length;
    int64_t *effort;
    size_t entries;
    size_t unnamed;
    bool has_alias;
    bool sealed; /* the MAC was right, so the password is */
    enum keystore_part *part;
    struct fault *fault;
};

static bool blame(struct opening *opening, enum keystore_part part, const char *what)
{
    *opening->part = part;
    return fault_set(opening->fault, FAULT_INVALID, "%s", what);
}

static bool spend(struct opening *opening, int64_t iterations)
{
    if (iterations < 1 || iterations > *opening->effort) {
        return blame(opening, KEYSTORE_FILE, "asks for more iterations than this server makes to open a keystore");
    }
    *opening->effort -= iterations;
    return true;
}

static bool read_iterations(const ASN1_INTEGER *integer, int64_t *iterations)
{
    return integer != NULL && ASN1_INTEGER_get_int64(iterations, integer) == 1;
}

static bool read_pbes2(const ASN1_STRING *sequence, int64_t *iterations)
{
    PBE2PARAM *parameters = ASN1_item_unpack(sequence, ASN1_ITEM_rptr(PBE2PARAM));
    PBKDF2PARAM *derivation = NULL;

    if (parameters != NULL && OBJ_obj2nid(parameters->keyfunc->algorithm) == NID_id_pbkdf2 && parameters->keyfunc->parameter != NULL) {
        derivation = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), parameters->keyfunc->parameter);
    }
    bool read = derivation != NULL && read_iterations(derivation->iter, iterations);
    PBKDF2PARAM_free(derivation);
    PBE2PARAM_free(parameters);
    return read;
}

static bool read_pbes1(const ASN1_STRING *sequence, int64_t *iterations)
{
    PBEPARAM *parameters = ASN1_item_unpack(sequence, ASN1_ITEM_rptr(PBEPARAM));
    bool read = parameters != NULL && read_iterations(parameters->iter, iterations);

    PBEPARAM_free(parameters);
    return read;
}

/* What a password-based encryption costs, paid before it is undone. */
static bool spend_on(struct opening *opening, const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *name = NULL;
    const void *value = NULL;
    int type = V_ASN1_UNDEF;
    int64_t iterations = 0;

    if (algorithm != NULL) {
        X509_ALGOR_get0(&name, &type, &value, algorithm);
    }
    if (type != V_ASN1_SEQUENCE || !(OBJ_obj2nid(name) == NID_pbes2 ? read_pbes2(value, &iterations) : read_pbes1(value, &iterations))) {
        return blame(opening, KEYSTORE_FILE, "is encrypted in a way that this server does not support");
    }
    return spend(opening, iterations);
}

static bool blame_decryption(struct opening *opening)
{
    if (opening->sealed) {
        return blame(opening, KEYSTORE_FILE, "is encrypted in a way that this server does not support, or has a key with a password of its own");
    }
    return blame(opening, KEYSTORE_PASSWORD, "does not open the keystore");
}

static void take_name(struct opening *opening, PKCS12_SAFEBAG *bag)
{
    char *name = PKCS12_get_friendlyname(bag);
    struct bytes alias = opening->keystore->alias;

    opening->entries++;
    if (name == NULL || name[0] == '\0') {
        opening->unnamed++;
    } else if (strlen(name) == alias.length && strncasecmp(name, alias.data, alias.length) == 0) {
        opening->has_alias = true;
    }
    OPENSSL_free(name);
}

static bool open_key(struct opening *opening, PKCS12_SAFEBAG *bag)
{
    const X509_SIG *sealed = PKCS12_SAFEBAG_get0_pkcs8(bag);
    const X509_ALGOR *algorithm = NULL;
    const ASN1_OCTET_STRING *content = NULL;

    if (sealed == NULL) {
        return blame(opening, KEYSTORE_FILE, "is damaged");
    }
    X509_SIG_get0(sealed, &algorithm, &content);
    if (!spend_on(opening, algorithm)) {
        return false;
    }
    PKCS8_PRIV_KEY_INFO *key = PKCS12_decrypt_skey_ex(bag, opening->password, opening->password_length, library, NULL);
    bool opened = key != NULL;
    PKCS8_PRIV_KEY_INFO_free(key);
    return opened || blame_decryption(opening);
}

static bool look_at_certificate(struct opening *opening, PKCS12_SAFEBAG *bag)
{
    X509 *certificate = PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate ? PKCS12_SAFEBAG_get1_cert(bag) : NULL;
    bool good = certificate != NULL;

    X509_free(certificate);
    return good || blame(opening, KEYSTORE_FILE, "holds a certificate that cannot be read");
}

static bool walk_bags(struct opening *opening, const STACK_OF(PKCS12_SAFEBAG) *bags, unsigned depth)
{
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
        PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
        int kind = PKCS12_SAFEBAG_get_nid(bag);
        if (kind == NID_safeContentsBag) {
            if (depth >= DEPTH_MAX) {
                return blame(opening, KEYSTORE_FILE, "is nested too deeply");
            }
            if (!walk_bags(opening, PKCS12_SAFEBAG_get0_safes(bag), depth + 1)) {
                return false;
            }
            continue;
        }
        if ((kind == NID_pkcs8ShroudedKeyBag && !open_key(opening, bag)) || (kind == NID_certBag && !look_at_certificate(opening, bag))) {
            return false;
        }
        if (kind == NID_pkcs8ShroudedKeyBag || kind == NID_certBag || kind == NID_keyBag || kind == NID_secretBag) {
            take_name(opening, bag);
        }
        if (opening->entries > ENTRIES_MAX) {
            return blame(opening, KEYSTORE_FILE, "holds too many entries");
        }
    }
    return true;
}

static bool walk_safe(struct opening *opening, PKCS7 *safe)
{
    STACK_OF(PKCS12_SAFEBAG) *bags;

    if (PKCS7_type_is_data(safe)) {
        bags = PKCS12_unpack_p7data(safe);
        if (bags == NULL) {
            return blame(opening, KEYSTORE_FILE, "is damaged");
        }
    } else {
        if (!PKCS7_type_is_encrypted(safe) || safe->d.encrypted == NULL || safe->d.encrypted->enc_data == NULL) {
            return blame(opening, KEYSTORE_FILE, "is encrypted in a way that this server does not support");
        }
        if (!spend_on(opening, safe->d.encrypted->enc_data->algorithm)) {
            return false;
        }
        bags = PKCS12_unpack_p7encdata(safe, opening->password, opening->password_length);
        if (bags == NULL) {
            return blame_decryption(opening);
        }
    }
    bool good = walk_bags(opening, bags, 0);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    return good;
}

static bool walk_safes(struct opening *opening, PKCS12 *pkcs12)
{
    STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(pkcs12);
    bool good = safes != NULL || blame(opening, KEYSTORE_FILE, "is damaged, or protected in a way that this server does not support");

    for (int i = 0; good && i < sk_PKCS7_num(safes); i++) {
        good = walk_safe(opening, sk_PKCS7_value(safes, i));
    }
    sk_PKCS7_pop_free(safes, PKCS7_free);
    return good;
}

/* With the MAC the password is known to be right; without one decrypting will tell. */
static bool check_mac(struct opening *opening, PKCS12 *pkcs12)
{
    const ASN1_INTEGER *given = NULL;
    int64_t iterations = 1;

    if (PKCS12_mac_present(pkcs12) != 1) {
        return true;
    }
    PKCS12_get0_mac(NULL, NULL, NULL, &given, pkcs12);
    if (given != NULL && !read_iterations(given, &iterations)) {
        iterations = -1;
    }
    if (!spend(opening, iterations)) {
        return false;
    }
    opening->sealed = PKCS12_verify_mac(pkcs12, opening->password, opening->password_length) == 1;
    if (!opening->sealed && opening->password_length == 0 && spend(opening, iterations)) {
        opening->password = NULL; /* some write an empty password as none at all */
        opening->sealed = PKCS12_verify_mac(pkcs12, NULL, 0) == 1;
    }
    return opening->sealed || blame(opening, KEYSTORE_PASSWORD, "does not open the keystore");
}

/* Taken as it is, if nothing is asked of what is in it. */
static bool is_closed_but_whole(struct opening *opening, PKCS12 *pkcs12)
{
    if (*opening->part != KEYSTORE_PASSWORD || opening->keystore->password.data != NULL || !opening->keystore->may_stay_closed) {
        return false;
    }
    if (opening->keystore->alias.data != NULL) {
        return blame(opening, KEYSTORE_PASSWORD, "is needed to look for the alias");
    }
    STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(pkcs12);
    bool whole = safes != NULL && sk_PKCS7_num(safes) > 0;
    sk_PKCS7_pop_free(safes, PKCS7_free);
    return whole || blame(opening, KEYSTORE_FILE, "is damaged, or protected in a way that this server does not support");
}

/* Java numbers entries that have no name, from 1. */
static bool is_number_of_unnamed(const struct opening *opening)
{
    int64_t number;

    return bytes_to_int64(opening->keystore->alias, &number) && number >= 1 && (uint64_t) number <= opening->unnamed;
}

static bool open_pkcs12(struct opening *opening)
{
    struct bytes content = opening->keystore->content;
    const unsigned char *at = (const unsigned char *) content.data;
    PKCS12 *pkcs12 = PKCS12_init_ex(NID_pkcs7_data, library, NULL);

    if (pkcs12 == NULL || content.length > LONG_MAX || d2i_PKCS12(&pkcs12, &at, (long) content.length) == NULL) {
        PKCS12_free(pkcs12);
        return blame(opening, KEYSTORE_FILE, "is not a keystore of type JKS or PKCS12");
    }
    bool good = (at == (const unsigned char *) content.data + content.length || blame(opening, KEYSTORE_FILE, "has something behind its end"))
                && ((check_mac(opening, pkcs12) && walk_safes(opening, pkcs12)
                     && (opening->entries > 0 || blame(opening, KEYSTORE_FILE, "holds no key and no certificate")))
                    || is_closed_but_whole(opening, pkcs12));
    PKCS12_free(pkcs12);
    return good;
}

enum keystore_format keystore_format_from(struct bytes name)
{
    return bytes_is(name, "JKS") ? KEYSTORE_JKS : bytes_is(name, "PKCS12") ? KEYSTORE_PKCS12 : KEYSTORE_UNKNOWN;
}

enum keystore_format keystore_recognise(struct bytes content)
{
    if (keystore_jks_recognise(content)) {
        return KEYSTORE_JKS;
    }
    return content.length > 0 && content.data[0] == 0x30 ? KEYSTORE_PKCS12 : KEYSTORE_UNKNOWN;
}

bool keystore_open(const struct keystore *keystore, int64_t *effort, enum keystore_part *part, struct arena *arena, struct fault *fault)
{
    struct bytes password = arena_copy(arena, keystore->password.data == NULL ? BYTES("") : keystore->password); /* with a NUL for OpenSSL */
    struct opening opening = {
        .keystore = keystore, .password = password.data, .password_length = (int) password.length, .effort = effort, .part = part, .fault = fault};
    enum keystore_format format = keystore_recognise(keystore->content);

    *part = KEYSTORE_FILE;
    if (password.data == NULL || password.length > INT_MAX / 2) {
        return fault_set(fault, FAULT_TOO_LARGE, "no memory left to open a keystore");
    }
    if (CRYPTO_THREAD_run_once(&library_once, open_library) != 1 || library == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "OpenSSL offers no context to open keystores in");
    }
    if (format == KEYSTORE_UNKNOWN) {
        return blame(&opening, KEYSTORE_FILE, "is not a keystore of type JKS or PKCS12");
    }
    if (format != keystore->format) {
        return blame(&opening, KEYSTORE_TYPE, format == KEYSTORE_JKS ? "does not fit: the file is a JKS keystore" : "does not fit: the file is a PKCS12 keystore");
    }
    if (format == KEYSTORE_JKS) {
        if (!keystore_jks_open(keystore, &opening.has_alias, part, fault)) {
            return false;
        }
    } else {
        bool good = open_pkcs12(&opening);
        ERR_clear_error();
        if (!good) {
            return false;
        }
    }
    return keystore->alias.data == NULL || opening.has_alias || is_number_of_unnamed(&opening)
           || blame(&opening, KEYSTORE_ALIAS, "is not an entry of the keystore");
}
