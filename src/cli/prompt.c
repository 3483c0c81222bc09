/*
 * The terminal is asked itself and not standard input, so that a command in a pipe can still be typed to. While it does not show what is typed,
 * signals that would end or stop the program only end the reading: settings are put back first, then the signal is let through.
 */
#include "cli/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/bytes.h"
#include "cli/escape.h"

static bool judge(struct bytes password, struct fault *fault)
{
    if (password.length == 0) {
        return fault_set(fault, FAULT_INVALID, "a password can not be empty");
    }
    if (password.length > PROMPT_PASSWORD_MAX) {
        return fault_set(fault, FAULT_INVALID, "a password has at most %d bytes", PROMPT_PASSWORD_MAX);
    }
    for (size_t i = 0; i < password.length; i++) {
        if ((unsigned char) password.data[i] < ' ' || password.data[i] == 0x7f) {
            return fault_set(fault, FAULT_INVALID, "a password is one line without control characters");
        }
    }
    return bytes_utf8(password, NULL) || fault_set(fault, FAULT_INVALID, "a password is text in UTF-8");
}

/* ---- from a pipe */

static bool read_piped(char *text, struct fault *fault)
{
    char data[PROMPT_PASSWORD_MAX + 3]; /* "\r\n" and one more: what is longer is too long */
    size_t length = 0;
    ssize_t got;

    do {
        got = read(STDIN_FILENO, data + length, sizeof data - length);
        length += got > 0 ? (size_t) got : 0;
    } while (length < sizeof data && (got > 0 || (got < 0 && errno == EINTR)));
    bool good = got >= 0 || fault_set(fault, FAULT_UNAVAILABLE, "cannot read standard input: %s", strerror(errno));
    if (good) {
        length -= length > 0 && data[length - 1] == '\n';
        length -= length > 0 && data[length - 1] == '\r';
        good = judge((struct bytes){data, length}, fault);
    }
    if (good) {
        memcpy(text, data, length);
        text[length] = '\0';
    }
    explicit_bzero(data, sizeof data);
    return good;
}

/* ---- from a terminal */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

enum { SIGNALS = sizeof signals / sizeof signals[0] };

static volatile sig_atomic_t caught;

static void catch(int number)
{
    caught = number;
}

struct quiet_terminal {
    int fd;
    struct termios before;
    struct sigaction actions[SIGNALS];
};

static bool make_quiet(struct quiet_terminal *terminal, struct fault *fault)
{
    struct sigaction action = {.sa_handler = catch};
    struct termios quiet;

    terminal->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal->fd < 0 || tcgetattr(terminal->fd, &terminal->before) != 0) {
        fault_set(fault, FAULT_INVALID, "there is no terminal to type the password at: use --password-stdin");
        if (terminal->fd >= 0) {
            close(terminal->fd);
        }
        return false;
    }
    caught = 0;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], &action, &terminal->actions[i]); /* without SA_RESTART: read() returns */
    }
    quiet = terminal->before;
    quiet.c_lflag &= ~(tcflag_t) ECHO;
    quiet.c_lflag |= ECHONL | ICANON;
    tcsetattr(terminal->fd, TCSAFLUSH, &quiet);
    return true;
}

/* False when a signal came meanwhile; it is let through here. */
static bool make_loud(struct quiet_terminal *terminal, struct fault *fault)
{
    while (tcsetattr(terminal->fd, TCSAFLUSH, &terminal->before) != 0 && errno == EINTR) {
    }
    close(terminal->fd);
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], &terminal->actions[i], NULL);
    }
    if (caught != 0) {
        raise(caught);
        return fault_set(fault, FAULT_UNAVAILABLE, "interrupted");
    }
    return true;
}

/* One line, without its end. */
static bool read_line(int fd, char *text, size_t size, struct fault *fault)
{
    size_t length = 0;

    while (length < size && caught == 0) {
        ssize_t got = read(fd, text + length, size - length);
        if (got <= 0) {
            break; /* a signal, or the end of input */
        }
        length += (size_t) got;
        if (text[length - 1] == '\n') {
            text[length - 1] = '\0';
            return true;
        }
    }
    text[length < size ? length : size - 1] = '\0';
    return caught == 0 && length == size ? fault_set(fault, FAULT_INVALID, "a password has at most %d bytes", PROMPT_PASSWORD_MAX)
                                         : fault_set(fault, FAULT_UNAVAILABLE, "no password was typed");
}

static void say(int fd, const char *before, const char *whose)
{
    FILE *out = fdopen(dup(fd), "w");

    if (out != NULL) {
        fputs(before, out);
        escape_print(out, bytes_from(whose), ESCAPE_MESSAGE);
        fputs(": ", out);
        fclose(out);
    }
}

static bool read_typed(const char *whose, char *password, struct fault *fault)
{
    struct quiet_terminal terminal;
    char again[PROMPT_PASSWORD_MAX + 2];
    char first[PROMPT_PASSWORD_MAX + 2];

    if (!make_quiet(&terminal, fault)) {
        return false;
    }
    say(terminal.fd, "Password of ", whose);
    bool good = read_line(terminal.fd, first, sizeof first, fault) && judge(bytes_from(first), fault);
    if (good) {
        say(terminal.fd, "The same again, for ", whose);
        good = read_line(terminal.fd, again, sizeof again, fault)
               && (strcmp(first, again) == 0 || fault_set(fault, FAULT_INVALID, "the two passwords differ"));
    }
    good = make_loud(&terminal, fault) && good;
    if (good) {
        strcpy(password, first);
    }
    explicit_bzero(first, sizeof first);
    explicit_bzero(again, sizeof again);
    return good;
}

bool prompt_password(bool from_stdin, const char *whose, char password[PROMPT_PASSWORD_MAX + 1], struct fault *fault)
{
    return from_stdin ? read_piped(password, fault) : read_typed(whose, password, fault);
}
