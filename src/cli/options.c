/*
 * Not getopt: abbreviations are not taken (an option that is added later would change what a script means), a repeated option is
 * refused and not the last one of them obeyed, and each command has its own options.
 */
#include "cli/options.h"

#include <string.h>

struct parsing {
    struct command_line *line;
    const struct command *table;
    int argc;
    char *const *argv;
    int next; /* in argv */
    size_t arguments;
    bool settled;        /* the row is: an argument or an option of its own was taken */
    bool only_arguments; /* behind "--" */
    struct fault *fault;
};

/* ---- nouns and verbs ---- */

static bool is_noun(const struct command *table, const char *noun)
{
    for (; table->noun != NULL; table++) {
        if (strcmp(table->noun, noun) == 0) {
            return true;
        }
    }
    return false;
}

/* The row; `verb` NULL: the row of a noun without verbs. */
static const struct command *find_command(const struct command *table, const char *noun, const char *verb)
{
    for (; table->noun != NULL; table++) {
        bool same_verb = verb == NULL ? table->verb == NULL : table->verb != NULL && strcmp(table->verb, verb) == 0;
        if (strcmp(table->noun, noun) == 0 && same_verb) {
            return table;
        }
    }
    return NULL;
}

/* "add, list, revoke" */
static void list_verbs(const struct command *table, const char *noun, char *text, size_t size)
{
    size_t length = 0;

    text[0] = '\0';
    for (; table->noun != NULL; table++) {
        if (strcmp(table->noun, noun) == 0 && table->verb != NULL && length < size) {
            length += (size_t) snprintf(text + length, size - length, "%s%s", length > 0 ? ", " : "", table->verb);
        }
    }
}

static bool refuse_verb(struct parsing *parsing, const char *verb)
{
    const char *noun = parsing->line->noun;
    char verbs[200];

    list_verbs(parsing->table, noun, verbs, sizeof(verbs));
    if (verbs[0] == '\0') {
        return fault_set(parsing->fault, FAULT_INVALID, "%s is a whole command, no verb follows it", noun);
    }
    if (verb == NULL) {
        return fault_set(parsing->fault, FAULT_INVALID, "%s needs one of: %s", noun, verbs);
    }
    return fault_set(parsing->fault, FAULT_INVALID, "there is no command %s %s; there are: %s", noun, verb, verbs);
}

static bool take_noun(struct parsing *parsing, const char *word)
{
    if (strcmp(word, "help") == 0) {
        parsing->line->ask = COMMAND_HELP;
        return true;
    }
    if (!is_noun(parsing->table, word)) {
        return fault_set(parsing->fault, FAULT_INVALID, "there is no command %s; patchbay help lists them", word);
    }
    parsing->line->noun = word;
    parsing->line->command = find_command(parsing->table, word, NULL);
    return true;
}

static bool take_verb(struct parsing *parsing, const char *word)
{
    parsing->line->command = find_command(parsing->table, parsing->line->noun, word);
    if (parsing->line->command == NULL) {
        return refuse_verb(parsing, word);
    }
    parsing->line->verb = word;
    return true;
}

/* A word behind `help`: what help is wanted about. */
static bool take_topic(struct parsing *parsing, const char *word)
{
    struct command_line *line = parsing->line;

    if (line->noun == NULL && strcmp(word, "help") == 0) {
        return true; /* about itself: all of it */
    }
    if (line->noun == NULL) {
        line->noun = word;
        return is_noun(parsing->table, word) ||
               fault_set(parsing->fault, FAULT_INVALID, "there is no command %s; patchbay help lists them", word);
    }
    if (line->verb == NULL) {
        line->verb = word;
        return find_command(parsing->table, line->noun, word) != NULL || refuse_verb(parsing, word);
    }
    return fault_set(parsing->fault, FAULT_INVALID, "help takes a noun and a verb, no more");
}

/* ---- arguments and options ---- */

static size_t count_arguments(const struct command *command)
{
    size_t count = 0;

    while (command->arguments[count] != NULL) {
        count++;
    }
    return count;
}

static bool take_argument(struct parsing *parsing, const char *word)
{
    const struct command *command = parsing->line->command;
    size_t count = count_arguments(command);

    if (parsing->arguments == count) {
        return fault_set(parsing->fault, FAULT_INVALID, "one argument too many; patchbay help %s tells what it takes", command->noun);
    }
    parsing->settled = true;
    parsing->line->arguments[parsing->arguments++] = word;
    return true;
}

