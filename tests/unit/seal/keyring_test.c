/*
 * Keyring files: what is taken, and that each thing which makes one unfit is refused with file and line, without a digit of a key.
 */
#include "seal/keyring.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "seal/keyring_file.h"
#include "seal/keyring_output.h"
#include "tests/support/unit.h"

#define KEY_A "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define KEY_B "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"

static char folder[64];
static char file[128];

static void make_folder(void)
{
    strcpy(folder, "/tmp/patchbay-keyring-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/keyring", folder);
}

static void remove_folder(void)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
}

static void write_bytes(struct bytes text, mode_t mode)
{
    (void) unlink(file);
    int descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text.data, text.length), (ssize_t) text.length);
    ck_assert_int_eq(fchmod(descriptor, mode), 0);
    ck_assert_int_eq(close(descriptor), 0);
}

static struct keyring *take(const char *text)
{
    struct keyring *keyring = NULL;
    struct fault fault = {.kind = FAULT_NONE};

    write_bytes(bytes_from(text), 0600);
    ck_assert_msg(keyring_new(&keyring, file, &fault), "%s", fault.message);
    ck_assert_ptr_nonnull(keyring);
    return keyring;
}

/* That what is at `file` is refused, saying `reason`, naming the file. */
static void refuse_file(const char *reason)
{
    struct keyring *keyring = NULL;
    struct fault fault = {.kind = FAULT_NONE};

    ck_assert_msg(!keyring_new(&keyring, file, &fault), "it was taken");
    ck_assert_ptr_null(keyring);
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    ck_assert_msg(strstr(fault.message, file) != NULL, "\"%s\" does not name the file", fault.message);
    ck_assert_msg(strstr(fault.message, reason) != NULL, "\"%s\" does not say \"%s\"", fault.message, reason);
}

static void refuse(const char *text, const char *reason)
{
    write_bytes(bytes_from(text), 0600);
    refuse_file(reason);
}

/* ---- what is taken ---- */

START_TEST(keys_are_read_and_numbered_in_order)
{
    struct keyring *keyring = take("# ours\n\n20:" KEY_B "\n3:" KEY_A ":active\n\n  # the end\n");

    ck_assert_uint_eq(keyring_count(keyring), 2);
    ck_assert_int_eq(keyring_number(keyring, 0), 3);
    ck_assert_int_eq(keyring_number(keyring, 1), 20);
    ck_assert_int_eq(keyring_active(keyring), 3);
    ck_assert_uint_eq(keyring_key(keyring, 3)[0], 0x9f);
    ck_assert_uint_eq(keyring_key(keyring, 3)[31], 0x08);
    ck_assert_uint_eq(keyring_key(keyring, 20)[0], 0x60);
    ck_assert_ptr_null(keyring_key(keyring, 1));
    ck_assert_ptr_null(keyring_key(keyring, 0));
    ck_assert_ptr_null(keyring_key(keyring, -3));
    keyring_free(keyring);
}
END_TEST

START_TEST(without_a_mark_the_highest_number_is_active)
{
    struct keyring *keyring = take("2147483647:" KEY_B "\n1:" KEY_A "\n");

    ck_assert_int_eq(keyring_active(keyring), 2147483647);
    keyring_free(keyring);
}
END_TEST

START_TEST(hexadecimal_digits_may_be_upper_case)
{
    struct keyring *keyring = take("1:9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08\n");

    ck_assert_uint_eq(keyring_key(keyring, 1)[0], 0x9f);
    keyring_free(keyring);
}
END_TEST

START_TEST(spaces_around_a_line_and_line_ends_of_other_systems_are_tolerated)
{
    struct keyring *keyring = take("# comment\r\n\r\n 1:" KEY_A "  \t\r\n\t2:" KEY_B ":active \r\n");

    ck_assert_uint_eq(keyring_count(keyring), 2);
    ck_assert_int_eq(keyring_active(keyring), 2);
    keyring_free(keyring);
}
END_TEST

START_TEST(the_last_line_needs_no_end)
{
    struct keyring *keyring = take("1:" KEY_A);

    ck_assert_uint_eq(keyring_count(keyring), 1);
    keyring_free(keyring);
}
END_TEST

