/* Digests, credentials and random bytes. */
#include "seal/digest.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

#define RANDOM_PART "0123456789abcdef0123456789abcdef0123456789abcdef"

static void expect_hex(const unsigned char digest[DIGEST_SHA256_SIZE], const char *expected)
{
    char text[2 * DIGEST_SHA256_SIZE + 1];

    for (size_t i = 0; i < DIGEST_SHA256_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    ck_assert_str_eq(text, expected);
}

/* A well-formed credential, its checksum computed here. */
static void make_credential(const char *prefix, const char *random_part, char text[128])
{
    unsigned char digest[DIGEST_SHA256_SIZE];
    int length = snprintf(text, 128, "%s_%s", prefix, random_part);

    digest_sha256(bytes_from(text), digest);
    snprintf(text + length, 128 - (size_t) length, "%02x%02x%02x%02x", digest[0], digest[1], digest[2], digest[3]);
}

static bool is_credential(const char *text, const char *prefix)
{
    unsigned char digest[DIGEST_SHA256_SIZE];

    return digest_credential(bytes_from(text), prefix, digest);
}

/* The examples of FIPS 180-2. */
START_TEST(sha256_is_sha256)
{
    unsigned char digest[DIGEST_SHA256_SIZE];

    digest_sha256(BYTES("abc"), digest);
    expect_hex(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_sha256(BYTES("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), digest);
    expect_hex(digest, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    digest_sha256((struct bytes){NULL, 0}, digest);
    expect_hex(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(a_credential_is_known_by_prefix_and_checksum)
{
    unsigned char digest[DIGEST_SHA256_SIZE];

    /* Written down, so that credentials issued by older releases stay valid. */
    ck_assert(digest_credential(BYTES("pbt_" RANDOM_PART "7c543dfb"), "pbt", digest));
    expect_hex(digest, "42cea3c25fe9d66c72ba68b9f4d98361f55571eb44ed1547571aced43a13cfa2");
}
END_TEST

START_TEST(every_prefix_has_its_own_credentials)
{
    static const char *const prefixes[] = {"pbt", "pbc", "pbs"};
    char text[128];

    for (size_t i = 0; i < 3; i++) {
        make_credential(prefixes[i], RANDOM_PART, text);
        for (size_t j = 0; j < 3; j++)
            ck_assert_int_eq(is_credential(text, prefixes[j]), i == j);
    }
}
END_TEST

START_TEST(a_character_changed_anywhere_makes_it_no_credential)
{
    char text[128];

    make_credential("pbt", RANDOM_PART, text);
    for (size_t at = 0; text[at] != '\0'; at++) {
        for (int c = 1; c < 256; c++) {
            char kept = text[at];
            text[at] = (char) c;
            if (text[at] != kept)
                ck_assert_msg(!is_credential(text, "pbt"), "%s", text);
            text[at] = kept;
        }
    }
    ck_assert(is_credential(text, "pbt"));
}
END_TEST

START_TEST(longer_shorter_and_upper_case_texts_are_no_credentials)
{
    char text[128], longer[160];

    make_credential("pbt", RANDOM_PART, text);
    snprintf(longer, sizeof longer, "%s0", text);
    ck_assert(!is_credential(longer, "pbt"));
    snprintf(longer, sizeof longer, " %s", text);
    ck_assert(!is_credential(longer, "pbt"));
    for (size_t length = 0; length < strlen(text); length++) {
        unsigned char digest[DIGEST_SHA256_SIZE];
        ck_assert(!digest_credential((struct bytes){text, length}, "pbt", digest));
    }
    ck_assert(!is_credential("", "pbt"));
    make_credential("pbt", "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", text);
    ck_assert(!is_credential(text, "pbt"));
    make_credential("pbt", "0123456789abcdef0123456789abcdef0123456789abcdeg", text);
    ck_assert(!is_credential(text, "pbt"));
}
END_TEST

START_TEST(a_made_credential_is_well_formed_and_no_two_are_the_same)
{
    char texts[100][DIGEST_CREDENTIAL_SIZE];
    unsigned char made[DIGEST_SHA256_SIZE];
    unsigned char read[DIGEST_SHA256_SIZE];

    for (size_t i = 0; i < 100; i++) {
        digest_make_credential("pbs", texts[i], made);
        ck_assert(digest_credential(bytes_from(texts[i]), "pbs", read));
        ck_assert_mem_eq(made, read, sizeof made);
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(texts[i], texts[j]);
    }
}
END_TEST

START_TEST(random_bytes_fill_the_whole_of_any_length)
{
    static unsigned char data[5000];

    for (size_t length = 0; length < 64; length++) {
        memset(data, 0, sizeof data);
        digest_random(data, length);
        for (size_t at = length; at < sizeof data; at++)
            ck_assert_uint_eq(data[at], 0);
    }
    digest_random(data, sizeof data);
    unsigned seen[256] = {0};
    for (size_t at = 0; at < sizeof data; at++)
        seen[data[at]]++;
    for (size_t value = 0; value < 256; value++)
        ck_assert_uint_lt(seen[value], 100); /* about 20 each */
}
END_TEST

START_TEST(uuids_are_random_ones_of_version_4)
{
    unsigned char uuids[100][16];

    for (size_t i = 0; i < 100; i++) {
        digest_uuid(uuids[i]);
        ck_assert_uint_eq(uuids[i][6] >> 4, 4);
        ck_assert_uint_eq(uuids[i][8] >> 6, 2);
        for (size_t j = 0; j < i; j++)
            ck_assert(memcmp(uuids[i], uuids[j], 16) != 0);
    }
}
END_TEST

static Suite *digest_suite(void)
{
    Suite *suite = suite_create("digest");
    TCase *digests = tcase_create("digests");

    tcase_add_test(digests, sha256_is_sha256);
    tcase_add_test(digests, a_credential_is_known_by_prefix_and_checksum);
    tcase_add_test(digests, every_prefix_has_its_own_credentials);
    tcase_add_test(digests, a_character_changed_anywhere_makes_it_no_credential);
    tcase_add_test(digests, longer_shorter_and_upper_case_texts_are_no_credentials);
    tcase_add_test(digests, a_made_credential_is_well_formed_and_no_two_are_the_same);
    tcase_add_test(digests, random_bytes_fill_the_whole_of_any_length);
    tcase_add_test(digests, uuids_are_random_ones_of_version_4);
    suite_add_tcase(suite, digests);
    return suite;
}

int main(void)
{
    return unit_main(digest_suite());
}
