/*
 * The worker. A web server spawns it with the listening socket as standard input, or it makes a socket of its own.
 *
 * Secrets pass through this process, so it leaves no core file and no other process of its user may look into it. A start that cannot go
 * well ends at once with one line that says why: a worker that half works would only hide the mistake.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "http/fcgi.h"
#include "seal/keyring.h"
#include "seal/memory.h"
#include "serve/loop.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

#define PROGRAM "patchbay.fcgi"
#define BACKLOG 1024
#define USAGE_STATUS 2

struct options {
    const char *socket;
    const char *config;
    const char *new_keyring;
};

/* With a standard stream closed a socket would get its number, and log lines would be written into it. */
static void fill_standard_streams(void)
{
    int descriptor;
    do {
        descriptor = open("/dev/null", O_RDWR);
    } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0) {
        close(descriptor);
    }
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int fail(const struct fault *fault)
{
    log_flush();
    fprintf(stderr, "%s: %s\n", PROGRAM, fault->message);
    return EXIT_FAILURE;
}

static int fail_usage(const char *message)
{
    fprintf(stderr, "%s: %s (see %s --help)\n", PROGRAM, message, PROGRAM);
    return USAGE_STATUS;
}

/* Of what was asked for and printed. */
static int finish_output(void)
{
    if (fflush(stdout) == 0) {
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "%s: cannot write to standard output: %s\n", PROGRAM, strerror(errno));
    return EXIT_FAILURE;
}

static int print_help(void)
{
    printf("Serves Patchbay's APIs over FastCGI. A web server spawns it with the listening socket as standard input.\n\n"
           "    %s [--config FILE] [--socket PATH]\n"
           "    %s --create-keyring FILE\n\n"
           "    --socket PATH          listen on a Unix socket of its own\n"
           "    --config FILE          settings; else the file that PATCHBAY_CONFIG names, else the installed one\n"
           "    --create-keyring FILE  write a new keyring with one random key and end\n"
           "    --help, --version\n\n"
           "Settings, in the file as `name = value` or in the environment as PATCHBAY_NAME:\n\n",
           PROGRAM, PROGRAM);
    for (const struct config_setting *setting = config_settings(); setting->name != NULL; setting++) {
        printf("    %s = %s\n        %s\n", setting->name, setting->default_text, setting->description);
    }
    return finish_output();
}

static int print_version(void)
{
    printf("%s %s\n", PROGRAM, PACKAGE_VERSION);
    return finish_output();
}

static void report_mistake(void *context, const char *source, int line, const char *message)
{
    (void) context;
    if (line > 0) {
        fprintf(stderr, "%s: %s:%d: %s\n", PROGRAM, source, line, message);
    } else {
        fprintf(stderr, "%s: %s: %s\n", PROGRAM, source, message);
    }
}

/* The socket that requests come from, non-blocking; -1 with a fault. */
static int open_listener(const struct options *options, struct fault *fault)
{
    if (options->socket != NULL) {
        return fcgi_listen(options->socket, BACKLOG, fault);
    }
    int flags = fcntl(STDIN_FILENO, F_GETFL);
    if (flags < 0 || fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK) != 0) {
        fault_set(fault, FAULT_INTERNAL, "the listening socket cannot be made non-blocking: %s", strerror(errno));
        return -1;
    }
    return STDIN_FILENO;
}

/* The socket's file as it is now; zeros when there is none. */
static struct stat look_at_socket(const struct options *options)
{
    struct stat status;

    if (options->socket == NULL || lstat(options->socket, &status) != 0) {
        memset(&status, 0, sizeof(status));
    }
    return status;
}

/* A worker that stops has given up its socket for a while already: another may have found it stale, and put its own there. */
static void remove_socket(const struct options *options, const struct stat *ours)
{
    struct stat there = look_at_socket(options);

    if (there.st_ino != 0 && there.st_ino == ours->st_ino && there.st_dev == ours->st_dev && there.st_ctim.tv_sec == ours->st_ctim.tv_sec
        && there.st_ctim.tv_nsec == ours->st_ctim.tv_nsec) {
        unlink(options->socket);
    }
}

static bool is_listening(int descriptor)
{
    int listening = 0;
    socklen_t length = sizeof(listening);
    return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening != 0;
}

static int serve(const struct options *options)
{
    static struct config config;
    struct api_context context;
    struct fault fault = {.kind = FAULT_NONE};
    enum log_level level;

    serve_hold_signals();
    if (!config_load(&config, options->config, report_mistake, NULL)) {
        return EXIT_FAILURE;
    }
    if (log_level_from(bytes_from(config.log_level), &level)) {
        log_set_level(level);
    }
    if (!fcgi_start(&fault) || !api_context_open(&context, &config, &fault)) {
        return fail(&fault);
    }
    int listener = open_listener(options, &fault);
    struct stat placed = look_at_socket(options);
    bool served = listener >= 0 && serve_loop(&context, listener, &fault);
    api_context_close(&context);
    if (listener >= 0 && options->socket != NULL) {
        close(listener);
        remove_socket(options, &placed);
    }
    return served ? EXIT_SUCCESS : fail(&fault);
}

static int create_keyring(const char *file)
{
    struct fault fault = {.kind = FAULT_NONE};
    return keyring_create(file, &fault) ? EXIT_SUCCESS : fail(&fault);
}

int main(int count, char **arguments)
{
    static const struct option known[] = {
        {"socket", required_argument, NULL, 's'}, {"config", required_argument, NULL, 'c'},  {"create-keyring", required_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},         {"version", no_argument, NULL, 'v'},       {NULL, 0, NULL, 0},
    };
    struct options options = {NULL, NULL, NULL};
    struct fault fault;

    fill_standard_streams();
    memory_hide();
    if (!memory_wipe_freed()) {
        (void) fault_set(&fault, FAULT_INTERNAL, "OpenSSL was in use before its memory could be guarded");
        return fail(&fault);
    }
    raise_descriptor_limit();
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    opterr = 0;
    for (int option = getopt_long(count, arguments, "", known, NULL); option != -1; option = getopt_long(count, arguments, "", known, NULL)) {
        switch (option) {
        case 's':
            options.socket = optarg;
            break;
        case 'c':
            options.config = optarg;
            break;
        case 'k':
            options.new_keyring = optarg;
            break;
        case 'h':
            return print_help();
        case 'v':
            return print_version();
        default:
            return fail_usage("unknown option, or one without its value");
        }
    }
    if (optind < count) {
        return fail_usage("there are no arguments but options");
    }
    if (options.new_keyring != NULL) {
        return create_keyring(options.new_keyring);
    }
    if (options.socket == NULL && !is_listening(STDIN_FILENO)) {
        return fail_usage("standard input is not a listening socket: let a web server start this program, or give it --socket PATH");
    }
    return serve(&options);
}
