/*
 * Policy: one row a setting, and nothing about a setting anywhere else. Parser, sample file, docs and their tests walk the table, so a
 * new setting is a member of struct config and a row here.
 *
 * An operator who starts a service wants to hear of all mistakes at once, so reading goes on after one. A mistake is never mended
 * silently (no clamping, no "unknown names are ignored"): a setting that does not do what was written is worse than no start.
 * Messages name settings and lines, not values: what was put into the wrong place may be a password.
 */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

#ifndef PATCHBAY_SYSCONFDIR
#define PATCHBAY_SYSCONFDIR "/etc"
#endif
#ifndef PATCHBAY_DATADIR
#define PATCHBAY_DATADIR "/usr/share/patchbay"
#endif

#define FILE_SIZE_MAX ((size_t) 256 * 1024)
#define KIBIBYTES(n) ((n) * 1024L)
#define MEBIBYTES(n) ((n) * 1024L * 1024L)
#define PLACE(member) offsetof(struct config, member), sizeof(((struct config *) NULL)->member)

/* name, kind, default, minimum and maximum (of a text: its length), choices, description, place, what documents show as default */
static const struct config_setting table[] = {
    {"database", "text", "host=/run/postgresql dbname=patchbay user=patchbay_worker", 1, CONFIG_TEXT_MAX - 1, NULL,
     "How the workers reach PostgreSQL: a libpq connection string, which may name a passfile for the password.",
     PLACE(database), NULL},
    {"admin_database", "text", "host=/run/postgresql dbname=patchbay user=patchbay_admin", 1, CONFIG_TEXT_MAX - 1, NULL,
     "How the command `patchbay` reaches PostgreSQL, in the same form.",
     PLACE(admin_database), NULL},
    {"owner_database", "text", "host=/run/postgresql dbname=patchbay user=postgres", 1, CONFIG_TEXT_MAX - 1, NULL,
     "How `patchbay upgrade` reaches PostgreSQL: as a superuser, or as a role that may create roles and schemas.",
     PLACE(owner_database), NULL},
    {"sql_dir", "text", PATCHBAY_DATADIR "/sql", 1, CONFIG_TEXT_MAX - 1, NULL,
     "The folder with the schema: install.sql, and upgrade/ with its numbered upgrades.",
     PLACE(sql_dir), "/usr/share/patchbay/sql"},
    {"keyring_file", "text", PATCHBAY_SYSCONFDIR "/patchbay/keyring", 1, CONFIG_TEXT_MAX - 1, NULL,
     "The file with the keys that seal secrets; only its owner may have rights on it. Or several, parted by commas; a vertical bar before a path runs it for its output.",
     PLACE(keyring_file), "/etc/patchbay/keyring"},
    {"import_key_file", "text", "", 0, CONFIG_TEXT_MAX - 1, NULL,
     "The file with the private key (PEM) that opens what `patchbay export --seal-to` sealed, for `patchbay import`; only its owner may have rights on it. Without it sealed values stay closed.",
     PLACE(import_key_file), NULL},
    {"types_dir", "text", PATCHBAY_DATADIR "/types", 1, CONFIG_TEXT_MAX - 1, NULL,
     "The folder with the connection types, one JSON file each.",
     PLACE(types_dir), "/usr/share/patchbay/types"},
    {"connectors_dir", "text", PATCHBAY_DATADIR "/connectors", 1, CONFIG_TEXT_MAX - 1, NULL,
     "The folder with Catalog's connectors, one JSON file each; without it there are none.",
     PLACE(connectors_dir), "/usr/share/patchbay/connectors"},
    {"connectors_strict", "choice", "no", 0, 0, "yes no",
     "Whether Catalog refuses connections of connectors that are not in that folder.",
     PLACE(connectors_strict), NULL},
    {"time_zone", "text", "UTC", 1, sizeof(((struct config *) 0)->time_zone) - 1, NULL,
     "In which dates with an offset are told (ActiveCampaign's cdate and udate): a name of the zone database, like Europe/Berlin.",
     PLACE(time_zone), NULL},
    {"log_level", "choice", "info", 0, 0, "debug info warning error",
     "The least important lines that are still written to standard error.",
     PLACE(log_level), NULL},
    {"body_limit", "bytes", "1048576", KIBIBYTES(1), MEBIBYTES(64), NULL,
     "The largest request body that is read; a larger one is answered 413.",
     PLACE(body_limit), NULL},
    {"request_memory", "bytes", "100663296", MEBIBYTES(1), MEBIBYTES(4096), NULL,
     "The most memory that one request may use until the database has answered, and twice that afterwards; it is taken as it is needed and wiped.",
     PLACE(request_memory), NULL},
    {"requests_limit", "count", "128", 1, 1024, NULL,
     "How many requests one worker process has in hand at once; further ones wait at the web server.",
     PLACE(requests_limit), NULL},
    {"work_threads", "count", "16", 1, 64, NULL,
     "How many threads one worker process may start for what is slow on purpose (checking passwords, opening keystores) or waits for others.",
     PLACE(work_threads), NULL},
    {"keystore_iterations", "count", "1000000", 1000, 100000000, NULL,
     "How many iterations the keystores of one request may ask for altogether to be opened; a processor makes some millions in a second.",
     PLACE(keystore_iterations), NULL},
    {"certificate_limit", "bytes", "65536", KIBIBYTES(1), MEBIBYTES(1), NULL,
     "The largest certificate, as the PEM file that is sent.",
     PLACE(certificate_limit), NULL},
    {"material_environments", "count", "100", 1, 1000, NULL,
     "How many environments one keystore or certificate may be for.",
     PLACE(material_environments), NULL},
    {"database_connections", "count", "2", 1, 64, NULL,
     "How many connections to PostgreSQL one worker process keeps.",
     PLACE(database_connections), NULL},
    {"batch_limit", "count", "16", 1, 256, NULL,
     "How many waiting requests of a kind may go to PostgreSQL as one statement.",
     PLACE(batch_limit), NULL},
    {"database_wait", "ms", "2000", 10, 60000, NULL,
     "How long a request waits for a connection to PostgreSQL before it is answered 503.",
     PLACE(database_wait), NULL},
    {"statement_timeout", "ms", "10000", 100, 600000, NULL,
     "How long one statement may run in PostgreSQL, waiting for locks included.",
     PLACE(statement_timeout), NULL},
    {"reconnect_limit", "ms", "2000", 100, 60000, NULL,
     "The longest pause between two attempts to connect to PostgreSQL again.",
     PLACE(reconnect_limit), NULL},
    {"io_timeout", "ms", "5000", 100, 600000, NULL,
     "How long a web server may stall while it sends a request or takes an answer.",
     PLACE(io_timeout), NULL},
    {"identity_cache", "count", "65536", 0, 16777216, NULL,
     "How many connections' identities one worker process remembers, 48 bytes each; 0 remembers none.",
     PLACE(identity_cache), NULL},
    {"rate_limit", "count", "0", 0, 10000, NULL,
     "How many requests one token may make in a second, all workers of this machine together; more are answered 429. 0: any number.",
     PLACE(rate_limit), NULL},
    {"rate_limit_file", "text", "/run/patchbay/rate_limit", 1, CONFIG_TEXT_MAX - 1, NULL,
     "Where the workers count together when there is a rate_limit; it is made when it is missing, and best kept in memory.",
     PLACE(rate_limit_file), NULL},
    {"token_touch_interval", "s", "60", 1, 86400, NULL,
     "How often the tokens' last-used times are written down.",
     PLACE(token_touch_interval), NULL},
    {"deploy_deadline", "ms", "5000", 100, 300000, NULL,
     "How long a request waits for all of its deliveries to workers together; also how long the deployer waits for each.",
     PLACE(deploy_deadline), NULL},
    {"deploy_retry", "ms", "1000", 10, 3600000, NULL,
     "The pause after a failed delivery; it doubles with each further failure and is shortened by chance.",
     PLACE(deploy_retry), NULL},
    {"deploy_retry_limit", "ms", "30000", 100, 86400000, NULL,
     "The longest pause between two attempts of a delivery.",
     PLACE(deploy_retry_limit), NULL},
    {"deploy_parallel", "count", "4", 1, 64, NULL,
     "How many deliveries to one worker a deployer has under way at once.",
     PLACE(deploy_parallel), NULL},
    {"history_retention", "days", "0", 0, 36500, NULL,
     "How old revisions may get before `patchbay purge` removes them; 0 keeps them forever.",
     PLACE(history_retention), NULL},
    {"worker_silence", "s", "60", 2, 86400, NULL,
     "How long a worker's last sign of life counts; later what it holds is unknown.",
     PLACE(worker_silence), NULL},
    {NULL, NULL, NULL, 0, 0, NULL, NULL, 0, 0, NULL},
};

