/*
 * Boxes: the format, byte for byte, and that a box opens nowhere but where it belongs.
 *
 * The format is held by two witnesses that share no code with seal.c: boxes made once by another program (Python's `cryptography`), and a
 * box built here with OpenSSL's one-shot calls. If one of them fails, stored secrets of older releases no longer open.
 */
#include "seal/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "tests/support/unit.h"

static struct arena *arena;
static struct keyring *keyring;

/* Key 1 is 000102...1f, 2 is all 22, 7 and 16909060 (0x01020304) are as 1. */
static struct keyring *load_keyring(const char *key_1)
{
    char file[] = "/tmp/patchbay-seal-test-XXXXXX";
    int descriptor = mkstemp(file);
    struct keyring *loaded = NULL;
    struct fault fault;

    ck_assert_int_ge(descriptor, 0);
    FILE *out = fdopen(descriptor, "w");
    ck_assert_ptr_nonnull(out);
    fprintf(out, "1:%s:active\n2:", key_1);
    for (int i = 0; i < 32; i++)
        fputs("22", out);
    fprintf(out, "\n7:%s\n16909060:%s\n", key_1, key_1);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_msg(keyring_new(&loaded, file, &fault), "%s", fault.message);
    ck_assert_int_eq(unlink(file), 0);
    return loaded;
}

static void open_all(void)
{
    arena = arena_new((size_t) 64 << 20);
    ck_assert_ptr_nonnull(arena);
    keyring = load_keyring("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
}

static void close_all(void)
{
    keyring_free(keyring);
    arena_free(arena);
}

static struct seal_identity identity_of(int64_t project, int first_byte, int32_t key)
{
    struct seal_identity identity = {.project = project, .key = key};

    for (int i = 0; i < 16; i++)
        identity.connection[i] = (unsigned char) (first_byte + i);
    return identity;
}

static void begin(struct seal_context *context, struct seal_identity identity)
{
    struct fault fault;

    ck_assert_msg(seal_begin(context, keyring, &identity, &fault), "%s", fault.message);
}

static struct bytes box_under(struct seal_identity identity, const char *place, struct bytes plaintext)
{
    struct seal_context context;
    struct bytes box;
    struct fault fault;

    begin(&context, identity);
    ck_assert_msg(seal_box(&context, bytes_from(place), plaintext, arena, &box, &fault), "%s", fault.message);
    seal_end(&context);
    return box;
}

static bool opens_under(struct seal_identity identity, const char *place, struct bytes box, struct bytes *plaintext, struct fault *fault)
{
    struct seal_context context;

    begin(&context, identity);
    bool opened = seal_open(&context, bytes_from(place), box, arena, plaintext, fault);
    seal_end(&context);
    return opened;
}

/* That a box does not open, for the right reason, and that nothing is handed out. */
static void refuse(struct seal_identity identity, const char *place, struct bytes box, const char *reason)
{
    struct fault fault = {.kind = FAULT_NONE};
    struct bytes plaintext = BYTES("untouched");

    ck_assert_msg(!opens_under(identity, place, box, &plaintext, &fault), "it opened");
    ck_assert_ptr_null(plaintext.data);
    ck_assert_uint_eq(plaintext.length, 0);
    ck_assert_int_eq(fault.kind, FAULT_INTERNAL);
    ck_assert_msg(strstr(fault.message, reason) != NULL, "\"%s\" does not say \"%s\"", fault.message, reason);
}

static void expect_text(struct bytes found, const char *expected)
{
    ck_assert_msg(bytes_is(found, expected), "%.*s is not %s", BYTES_FORMAT(found), expected);
}

/* ---- the format ---- */

START_TEST(boxes_made_by_another_program_are_made_the_same_and_open)
{
    static const struct {
        int64_t project;
        int32_t key;
        const char *place, *plaintext, *box;
    } known[] = {
        {0x0102030405060708, 0x01020304, "/password", "\"s3cret\"", "AQECAwQfLCTQzxu/3h3XhvgO+pT0msPOh2bJ2bkcowSA18a59fotYUA="},
        {42, 7, "/headerList/[authorization]/value", "", "AQAAAAd/6X9rwalnQWtKaoZbJOZILkp1+d6RvJtsmnWo"},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct seal_identity identity = identity_of(known[i].project, 0xa0, known[i].key);
        struct bytes plaintext;
        struct fault fault;

        expect_text(box_under(identity, known[i].place, bytes_from(known[i].plaintext)), known[i].box);
        ck_assert_msg(opens_under(identity, known[i].place, bytes_from(known[i].box), &plaintext, &fault), "%s", fault.message);
        expect_text(plaintext, known[i].plaintext);
    }
}
END_TEST

static void hmac_sha256(const void *key, size_t key_length, const unsigned char *text, size_t length, unsigned char out[32])
{
    size_t out_length = 0;

    ck_assert_ptr_nonnull(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_length, text, length, out, 32, &out_length));
    ck_assert_uint_eq(out_length, 32);
}

