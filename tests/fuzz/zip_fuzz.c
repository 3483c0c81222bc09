/* Input: names and contents, a line each in turn. Who reads the archive by its directory finds each file, under a name that leads nowhere. */
#include <string.h>

#include "base/zip.h"
#include "tests/fuzz/fuzz.h"

enum { FILES_MAX = 64, HEAD_SIZE = 30, ENTRY_SIZE = 46, END_SIZE = 22 };

static uint32_t number_at(struct bytes text, size_t at, size_t size)
{
    uint32_t number = 0;

    fuzz_require(at + size <= text.length);
    for (size_t i = size; i > 0; i--) {
        number = number << 8 | (unsigned char) text.data[at + i - 1];
    }
    return number;
}

static void check_name(struct bytes name, struct bytes given)
{
    fuzz_require(name.length == given.length);
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        fuzz_require(c != '/' && c != '\\' && (unsigned char) c >= ' ' && c != 0x7f);
        fuzz_require(c == given.data[i] || c == '_');
    }
}

/* The entry at `at`; returns where the next one begins. */
static size_t check_entry(struct bytes archive, size_t at, struct bytes name, struct bytes content)
{
    size_t name_length = number_at(archive, at + 28, 2), file = number_at(archive, at + 42, 4);

    fuzz_require(number_at(archive, at, 4) == 0x02014b50 && number_at(archive, file, 4) == 0x04034b50);
    check_name(bytes_slice(archive, at + ENTRY_SIZE, at + ENTRY_SIZE + name_length), name);
    check_name(bytes_slice(archive, file + HEAD_SIZE, file + HEAD_SIZE + number_at(archive, file + 26, 2)), name);
    for (size_t field = 0; field < 26; field += 2) { /* both heads say the same of it */
        fuzz_require(field < 4 || number_at(archive, file + field, 2) == number_at(archive, at + field + 2, 2));
    }
    size_t from = file + HEAD_SIZE + name_length;
    fuzz_require(bytes_equal(bytes_slice(archive, from, from + number_at(archive, at + 20, 4)), content));
    return at + ENTRY_SIZE + name_length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes rest = fuzz_bytes(data, size), names[FILES_MAX], contents[FILES_MAX], archive;
    struct arena *arena = fuzz_arena();
    size_t count = 0;
    struct zip zip;

    zip_open(&zip, arena);
    for (; rest.length > 0 && count < FILES_MAX; count++) {
        names[count] = fuzz_line(&rest);
        contents[count] = fuzz_line(&rest);
        zip_add(&zip, names[count], contents[count]);
    }
    if (!zip_close(&zip, &archive)) {
        fuzz_require(count == 0 || arena_overflowed(arena));
        return 0;
    }
    size_t end = archive.length - END_SIZE, at = number_at(archive, end + 16, 4);
    fuzz_require(number_at(archive, end, 4) == 0x06054b50 && number_at(archive, end + 10, 2) == count);
    for (size_t i = 0; i < count; i++) {
        at = check_entry(archive, at, names[i], contents[i]);
    }
    fuzz_require(at == end);
    return 0;
}
