/*
 * Envelopes: who can open them and who cannot, which files are taken for keys, and that the message is the standard's (CMS_decrypt, OpenSSL's own
 * one-shot call, opens it; tests/cli/sealed_export does it with the program openssl).
 */
#include "seal/envelope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tests/support/unit.h"

static const char secret[] = "{\"/password\":\"hunter2\"}";

static struct arena *arena;
static char folder[] = "/tmp/patchbay-envelope-test-XXXXXX";
static EVP_PKEY *rsa, *other_rsa, *ec;

static char *path_of(const char *name)
{
    static char path[4][256];
    static unsigned turn;
    char *chosen = path[turn++ % 4];

    snprintf(chosen, 256, "%s/%s", folder, name);
    return chosen;
}

static FILE *create(const char *name)
{
    FILE *out = fopen(path_of(name), "w");

    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(fchmod(fileno(out), 0600), 0);
    return out;
}

static const char *write_public(const char *name, const EVP_PKEY *key)
{
    FILE *out = create(name);

    ck_assert_int_eq(PEM_write_PUBKEY(out, key), 1);
    fclose(out);
    return path_of(name);
}

static const char *write_private(const char *name, const EVP_PKEY *key, const char *passphrase)
{
    FILE *out = create(name);
    union { const char *in; void *out; } given = {passphrase};

    ck_assert_int_eq(PEM_write_PKCS8PrivateKey(out, key, passphrase == NULL ? NULL : EVP_aes_256_cbc(), NULL, 0, NULL, given.out), 1);
    fclose(out);
    return path_of(name);
}

static const char *write_certificate(const char *name, EVP_PKEY *key, long from, long to)
{
    X509 *certificate = X509_new();
    FILE *out = create(name);

    ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notBefore(certificate), from));
    ck_assert_ptr_nonnull(X509_gmtime_adj(X509_getm_notAfter(certificate), to));
    ck_assert_int_eq(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7), 1);
    ck_assert_int_eq(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, (const unsigned char *) "r", -1, -1, 0), 1);
    ck_assert_int_eq(X509_set_issuer_name(certificate, X509_get_subject_name(certificate)), 1);
    ck_assert_int_eq(X509_set_pubkey(certificate, key), 1);
    ck_assert_int_gt(X509_sign(certificate, key, EVP_sha256()), 0);
    ck_assert_int_eq(PEM_write_X509(out, certificate), 1);
    X509_free(certificate);
    fclose(out);
    return path_of(name);
}

static const char *write_text(const char *name, const char *text)
{
    FILE *out = create(name);

    fputs(text, out);
    fclose(out);
    return path_of(name);
}

static void make_keys(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
    rsa = EVP_RSA_gen(2048);
    other_rsa = EVP_RSA_gen(2048);
    ec = EVP_EC_gen("P-256");
}

