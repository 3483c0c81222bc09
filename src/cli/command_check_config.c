/*
 * Everything that would stop a worker's start and can be seen without a database. What the settings name is looked at once they
 * are right: a keyring that is missing because its setting is misspelt would only be noise.
 */
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/escape.h"
#include "db/admin.h"
#include "registry/connector.h"
#include "registry/type.h"
#include "seal/envelope.h"
#include "seal/keyring.h"

static void print_mistake(void *context, const char *source, int line, const char *message)
{
    FILE *err = context;

    escape_print(err, bytes_from(source), ESCAPE_MESSAGE);
    if (line > 0) {
        fprintf(err, ":%d", line);
    }
    fputs(": ", err);
    escape_print(err, bytes_from(message), ESCAPE_MESSAGE);
    fputc('\n', err);
}

/* With the setting in front, where the fault does not tell itself which one it is about. */
static bool print_fault(FILE *err, const char *setting, const struct fault *fault)
{
    if (setting != NULL) {
        fprintf(err, "%s: ", setting);
    }
    escape_print(err, bytes_from(fault->message), ESCAPE_MESSAGE);
    fputc('\n', err);
    return false;
}

static bool check_database(const char *setting, const char *dsn, FILE *err)
{
    struct fault fault = {.kind = FAULT_NONE};

    return db_admin_understands(dsn, &fault) || print_fault(err, setting, &fault);
}

static bool check_time_zone(const char *name, FILE *err)
{
    if (!config_time_zone_is_known(name)) {
        fputs("time_zone: it is not in the zone database (/usr/share/zoneinfo)\n", err);
        return false;
    }
    return true;
}

static bool check_keyring(const char *file, FILE *err)
{
    struct fault fault = {.kind = FAULT_NONE};
    struct keyring *keyring = NULL;

    if (!keyring_new(&keyring, file, &fault)) {
        return print_fault(err, NULL, &fault);
    }
    keyring_free(keyring);
    return true;
}

static bool check_import_key(const char *file, FILE *err)
{
    struct fault fault = {.kind = FAULT_NONE};
    struct envelope_opener *opener = NULL;

    if (file[0] != '\0' && !envelope_opener_new(&opener, "import_key_file", file, &fault)) {
        return print_fault(err, NULL, &fault);
    }
    envelope_opener_free(opener);
    return true;
}

static bool check_types(const char *directory, FILE *err)
{
    struct fault fault = {.kind = FAULT_NONE};
    struct type_table *types = NULL;

    if (!type_table_load(&types, directory, &fault)) {
        return print_fault(err, "types_dir", &fault);
    }
    type_table_free(types);
    return true;
}

static bool check_connectors(const char *directory, FILE *err)
{
    struct fault fault = {.kind = FAULT_NONE};
    struct connector_table *connectors = NULL;

    if (!connector_table_load(&connectors, directory, &fault)) {
        return print_fault(err, "connectors_dir", &fault);
    }
    connector_table_free(connectors);
    return true;
}

static bool check_values(const struct config *config, FILE *err)
{
    bool right[] = {
        check_database("database", config->database, err), check_database("admin_database", config->admin_database, err),
        check_database("owner_database", config->owner_database, err), check_time_zone(config->time_zone, err),
        check_keyring(config->keyring_file, err), check_import_key(config->import_key_file, err),
        check_types(config->types_dir, err), check_connectors(config->connectors_dir, err),
    };

    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        if (!right[i]) {
            return false;
        }
    }
    return true;
}

/* What config_load read; `configuration` when nobody named a file. */
static const char *name_of_file(const struct command_context *context)
{
    const char *named = context->line->config_file != NULL ? context->line->config_file : getenv("PATCHBAY_CONFIG");
    return named != NULL && named[0] != '\0' ? named : "configuration";
}

enum command_end command_check_config(struct command_context *context, struct fault *fault)
{
    struct config *config = calloc(1, sizeof(*config));

    if (config == NULL) {
        fault_set(fault, FAULT_INTERNAL, "out of memory");
        return COMMAND_FAILED;
    }
    bool right = config_load(config, context->line->config_file, print_mistake, context->err);
    if (right) {
        right = check_values(config, context->err);
    }
    free(config);
    if (right) {
        escape_print(context->out, bytes_from(name_of_file(context)), ESCAPE_MESSAGE);
        fputs(": ok\n", context->out);
    }
    return right ? COMMAND_DONE : COMMAND_FAILED;
}