#define SETTINGS (sizeof table / sizeof table[0] - 1)

/* What one config_load is doing: where it is, what it has seen. */
struct loading {
    struct config *config;
    const char *source;
    int line;
    int seen_at[SETTINGS]; /* line of the file, 0: not seen */
    bool failed;
    config_report *report;
    void *context;
};

const struct config_setting *config_settings(void)
{
    return table;
}

/* A mistake at the place where `loading` is; returns false. */
static bool __attribute__((format(printf, 2, 3))) report_mistake(struct loading *loading, const char *format, ...)
{
    char message[256];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    loading->failed = true;
    loading->report(loading->context, loading->source, loading->line, message);
    return false;
}

static bool is_choice(const char *choices, struct bytes value)
{
    struct bytes rest = bytes_from(choices), choice;

    while (bytes_cut(&rest, ' ', &choice)) {
        if (bytes_equal(choice, value))
            return true;
    }
    return false;
}

static bool set_number(struct loading *loading, const struct config_setting *setting, struct bytes value)
{
    int64_t number = 0;

    if (!bytes_to_int64(value, &number) || number < setting->minimum || number > setting->maximum)
        return report_mistake(loading, "%s must be a whole number from %ld to %ld (%s)", setting->name, setting->minimum, setting->maximum,
                              setting->kind);
    long stored = (long) number;
    memcpy((char *) loading->config + setting->offset, &stored, sizeof stored);
    return true;
}

