/* Lower case, as PostgreSQL writes them: what is logged here is found there. */
#include "base/uuid.h"

#include <stdio.h>

void uuid_format(const unsigned char uuid[16], char text[UUID_TEXT_SIZE])
{
    char *at = text;

    for (int i = 0; i < 16; i++) {
        at += snprintf(at, 4, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", uuid[i]);
    }
}