/* RFC 5869 as it is written there: extract with a salt of zeros, expand twice. */
static void derive_by_hand(const unsigned char *key, const unsigned char *info, size_t info_length, unsigned char out[64])
{
    static const unsigned char salt[32];
    unsigned char extracted[32], block[32 + 64 + 1];

    ck_assert_uint_le(info_length, 64);
    hmac_sha256(salt, sizeof salt, key, 32, extracted);
    memcpy(block, info, info_length);
    block[info_length] = 1;
    hmac_sha256(extracted, 32, block, info_length + 1, out);
    memcpy(block, out, 32);
    memcpy(block + 32, info, info_length);
    block[32 + info_length] = 2;
    hmac_sha256(extracted, 32, block, 32 + info_length + 1, out + 32);
}

START_TEST(the_format_is_the_one_that_the_header_tells)
{
    static const unsigned char info[] = "patchbay seal 1"
                                        "\x00\x00\x00\x00\x00\x00\x00\x2a"
                                        "\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf"
                                        "\x00\x00\x00\x07";
    static const unsigned char hashed[] = "\x00\x00\x00\x06/tokentop secret";
    static const unsigned char additional[] = "patchbay box 1\x00\x00\x00\x07/token";
    unsigned char key[32], keys[64], nonce[32], raw[33 + 10] = {0x01, 0x00, 0x00, 0x00, 0x07};
    char text[64];
    int length = 0;

    for (unsigned i = 0; i < sizeof key; i++)
        key[i] = (unsigned char) i;
    derive_by_hand(key, info, sizeof info - 1, keys);
    hmac_sha256(keys + 32, 32, hashed, sizeof hashed - 1, nonce);
    memcpy(raw + 5, nonce, 12);

    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    ck_assert_int_eq(EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, keys, nonce), 1);
    ck_assert_int_eq(EVP_EncryptUpdate(cipher, NULL, &length, additional, sizeof additional - 1), 1);
    ck_assert_int_eq(EVP_EncryptUpdate(cipher, raw + 33, &length, (const unsigned char *) "top secret", 10), 1);
    ck_assert_int_eq(EVP_EncryptFinal_ex(cipher, raw + 33 + length, &length), 1);
    ck_assert_int_eq(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, 16, raw + 17), 1);
    EVP_CIPHER_CTX_free(cipher);
    EVP_EncodeBlock((unsigned char *) text, raw, sizeof raw);

    expect_text(box_under(identity_of(42, 0xa0, 7), "/token", BYTES("top secret")), text);
}
END_TEST

START_TEST(the_same_value_at_the_same_place_makes_the_same_box)
{
    struct seal_identity identity = identity_of(1, 1, 1);
    struct bytes once = box_under(identity, "/password", BYTES("\"value\""));

    ck_assert(bytes_equal(once, box_under(identity, "/password", BYTES("\"value\""))));
    ck_assert(!bytes_equal(once, box_under(identity, "/password", BYTES("\"Value\""))));
}
END_TEST

