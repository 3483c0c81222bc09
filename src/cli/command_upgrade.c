/*
 * The schema of the database is brought to the newest version that sql_dir has: install.sql into an empty database, else the numbered
 * upgrades that it lacks, NNN_what_changes.sql from version NNN - 1 to NNN.
 *
 * Each upgrade is a transaction of its own, in which its number is written down first, so that no upgrade is ever done twice, whatever else
 * runs or was killed. Somebody else's upgrade is waited for (an advisory lock), then there is nothing left to do. An upgrade gives up
 * rather than make workers wait behind it (lock_timeout); it is run again.
 * Not here: how psql is run (db/script.h).
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "db/admin.h"
#include "db/script.h"

#define FIRST_VERSION 1 /* what there was before any upgrade */
#define UPGRADES_MAX 999
#define PATH_SIZE (CONFIG_TEXT_MAX + 300)
#define LOCK_STEP "select pg_advisory_xact_lock(hashtextextended('patchbay upgrade step', 0)); "

struct upgrades {
    const char *folder; /* sql_dir */
    char *names[UPGRADES_MAX + 1]; /* by number; NULL: there is none */
    int newest;
};

/* ---- what there is to run ---- */

/* The number of NNN_words.sql, 0 of another name. */
static int number_of(const char *name)
{
    size_t length = strlen(name);
    bool fits = length > strlen("NNN_.sql") && strspn(name, "0123456789") == 3 && name[3] == '_' && strcmp(name + length - 4, ".sql") == 0;

    return fits ? (int) strtol(name, NULL, 10) : 0;
}

static bool note_upgrade(struct upgrades *upgrades, const char *name, struct fault *fault)
{
    size_t length = strlen(name);
    int number = number_of(name);

    if (length < 4 || strcmp(name + length - 4, ".sql") != 0) {
        return true;
    }
    if (number <= FIRST_VERSION) {
        return fault_set(fault, FAULT_INVALID, "%s/upgrade/%s is not named NNN_what_changes.sql, with a number from 002", upgrades->folder, name);
    }
    if (upgrades->names[number] != NULL) {
        return fault_set(fault, FAULT_INVALID, "%s/upgrade has two upgrades %03d", upgrades->folder, number);
    }
    upgrades->names[number] = strdup(name);
    if (upgrades->names[number] == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    upgrades->newest = number > upgrades->newest ? number : upgrades->newest;
    return true;
}

static bool find_upgrades(struct upgrades *upgrades, struct fault *fault)
{
    char path[PATH_SIZE];
    bool good = true;

    snprintf(path, sizeof(path), "%s/upgrade", upgrades->folder);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return fault_set(fault, FAULT_INVALID, "cannot open %s (sql_dir): %s", path, strerror(errno));
    }
    for (struct dirent *entry = readdir(folder); good && entry != NULL; entry = readdir(folder)) {
        good = note_upgrade(upgrades, entry->d_name, fault);
    }
    closedir(folder);
    for (int number = FIRST_VERSION + 1; good && number < upgrades->newest; number++) {
        if (upgrades->names[number] == NULL) {
            good = fault_set(fault, FAULT_INVALID, "upgrade %03d is missing in %s", number, path);
        }
    }
    return good;
}

/* ---- running it ---- */

/* The database's version, 0 when it has no Patchbay. */
static bool read_version(struct db_admin *admin, int64_t *version, struct fault *fault)
{
    struct db_result result;

    if (!db_admin_query(admin, "select to_regnamespace('patchbay') is not null", 0, NULL, &result, fault)) {
        return false;
    }
    *version = 0;
    if (!bytes_is(db_text(&result, 0, 0), "t")) {
        return true;
    }
    if (!db_admin_query(admin, "select max(version) from patchbay.schema_version", 0, NULL, &result, fault)) {
        return fault_wrap(fault, "the schema patchbay is there, but its version cannot be read");
    }
    if (db_is_null(&result, 0, 0)) {
        return fault_set(fault, FAULT_INVALID, "the schema patchbay is there, but has no version");
    }
    return bytes_to_int64(db_text(&result, 0, 0), version) || fault_set(fault, FAULT_INTERNAL, "the version is no number");
}

static bool install(struct db_admin *admin, const struct upgrades *upgrades, struct fault *fault)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof(path), "%s/install.sql", upgrades->folder);
    return db_script_run(admin, LOCK_STEP, path, NULL, fault) || fault_wrap(fault, "nothing was installed");
}

static bool upgrade_to(struct db_admin *admin, const struct upgrades *upgrades, int number, struct fault *fault)
{
    char path[PATH_SIZE], before[512];

    snprintf(path, sizeof(path), "%s/upgrade/%s", upgrades->folder, upgrades->names[number]);
    snprintf(before, sizeof(before),
             "set local client_min_messages = warning; " LOCK_STEP "set local lock_timeout = '5s'; "
             "set local role patchbay_owner; set local search_path = patchbay, pg_catalog; "
             "insert into schema_version (version) values (%d)", number);
    return db_script_run(admin, before, path, NULL, fault) || fault_wrap(fault, "upgrade %03d was not done", number);
}

/* One step. `version` moves by at least one. */
static bool advance(struct db_admin *admin, const struct upgrades *upgrades, int64_t *version, FILE *out, struct fault *fault)
{
    bool empty = *version == 0;
    int64_t before = *version;

    if (!(empty ? install(admin, upgrades, fault) : upgrade_to(admin, upgrades, (int) *version + 1, fault)) ||
        !read_version(admin, version, fault)) {
        return false;
    }
    if (*version <= before) {
        return fault_set(fault, FAULT_INVALID, "what was run left the schema at version %lld", (long long) *version);
    }
    fprintf(out, "%s version %lld\n", empty ? "installed" : "upgraded to", (long long) *version);
    fflush(out);
    return true;
}

static bool upgrade_all(struct db_admin *admin, const struct upgrades *upgrades, FILE *out, struct fault *fault)
{
    struct db_result result;
    int64_t version = 0;

    if (!db_admin_query(admin, "select pg_advisory_lock(hashtextextended('patchbay upgrade', 0))", 0, NULL, &result, fault) ||
        !read_version(admin, &version, fault)) {
        return false;
    }
    while (version == 0 || version < upgrades->newest) {
        if (!advance(admin, upgrades, &version, out, fault)) {
            return false;
        }
    }
    if (version > upgrades->newest) {
        return fault_set(fault, FAULT_INVALID, "the database has version %lld of the schema, %s knows versions up to %d; install the newer Patchbay",
                         (long long) version, upgrades->folder, upgrades->newest);
    }
    fprintf(out, "up to date: version %lld\n", (long long) version);
    return true;
}

enum command_end command_upgrade(struct command_context *context, struct fault *fault)
{
    const struct config *config = command_config(context, fault);
    struct db_admin *admin = NULL;

    if (config == NULL) {
        return COMMAND_FAILED;
    }
    struct upgrades upgrades = {.folder = config->sql_dir, .newest = FIRST_VERSION};
    bool done = find_upgrades(&upgrades, fault) &&
                (db_admin_new(&admin, config->owner_database, fault) || fault_wrap(fault, "no connection to the database (owner_database)")) &&
                upgrade_all(admin, &upgrades, context->out, fault);
    db_admin_free(admin);
    for (int number = 0; number <= UPGRADES_MAX; number++) {
        free(upgrades.names[number]);
    }
    return done ? COMMAND_DONE : COMMAND_FAILED;
}
