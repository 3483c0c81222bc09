/*
 * psql connects for itself, so it is told what our own connection came to in the end (PQconninfo), not what the settings said: a service
 * file, PG* variables and defaults were taken into account once and mean the same to both. Every process of the machine can read a command
 * line, therefore the password alone goes by the environment. Nothing else of that kind can go there, so sslpassword is refused.
 */
#include "db/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/admin_handle.h"

/* What the child gets. */
struct psql {
    const char *arguments[16];
    char *connection; /* a connection string without a password */
    char *password;   /* or NULL */
};

static bool is_secret(const PQconninfoOption *option)
{
    return option->dispchar[0] == '*';
}

static bool is_handed_on(const PQconninfoOption *option)
{
    return option->val != NULL && option->val[0] != '\0' && strcmp(option->keyword, "service") != 0 && !is_secret(option);
}

static void write_option(FILE *out, const PQconninfoOption *option)
{
    fprintf(out, "%s='", option->keyword);
    for (const char *at = option->val; *at != '\0'; at++) {
        if (*at == '\'' || *at == '\\') {
            fputc('\\', out);
        }
        fputc(*at, out);
    }
    fputs("' ", out);
}

static bool describe_connection(struct psql *psql, const PQconninfoOption *options, struct fault *fault)
{
    size_t size = 0;
    FILE *out = open_memstream(&psql->connection, &size);

    if (out == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        if (is_handed_on(option)) {
            write_option(out, option);
        }
    }
    return fclose(out) == 0 || fault_set(fault, FAULT_INTERNAL, "out of memory");
}

static bool take_secrets(struct psql *psql, const PQconninfoOption *options, struct fault *fault)
{
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        if (!is_secret(option) || option->val == NULL || option->val[0] == '\0') {
            continue;
        }
        if (strcmp(option->keyword, "password") != 0) {
            return fault_set(fault, FAULT_INVALID, "%s cannot be handed on to psql safely; use a key file without one", option->keyword);
        }
        psql->password = strdup(option->val);
        if (psql->password == NULL) {
            return fault_set(fault, FAULT_INTERNAL, "out of memory");
        }
    }
    return true;
}

static bool prepare_connection(struct psql *psql, struct db_admin *admin, struct fault *fault)
{
    PQconninfoOption *options = PQconninfo(db_admin_handle(admin));

    if (options == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    bool good = take_secrets(psql, options, fault) && describe_connection(psql, options, fault);
    PQconninfoFree(options);
    return good;
}

static void prepare_arguments(struct psql *psql, const char *before, const char *file, const char *after)
{
    size_t count = 0;
    static const char *const always[] = {"psql", "-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", "-1", "-d"};

    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
        psql->arguments[count++] = always[i];
    }
    psql->arguments[count++] = psql->connection;
    if (before != NULL) {
        psql->arguments[count++] = "-c";
        psql->arguments[count++] = before;
    }
    psql->arguments[count++] = "-f";
    psql->arguments[count++] = file;
    if (after != NULL) {
        psql->arguments[count++] = "-c";
        psql->arguments[count++] = after;
    }
    psql->arguments[count] = NULL;
}

static _Noreturn void become_psql(const struct psql *psql, int errors)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool ready = nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 && dup2(errors, STDERR_FILENO) >= 0 &&
                 unsetenv("PGSERVICE") == 0 && unsetenv("PGPASSWORD") == 0 && setenv("LC_ALL", "C.UTF-8", 1) == 0 &&
                 (psql->password == NULL || setenv("PGPASSWORD", psql->password, 1) == 0);

    if (ready) {
        execvp("psql", (char *const *) (uintptr_t) psql->arguments);
    }
    dprintf(errors, "cannot start psql: %s\n", strerror(errno));
    _exit(127);
}

/* The first error that psql tells, else its first line; all is read, so that it never waits for us. */
static void read_errors(int descriptor, struct fault *fault)
{
    FILE *in = fdopen(descriptor, "r");
    char *line = NULL;
    size_t size = 0;
    bool seen_error = false;

    if (in == NULL) {
        close(descriptor);
        return;
    }
    while (getline(&line, &size, in) > 0) {
        bool is_error = strstr(line, "ERROR:") != NULL || strstr(line, "FATAL:") != NULL;
        if (!seen_error && (is_error || fault->kind == FAULT_NONE)) {
            *fault = (struct fault){.kind = FAULT_NONE};
            fault_set(fault, FAULT_INVALID, "%.*s", (int) strcspn(line, "\n"), line);
        }
        seen_error = seen_error || is_error;
    }
    free(line);
    fclose(in);
}

static bool wait_for(pid_t child, struct fault *fault)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return fault_set(fault, FAULT_INTERNAL, "cannot wait for psql: %s", strerror(errno));
        }
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return true;
    }
    return fault->kind == FAULT_NONE ? fault_set(fault, FAULT_INTERNAL, "psql ended without a word") : false;
}

static bool run_psql(const struct psql *psql, struct fault *fault)
{
    int ends[2];
    struct fault told = {.kind = FAULT_NONE};

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return fault_set(fault, FAULT_INTERNAL, "no pipe to psql: %s", strerror(errno));
    }
    pid_t child = fork();
    if (child == 0) {
        become_psql(psql, ends[1]);
    }
    int error = errno;
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return fault_set(fault, FAULT_INTERNAL, "no process for psql: %s", strerror(error));
    }
    read_errors(ends[0], &told);
    return wait_for(child, &told) || fault_set(fault, told.kind, "%s", told.message);
}

static void forget(struct psql *psql)
{
    if (psql->password != NULL) {
        explicit_bzero(psql->password, strlen(psql->password));
    }
    free(psql->password);
    free(psql->connection);
}

bool db_script_run(struct db_admin *admin, const char *before, const char *file, const char *after, struct fault *fault)
{
    struct psql psql = {.connection = NULL};
    bool done = prepare_connection(&psql, admin, fault);

    if (done) {
        prepare_arguments(&psql, before, file, after);
        done = run_psql(&psql, fault);
    }
    forget(&psql);
    return done;
}