START_TEST(sixty_four_keys_are_taken_and_one_more_is_refused)
{
    char text[80 * 70];
    size_t length = 0;

    for (int i = 1; i <= 64; i++)
        length += (size_t) snprintf(text + length, sizeof text - length, "%d:" KEY_A "\n", i);
    struct keyring *keyring = take(text);
    ck_assert_uint_eq(keyring_count(keyring), KEYRING_KEYS_MAX);
    keyring_free(keyring);
    snprintf(text + length, sizeof text - length, "65:" KEY_A "\n");
    refuse(text, "line 65: there are more than 64 keys");
}
END_TEST

START_TEST(a_link_to_a_guarded_file_is_taken)
{
    char link_name[160];
    struct keyring *keyring = NULL;
    struct fault fault;

    write_bytes(BYTES("1:" KEY_A "\n"), 0400);
    snprintf(link_name, sizeof link_name, "%s/link", folder);
    ck_assert_int_eq(symlink(file, link_name), 0);
    ck_assert_msg(keyring_new(&keyring, link_name, &fault), "%s", fault.message);
    keyring_free(keyring);
    ck_assert_int_eq(chmod(file, 0644), 0);
    ck_assert(!keyring_new(&keyring, link_name, &fault));
}
END_TEST

START_TEST(a_low_limit_of_locked_memory_is_no_reason_not_to_start)
{
    struct rlimit none = {0, 0};

    ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
    keyring_free(take("1:" KEY_A "\n"));
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
    keyring_free(NULL);
}
END_TEST

/* ---- files that are refused whatever is in them ---- */

START_TEST(a_file_on_which_group_or_others_have_rights_is_refused)
{
    static const mode_t modes[] = {0640, 0604, 0660, 0620, 0602, 0606, 0666, 0610, 0601, 0444};
    char reason[64];

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        write_bytes(BYTES("1:" KEY_A "\n"), modes[i]);
        snprintf(reason, sizeof reason, "group or others have rights on it (mode %04o)", (unsigned) modes[i]);
        refuse_file(reason);
    }
}
END_TEST

#define NOBODY 65534
#define SOMEBODY_ELSE 65533

/*
 * In a child that is nobody, but may still open every file (its file system user is root again): what keyring_new says to a file
 * that belongs to `owner`. Without that trick open() alone refuses, and the rule is never asked.
 */
