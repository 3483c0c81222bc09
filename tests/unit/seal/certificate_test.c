/* What a PEM file says of itself, and which are refused. */
#include "seal/certificate.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/support/unit.h"
#include "tests/unit/seal/files.h"

static struct arena *arena;
static struct fault fault;
static struct certificate certificate;

static void set_up(void)
{
    arena = arena_new(1 << 22);
    memset(&fault, 0, sizeof fault);
}

static void tear_down(void)
{
    arena_free(arena);
}

static void assert_refused(struct bytes pem, const char *message)
{
    ck_assert_msg(!certificate_read(&certificate, pem, arena, &fault), "it was taken");
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    ck_assert_str_eq(fault.message, message);
}

START_TEST(subject_dates_and_thumbprint_are_told)
{
    ck_assert_msg(certificate_read(&certificate, files_read("server.pem", arena), arena, &fault), "%s", fault.message);
    unit_assert_bytes(certificate.subject, "CN=example.com, O=Example Inc, C=US");
    ck_assert_uint_eq(certificate.valid_from.length, strlen("2024-01-01T00:00:00.000Z"));
    ck_assert(bytes_starts(certificate.valid_from, "20") && bytes_ends(certificate.valid_from, ".000Z"));
    ck_assert(bytes_starts(certificate.valid_until, "21"));
    ck_assert_uint_eq(certificate.sha1_thumbprint.length, 40);
    for (size_t i = 0; i < 40; i++) {
        ck_assert(strchr("0123456789ABCDEF", certificate.sha1_thumbprint.data[i]) != NULL);
    }
    ck_assert_int_eq(certificate.der.data[0], 0x30);
}
END_TEST

START_TEST(a_subject_keeps_its_letters_and_escapes_its_commas)
{
    ck_assert_msg(certificate_read(&certificate, files_read("other.pem", arena), arena, &fault), "%s", fault.message);
    unit_assert_bytes(certificate.subject, "CN=gr\xc3\xb6\xc3\x9f" "e.example, O=M\xc3\xbcller\\, S\xc3\xb6hne & Co, C=DE");
}
END_TEST

START_TEST(text_around_the_block_is_passed_over)
{
    struct bytes pem = files_read("server.pem", arena);

    ck_assert(certificate_read(&certificate, arena_printf(arena, "Certificate:\n    Data: ...\n%.*s\ntrailing\n", BYTES_FORMAT(pem)), arena, &fault));
}
END_TEST

START_TEST(a_private_key_is_refused_wherever_it_stands)
{
    static const char message[] = "must not hold a private key: certificates are shown to everybody in the project";
    struct bytes pem = files_read("server.pem", arena);
    struct bytes key = files_read("private-key.pem", arena);

    assert_refused(key, message);
    assert_refused(arena_printf(arena, "%.*s%.*s", BYTES_FORMAT(key), BYTES_FORMAT(pem)), message);
    assert_refused(arena_printf(arena, "%.*s%.*s", BYTES_FORMAT(pem), BYTES_FORMAT(key)), message);
}
END_TEST

START_TEST(several_certificates_are_refused)
{
    struct bytes pem = files_read("server.pem", arena);

    assert_refused(arena_printf(arena, "%.*s%.*s", BYTES_FORMAT(pem), BYTES_FORMAT(pem)), "must hold one certificate, not several");
}
END_TEST

START_TEST(what_is_no_certificate_is_refused)
{
    static const char message[] = "must be a PEM-encoded certificate";
    struct bytes pem = files_read("server.pem", arena);
    ck_assert(certificate_read(&certificate, pem, arena, &fault));
    struct bytes der = certificate.der;

    assert_refused(BYTES(""), message);
    assert_refused(BYTES("garbage"), message);
    assert_refused(der, message);
    assert_refused(files_read("server.p12", arena), message);
    assert_refused(bytes_slice(pem, 0, pem.length / 2), message);
    assert_refused(BYTES("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), message);
    assert_refused(BYTES("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"), message);
    assert_refused(BYTES("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"), message);
    assert_refused(BYTES("-----BEGIN TRUSTED CERTIFICATE-----\nMAA=\n-----END TRUSTED CERTIFICATE-----\n"), "must hold a certificate and nothing else");
}
END_TEST

START_TEST(random_damage_is_survived)
{
    uint64_t state = 3;
    struct bytes pem = files_read("server.pem", arena);

    for (int round = 0; round < 3000; round++) {
        char *copy = malloc(pem.length);
        memcpy(copy, pem.data, pem.length);
        for (uint64_t damage = unit_random_below(&state, 4); damage > 0; damage--) {
            copy[unit_random_below(&state, pem.length)] = "ABCDabcd0129+/=\n-"[unit_random_below(&state, 17)];
        }
        struct arena *own = arena_new(1 << 20);
        if (certificate_read(&certificate, (struct bytes){copy, pem.length}, own, &fault)) {
            ck_assert(bytes_utf8(certificate.subject, NULL));
            ck_assert_uint_eq(certificate.valid_until.length, 24);
        }
        arena_free(own);
        free(copy);
    }
}
END_TEST

static Suite *certificate_suite(void)
{
    Suite *suite = suite_create("certificate");
    TCase *tests = tcase_create("certificate");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, subject_dates_and_thumbprint_are_told);
    tcase_add_test(tests, a_subject_keeps_its_letters_and_escapes_its_commas);
    tcase_add_test(tests, text_around_the_block_is_passed_over);
    tcase_add_test(tests, a_private_key_is_refused_wherever_it_stands);
    tcase_add_test(tests, several_certificates_are_refused);
    tcase_add_test(tests, what_is_no_certificate_is_refused);
    tcase_add_test(tests, random_damage_is_survived);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return unit_main(certificate_suite());
}
