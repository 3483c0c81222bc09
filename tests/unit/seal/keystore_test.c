/* Keystores as openssl and Java write them (tests/keystores), damaged ones, and such as would keep us busy. */
#include "seal/keystore.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/unit.h"
#include "tests/unit/seal/files.h"

#define KEYSTORE_EFFORT 1000000
#define NOTHING ((struct bytes){NULL, 0})
#define CHANGEIT BYTES("changeit")
#define UNICODE BYTES("p\xc3\xa4ssw\xc3\xb6rd\xe2\x82\xac\xf0\x9f\x98\x80")

static struct arena *arena;
static struct fault fault;
static enum keystore_part part;

static void set_up(void)
{
    arena = arena_new(1 << 22);
    memset(&fault, 0, sizeof fault);
}

static void tear_down(void)
{
    arena_free(arena);
}

static bool may_stay_closed;

static bool open_file(const char *name, enum keystore_format format, struct bytes password, struct bytes alias)
{
    struct keystore keystore = {
        .content = files_read(name, arena), .format = format, .password = password, .may_stay_closed = may_stay_closed, .alias = alias};
    int64_t effort = KEYSTORE_EFFORT;

    return keystore_open(&keystore, &effort, &part, arena, &fault);
}

static void assert_opens(const char *name, enum keystore_format format, struct bytes password, struct bytes alias)
{
    ck_assert_msg(open_file(name, format, password, alias), "%s: %s", name, fault.message);
}

static void assert_refused(const char *name, enum keystore_format format, struct bytes password, struct bytes alias, enum keystore_part blamed)
{
    ck_assert_msg(!open_file(name, format, password, alias), "%s was taken", name);
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    ck_assert_msg(part == blamed, "%s: %d is blamed: %s", name, (int) part, fault.message);
}

START_TEST(keystores_of_openssl_and_of_java_open_with_their_passwords)
{
    assert_opens("server.p12", KEYSTORE_PKCS12, CHANGEIT, NOTHING);
    assert_opens("legacy.p12", KEYSTORE_PKCS12, CHANGEIT, NOTHING);
    assert_opens("trust.p12", KEYSTORE_PKCS12, CHANGEIT, NOTHING);
    assert_opens("no-mac.p12", KEYSTORE_PKCS12, CHANGEIT, NOTHING);
    assert_opens("java.p12", KEYSTORE_PKCS12, CHANGEIT, NOTHING);
    assert_opens("unicode-password.p12", KEYSTORE_PKCS12, UNICODE, NOTHING);
    assert_opens("many-iterations.p12", KEYSTORE_PKCS12, CHANGEIT, NOTHING);
    assert_opens("server.jks", KEYSTORE_JKS, CHANGEIT, NOTHING);
    assert_opens("unicode-password.jks", KEYSTORE_JKS, UNICODE, NOTHING);
}
END_TEST

START_TEST(a_wrong_password_is_told)
{
    static const char *const files[] = {"server.p12", "legacy.p12", "no-mac.p12", "java.p12", "empty-password.p12", "server.jks"};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        enum keystore_format format = bytes_ends(bytes_from(files[i]), ".jks") ? KEYSTORE_JKS : KEYSTORE_PKCS12;
        assert_refused(files[i], format, BYTES("Changeit"), NOTHING, KEYSTORE_PASSWORD);
        ck_assert_str_eq(fault.message, "does not open the keystore");
    }
    assert_refused("server.jks", KEYSTORE_JKS, BYTES(""), NOTHING, KEYSTORE_PASSWORD);
    assert_refused("server.p12", KEYSTORE_PKCS12, BYTES(""), NOTHING, KEYSTORE_PASSWORD);
}
END_TEST

START_TEST(without_a_password_only_what_has_none_opens)
{
    assert_opens("empty-password.p12", KEYSTORE_PKCS12, NOTHING, NOTHING);
    assert_opens("server.jks", KEYSTORE_JKS, NOTHING, NOTHING);
    assert_refused("server.p12", KEYSTORE_PKCS12, NOTHING, NOTHING, KEYSTORE_PASSWORD);
}
END_TEST