static bool take_word(struct parsing *parsing, const char *word)
{
    if (parsing->line->ask == COMMAND_HELP) {
        return take_topic(parsing, word);
    }
    if (parsing->line->noun == NULL) {
        return take_noun(parsing, word);
    }
    /* A noun may be a command by itself and have verbs too. */
    bool may_be_verb = !parsing->settled && parsing->line->verb == NULL &&
                       find_command(parsing->table, parsing->line->noun, word) != NULL;
    if (parsing->line->command == NULL || may_be_verb) {
        return take_verb(parsing, word);
    }
    return take_argument(parsing, word);
}

/* The place of an option's value, NULL when the command has no such option. */
static const char **find_place(struct parsing *parsing, struct bytes name, bool *has_value)
{
    const struct command *command = parsing->line->command;

    *has_value = true;
    if (bytes_is(name, "config")) {
        return &parsing->line->config_file;
    }
    for (size_t i = 0; command != NULL && command->options[i].name != NULL; i++) {
        if (bytes_is(name, command->options[i].name)) {
            parsing->settled = true;
            *has_value = command->options[i].value != NULL;
            return &parsing->line->values[i];
        }
    }
    return NULL;
}

static bool take_option(struct parsing *parsing, const char *word)
{
    struct bytes name = {word + 2, strcspn(word + 2, "=")};
    const char *value = name.data[name.length] == '=' ? name.data + name.length + 1 : NULL;
    bool has_value = false;
    const char **place = find_place(parsing, name, &has_value);

    if (place == NULL) {
        return fault_set(parsing->fault, FAULT_INVALID, "there is no option --%.*s %s", BYTES_FORMAT(name),
                         parsing->line->command == NULL ? "before the command" : "here");
    }
    if (*place != NULL) {
        return fault_set(parsing->fault, FAULT_INVALID, "--%.*s is given twice", BYTES_FORMAT(name));
    }
    if (!has_value) {
        *place = "";
        return value == NULL || fault_set(parsing->fault, FAULT_INVALID, "--%.*s takes no value", BYTES_FORMAT(name));
    }
    if (value == NULL && parsing->next < parsing->argc && strncmp(parsing->argv[parsing->next], "--", 2) != 0) {
        value = parsing->argv[parsing->next++];
    }
    *place = value;
    return value != NULL || fault_set(parsing->fault, FAULT_INVALID, "--%.*s needs a value", BYTES_FORMAT(name));
}

/* --help and --version; they end the parsing. */
static bool take_question(struct parsing *parsing, const char *word)
{
    if (strcmp(word, "--help") == 0) {
        parsing->line->ask = COMMAND_HELP;
        return true;
    }
    if (strcmp(word, "--version") == 0) {
        parsing->line->ask = COMMAND_VERSION;
        return true;
    }
    return false;
}

/* That everything is there which must be. */
static bool check_complete(struct parsing *parsing)
{
    const struct command_line *line = parsing->line;
    const struct command *command = line->command;

    if (line->ask != COMMAND_RUN) {
        return true;
    }
    if (line->noun == NULL) {
        return fault_set(parsing->fault, FAULT_INVALID, "which command? patchbay help lists them");
    }
    if (command == NULL) {
        return refuse_verb(parsing, NULL);
    }
    if (command->arguments[parsing->arguments] != NULL) {
        return fault_set(parsing->fault, FAULT_INVALID, "%s is missing; patchbay help %s tells more",
                         command->arguments[parsing->arguments], command->noun);
    }
    for (size_t i = 0; command->options[i].name != NULL; i++) {
        if (command->options[i].required && line->values[i] == NULL) {
            return fault_set(parsing->fault, FAULT_INVALID, "--%s %s is missing; patchbay help %s tells more",
                             command->options[i].name, command->options[i].value, command->noun);
        }
    }
    return true;
}

bool options_parse(struct command_line *line, const struct command *table, int argc, char *const *argv, struct fault *fault)
{
    struct parsing parsing = {.line = line, .table = table, .argc = argc, .argv = argv, .next = 1, .fault = fault};

    *line = (struct command_line){.ask = COMMAND_RUN};
    while (parsing.next < argc) {
        const char *word = argv[parsing.next++];
        bool understood = true;

        if (parsing.only_arguments || word[0] != '-' || word[1] == '\0') {
            understood = take_word(&parsing, word);
        } else if (strcmp(word, "--") == 0) {
            parsing.only_arguments = true;
        } else if (take_question(&parsing, word)) {
            return true;
        } else if (word[1] == '-') {
            understood = take_option(&parsing, word);
        } else {
            understood = fault_set(fault, FAULT_INVALID,
                                   "options begin with two dashes, as --config; an argument that begins with one stands behind --");
        }
        if (!understood) {
            return false;
        }
    }
    return check_complete(&parsing);
}