static int exit_status_as_nobody(uid_t owner)
{
    int status = 0;

    ck_assert_int_eq(chown(file, owner, NOBODY), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct keyring *keyring = NULL;
        struct fault fault = {.kind = FAULT_NONE};

        if (seteuid(NOBODY) != 0)
            _exit(100);
        (void) setfsuid(0);
        _exit(keyring_new(&keyring, file, &fault) ? 0 : strstr(fault.message, "belongs to user 65533, not to us (65534)") != NULL ? 1 : 2);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(a_file_must_belong_to_us_or_root)
{
    write_bytes(BYTES("1:" KEY_A "\n"), 0600);
    ck_assert_int_eq(exit_status_as_nobody(NOBODY), 0);
    ck_assert_int_eq(exit_status_as_nobody(0), 0);
    ck_assert_int_eq(exit_status_as_nobody(SOMEBODY_ELSE), 1);
}
END_TEST

START_TEST(root_reads_anybodys_file)
{
    struct keyring *keyring = NULL;
    struct fault fault;

    write_bytes(BYTES("1:" KEY_A "\n"), 0600);
    ck_assert_int_eq(chown(file, SOMEBODY_ELSE, NOBODY), 0);
    ck_assert_msg(keyring_new(&keyring, file, &fault), "%s", fault.message);
    keyring_free(keyring);
}
END_TEST

START_TEST(a_missing_file_is_named)
{
    refuse_file("No such file or directory");
}
END_TEST

START_TEST(a_folder_a_pipe_and_a_device_are_no_keyrings)
{
    ck_assert_int_eq(mkdir(file, 0700), 0);
    refuse_file("not a regular file");
    ck_assert_int_eq(rmdir(file), 0);
    ck_assert_int_eq(mkfifo(file, 0600), 0);
    refuse_file("not a regular file");
    ck_assert_int_eq(unlink(file), 0);
    ck_assert_int_eq(symlink("/dev/zero", file), 0);
    refuse_file("not a regular file");
}
END_TEST

START_TEST(a_file_without_a_key_is_refused)
{
    refuse("", "no key in it");
    refuse("\n\n# only this\n   \n", "no key in it");
}
END_TEST

START_TEST(a_huge_file_is_refused_unread)
{
    char *text = malloc(65 * 1024);

    ck_assert_ptr_nonnull(text);
    memset(text, '\n', 65 * 1024);
    memcpy(text, "1:" KEY_A, 66);
    write_bytes((struct bytes){text, 64 * 1024}, 0600);
    struct keyring *keyring = NULL;
    struct fault fault;
    ck_assert_msg(keyring_new(&keyring, file, &fault), "%s", fault.message);
    keyring_free(keyring);
    write_bytes((struct bytes){text, 64 * 1024 + 1}, 0600);
    refuse_file("larger than 65536 bytes");
    free(text);
}
END_TEST

/* ---- lines that are refused ---- */

START_TEST(a_repeated_number_is_refused)
{
    refuse("1:" KEY_A "\n2:" KEY_B "\n\n1:" KEY_B "\n", "line 4: this key's number was there before");
    refuse("1:" KEY_A "\n1:" KEY_A "\n", "line 2: this key's number was there before");
    refuse("1:" KEY_A "\n01:" KEY_A "\n", "line 2: this key's number was there before");
}
END_TEST

START_TEST(two_active_keys_are_refused)
{
    refuse("1:" KEY_A ":active\n2:" KEY_B ":active\n", "line 2: another key was marked active before");
}
END_TEST

START_TEST(a_number_out_of_range_is_refused)
{
    static const char *const numbers[] = {"0", "-1", "2147483648", "99999999999999999999", "", "x", "1.0", "+1", "0x1"};
    char text[128];

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        snprintf(text, sizeof text, "%s:" KEY_A "\n", numbers[i]);
        refuse(text, "line 1: a key's number must be between 1 and 2147483647");
    }
}
END_TEST

START_TEST(whatever_is_not_a_key_line_is_refused_with_its_line)
{
    static const char half[] = "9f86d081884c7d659a2feaa0c55ad015";
    char text[512];
    const char *const wrong[] = {
        "nonsense",
        "1",
        "1:",
        "1::active",
        KEY_A,
        "1 " KEY_A,
        "1:" KEY_A "0",
        "1:" KEY_A "00",
        "1:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a0",
        "1:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a0g",
        "1: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "1:0x86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "1:" KEY_A ":",
        "1:" KEY_A ":Active",
        "1:" KEY_A ":inactive",
        "1:" KEY_A " :active",
        "1:" KEY_A ":active:",
        "1:" KEY_A ":active # ours",
        "1:" KEY_A " # ours",
        "1:" KEY_A ";2:" KEY_B,
        half,
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(text, sizeof text, "# comment\n7:" KEY_B "\n%s\n", wrong[i]);
        refuse(text, "line 3: it must be NUMBER:KEY");
    }
}
END_TEST

START_TEST(a_nul_in_the_file_is_refused)
{
    static const char text[] = "1:" KEY_A "\n\0" "2:" KEY_B "\n";

    write_bytes((struct bytes){text, sizeof text - 1}, 0600);
    refuse_file("line 2");
}
END_TEST

START_TEST(no_message_tells_a_digit_of_a_key)
{
    static const char *const wrong[] = {"1:" KEY_A "0\n", KEY_A "\n", "1:" KEY_A "\n1:" KEY_A "\n", "1:" KEY_A ":activ\n", KEY_A ":1\n"};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct keyring *keyring = NULL;
        struct fault fault;

        write_bytes(bytes_from(wrong[i]), 0600);
        ck_assert(!keyring_new(&keyring, file, &fault));
        for (size_t at = 0; at + 4 <= 64; at++) {
            char piece[5] = {0};
            memcpy(piece, &KEY_A[at], 4);
            ck_assert_msg(strstr(fault.message, piece) == NULL, "%s", fault.message);
        }
    }
}
END_TEST