START_TEST(what_may_stay_closed_is_checked_in_structure)
{
    may_stay_closed = true;
    assert_opens("empty-password.p12", KEYSTORE_PKCS12, NOTHING, NOTHING);
    assert_opens("empty-password.p12", KEYSTORE_PKCS12, BYTES(""), NOTHING);
    assert_opens("server.jks", KEYSTORE_JKS, NOTHING, NOTHING);
    assert_opens("server.p12", KEYSTORE_PKCS12, NOTHING, NOTHING);
    assert_opens("no-mac.p12", KEYSTORE_PKCS12, NOTHING, NOTHING);
    assert_opens("legacy.p12", KEYSTORE_PKCS12, NOTHING, NOTHING);
    assert_refused("server.p12", KEYSTORE_PKCS12, NOTHING, BYTES("server"), KEYSTORE_PASSWORD);
    ck_assert_str_eq(fault.message, "is needed to look for the alias");
    assert_refused("server.p12", KEYSTORE_PKCS12, BYTES(""), NOTHING, KEYSTORE_PASSWORD);
    assert_refused("server.pem", KEYSTORE_PKCS12, NOTHING, NOTHING, KEYSTORE_FILE);
    may_stay_closed = false;
}
END_TEST

START_TEST(an_alias_is_an_entry_of_the_keystore)
{
    assert_opens("server.p12", KEYSTORE_PKCS12, CHANGEIT, BYTES("server"));
    assert_opens("server.p12", KEYSTORE_PKCS12, CHANGEIT, BYTES("SERVER"));
    assert_opens("java.p12", KEYSTORE_PKCS12, CHANGEIT, BYTES("trusted"));
    assert_opens("java.p12", KEYSTORE_PKCS12, CHANGEIT, BYTES("Server"));
    assert_opens("trust.p12", KEYSTORE_PKCS12, CHANGEIT, BYTES("other"));
    assert_opens("server.jks", KEYSTORE_JKS, CHANGEIT, BYTES("Server"));
    assert_opens("server.jks", KEYSTORE_JKS, NOTHING, BYTES("trusted"));
    assert_opens("unnamed.p12", KEYSTORE_PKCS12, CHANGEIT, BYTES("1"));
    assert_refused("server.p12", KEYSTORE_PKCS12, CHANGEIT, BYTES("serve"), KEYSTORE_ALIAS);
    assert_refused("server.p12", KEYSTORE_PKCS12, CHANGEIT, BYTES("0"), KEYSTORE_ALIAS);
    assert_refused("server.jks", KEYSTORE_JKS, CHANGEIT, BYTES("server1"), KEYSTORE_ALIAS);
    assert_refused("unnamed.p12", KEYSTORE_PKCS12, CHANGEIT, BYTES("9"), KEYSTORE_ALIAS);
}
END_TEST

START_TEST(the_format_must_be_the_one_that_was_said)
{
    assert_refused("server.jks", KEYSTORE_PKCS12, CHANGEIT, NOTHING, KEYSTORE_TYPE);
    assert_refused("server.p12", KEYSTORE_JKS, CHANGEIT, NOTHING, KEYSTORE_TYPE);
    ck_assert_str_eq(fault.message, "does not fit: the file is a PKCS12 keystore");
}
END_TEST

START_TEST(what_is_no_keystore_is_refused)
{
    assert_refused("server.pem", KEYSTORE_PKCS12, CHANGEIT, NOTHING, KEYSTORE_FILE);
    assert_refused("unknown.jceks", KEYSTORE_JKS, CHANGEIT, NOTHING, KEYSTORE_FILE);
    static const char *const wrong[] = {"", "0", "0\x80", "0\x82\xff\xff", "\xfe\xed\xfe\xed", "\xfe\xed\xfe\xed\1\1\1\2\1\1\1\1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct keystore keystore = {.content = bytes_from(wrong[i]), .format = wrong[i][0] == '0' ? KEYSTORE_PKCS12 : KEYSTORE_JKS, .password = CHANGEIT};
        int64_t effort = KEYSTORE_EFFORT;
        ck_assert(!keystore_open(&keystore, &effort, &part, arena, &fault));
        ck_assert_int_eq(part, KEYSTORE_FILE);
    }
}
END_TEST

START_TEST(every_cut_keystore_is_refused)
{
    static const char *const files[] = {"server.jks", "empty-password.p12"};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct bytes whole = files_read(files[i], arena);
        for (size_t length = 0; length < whole.length; length += 7) {
            char *copy = malloc(length == 0 ? 1 : length);
            memcpy(copy, whole.data, length);
            struct keystore keystore = {.content = {copy, length}, .format = keystore_recognise(whole)};
            int64_t effort = KEYSTORE_EFFORT;
            ck_assert(!keystore_open(&keystore, &effort, &part, arena, &fault));
            free(copy);
        }
    }
}
END_TEST