START_TEST(equal_values_at_other_places_connections_projects_or_keys_share_no_byte_of_nonce_or_text)
{
    struct bytes value = BYTES("\"the same value in all of them\"");
    struct bytes boxes[] = {
        box_under(identity_of(1, 1, 1), "/password", value), box_under(identity_of(1, 1, 1), "/passwore", value),
        box_under(identity_of(1, 2, 1), "/password", value), box_under(identity_of(2, 1, 1), "/password", value),
        box_under(identity_of(1, 1, 2), "/password", value), box_under(identity_of(1, 1, 7), "/password", value),
    };

    for (size_t i = 0; i < sizeof boxes / sizeof boxes[0]; i++) {
        for (size_t j = 0; j < i; j++) {
            /* After format and key number (5 bytes, 7 characters) chance alone makes characters equal: 1 in 64. */
            size_t same = 0;
            for (size_t at = 7; at < boxes[i].length - 2; at++)
                same += boxes[i].data[at] == boxes[j].data[at];
            ck_assert_uint_lt(same, boxes[i].length / 4);
        }
    }
}
END_TEST

START_TEST(place_and_value_do_not_run_into_each_other)
{
    struct seal_identity identity = identity_of(1, 1, 1);
    struct bytes one = box_under(identity, "/ab", BYTES("c")), other = box_under(identity, "/a", BYTES("bc"));

    /* The nonces differ although the concatenations are equal. */
    ck_assert(memcmp(one.data + 8, other.data + 8, 14) != 0);
}
END_TEST

/* ---- what opens ---- */

START_TEST(what_was_sealed_opens_whatever_its_length)
{
    struct seal_identity identity = identity_of(3, 9, 2);
    char value[300];

    for (size_t i = 0; i < sizeof value; i++)
        value[i] = (char) (i * 7);
    for (size_t length = 0; length <= sizeof value; length++) {
        struct bytes sealed = {value, length}, opened;
        struct fault fault;

        struct bytes box = box_under(identity, "/x", sealed);
        ck_assert_msg(opens_under(identity, "/x", box, &opened, &fault), "%zu bytes: %s", length, fault.message);
        ck_assert(bytes_equal(sealed, opened));
    }
}
END_TEST

START_TEST(an_empty_value_is_a_value)
{
    struct seal_identity identity = identity_of(1, 1, 1);
    struct bytes none = {NULL, 0}, opened;
    struct fault fault;

    struct bytes box = box_under(identity, "/password", none);
    ck_assert_uint_eq(box.length, 44);
    ck_assert(opens_under(identity, "/password", box, &opened, &fault));
    ck_assert_ptr_nonnull(opened.data);
    ck_assert_uint_eq(opened.length, 0);
}
END_TEST

START_TEST(an_empty_place_is_a_place)
{
    struct seal_identity identity = identity_of(1, 1, 1);
    struct bytes opened;
    struct fault fault;

    struct bytes box = box_under(identity, "", BYTES("all of it"));
    ck_assert(opens_under(identity, "", box, &opened, &fault));
    expect_text(opened, "all of it");
    refuse(identity, "/", box, "does not open");
}
END_TEST

START_TEST(a_value_of_one_mebibyte_is_sealed_and_opened)
{
    size_t length = (size_t) 1 << 20;
    char *value = arena_alloc(arena, length);
    struct seal_identity identity = identity_of(1, 1, 1);
    struct bytes opened;
    struct fault fault;

    ck_assert_ptr_nonnull(value);
    for (size_t i = 0; i < length; i++)
        value[i] = (char) (i ^ (i >> 8));
    struct bytes box = box_under(identity, "/content", (struct bytes){value, length});
    ck_assert(opens_under(identity, "/content", box, &opened, &fault));
    ck_assert(bytes_equal(opened, (struct bytes){value, length}));
}
END_TEST

START_TEST(negative_and_largest_identities_are_identities)
{
    struct seal_identity low = identity_of(INT64_MIN, 0, 1), high = identity_of(INT64_MAX, 240, 1);
    struct bytes opened;
    struct fault fault;

    ck_assert(opens_under(low, "/p", box_under(low, "/p", BYTES("low")), &opened, &fault));
    ck_assert(opens_under(high, "/p", box_under(high, "/p", BYTES("high")), &opened, &fault));
    refuse(high, "/p", box_under(low, "/p", BYTES("low")), "does not open");
}
END_TEST

/* ---- what does not open ---- */

START_TEST(a_box_moved_to_another_place_does_not_open)
{
    struct seal_identity identity = identity_of(1, 1, 1);

    refuse(identity, "/otherPassword", box_under(identity, "/password", BYTES("\"value\"")), "does not open");
}
END_TEST