/* ---- making one ---- */

START_TEST(a_new_keyring_has_one_random_active_key_and_is_ours_alone)
{
    struct keyring *first = NULL, *second = NULL;
    struct fault fault;
    struct stat status;

    umask(0);
    ck_assert_msg(keyring_create(file, &fault), "%s", fault.message);
    ck_assert_int_eq(stat(file, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    ck_assert_msg(keyring_new(&first, file, &fault), "%s", fault.message);
    ck_assert_uint_eq(keyring_count(first), 1);
    ck_assert_int_eq(keyring_active(first), 1);

    umask(0777);
    ck_assert_int_eq(unlink(file), 0);
    ck_assert_msg(keyring_create(file, &fault), "%s", fault.message);
    ck_assert_int_eq(stat(file, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0600);
    ck_assert_msg(keyring_new(&second, file, &fault), "%s", fault.message);
    ck_assert(memcmp(keyring_key(first, 1), keyring_key(second, 1), KEYRING_KEY_SIZE) != 0);
    keyring_free(first);
    keyring_free(second);
}
END_TEST

START_TEST(a_keyring_is_never_overwritten_not_even_through_a_link)
{
    char text[sizeof "1:" KEY_A "\n"] = {0}, other[160];
    struct fault fault = {.kind = FAULT_NONE};

    write_bytes(BYTES("1:" KEY_A "\n"), 0600);
    ck_assert(!keyring_create(file, &fault));
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    ck_assert_msg(strstr(fault.message, "File exists") != NULL, "%s", fault.message);
    FILE *in = fopen(file, "r");
    ck_assert_ptr_nonnull(in);
    ck_assert_uint_eq(fread(text, 1, sizeof text, in), sizeof text - 1);
    fclose(in);
    ck_assert_str_eq(text, "1:" KEY_A "\n");

    snprintf(other, sizeof other, "%s/dangling", folder);
    ck_assert_int_eq(unlink(file), 0);
    ck_assert_int_eq(symlink(other, file), 0);
    ck_assert(!keyring_create(file, &fault));
    ck_assert_int_ne(access(other, F_OK), 0);
}
END_TEST

START_TEST(a_keyring_that_cannot_be_written_leaves_nothing_behind)
{
    struct rlimit small = {16, 16};
    struct fault fault = {.kind = FAULT_NONE};
    char missing[160];

    snprintf(missing, sizeof missing, "%s/missing/keyring", folder);
    ck_assert(!keyring_create(missing, &fault));
    ck_assert_msg(strstr(fault.message, "No such file") != NULL, "%s", fault.message);

    ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    ck_assert(!keyring_create(file, &fault));
    ck_assert_msg(strstr(fault.message, "cannot write it") != NULL, "%s", fault.message);
    ck_assert_int_ne(access(file, F_OK), 0);
}
END_TEST

/* ---- several sources ---- */

static char sources[512];

static void make_script(const char *name, const char *text)
{
    char path[160];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *script = fopen(path, "w");
    ck_assert_ptr_nonnull(script);
    fprintf(script, "#!/bin/sh\n%s\n", text);
    ck_assert_int_eq(fclose(script), 0);
    ck_assert_int_eq(chmod(path, 0700), 0);
    snprintf(sources, sizeof sources, "%s, |%s", file, path);
}

static void refuse_sources(const char *reason)
{
    struct keyring *keyring = NULL;
    struct fault fault = {.kind = FAULT_NONE};

    ck_assert_msg(!keyring_new(&keyring, sources, &fault), "it was taken");
    ck_assert_msg(strstr(fault.message, reason) != NULL, "\"%s\" does not say \"%s\"", fault.message, reason);
}

START_TEST(keys_of_a_file_and_of_an_executable_are_one_keyring)
{
    struct keyring *keyring = NULL;
    struct fault fault;

    write_bytes(bytes_from("1:" KEY_A "\n"), 0600);
    make_script("vault", "echo 2:" KEY_B ":active");
    ck_assert_msg(keyring_new(&keyring, sources, &fault), "%s", fault.message);
    ck_assert_uint_eq(keyring_count(keyring), 2);
    ck_assert_int_eq(keyring_active(keyring), 2);
    keyring_free(keyring);
}
END_TEST

START_TEST(an_executable_that_fails_or_prints_no_keys_is_refused)
{
    write_bytes(bytes_from("1:" KEY_A "\n"), 0600);
    make_script("vault", "echo 2:" KEY_B "; exit 3");
    refuse_sources("did not end well");
    make_script("vault", "echo hello");
    refuse_sources("line 1");
    make_script("vault", "echo 1:" KEY_B);
    refuse_sources("was there before");
    snprintf(sources, sizeof sources, "%s, |%s/nothing", file, folder);
    refuse_sources("did not end well");
}
END_TEST

/* What hangs is mostly what a script started, and not the script. */
START_TEST(an_executable_is_waited_for_no_longer_than_it_may_take)
{
    static const char *const slow[] = {"sleep 60", "echo 2:" KEY_B "; sleep 60", "echo 2:" KEY_B "; sleep 60 &", "echo 2:" KEY_B "; exec >&-; sleep 60",
                                       "trap '' ALRM TERM; sleep 60"};
    static char text[KEYRING_FILE_SIZE_MAX + 1];

    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
        struct fault fault = {.kind = FAULT_NONE};
        size_t length = 0;
        make_script("vault", slow[i]);
        int64_t began_us = clock_monotonic_us();
        ck_assert_msg(!keyring_output_read(strchr(sources, '|') + 1, 1, text, &length, &fault), "\"%s\" was taken", slow[i]);
        ck_assert_msg(strstr(fault.message, "it did not end within 1 seconds") != NULL, "%s", fault.message);
        ck_assert_int_lt(clock_monotonic_us() - began_us, 10000000);
    }
}
END_TEST

START_TEST(an_executable_that_prints_without_end_is_refused)
{
    write_bytes(bytes_from("1:" KEY_A "\n"), 0600);
    make_script("vault", "echo 2:" KEY_B "; exec yes '# a comment'");
    refuse_sources("it printed more than 65536 bytes");
}
END_TEST

/* ---- changing ---- */

START_TEST(a_new_key_is_ready_first_and_active_when_it_is_told_to_be)
{
    struct fault fault;
    int32_t number = 0;
    struct keyring *before = take("# ours\n4:" KEY_A "\n3:" KEY_B "\n");

    ck_assert(!keyring_is_stale(before, file));
    ck_assert_msg(keyring_add(file, &number, &fault), "%s", fault.message);
    ck_assert_int_eq(number, 5);
    ck_assert(keyring_is_stale(before, file));
    struct keyring *keyring = NULL;
    ck_assert(keyring_new(&keyring, file, &fault));
    ck_assert_uint_eq(keyring_count(keyring), 3);
    ck_assert_int_eq(keyring_active(keyring), 4);
    ck_assert_mem_eq(keyring_key(keyring, 4), keyring_key(before, 4), KEYRING_KEY_SIZE);
    ck_assert_mem_eq(keyring_key(keyring, 3), keyring_key(before, 3), KEYRING_KEY_SIZE);
    keyring_free(keyring);
    ck_assert_msg(keyring_activate(file, 5, &fault), "%s", fault.message);
    ck_assert(keyring_new(&keyring, file, &fault));
    ck_assert_int_eq(keyring_active(keyring), 5);
    ck_assert_uint_eq(keyring_count(keyring), 3);
    keyring_free(keyring);
    keyring_free(before);
}
END_TEST

START_TEST(a_number_that_is_known_to_be_given_is_not_given_again)
{
    struct fault fault;
    int32_t number = 7;

    keyring_free(take("4:" KEY_A "\n"));
    ck_assert_msg(keyring_add(file, &number, &fault), "%s", fault.message);
    ck_assert_int_eq(number, 8);
    number = INT32_MAX;
    ck_assert(!keyring_add(file, &number, &fault));
}
END_TEST

START_TEST(a_changed_file_keeps_its_mode_and_comments_and_leaves_nothing_beside_it)
{
    struct fault fault;
    struct stat status;
    char text[512] = "";
    char beside[160];
    int32_t number = 0;

    keyring_free(take("# ours\r\n1:" KEY_A ":active\n"));
    ck_assert(keyring_add(file, &number, &fault));
    ck_assert_int_eq(stat(file, &status), 0);
    ck_assert_int_eq(status.st_mode & 07777, 0600);
    FILE *stream = fopen(file, "r");
    ck_assert_uint_gt(fread(text, 1, sizeof text - 1, stream), 0);
    fclose(stream);
    ck_assert_int_eq(strncmp(text, "# ours\n1:" KEY_A ":active\n2:", strlen("# ours\n1:" KEY_A ":active\n2:")), 0);
    snprintf(beside, sizeof beside, "%s.new", file);
    ck_assert_int_ne(access(beside, F_OK), 0);
}
END_TEST

START_TEST(a_link_stays_and_what_it_leads_to_is_changed)
{
    struct fault fault = {.kind = FAULT_NONE};
    struct keyring *keyring = NULL;
    struct stat status;
    char link_name[160];
    char beside[200];
    int32_t number = 0;

    keyring_free(take("1:" KEY_A "\n"));
    snprintf(link_name, sizeof link_name, "%s/link", folder);
    ck_assert_int_eq(symlink("keyring", link_name), 0);
    ck_assert_msg(keyring_add(link_name, &number, &fault), "%s", fault.message);
    ck_assert_msg(keyring_activate(link_name, number, &fault), "%s", fault.message);
    ck_assert_int_eq(lstat(link_name, &status), 0);
    ck_assert(S_ISLNK(status.st_mode));
    ck_assert(keyring_new(&keyring, file, &fault));
    ck_assert_uint_eq(keyring_count(keyring), 2);
    ck_assert_int_eq(keyring_active(keyring), 2);
    keyring_free(keyring);
    snprintf(beside, sizeof beside, "%s.new", link_name);
    ck_assert_int_ne(access(beside, F_OK), 0);
}
END_TEST

/* A child of the test, which adds `wanted` keys; who finds another at work tries again. */
static void add_keys(int wanted)
{
    struct fault fault;

    for (int added = 0, tries = 0; added < wanted; tries++) {
        int32_t number = 0;
        if (keyring_add(file, &number, &fault)) {
            added++;
        } else if (strstr(fault.message, "another key add is at work") == NULL || tries > 100000) {
            _exit(1);
        }
    }
    _exit(0);
}

START_TEST(keys_that_many_add_at_once_are_all_there)
{
    enum { ADDERS = 6, KEYS = 10 };
    struct keyring *keyring = NULL;
    struct fault fault = {.kind = FAULT_NONE};
    pid_t adders[ADDERS];

    write_bytes(BYTES("1:" KEY_A "\n"), 0600);
    for (int i = 0; i < ADDERS; i++) {
        adders[i] = fork();
        ck_assert_int_ge(adders[i], 0);
        if (adders[i] == 0) {
            add_keys(KEYS);
        }
    }
    for (int i = 0; i < ADDERS; i++) {
        int status = -1;
        ck_assert_int_eq(waitpid(adders[i], &status, 0), adders[i]);
        ck_assert_int_eq(status, 0);
    }
    ck_assert_msg(keyring_new(&keyring, file, &fault), "%s", fault.message);
    ck_assert_uint_eq(keyring_count(keyring), 1 + ADDERS * KEYS);
    keyring_free(keyring);
}
END_TEST

START_TEST(what_cannot_be_changed_is_refused_and_stays_as_it_is)
{
    struct fault fault = {.kind = FAULT_NONE};
    int32_t number = 0;

    keyring_free(take("1:" KEY_A "\n"));
    ck_assert(!keyring_activate(file, 9, &fault));
    ck_assert_ptr_nonnull(strstr(fault.message, "no key 9"));
    keyring_free(take("2147483647:" KEY_A "\n"));
    ck_assert(!keyring_add(file, &number, &fault));
    ck_assert_ptr_nonnull(strstr(fault.message, "no room"));
    make_script("vault", "echo 2:" KEY_B);
    memmove(sources, strchr(sources, '|'), strlen(strchr(sources, '|')) + 1);
    ck_assert(!keyring_add(sources, &number, &fault));
    ck_assert_ptr_nonnull(strstr(fault.message, "is no file"));
}
END_TEST

static Suite *keyring_suite(void)
{
    Suite *suite = suite_create("keyring");
    TCase *taking = tcase_create("taking"), *files = tcase_create("files"), *lines = tcase_create("lines"), *making = tcase_create("making");
    TCase *several = tcase_create("several"), *changing = tcase_create("changing");
    TCase *const all[] = {taking, files, lines, making, several, changing};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        tcase_add_checked_fixture(all[i], make_folder, remove_folder);
        suite_add_tcase(suite, all[i]);
    }
    tcase_add_test(taking, keys_are_read_and_numbered_in_order);
    tcase_add_test(taking, without_a_mark_the_highest_number_is_active);
    tcase_add_test(taking, hexadecimal_digits_may_be_upper_case);
    tcase_add_test(taking, spaces_around_a_line_and_line_ends_of_other_systems_are_tolerated);
    tcase_add_test(taking, the_last_line_needs_no_end);
    tcase_add_test(taking, sixty_four_keys_are_taken_and_one_more_is_refused);
    tcase_add_test(taking, a_link_to_a_guarded_file_is_taken);
    tcase_add_test(taking, a_low_limit_of_locked_memory_is_no_reason_not_to_start);
    tcase_add_test(taking, freeing_nothing_is_fine);
    tcase_add_test(files, a_file_on_which_group_or_others_have_rights_is_refused);
    if (geteuid() == 0) { /* only root can give files away */
        tcase_add_test(files, a_file_must_belong_to_us_or_root);
        tcase_add_test(files, root_reads_anybodys_file);
    }
    tcase_add_test(files, a_missing_file_is_named);
    tcase_add_test(files, a_folder_a_pipe_and_a_device_are_no_keyrings);
    tcase_add_test(files, a_file_without_a_key_is_refused);
    tcase_add_test(files, a_huge_file_is_refused_unread);
    tcase_add_test(lines, a_repeated_number_is_refused);
    tcase_add_test(lines, two_active_keys_are_refused);
    tcase_add_test(lines, a_number_out_of_range_is_refused);
    tcase_add_test(lines, whatever_is_not_a_key_line_is_refused_with_its_line);
    tcase_add_test(lines, a_nul_in_the_file_is_refused);
    tcase_add_test(lines, no_message_tells_a_digit_of_a_key);
    tcase_add_test(making, a_new_keyring_has_one_random_active_key_and_is_ours_alone);
    tcase_add_test(making, a_keyring_is_never_overwritten_not_even_through_a_link);
    tcase_add_test(making, a_keyring_that_cannot_be_written_leaves_nothing_behind);
    tcase_add_test(several, keys_of_a_file_and_of_an_executable_are_one_keyring);
    tcase_add_test(several, an_executable_that_fails_or_prints_no_keys_is_refused);
    tcase_add_test(several, an_executable_is_waited_for_no_longer_than_it_may_take);
    tcase_add_test(several, an_executable_that_prints_without_end_is_refused);
    tcase_set_timeout(several, 60);
    tcase_add_test(changing, a_new_key_is_ready_first_and_active_when_it_is_told_to_be);
    tcase_add_test(changing, a_number_that_is_known_to_be_given_is_not_given_again);
    tcase_add_test(changing, a_changed_file_keeps_its_mode_and_comments_and_leaves_nothing_beside_it);
    tcase_add_test(changing, a_link_stays_and_what_it_leads_to_is_changed);
    tcase_add_test(changing, keys_that_many_add_at_once_are_all_there);
    tcase_add_test(changing, what_cannot_be_changed_is_refused_and_stays_as_it_is);
    return suite;
}

int main(void)
{
    return unit_main(keyring_suite());
}
