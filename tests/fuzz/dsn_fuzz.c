/* Input: a connection string. What is refused is told without what may be a password; what Patchbay adds gets in, whatever the string said. */
#include <string.h>

#include "db/dsn.h"
#include "tests/fuzz/fuzz.h"

static const char *value_of(const struct db_dsn *dsn, const char *keyword)
{
    const char *value = NULL;

    for (size_t i = 0; i < dsn->count; i++) {
        if (strcmp(dsn->keywords[i], keyword) == 0) {
            fuzz_require(value == NULL);
            value = dsn->values[i];
        }
    }
    fuzz_require(dsn->keywords[dsn->count] == NULL);
    return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = arena_copy(fuzz_arena(), fuzz_bytes(data, size));
    struct fault fault = {0};
    struct db_dsn dsn;

    if (!db_dsn_parse(&dsn, text.data, &fault)) {
        fuzz_require(fault.kind != FAULT_NONE && strchr(fault.message, '\n') == NULL);
        fuzz_require(strstr(text.data, "password") == NULL || strchr(fault.message, '"') == NULL);
        db_dsn_free(&dsn);
        return 0;
    }
    db_dsn_default(&dsn, "application_name", "default");
    db_dsn_force(&dsn, "connect_timeout", "7");
    fuzz_require(db_dsn_add_options(&dsn, "-c search_path=", &fault));
    fuzz_require(value_of(&dsn, "application_name") != NULL && strcmp(value_of(&dsn, "connect_timeout"), "7") == 0);
    fuzz_require(bytes_ends(bytes_from(value_of(&dsn, "options")), "-c search_path="));
    db_dsn_free(&dsn);
    return 0;
}
