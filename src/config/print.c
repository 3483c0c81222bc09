/*
 * The settings as people read them. Made from the table alone and the same on every machine, so that the files in the repository can be
 * compared with what is printed: a default that depends on configure's folders is shown as Debian's packages would have it.
 */
#include "config/config.h"

#include <string.h>

#define LINE_MAX_LENGTH 110

static const char *shown_default(const struct config_setting *setting)
{
    return setting->shown_default != NULL ? setting->shown_default : setting->default_text;
}

/* "text", "one of: debug info", "ms, 10 to 60000" */
static void print_range(FILE *out, const struct config_setting *setting)
{
    if (setting->choices != NULL)
        fprintf(out, "one of: %s", setting->choices);
    else if (strcmp(setting->kind, "text") == 0)
        fputs("text", out);
    else
        fprintf(out, "%s, %ld to %ld", setting->kind, setting->minimum, setting->maximum);
}

/* As comment lines, broken at spaces. */
static void print_comment(FILE *out, const char *text)
{
    while (*text != '\0') {
        size_t length = strlen(text);
        if (length > LINE_MAX_LENGTH) {
            length = LINE_MAX_LENGTH;
            while (length > 0 && text[length] != ' ')
                length--;
            if (length == 0)
                length = strlen(text);
        }
        fprintf(out, "# %.*s\n", (int) length, text);
        text += length;
        while (*text == ' ')
            text++;
    }
}

void config_print_sample(FILE *out)
{
    fputs("# The settings of Patchbay, all of them, each with its default. To change one take the '#' before it away.\n"
          "#\n"
          "# One a line: name = value, to the end of the line, without quotes. The environment wins over this file; there the\n"
          "# names are in capitals after PATCHBAY_, as in PATCHBAY_BODY_LIMIT. `patchbay check-config` names every mistake.\n"
          "# Folders are those of a package; `configure` may have set others.\n",
          out);
    for (const struct config_setting *setting = config_settings(); setting->name != NULL; setting++) {
        fputc('\n', out);
        print_comment(out, setting->description);
        fputs("# (", out);
        print_range(out, setting);
        fprintf(out, ")\n#%s =%s%s\n", setting->name, shown_default(setting)[0] == '\0' ? "" : " ", shown_default(setting));
    }
}

void config_print_markdown(FILE *out)
{
    fputs("# Settings\n\n"
          "Patchbay reads one file of lines `name = value` (to the end of the line, without quotes; lines that begin with `#` are\n"
          "comments), then the environment, which wins: there a setting's name is in capitals after `PATCHBAY_`, as in\n"
          "`PATCHBAY_BODY_LIMIT`. The file is the one that `--config` or `PATCHBAY_CONFIG` names, else\n"
          "`/etc/patchbay/patchbay.conf` if it is there. `patchbay check-config` names every mistake with its line, and nothing\n"
          "starts while there is one. [conf/patchbay.conf](../conf/patchbay.conf) is a file to begin with.\n\n"
          "Secrets are not settings: keys are in the keyring file, passwords of PostgreSQL in a passfile that the connection\n"
          "string names. Folders are those of a package; `configure` may have set others.\n\n"
          "| Setting | Value | Default | What it is |\n"
          "| --- | --- | --- | --- |\n",
          out);
    for (const struct config_setting *setting = config_settings(); setting->name != NULL; setting++) {
        fprintf(out, "| `%s` | ", setting->name);
        print_range(out, setting);
        if (shown_default(setting)[0] == '\0')
            fprintf(out, " | none | %s |\n", setting->description);
        else
            fprintf(out, " | `%s` | %s |\n", shown_default(setting), setting->description);
    }
    fputs("\nThis page and the sample are printed from the table in src/config/config.c; a test compares them.\n", out);
}