static bool set_text(struct loading *loading, const struct config_setting *setting, struct bytes value)
{
    if (setting->choices != NULL && !is_choice(setting->choices, value))
        return report_mistake(loading, "%s must be one of: %s", setting->name, setting->choices);
    if (setting->choices == NULL && (value.length < (size_t) setting->minimum || value.length > (size_t) setting->maximum))
        return report_mistake(loading, "%s must be a text of %ld to %ld bytes", setting->name, setting->minimum, setting->maximum);
    for (size_t i = 0; i < value.length; i++) {
        if ((unsigned char) value.data[i] < ' ' || value.data[i] == 0x7f)
            return report_mistake(loading, "%s holds a control character", setting->name);
    }
    if (value.length >= setting->size)
        abort(); /* a row of the table that is wrong */
    char *text = (char *) loading->config + setting->offset;
    memset(text, 0, setting->size);
    memcpy(text, value.data, value.length);
    return true;
}

static bool set_value(struct loading *loading, const struct config_setting *setting, struct bytes value)
{
    bool is_text = strcmp(setting->kind, "text") == 0 || strcmp(setting->kind, "choice") == 0;

    return is_text ? set_text(loading, setting, value) : set_number(loading, setting, value);
}

static void abort_on_mistake(void *context, const char *source, int line, const char *message)
{
    (void) context, (void) source, (void) line, (void) message;
    abort(); /* a default of the table is wrong */
}

void config_defaults(struct config *config)
{
    struct loading loading = {.config = config, .report = abort_on_mistake};

    memset(config, 0, sizeof *config);
    for (const struct config_setting *setting = table; setting->name != NULL; setting++)
        (void) set_value(&loading, setting, bytes_from(setting->default_text));
}

static bool is_plain_name(struct bytes name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    }
    return name.length > 0 && name.length <= 40;
}