static void remove_keys(void)
{
    char command[300];

    EVP_PKEY_free(rsa);
    EVP_PKEY_free(other_rsa);
    EVP_PKEY_free(ec);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static void open_arena(void)
{
    arena = arena_new((size_t) 64 << 20);
    ck_assert_ptr_nonnull(arena);
}

static void close_arena(void)
{
    arena_free(arena);
}

static struct bytes sealed_to(const char *file)
{
    struct envelope_recipient *recipient = NULL;
    struct fault fault;
    struct bytes envelope;

    ck_assert_msg(envelope_recipient_new(&recipient, file, &fault), "%s", fault.message);
    ck_assert_uint_eq(strlen(envelope_recipient_digest(recipient)), 64);
    ck_assert_msg(envelope_seal(recipient, bytes_from(secret), arena, &envelope, &fault), "%s", fault.message);
    envelope_recipient_free(recipient);
    return envelope;
}

static bool opens(struct bytes envelope, const char *file, struct fault *fault)
{
    struct envelope_opener *opener = NULL;
    struct bytes plaintext;

    ck_assert_msg(envelope_opener_new(&opener, "import_key_file", file, fault), "%s", fault->message);
    bool opened = envelope_open(opener, envelope, arena, &plaintext, fault);
    envelope_opener_free(opener);
    if (opened)
        unit_assert_bytes(plaintext, secret);
    else
        ck_assert_uint_eq(plaintext.length, 0);
    return opened;
}

static bool opens_with_openssl(struct bytes envelope, EVP_PKEY *key)
{
    unsigned char der[8192];
    const unsigned char *at = der;
    int length = EVP_DecodeBlock(der, (const unsigned char *) envelope.data, (int) envelope.length);
    CMS_ContentInfo *message = d2i_CMS_ContentInfo(NULL, &at, length);
    BIO *out = BIO_new(BIO_s_mem());
    char *text = NULL;

    ck_assert_ptr_nonnull(message);
    bool opened = CMS_decrypt(message, key, NULL, NULL, out, 0) == 1;
    long got = BIO_get_mem_data(out, &text);
    if (opened)
        unit_assert_bytes(((struct bytes){text, (size_t) got}), secret);
    CMS_ContentInfo_free(message);
    BIO_free(out);
    return opened;
}

static void assert_refused(const char *file, const char *reason)
{
    struct envelope_recipient *recipient = NULL;
    struct fault fault;

    ck_assert(!envelope_recipient_new(&recipient, file, &fault));
    ck_assert_msg(strstr(fault.message, reason) != NULL, "\"%s\" does not say \"%s\"", fault.message, reason);
    ck_assert_ptr_nonnull(strstr(fault.message, file));
    ck_assert_ptr_null(strchr(fault.message, '\n'));
}

static void assert_opener_refused(const char *file, const char *reason)
{
    struct envelope_opener *opener = NULL;
    struct fault fault;

    ck_assert(!envelope_opener_new(&opener, "import_key_file", file, &fault));
    ck_assert_msg(strstr(fault.message, reason) != NULL, "\"%s\" does not say \"%s\"", fault.message, reason);
    ck_assert_ptr_nonnull(strstr(fault.message, "import_key_file "));
}

START_TEST(what_is_sealed_to_a_key_opens_with_its_private_half)
{
    static const char *const curves[] = {"P-256", "P-384", "P-521"};
    struct fault fault;
    struct bytes envelope = sealed_to(write_public("rsa.pub", rsa));

    ck_assert_msg(opens(envelope, write_private("rsa.key", rsa, NULL), &fault), "%s", fault.message);
    ck_assert(opens_with_openssl(envelope, rsa));
    for (size_t i = 0; i < 3; i++) {
        EVP_PKEY *key = EVP_EC_gen(curves[i]);
        envelope = sealed_to(write_public("ec.pub", key));
        ck_assert_msg(opens(envelope, write_private("ec.key", key, NULL), &fault), "%s: %s", curves[i], fault.message);
        ck_assert(opens_with_openssl(envelope, key));
        EVP_PKEY_free(key);
    }
}
END_TEST

START_TEST(a_certificate_does_as_well_as_its_key)
{
    struct fault fault;

    ck_assert(opens(sealed_to(write_certificate("rsa.crt", rsa, -60, 600)), write_private("rsa.key", rsa, NULL), &fault));
    ck_assert(opens(sealed_to(write_certificate("ec.crt", ec, -60, 600)), write_private("ec.key", ec, NULL), &fault));
}
END_TEST

START_TEST(a_certificate_that_is_not_valid_now_is_refused)
{
    assert_refused(write_certificate("old.crt", rsa, -600, -60), "not valid now");
    assert_refused(write_certificate("early.crt", rsa, 60, 600), "not valid now");
}
END_TEST

START_TEST(no_two_envelopes_are_alike)
{
    const char *file = write_public("rsa.pub", rsa);
    struct bytes first = sealed_to(file);

    ck_assert(!bytes_equal(first, sealed_to(file)));
    ck_assert_ptr_null(memchr(first.data, '\n', first.length));
}
END_TEST

START_TEST(another_key_does_not_open_it)
{
    struct fault fault;
    struct bytes envelope = sealed_to(write_public("rsa.pub", rsa));
    struct bytes on_a_curve = sealed_to(write_public("ec.pub", ec));
    EVP_PKEY *other_ec = EVP_EC_gen("P-256");

    ck_assert(!opens(envelope, write_private("other.key", other_rsa, NULL), &fault));
    ck_assert_ptr_nonnull(strstr(fault.message, "sealed to another key"));
    ck_assert(!opens(envelope, write_private("ec.key", ec, NULL), &fault));
    ck_assert(!opens(on_a_curve, write_private("other.key", other_ec, NULL), &fault));
    ck_assert(!opens(on_a_curve, write_private("rsa.key", rsa, NULL), &fault));
    EVP_PKEY_free(other_ec);
}
END_TEST

/* Every bit of the message counts, but for names (of the recipient, of an algorithm's absent parameters) that say nothing about the content. */
START_TEST(a_damaged_envelope_never_opens_to_something_else)
{
    struct fault fault;
    struct bytes envelope = sealed_to(write_public("ec.pub", ec));
    const char *key = write_private("ec.key", ec, NULL);
    struct bytes copy = arena_copy(arena, envelope);
    union { const char *in; char *out; } text = {copy.data};
    size_t refused = 0;

    for (size_t i = 0; i < envelope.length; i++) {
        char original = text.out[i];
        text.out[i] = original == 'A' ? 'B' : 'A';
        refused += !opens(copy, key, &fault); /* what opens is compared with the secret */
        text.out[i] = original;
    }
    ck_assert_msg(refused > envelope.length * 8 / 10, "only %zu of %zu", refused, envelope.length);
    ck_assert(!opens(bytes_slice(envelope, 0, envelope.length - 4), key, &fault));
    ck_assert(!opens(BYTES(""), key, &fault));
    ck_assert(!opens(BYTES("AAAA"), key, &fault));
    ck_assert(!opens(BYTES("not base64 at all!!!"), key, &fault));
    ck_assert_ptr_nonnull(strstr(fault.message, "damaged"));
}
END_TEST

/* Enveloped data without authentication could be changed on its way. */
START_TEST(a_message_without_authentication_is_not_opened)
{
    struct fault fault;
    BIO *in = BIO_new_mem_buf(secret, -1);
    STACK_OF(X509) *certificates = sk_X509_new_null();
    FILE *file = fopen(write_certificate("rsa.crt", rsa, -60, 600), "r");
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    unsigned char *der = NULL;

    fclose(file);
    ck_assert_int_gt(sk_X509_push(certificates, certificate), 0);
    CMS_ContentInfo *message = CMS_encrypt(certificates, in, EVP_aes_256_cbc(), CMS_BINARY);
    int length = i2d_CMS_ContentInfo(message, &der);
    ck_assert_int_gt(length, 0);
    unsigned char *text = arena_alloc(arena, (size_t) length * 2);
    ck_assert_ptr_nonnull(text);
    int written = EVP_EncodeBlock(text, der, length);
    ck_assert(!opens((struct bytes){(const char *) text, (size_t) written}, write_private("rsa.key", rsa, NULL), &fault));
    OPENSSL_free(der);
    CMS_ContentInfo_free(message);
    sk_X509_pop_free(certificates, X509_free);
    BIO_free(in);
}
END_TEST

START_TEST(what_is_no_public_key_is_refused_in_one_line)
{
    EVP_PKEY *small = EVP_RSA_gen(1024);
    EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    EVP_PKEY *other_curve = EVP_EC_gen("secp256k1");

    assert_refused(path_of("nothing"), "No such file");
    assert_refused(folder, "directory");
    assert_refused(write_text("empty", ""), "neither a public key nor a certificate");
    assert_refused(write_text("text", "ssh-rsa AAAAB3NzaC1yc2E me@here\n"), "neither a public key nor a certificate");
    assert_refused(write_text("cut", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"), "neither a public key");
    assert_refused(write_public("small.pub", small), "RSA key of 1024 bits; 2048 are needed");
    assert_refused(write_certificate("small.crt", small, -60, 600), "RSA key of 1024 bits");
    assert_refused(write_public("edwards.pub", edwards), "another kind");
    assert_refused(write_public("curve.pub", other_curve), "another kind");
    EVP_PKEY_free(small);
    EVP_PKEY_free(edwards);
    EVP_PKEY_free(other_curve);
}
END_TEST

START_TEST(a_private_key_given_by_mistake_is_refused)
{
    const char *file = write_certificate("both", rsa, -60, 600);
    FILE *out = fopen(file, "a");

    assert_refused(write_private("rsa.key", rsa, NULL), "holds a private key");
    assert_refused(write_private("secret.key", rsa, "passphrase"), "holds a private key");
    ck_assert_int_eq(PEM_write_PrivateKey(out, rsa, NULL, NULL, 0, NULL, NULL), 1);
    fclose(out);
    assert_refused(file, "holds a private key");
}
END_TEST

START_TEST(two_keys_in_a_file_are_refused)
{
    const char *file = write_public("two", rsa);
    FILE *out = fopen(file, "a");

    ck_assert_int_eq(PEM_write_PUBKEY(out, ec), 1);
    fclose(out);
    assert_refused(file, "more than one");
}
END_TEST

START_TEST(an_openers_key_must_be_private_plain_and_closed_to_others)
{
    const char *open_to_all = write_private("open.key", rsa, NULL);

    ck_assert_int_eq(chmod(open_to_all, 0644), 0);
    assert_opener_refused(open_to_all, "group or others have rights");
    assert_opener_refused(write_public("rsa.pub", rsa), "no private key in PEM form");
    assert_opener_refused(write_private("secret.key", rsa, "passphrase"), "without a passphrase");
    assert_opener_refused(path_of("nothing"), "No such file");
    assert_opener_refused(folder, "not a regular file");
}
END_TEST

START_TEST(an_envelope_may_be_large)
{
    struct envelope_recipient *recipient = NULL;
    struct envelope_opener *opener = NULL;
    struct fault fault;
    struct bytes envelope, plaintext;
    size_t size = (size_t) 3 << 20;
    char *text = arena_alloc(arena, size);

    ck_assert_ptr_nonnull(text);
    memset(text, 'x', size);
    ck_assert(envelope_recipient_new(&recipient, write_public("ec.pub", ec), &fault));
    ck_assert(envelope_opener_new(&opener, "key", write_private("ec.key", ec, NULL), &fault));
    ck_assert_msg(envelope_seal(recipient, (struct bytes){text, size}, arena, &envelope, &fault), "%s", fault.message);
    ck_assert_msg(envelope_open(opener, envelope, arena, &plaintext, &fault), "%s", fault.message);
    ck_assert(bytes_equal(plaintext, (struct bytes){text, size}));
    envelope_recipient_free(recipient);
    envelope_opener_free(opener);
}
END_TEST

START_TEST(memory_that_runs_out_is_a_fault)
{
    struct envelope_recipient *recipient = NULL;
    struct arena *tiny = arena_new(256);
    struct fault fault;
    struct bytes envelope;

    ck_assert(envelope_recipient_new(&recipient, write_public("rsa.pub", rsa), &fault));
    ck_assert(!envelope_seal(recipient, bytes_from(secret), tiny, &envelope, &fault));
    ck_assert_int_eq(fault.kind, FAULT_TOO_LARGE);
    envelope_recipient_free(recipient);
    arena_free(tiny);
}
END_TEST

static Suite *envelope_suite(void)
{
    Suite *suite = suite_create("envelope");
    TCase *tcase = tcase_create("envelope");

    tcase_add_unchecked_fixture(tcase, make_keys, remove_keys);
    tcase_add_checked_fixture(tcase, open_arena, close_arena);
    tcase_add_test(tcase, what_is_sealed_to_a_key_opens_with_its_private_half);
    tcase_add_test(tcase, a_certificate_does_as_well_as_its_key);
    tcase_add_test(tcase, a_certificate_that_is_not_valid_now_is_refused);
    tcase_add_test(tcase, no_two_envelopes_are_alike);
    tcase_add_test(tcase, another_key_does_not_open_it);
    tcase_add_test(tcase, a_damaged_envelope_never_opens_to_something_else);
    tcase_add_test(tcase, a_message_without_authentication_is_not_opened);
    tcase_add_test(tcase, what_is_no_public_key_is_refused_in_one_line);
    tcase_add_test(tcase, a_private_key_given_by_mistake_is_refused);
    tcase_add_test(tcase, two_keys_in_a_file_are_refused);
    tcase_add_test(tcase, an_openers_key_must_be_private_plain_and_closed_to_others);
    tcase_add_test(tcase, an_envelope_may_be_large);
    tcase_add_test(tcase, memory_that_runs_out_is_a_fault);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_main(envelope_suite());
}