START_TEST(a_box_moved_to_another_connection_does_not_open)
{
    struct bytes box = box_under(identity_of(1, 1, 1), "/password", BYTES("\"value\""));
    struct seal_identity other = identity_of(1, 1, 1);

    other.connection[15] ^= 1;
    refuse(other, "/password", box, "does not open");
}
END_TEST

START_TEST(a_box_moved_to_another_project_does_not_open)
{
    struct bytes box = box_under(identity_of(1, 1, 1), "/password", BYTES("\"value\""));

    refuse(identity_of(2, 1, 1), "/password", box, "does not open");
    refuse(identity_of((int64_t) 1 << 32 | 1, 1, 1), "/password", box, "does not open");
}
END_TEST

START_TEST(a_box_under_another_key_number_is_named_as_such)
{
    struct bytes box = box_under(identity_of(1, 1, 2), "/password", BYTES("\"value\""));

    refuse(identity_of(1, 1, 1), "/password", box, "under key 2, its connection under key 1");
}
END_TEST

START_TEST(a_key_number_is_not_only_a_label)
{
    /* 1 and 7 are the same key bytes: rewriting the number in the box must not help. */
    struct bytes box = box_under(identity_of(1, 1, 1), "/password", BYTES("\"value\""));
    unsigned char raw[64];
    char text[128];
    int length = EVP_DecodeBlock(raw, (const unsigned char *) box.data, (int) box.length);

    ck_assert_int_eq(length, 42);
    length -= box.data[box.length - 1] == '=' ? box.data[box.length - 2] == '=' ? 2 : 1 : 0;
    raw[4] = 7;
    EVP_EncodeBlock((unsigned char *) text, raw, length);
    refuse(identity_of(1, 1, 7), "/password", bytes_from(text), "does not open");
}
END_TEST

START_TEST(a_box_of_another_keyring_does_not_open)
{
    struct bytes box = box_under(identity_of(1, 1, 1), "/password", BYTES("\"value\""));

    keyring_free(keyring);
    keyring = load_keyring("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1e");
    refuse(identity_of(1, 1, 1), "/password", box, "does not open");
}
END_TEST

START_TEST(a_bit_flipped_anywhere_in_a_box_is_found)
{
    struct seal_identity identity = identity_of(1, 1, 1);
    struct bytes box = box_under(identity, "/password", BYTES("\"some value\""));
    unsigned char raw[64], again[64];
    char text[128];
    int length = EVP_DecodeBlock(raw, (const unsigned char *) box.data, (int) box.length);

    ck_assert_int_eq(length, 45); /* no padding */
    for (int bit = 0; bit < length * 8; bit++) {
        memcpy(again, raw, sizeof again);
        again[bit / 8] ^= (unsigned char) (1 << bit % 8);
        EVP_EncodeBlock((unsigned char *) text, again, length);
        refuse(identity, "/password", bytes_from(text), "a sealed box");
    }
}
END_TEST

/* Base64 of lengths that leave spare bits and padding: no other spelling of a box is taken either. */
START_TEST(a_character_changed_anywhere_in_a_box_is_found)
{
    struct seal_identity identity = identity_of(1, 1, 1);
    char text[128];

    for (size_t length = 0; length < 3; length++) {
        struct bytes box = box_under(identity, "/password", (struct bytes){"xyz", length});
        for (size_t at = 0; at < box.length; at++) {
            for (int c = 0; c < 256; c++) {
                memcpy(text, box.data, box.length);
                text[at] = (char) c;
                if (text[at] != box.data[at])
                    refuse(identity, "/password", (struct bytes){text, box.length}, "a sealed box");
            }
        }
    }
}
END_TEST

START_TEST(a_box_cut_off_anywhere_does_not_open)
{
    struct seal_identity identity = identity_of(1, 1, 1);
    struct bytes box = box_under(identity, "/password", BYTES("\"some value\""));

    for (size_t length = 0; length < box.length; length++)
        refuse(identity, "/password", bytes_slice(box, 0, length), "a sealed box");
    refuse(identity, "/password", (struct bytes){NULL, 0}, "its length is wrong");
    refuse(identity, "/password", bytes_slice(box, 0, 40), "it is cut off");
}
END_TEST

