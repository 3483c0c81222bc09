#include "tests/unit/seal/files.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/unit.h"

struct bytes files_read(const char *name, struct arena *arena)
{
    const char *source = getenv("PATCHBAY_SOURCE");
    char path[4096];
    char content[16384];

    snprintf(path, sizeof path, "%s/tests/keystores/%s", source == NULL ? "." : source, name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot open %s", path);
    size_t length = fread(content, 1, sizeof content, file);
    fclose(file);
    return arena_copy(arena, (struct bytes){content, length});
}