static void read_line(struct loading *loading, struct bytes line)
{
    struct bytes value = line, name;

    if (line.length == 0 || line.data[0] == '#')
        return;
    if (memchr(line.data, '=', line.length) == NULL || !bytes_cut(&value, '=', &name)) {
        report_mistake(loading, "expected: name = value");
        return;
    }
    name = bytes_trim(name);
    for (size_t i = 0; i < SETTINGS; i++) {
        if (!bytes_is(name, table[i].name))
            continue;
        if (loading->seen_at[i] != 0) {
            report_mistake(loading, "%s was set in line %d already", table[i].name, loading->seen_at[i]);
            return;
        }
        loading->seen_at[i] = loading->line;
        (void) set_value(loading, &table[i], bytes_trim(value));
        return;
    }
    if (is_plain_name(name))
        report_mistake(loading, "there is no setting %.*s", BYTES_FORMAT(name));
    else
        report_mistake(loading, "what stands before '=' is not the name of a setting");
}

static void read_lines(struct loading *loading, struct bytes text)
{
    struct bytes line;

    for (loading->line = 1; bytes_cut(&text, '\n', &line); loading->line++) {
        if (bytes_ends(line, "\r"))
            line = bytes_slice(line, 0, line.length - 1);
        read_line(loading, bytes_trim(line));
    }
}

static void read_descriptor(struct loading *loading, int descriptor)
{
    size_t length = 0;
    ssize_t got = 0;
    char *text = malloc(FILE_SIZE_MAX + 1);

    if (text == NULL) {
        report_mistake(loading, "no memory to read it");
        return;
    }
    do {
        got = read(descriptor, text + length, FILE_SIZE_MAX + 1 - length);
        if (got > 0)
            length += (size_t) got;
    } while ((got > 0 && length <= FILE_SIZE_MAX) || (got < 0 && errno == EINTR));
    if (got < 0)
        report_mistake(loading, "cannot read it: %s", strerror(errno));
    else if (length > FILE_SIZE_MAX)
        report_mistake(loading, "larger than %zu bytes", FILE_SIZE_MAX);
    else
        read_lines(loading, (struct bytes){text, length});
    free(text);
}

static void read_file(struct loading *loading, const char *file, bool must_exist)
{
    int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    loading->source = file;
    loading->line = 0;
    if (descriptor < 0) {
        if (must_exist || errno != ENOENT)
            report_mistake(loading, "cannot open it: %s", strerror(errno));
        return;
    }
    read_descriptor(loading, descriptor);
    (void) close(descriptor);
}

static void read_environment(struct loading *loading)
{
    char name[64];

    loading->source = name;
    loading->line = 0;
    for (const struct config_setting *setting = table; setting->name != NULL; setting++) {
        config_environment_name(setting, name, sizeof name);
        const char *value = getenv(name);
        if (value != NULL)
            (void) set_value(loading, setting, bytes_from(value));
    }
}

void config_environment_name(const struct config_setting *setting, char *name, size_t size)
{
    (void) snprintf(name, size, "PATCHBAY_%s", setting->name);
    for (char *at = name; *at != '\0'; at++) {
        if (*at >= 'a' && *at <= 'z')
            *at = (char) (*at - 'a' + 'A');
    }
}

/* glibc takes an unknown zone for UTC without a word; so the zone is looked for. */
bool config_time_zone_is_known(const char *name)
{
    char path[128];
    struct stat status;

    (void) snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    bool sane = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == strlen(name);
    return strcmp(name, "UTC") == 0 || (sane && access(path, R_OK) == 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode));
}

bool config_load(struct config *config, const char *file, config_report *report, void *context)
{
    struct loading loading = {.config = config, .report = report, .context = context};
    const char *named = file != NULL ? file : getenv("PATCHBAY_CONFIG");

    config_defaults(config);
    if (named != NULL && named[0] != '\0')
        read_file(&loading, named, true);
    else
        read_file(&loading, PATCHBAY_SYSCONFDIR "/patchbay/patchbay.conf", false);
    read_environment(&loading);
    return !loading.failed;
}
