/*
 * Short enough to be read whole: a command is its usage and one line. docs/command.md has the rest.
 */
#include "cli/help.h"

#include <string.h>

void help_usage(FILE *out, const struct command *command)
{
    fprintf(out, "%s%s%s", command->noun, command->verb == NULL ? "" : " ", command->verb == NULL ? "" : command->verb);
    for (const char *const *argument = command->arguments; *argument != NULL; argument++) {
        fprintf(out, " %s", *argument);
    }
    for (const struct command_option *option = command->options; option->name != NULL; option++) {
        fprintf(out, " %s--%s%s%s%s", option->required ? "" : "[", option->name, option->value == NULL ? "" : " ",
                option->value == NULL ? "" : option->value, option->required ? "" : "]");
    }
}

static bool is_wanted(const struct command *command, const char *noun, const char *verb)
{
    return (noun == NULL || strcmp(noun, command->noun) == 0) &&
           (verb == NULL || (command->verb != NULL && strcmp(verb, command->verb) == 0));
}

void help_print(FILE *out, const struct command *table, const char *noun, const char *verb)
{
    if (noun == NULL) {
        fputs("Administers Patchbay, a connection registry.\n\n"
              "    patchbay [--config FILE] COMMAND\n\n",
              out);
    }
    for (const struct command *command = table; command->noun != NULL; command++) {
        if (is_wanted(command, noun, verb)) {
            fputs("    ", out);
            help_usage(out, command);
            fprintf(out, "\n        %s\n", command->help);
        }
    }
    if (noun == NULL) {
        fputs("    help [NOUN [VERB]], --help, --version\n\n"
              "FILE has the settings; else the file that PATCHBAY_CONFIG names or the installed one. The environment wins over it.\n"
              "Exit status: 0 done, 1 failed, 2 wrong usage; what is wrong is one line on standard error.\n"
              "Lists are aligned on a terminal and have tabs elsewhere; --json prints a JSON object a line.\n",
              out);
    }
}
