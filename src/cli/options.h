/*
 * argv -> struct command_line, by a table of commands.
 *
 *     patchbay [--config FILE] NOUN [VERB] ARGUMENT... [--option] [--option VALUE | --option=VALUE] [-- ARGUMENT...]
 *
 * Options may stand anywhere behind their noun and verb; --config, --help and --version anywhere. A value that begins with two
 * dashes needs the form with '='. What follows --help or --version is not looked at.
 * Refused: an unknown noun, verb or option, an option twice, a missing or needless value, a missing argument, one too many.
 * Messages repeat names of options, nouns and verbs, nothing else: what was typed in a wrong place may be a password.
 */
#ifndef PATCHBAY_CLI_OPTIONS_H
#define PATCHBAY_CLI_OPTIONS_H

#include "cli/command.h"

bool options_parse(struct command_line *line, const struct command *table, int argc, char *const *argv, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
