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
 * With a standard stream closed the connection to the database would get its number, and a list would be written into that. What is opened
 * instead serves the other direction only: output that nobody gets is a failure, and so is input that nobody gives, which is not the same as an
 * empty one (an import of nothing prunes everything).
 */
static bool fill_standard_streams(void)
{
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
        if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) != stream) {
            return false;
        }
    }
    return true;
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