START_TEST(text_after_or_around_a_box_is_refused)
{
    struct seal_identity identity = identity_of(1, 1, 1);
    struct bytes box = box_under(identity, "/password", BYTES("\"some value\""));
    static const char *const forms[] = {"%.*s\n", "%.*sAAAA", " %.*s   ", "%.*s====", "\n\n\n\n%.*s", "%.*s    ", "====%.*s"};
    char text[128];

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, forms[i], BYTES_FORMAT(box));
#pragma GCC diagnostic pop
        refuse(identity, "/password", bytes_from(text), "a sealed box");
    }
}
END_TEST

START_TEST(what_is_not_base64_is_refused)
{
    static const char *const wrong[] = {"{}", "null", "====", "AAA=", "not base64 at all!!!", "AQ--AAAA", "\xff\xff\xff\xff"};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        refuse(identity_of(1, 1, 1), "/password", bytes_from(wrong[i]), "a sealed box is damaged");
}
END_TEST

START_TEST(an_unknown_format_is_named)
{
    char text[64];
    unsigned char raw[45] = {2, 0, 0, 0, 1};

    EVP_EncodeBlock((unsigned char *) text, raw, sizeof raw);
    refuse(identity_of(1, 1, 1), "/password", bytes_from(text), "unknown format 2");
}
END_TEST

START_TEST(a_message_never_holds_a_value)
{
    struct seal_identity identity = identity_of(1, 1, 1);
    struct bytes box = box_under(identity, "/password", BYTES("hunter2-hunter2")), plaintext;
    struct fault fault;

    ck_assert(!opens_under(identity, "/moved", box, &plaintext, &fault));
    ck_assert_ptr_null(strstr(fault.message, "hunter2"));
    ck_assert_ptr_null(strstr(fault.message, "/moved"));
}
END_TEST

/* ---- limits and life ---- */

START_TEST(an_arena_that_is_full_is_too_large_and_no_crash)
{
    struct arena *small = arena_new(4096);
    struct seal_identity identity = identity_of(1, 1, 1);
    struct seal_context context;
    struct bytes box, plaintext;
    struct fault fault = {.kind = FAULT_NONE};
    char *value = arena_alloc(arena, 8192);

    struct bytes large = box_under(identity, "/p", (struct bytes){value, 8192});
    begin(&context, identity);
    ck_assert(!seal_box(&context, BYTES("/p"), (struct bytes){value, 8192}, small, &box, &fault));
    ck_assert_int_eq(fault.kind, FAULT_TOO_LARGE);
    fault.kind = FAULT_NONE;
    ck_assert(!seal_open(&context, BYTES("/p"), large, small, &plaintext, &fault));
    ck_assert_int_eq(fault.kind, FAULT_TOO_LARGE);
    ck_assert(!seal_box(&context, BYTES("/p"), (struct bytes){value, (size_t) 1 << 31}, small, &box, &fault));
    ck_assert_int_eq(fault.kind, FAULT_TOO_LARGE);
    seal_end(&context);
    arena_free(small);
}
END_TEST

START_TEST(a_key_that_the_keyring_lacks_is_named)
{
    struct seal_identity identity = identity_of(1, 1, 3);
    struct seal_context context;
    struct fault fault = {.kind = FAULT_NONE};

    ck_assert(!seal_begin(&context, keyring, &identity, &fault));
    ck_assert_int_eq(fault.kind, FAULT_INTERNAL);
    ck_assert_str_eq(fault.message, "the keyring has no key 3");
}
END_TEST

START_TEST(the_end_of_a_context_wipes_its_keys)
{
    static const struct seal_context empty;
    struct seal_context context;

    begin(&context, identity_of(1, 1, 1));
    ck_assert(memcmp(context.keys, empty.keys, sizeof context.keys) != 0);
    seal_end(&context);
    ck_assert(memcmp(&context, &empty, sizeof context) == 0);
}
END_TEST

/* ---- canaries ---- */

START_TEST(a_canary_says_that_the_key_is_the_one)
{
    struct bytes box;
    struct fault fault;

    ck_assert(seal_canary(keyring, 1, arena, &box, &fault));
    expect_text(box, "AQAAAAHqmRMtsUalPRcuulPIs/JtMUJZukHZFe56j7carp1rnyarQzuArOloITa700Q=");
    ck_assert(seal_canary_check(keyring, 1, box, arena, &fault));
}
END_TEST

