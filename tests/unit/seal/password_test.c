/* Verifiers of passwords. */
#include "seal/password.h"

#include <string.h>
#include <time.h>

#include "tests/support/unit.h"

#define SALT "000102030405060708090a0b0c0d0e0f"
/* Made with another implementation (Python's hashlib). */
#define HORSE "scrypt$32768$8$1$" SALT "$7a8e34241db898d59175c696538c417467a975ffe569068425f16188d3159c58"
#define QUICK "scrypt$1024$8$8$" SALT "$e1b7b7256bb417b09867c4f1933f6e22fed549ea492ea5d28137c6d3f76297d8"
#define EMPTY "scrypt$2$1$1$" SALT "$7eba92921cb0de9e130bf748064da1eddcfc014a5b6032fd8e23a5f6fb1d76a9"

START_TEST(verifiers_made_elsewhere_are_understood)
{
    ck_assert_int_eq(password_check(BYTES("correct horse battery staple"), BYTES(HORSE)), PASSWORD_RIGHT);
    ck_assert_int_eq(password_check(BYTES("pleaseletmein"), BYTES(QUICK)), PASSWORD_RIGHT);
    ck_assert_int_eq(password_check((struct bytes){NULL, 0}, BYTES(EMPTY)), PASSWORD_RIGHT);
}
END_TEST

START_TEST(another_password_is_wrong)
{
    static const char *const others[] = {"", "pleaseletmei", "pleaseletmein ", "Pleaseletmein", "pleaseletmein\n"};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_assert_int_eq(password_check(bytes_from(others[i]), BYTES(QUICK)), PASSWORD_WRONG);
    }
}
END_TEST

START_TEST(a_new_verifier_fits_its_password_and_has_the_form_that_the_database_takes)
{
    char first[PASSWORD_VERIFIER_SIZE];
    char second[PASSWORD_VERIFIER_SIZE];
    struct fault fault;

    ck_assert(password_make_verifier(BYTES("geheim"), first, &fault));
    ck_assert(password_make_verifier(BYTES("geheim"), second, &fault));
    ck_assert_str_ne(first, second); /* salted */
    ck_assert_int_eq(strncmp(first, "scrypt$32768$8$1$", 17), 0);
    ck_assert_uint_eq(strlen(first), 17 + 32 + 1 + 64);
    ck_assert_uint_eq(strspn(first + 17, "0123456789abcdef"), 32);
    ck_assert_uint_eq(strspn(first + 50, "0123456789abcdef"), 64);
    ck_assert_int_eq(password_check(BYTES("geheim"), bytes_from(first)), PASSWORD_RIGHT);
    ck_assert_int_eq(password_check(BYTES("geheim"), bytes_from(second)), PASSWORD_RIGHT);
    ck_assert_int_eq(password_check(BYTES("Geheim"), bytes_from(first)), PASSWORD_WRONG);
}
END_TEST

START_TEST(what_is_no_verifier_is_wrong_for_every_password)
{
    static const char *const wrong[] = {
        "",
        "scrypt",
        "pleaseletmein",
        "scrypt$1024$8$8$" SALT,
        "scrypt$1024$8$8$" SALT "$",
        "bcrypt$1024$8$8$" SALT "$e1b7b7256bb417b09867c4f1933f6e22fed549ea492ea5d28137c6d3f76297d8",
        "scrypt$1000$8$8$" SALT "$e1b7b7256bb417b09867c4f1933f6e22fed549ea492ea5d28137c6d3f76297d8",   /* no power of two */
        "scrypt$1$8$8$" SALT "$e1b7b7256bb417b09867c4f1933f6e22fed549ea492ea5d28137c6d3f76297d8",
        "scrypt$0$8$8$" SALT "$e1b7b7256bb417b09867c4f1933f6e22fed549ea492ea5d28137c6d3f76297d8",
        "scrypt$-1024$8$8$" SALT "$e1b7b7256bb417b09867c4f1933f6e22fed549ea492ea5d28137c6d3f76297d8",
        "scrypt$1073741824$8$1$" SALT "$e1b7b7256bb417b09867c4f1933f6e22fed549ea492ea5d28137c6d3f76297d8", /* a terabyte */
        "scrypt$1024$8$1000000$" SALT "$e1b7b7256bb417b09867c4f1933f6e22fed549ea492ea5d28137c6d3f76297d8", /* for ever */
        "scrypt$1024$8$8$" SALT "$e1b7b7256bb417b09867c4f1933f6e22fed549ea492ea5d28137c6d3f76297d",
        "scrypt$1024$8$8$" SALT "$E1b7b7256bb417b09867c4f1933f6e22fed549ea492ea5d28137c6d3f76297d8",
        "scrypt$1024$8$8$" SALT "$e1b7b7256bb417b09867c4f1933f6e22fed549ea492ea5d28137c6d3f76297d8$",
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_msg(password_check(BYTES("pleaseletmein"), bytes_from(wrong[i])) == PASSWORD_WRONG, "%s", wrong[i]);
    }
}
END_TEST

static double seconds_for(const char *verifier)
{
    struct timespec begin, end;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(password_check(BYTES("guess"), bytes_from(verifier)), PASSWORD_WRONG);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    return (double) (end.tv_sec - begin.tv_sec) + (double) (end.tv_nsec - begin.tv_nsec) / 1e9;
}

START_TEST(where_there_is_no_verifier_it_takes_as_long)
{
    double real = seconds_for(HORSE);
    double none = seconds_for("");

    ck_assert_msg(none > real / 2 && none < real * 2, "%f s without a verifier, %f s with one", none, real);
}
END_TEST

static Suite *password_suite(void)
{
    Suite *suite = suite_create("password");
    TCase *passwords = tcase_create("passwords");

    tcase_add_test(passwords, verifiers_made_elsewhere_are_understood);
    tcase_add_test(passwords, another_password_is_wrong);
    tcase_add_test(passwords, a_new_verifier_fits_its_password_and_has_the_form_that_the_database_takes);
    tcase_add_test(passwords, what_is_no_verifier_is_wrong_for_every_password);
    tcase_add_test(passwords, where_there_is_no_verifier_it_takes_as_long);
    suite_add_tcase(suite, passwords);
    return suite;
}

int main(void)
{
    return unit_main(password_suite());
}