START_TEST(random_damage_is_survived)
{
    static const char *const files[] = {"server.jks", "empty-password.p12", "no-mac.p12", "java.p12"};
    uint64_t state = 5;

    for (int round = 0; round < 1200; round++) {
        struct arena *own = arena_new(1 << 20);
        struct bytes whole = files_read(files[round % 4], own);
        char *copy = malloc(whole.length);
        memcpy(copy, whole.data, whole.length);
        for (uint64_t damage = 1 + unit_random_below(&state, 3); damage > 0; damage--) {
            copy[unit_random_below(&state, whole.length)] = (char) unit_random(&state);
        }
        struct keystore keystore = {.content = {copy, whole.length}, .format = keystore_recognise(whole), .password = round % 4 > 1 ? CHANGEIT : NOTHING};
        int64_t effort = 30000;
        bool opened = keystore_open(&keystore, &effort, &part, own, &fault);
        ck_assert(opened || fault.message[0] != '\0');
        ck_assert_int_ge(effort, 0);
        free(copy);
        arena_free(own);
    }
}
END_TEST

/* The file says 70,000 (02 03 01 11 70); it is made to say 8,388,607 in one place after the other. */
START_TEST(too_many_iterations_are_not_made)
{
    static const char said[] = {2, 3, 1, 0x11, 0x70};
    struct bytes whole = files_read("many-iterations.p12", arena);
    char copy[16384];
    size_t places = 0;

    for (size_t at = 0; at + sizeof said <= whole.length; at++) {
        if (memcmp(whole.data + at, said, sizeof said) != 0) {
            continue;
        }
        places++;
        memcpy(copy, whole.data, whole.length);
        memcpy(copy + at + 2, "\x7f\xff\xff", 3);
        struct keystore keystore = {.content = {copy, whole.length}, .format = KEYSTORE_PKCS12, .password = CHANGEIT};
        int64_t effort = KEYSTORE_EFFORT;
        ck_assert(!keystore_open(&keystore, &effort, &part, arena, &fault));
    }
    ck_assert_uint_ge(places, 2);

    struct keystore keystore = {.content = whole, .format = KEYSTORE_PKCS12, .password = CHANGEIT};
    int64_t effort = 209999;
    ck_assert(!keystore_open(&keystore, &effort, &part, arena, &fault));
    ck_assert_str_eq(fault.message, "asks for more iterations than this server makes to open a keystore");
    ck_assert_int_eq(part, KEYSTORE_FILE);
    effort = 210000; /* of the MAC, the certificates and the key */
    ck_assert_msg(keystore_open(&keystore, &effort, &part, arena, &fault), "%s", fault.message);
    ck_assert_int_eq(effort, 0);
}
END_TEST

START_TEST(formats_have_names)
{
    ck_assert_int_eq(keystore_format_from(BYTES("JKS")), KEYSTORE_JKS);
    ck_assert_int_eq(keystore_format_from(BYTES("PKCS12")), KEYSTORE_PKCS12);
    ck_assert_int_eq(keystore_format_from(BYTES("jks")), KEYSTORE_UNKNOWN);
    ck_assert_int_eq(keystore_format_from(BYTES("")), KEYSTORE_UNKNOWN);
}
END_TEST

static Suite *keystore_suite(void)
{
    Suite *suite = suite_create("keystore");
    TCase *tests = tcase_create("keystore");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, keystores_of_openssl_and_of_java_open_with_their_passwords);
    tcase_add_test(tests, a_wrong_password_is_told);
    tcase_add_test(tests, without_a_password_only_what_has_none_opens);
    tcase_add_test(tests, what_may_stay_closed_is_checked_in_structure);
    tcase_add_test(tests, an_alias_is_an_entry_of_the_keystore);
    tcase_add_test(tests, the_format_must_be_the_one_that_was_said);
    tcase_add_test(tests, what_is_no_keystore_is_refused);
    tcase_add_test(tests, every_cut_keystore_is_refused);
    tcase_add_test(tests, random_damage_is_survived);
    tcase_add_test(tests, too_many_iterations_are_not_made);
    tcase_add_test(tests, formats_have_names);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return unit_main(keystore_suite());
}
