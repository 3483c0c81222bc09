/*
 * Settings: one table (config.c) of name, kind, default, range and description, from which parser, `check-config`, `--help`,
 * conf/patchbay.conf (the sample) and docs/settings.md are checked or made.
 *
 * File: `name = value` a line, '#' comments, values to the end of the line (no quoting). The environment wins over the file:
 * PATCHBAY_ + upper-case name. The file is named by PATCHBAY_CONFIG or --config, else sysconfdir/patchbay/patchbay.conf if that exists.
 * config_load reports every mistake, not only the first: unknown name, repeated name, value out of range, unreadable file.
 * Secrets are not settings: keys are in the keyring file, database passwords in a passfile that the DSN names.
 */
#ifndef PATCHBAY_CONFIG_CONFIG_H
#define PATCHBAY_CONFIG_CONFIG_H

#include <stdio.h>

#include "base/fault.h"
#include "base/log.h"

#define CONFIG_TEXT_MAX 1024

struct config {
    char database[CONFIG_TEXT_MAX];       /* libpq DSN of patchbay_worker */
    char admin_database[CONFIG_TEXT_MAX]; /* libpq DSN of patchbay_admin, for the command */
    char owner_database[CONFIG_TEXT_MAX]; /* libpq DSN of who may install and upgrade the schema, for `patchbay upgrade` */
    char sql_dir[CONFIG_TEXT_MAX];        /* install.sql, upgrade/ */
    char keyring_file[CONFIG_TEXT_MAX];
    char import_key_file[CONFIG_TEXT_MAX]; /* PEM private key that opens what an export sealed; "": none */
    char types_dir[CONFIG_TEXT_MAX];
    char connectors_dir[CONFIG_TEXT_MAX];
    char connectors_strict[8];            /* yes, no */
    char time_zone[64];                   /* a name of the zone database */
    char log_level[16];                   /* debug, info, warning, error */
    long body_limit;                      /* bytes, 1 KiB to 64 MiB, default 1048576 */
    long request_memory;                  /* bytes of arena a request, default 96 MiB, 1 MiB to 4 GiB */
    long requests_limit;                  /* in hand at once a process, default 128, 1 to 1024 */
    long work_threads;                    /* a process, default 16, 1 to 64: for what is slow on purpose or waits for others */
    long keystore_iterations;             /* of key derivation a request, default 1000000, 1000 to 100000000 */
    long certificate_limit;               /* bytes, default 65536, 1 KiB to 1 MiB */
    long material_environments;           /* a keystore or certificate, default 100, 1 to 1000 */
    long database_connections;            /* a process, default 2, 1 to 64 */
    long batch_limit;                     /* default 16, 1 to 256 */
    long database_wait;                   /* ms, default 2000, 10 to 60000: longest wait for a connection before 503 */
    long statement_timeout;               /* ms, default 10000, 100 to 600000 */
    long reconnect_limit;                 /* ms, default 2000, 100 to 60000: longest pause between attempts to connect */
    long io_timeout;                      /* ms, default 5000, 100 to 600000: a web server that stalls is cut off */
    long identity_cache;                  /* entries, default 65536, 0 to 16777216 */
    long rate_limit;                      /* requests a second a token over all workers of a machine, default 0: no limit; at most 10000 */
    char rate_limit_file[CONFIG_TEXT_MAX]; /* where the workers count together; used when there is a limit */
    long token_touch_interval;            /* s, default 60, 1 to 86400: how fresh a token's last-used time is kept */
    long deploy_deadline;                 /* ms, default 5000, 100 to 300000: of all deliveries of a request together, and of each of the deployer's */
    long deploy_retry;                    /* ms, default 1000, 10 to 3600000: the first pause after a failed delivery */
    long deploy_retry_limit;              /* ms, default 30000, 100 to 86400000: the longest */
    long deploy_parallel;                 /* default 4, 1 to 64: deliveries of one deployer to one worker at a time */
    long history_retention;               /* days, default 0: kept forever; at most 36500 */
    long worker_silence;                  /* s, default 60, 2 to 86400: how long a worker's last answer counts */
};

struct config_setting {
    const char *name;
    const char *kind;        /* "text", "bytes", "count", "ms", "s", "days", "choice" */
    const char *default_text;
    long minimum, maximum;   /* of a number; of a text its length in bytes; both included */
    const char *choices;     /* "debug info warning error" or NULL */
    const char *description; /* one sentence; checked not empty */
    size_t offset, size;     /* in struct config */
    const char *shown_default; /* what documents show where default_text depends on configure's folders, else NULL */
};

/* All settings, ended by a NULL name. */
const struct config_setting *config_settings(void);
void config_defaults(struct config *config);
/* "PATCHBAY_BODY_LIMIT" for body_limit; 64 bytes have room for every name. */
void config_environment_name(const struct config_setting *setting, char *name, size_t size);

/* One mistake: the file or the variable, the file's line (0: the file as a whole, or a variable), and what is wrong, without a value. */
typedef void config_report(void *context, const char *source, int line, const char *message);
/* False when anything is wrong; every mistake was reported. `file` NULL: PATCHBAY_CONFIG or the installed one. */
bool config_load(struct config *config, const char *file, config_report *report, void *context) __attribute__((warn_unused_result));
/* Whether there is such a zone in the zone database of this machine. */
bool config_time_zone_is_known(const char *name);
/* The sample file with every setting, its default and description; conf/patchbay.conf is its output (a test compares). */
void config_print_sample(FILE *out);
/* The same as a Markdown table for docs/settings.md. */
void config_print_markdown(FILE *out);

#endif
