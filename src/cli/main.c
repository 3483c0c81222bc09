/*
 * `patchbay`, the admin command. Everything is in the library, where tests can call it; what only a whole process has is here.
 * Secrets pass through it as through a worker (the deployer has them all day), so its memory is guarded likewise.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/commands.h"
#include "seal/memory.h"

/*
 * With a standard stream closed the connection to the database would get its number, and a list would be written into that. What
 * is opened instead cannot be written, so that output which nobody gets is a failure.
 */
static bool fill_standard_streams(void)
{
    int descriptor = 0;

    do {
        descriptor = open("/dev/null", O_RDONLY);
    } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0) {
        close(descriptor);
    }
    return descriptor >= 0;
}

int main(int argc, char **argv)
{
    static char error_line[4096];

    memory_hide();
    if (!fill_standard_streams() || !memory_wipe_freed()) {
        return COMMAND_FAILED;
    }
    /* A line of standard error leaves whole, whatever else is written there at the same time. */
    setvbuf(stderr, error_line, _IOLBF, sizeof(error_line));
    return command_run(commands_table(), argc, argv, stdout, stderr);
}
