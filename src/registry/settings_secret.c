/*
 * Which keys and texts say of themselves that they are secret. For free-form members only: what a type declares is secret
 * because the type says so.
 *
 * Both err towards sealing. What is sealed without need is masked in lists and read in full by those who may read secrets, and
 * nothing is lost by writing it back; what is left readable without need is a leak. Texts are judged more narrowly than keys,
 * because they are masked as a whole: in a text a word counts only at the end of a parameter's name (`trustStorePassword=`, not
 * `pwdLastSet=`). What no rule can see: a password as a bare word under a harmless key.
 */
#include <string.h>

#include "registry/settings.h"

#define MASK_MIN 3

/* Without '-', '_', '.' and ' ' between their letters. "pass" and "auth" are handled apart: they occur within other words. */
static const char *const secret_words[] = {
    "password",        "passwd",       "passphrase", "passcode",      "passkey",   "pwd",        "secret",
    "token",           "apikey",       "credential", "privatekey",    "accesskey", "accountkey", "sharedkey",
    "subscriptionkey", "functionskey", "signingkey", "encryptionkey", "masterkey", "authkey",    "authorization",
    "cookie",          "bearer",       "jwt",        "sessionid",
};

#define WORD_COUNT (sizeof secret_words / sizeof secret_words[0])

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static bool is_separator(char c)
{
    return c == '-' || c == '_' || c == '.' || c == ' ';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_character(char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_' || c == '.';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The word from `at` on, separators between its letters skipped: where it ends, or 0. */
static size_t match_word(struct bytes key, size_t at, const char *word)
{
    if (lower(key.data[at]) != word[0]) {
        return 0;
    }
    for (; *word != '\0'; word++, at++) {
        while (at < key.length && is_separator(key.data[at])) {
            at++;
        }
        if (at == key.length || lower(key.data[at]) != *word) {
            return 0;
        }
    }
    return at;
}

static bool only_digits_follow(struct bytes key, size_t at)
{
    while (at < key.length && (is_digit(key.data[at]) || is_separator(key.data[at]))) {
        at++;
    }
    return at == key.length;
}

/* smtp.pass, caKeystoreFilePass, PASS; not bypass. */
static bool ends_with_pass(struct bytes key)
{
    if (key.length < 4 || !bytes_is_nocase(bytes_slice(key, key.length - 4, key.length), "pass")) {
        return false;
    }
    return key.length == 4 || is_separator(key.data[key.length - 5]) || key.data[key.length - 4] == 'P';
}

/* `whole`: the word must end the key, but for a number (password2). */
static bool contains_secret_word(struct bytes key, bool whole)
{
    for (size_t at = 0; at < key.length; at++) {
        for (size_t i = 0; i < WORD_COUNT; i++) {
            size_t end = match_word(key, at, secret_words[i]);
            if (end > 0 && (!whole || only_digits_follow(key, end))) {
                return true;
            }
        }
    }
    return ends_with_pass(key);
}

bool settings_key_is_secret(struct bytes key)
{
    return contains_secret_word(key, false) || bytes_is_nocase(key, "auth") || bytes_is_nocase(key, "x-auth");
}

/* ---- user:password@ ---- */

static bool ends_address(char c)
{
    return is_space(c) || c == '"' || c == '\'' || c == '<' || c == '>';
}

static bool ends_authority(char c)
{
    return ends_address(c) || c == '/' || c == '?' || c == '#' || c == ';';
}

static size_t find_last(struct bytes text, char c)
{
    for (size_t i = text.length; i > 0; i--) {
        if (text.data[i - 1] == c) {
            return i - 1;
        }
    }
    return text.length;
}

/* host:port, or a password that was cut short by a character that should have been encoded? */
static bool is_host_and_port(struct bytes authority)
{
    const char *bracket =
        authority.length > 0 && authority.data[0] == '[' ? memchr(authority.data, ']', authority.length) : NULL;
    struct bytes rest =
        bracket == NULL ? authority : bytes_slice(authority, (size_t) (bracket - authority.data), authority.length);
    size_t at = 0;

    while (at < rest.length && rest.data[at] != ':') {
        at++;
    }
    if (at == rest.length) {
        return true;
    }
    size_t port = at + 1;
    for (at = port; at < rest.length && is_digit(rest.data[at]); at++) {
    }
    return at > port && at == rest.length;
}

/* `rest`: what follows "//". `read` is how far was looked, so that a text of many slashes is looked at once. */
static bool authority_has_password(struct bytes rest, size_t *read)
{
    size_t end = 0, far;

    while (end < rest.length && !ends_authority(rest.data[end])) {
        end++;
    }
    struct bytes authority = bytes_slice(rest, 0, end);
    size_t at = find_last(authority, '@');

    *read = end;
    if (at < end) {
        const char *colon = memchr(authority.data, ':', at);
        return colon != NULL && colon + 1 < authority.data + at;
    }
    if (is_host_and_port(authority)) {
        return false;
    }
    for (far = end; far < rest.length && !ends_address(rest.data[far]); far++) {
        if (rest.data[far] == '@') {
            return true;
        }
    }
    *read = far;
    return false;
}

static bool has_url_password(struct bytes text)
{
    for (size_t i = 0; i + 2 < text.length; i++) {
        size_t read;
        if (text.data[i] != '/' || text.data[i + 1] != '/' || (i > 0 && text.data[i - 1] != ':')) {
            continue;
        }
        if (authority_has_password(bytes_slice(text, i + 2, text.length), &read)) {
            return true;
        }
        i += 1 + read;
    }
    return false;
}

/* jdbc:oracle:thin:user/password@host:port:name */
static bool has_oracle_password(struct bytes text)
{
    static const char prefix[] = "jdbc:oracle:";

    if (!bytes_is_nocase(bytes_slice(text, 0, sizeof prefix - 1), prefix)) {
        return false;
    }
    const char *at = memchr(text.data, '@', text.length);
    const char *slash = at == NULL ? NULL : memchr(text.data, '/', (size_t) (at - text.data));
    return slash != NULL && slash + 1 < at;
}

/* ---- password= ---- */

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

/* The name before the sign at `at`; *quoted when it stands in quotes. */
static struct bytes name_before(struct bytes text, size_t at, bool *quoted)
{
    size_t to = at;

    while (to > 0 && (text.data[to - 1] == ' ' || text.data[to - 1] == '\t')) {
        to--;
    }
    *quoted = to > 0 && is_quote(text.data[to - 1]);
    if (*quoted) {
        to--;
    }
    size_t from = to;
    while (from > 0 && is_name_character(text.data[from - 1])) {
        from--;
    }
    return bytes_slice(text, from, to);
}

static bool value_follows(struct bytes text, size_t at)
{
    while (at < text.length && (text.data[at] == ' ' || text.data[at] == '\t')) {
        at++;
    }
    if (at < text.length && is_quote(text.data[at])) {
        at++;
    }
    return at < text.length && !is_space(text.data[at]) && !is_quote(text.data[at]) && strchr("&;,)]}", text.data[at]) == NULL;
}

/* name=value of URLs and property strings, "name":value of JSON within a text. */
static bool has_secret_parameter(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        bool quoted;
        if (text.data[i] != '=' && text.data[i] != ':') {
            continue;
        }
        struct bytes name = name_before(text, i, &quoted);
        if (name.length == 0 || (text.data[i] == ':' && !quoted)) {
            continue;
        }
        if ((contains_secret_word(name, true) || bytes_is_nocase(name, "sig")) && value_follows(text, i + 1)) {
            return true;
        }
    }
    return false;
}

bool settings_text_is_secret(struct bytes text)
{
    static const char pem[] = "PRIVATE KEY-----";

    return text.length > 0
           && (has_url_password(text) || has_oracle_password(text) || has_secret_parameter(text)
               || memmem(text.data, text.length, pem, sizeof pem - 1) != NULL);
}

bool settings_is_mask(struct bytes text)
{
    static const char bullet[] = "\xe2\x80\xa2";
    size_t count = 0;

    for (size_t i = 0; i < text.length; count++) {
        if (text.data[i] == '*') {
            i++;
        } else if (bytes_starts(bytes_slice(text, i, text.length), bullet)) {
            i += sizeof bullet - 1;
        } else {
            return false;
        }
    }
    return count >= MASK_MIN;
}
