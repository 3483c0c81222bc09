/* UUIDs as text. */
#include "base/uuid.h"

#include <string.h>

#include "tests/support/unit.h"

START_TEST(every_byte_has_its_two_digits_and_dashes_stand_where_they_belong)
{
    static const unsigned char bytes[16] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xf0, 0x0f, 0xff, 0x00, 0x10, 0x80, 0x7f, 0xfe};
    char text[UUID_TEXT_SIZE + 1];

    memset(text, '#', sizeof text);
    uuid_format(bytes, text);
    ck_assert_str_eq(text, "01234567-89ab-cdef-f00f-ff0010807ffe");
    ck_assert_int_eq(text[UUID_TEXT_SIZE], '#');
}
END_TEST

static Suite *uuid_suite(void)
{
    Suite *suite = suite_create("uuid");
    TCase *cases = tcase_create("uuid");

    tcase_add_test(cases, every_byte_has_its_two_digits_and_dashes_stand_where_they_belong);
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    return unit_main(uuid_suite());
}