START_TEST(a_canary_of_another_key_is_found)
{
    struct bytes box;
    struct fault fault = {.kind = FAULT_NONE};

    ck_assert(seal_canary(keyring, 1, arena, &box, &fault));
    keyring_free(keyring);
    keyring = load_keyring("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    ck_assert(!seal_canary_check(keyring, 1, box, arena, &fault));
    ck_assert_int_eq(fault.kind, FAULT_INTERNAL);
    ck_assert_msg(strncmp(fault.message, "key 1 of the keyring does not fit", 33) == 0, "%s", fault.message);
    ck_assert(!seal_canary_check(keyring, 3, box, arena, &fault));
    ck_assert_str_eq(fault.message, "the keyring has no key 3");
}
END_TEST

START_TEST(a_box_of_another_text_is_no_canary)
{
    struct seal_identity identity = {.project = 0, .key = 1};
    struct fault fault = {.kind = FAULT_NONE};

    struct bytes box = box_under(identity, "/canary", BYTES("patchbay canary 2"));
    ck_assert(!seal_canary_check(keyring, 1, box, arena, &fault));
    ck_assert_int_eq(fault.kind, FAULT_INTERNAL);
}
END_TEST

static Suite *seal_suite(void)
{
    Suite *suite = suite_create("seal");
    TCase *format = tcase_create("format"), *opening = tcase_create("opening"), *refusing = tcase_create("refusing");
    TCase *life = tcase_create("life"), *canary = tcase_create("canary");
    TCase *const all[] = {format, opening, refusing, life, canary};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        tcase_add_checked_fixture(all[i], open_all, close_all);
        suite_add_tcase(suite, all[i]);
    }
    tcase_add_test(format, boxes_made_by_another_program_are_made_the_same_and_open);
    tcase_add_test(format, the_format_is_the_one_that_the_header_tells);
    tcase_add_test(format, the_same_value_at_the_same_place_makes_the_same_box);
    tcase_add_test(format, equal_values_at_other_places_connections_projects_or_keys_share_no_byte_of_nonce_or_text);
    tcase_add_test(format, place_and_value_do_not_run_into_each_other);
    tcase_add_test(opening, what_was_sealed_opens_whatever_its_length);
    tcase_add_test(opening, an_empty_value_is_a_value);
    tcase_add_test(opening, an_empty_place_is_a_place);
    tcase_add_test(opening, a_value_of_one_mebibyte_is_sealed_and_opened);
    tcase_add_test(opening, negative_and_largest_identities_are_identities);
    tcase_add_test(refusing, a_box_moved_to_another_place_does_not_open);
    tcase_add_test(refusing, a_box_moved_to_another_connection_does_not_open);
    tcase_add_test(refusing, a_box_moved_to_another_project_does_not_open);
    tcase_add_test(refusing, a_box_under_another_key_number_is_named_as_such);
    tcase_add_test(refusing, a_key_number_is_not_only_a_label);
    tcase_add_test(refusing, a_box_of_another_keyring_does_not_open);
    tcase_add_test(refusing, a_bit_flipped_anywhere_in_a_box_is_found);
    tcase_add_test(refusing, a_character_changed_anywhere_in_a_box_is_found);
    tcase_add_test(refusing, a_box_cut_off_anywhere_does_not_open);
    tcase_add_test(refusing, text_after_or_around_a_box_is_refused);
    tcase_add_test(refusing, what_is_not_base64_is_refused);
    tcase_add_test(refusing, an_unknown_format_is_named);
    tcase_add_test(refusing, a_message_never_holds_a_value);
    tcase_add_test(life, an_arena_that_is_full_is_too_large_and_no_crash);
    tcase_add_test(life, a_key_that_the_keyring_lacks_is_named);
    tcase_add_test(life, the_end_of_a_context_wipes_its_keys);
    tcase_add_test(canary, a_canary_says_that_the_key_is_the_one);
    tcase_add_test(canary, a_canary_of_another_key_is_found);
    tcase_add_test(canary, a_box_of_another_text_is_no_canary);
    return suite;
}

int main(void)
{
    return unit_main(seal_suite());
}
