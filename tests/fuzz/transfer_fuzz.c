/* Input: a line for `patchbay import`. What is taken is written as export would, and taken again as the same, with nothing secret left in it. */
#include <stdio.h>
#include <string.h>

#include "cli/transfer.h"
#include "registry/type.h"
#include "tests/fuzz/fuzz.h"

static const struct type_table *the_types(void)
{
    static struct type_table *types;
    char folder[4096];
    struct fault fault;

    if (types == NULL) {
        (void) snprintf(folder, sizeof folder, "%s/conf/types", fuzz_source());
        fuzz_require(type_table_load(&types, folder, &fault));
    }
    return types;
}

static void check_again(const struct transfer_line *line, const struct transfer_rules *rules, struct arena *arena)
{
    const struct connection_content *content = &line->content;
    struct bytes written = transfer_write(line->id, line->dialect, content, (struct bytes){NULL, 0}, arena);
    struct transfer_line again;
    struct fault fault = {0};

    fuzz_require(written.data != NULL && written.data[written.length - 1] == '\n');
    written.length--;
    fuzz_require(memchr(written.data, '\n', written.length) == NULL);
    fuzz_require(transfer_read(&again, written, rules, arena, &fault));
    fuzz_require(bytes_equal(again.id, line->id) && bytes_equal(again.dialect, line->dialect));
    fuzz_require(bytes_equal(again.content.name, content->name) && bytes_equal(again.content.type, content->type));
    fuzz_require(bytes_equal(again.content.description, content->description) && again.content.enabled == content->enabled);
    fuzz_require(bytes_equal(again.content.settings, content->settings) && again.settings.sealed == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct transfer_rules rules = {.types = the_types(), .host_name = "host"};
    struct arena *arena = fuzz_arena();
    struct transfer_line line;
    struct fault fault = {0};

    if (transfer_read(&line, fuzz_bytes(data, size), &rules, arena, &fault)) {
        check_again(&line, &rules, arena);
    } else {
        fuzz_require(fault.kind != FAULT_NONE);
    }
    return 0;
}
