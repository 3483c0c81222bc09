/*
 * The main of a harness in `make check`: plays the inputs of tests/fuzz/corpus/NAME, then mutations of each, always the same ones. An input runs
 * in a process of its own with its mutations, so that one that crashes or hangs is told and the rest goes on. What crashed is written to
 * NAME_fuzz.INPUT.found beside the program, ready to be put into the corpus.
 *
 *     json_fuzz              as in `make check`; PATCHBAY_FUZZ_MUTATIONS: how many in all (3000)
 *     json_fuzz FILE...      plays these files only, in this process: for a debugger
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum { INPUTS_MAX = 256, MUTATIONS = 3000, HANGS_AFTER_SECONDS = 60 };

#define INPUT_SIZE_MAX ((size_t) 64 * 1024)

struct input {
    char *name;
    uint8_t *data;
    size_t size;
};

/* What is being played, where the parent sees it after the child has died. */
struct played {
    size_t size;
    uint8_t data[INPUT_SIZE_MAX];
};

static struct input inputs[INPUTS_MAX];
static size_t input_count;
static struct played *played;
static unsigned tests;
static bool failed;

static void check_that(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "replay: %s\n", what);
        exit(2);
    }
}

/* ---- inputs ---- */

static bool read_input(struct input *input, const char *path)
{
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        return false;
    }
    input->data = malloc(INPUT_SIZE_MAX + 1);
    check_that(input->data != NULL, "out of memory");
    input->size = fread(input->data, 1, INPUT_SIZE_MAX + 1, file);
    (void) fclose(file);
    return input->size <= INPUT_SIZE_MAX;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void read_corpus(const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_visible, alphasort);
    char path[4096];

    check_that(count > 0, "there is no corpus of that name, or it is empty");
    check_that(count <= INPUTS_MAX, "the corpus has too many inputs");
    for (int i = 0; i < count; i++) {
        struct input *input = &inputs[input_count++];
        (void) snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        check_that(read_input(input, path), "an input cannot be read, or is larger than 64 KiB");
        input->name = strdup(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

/* ---- mutations ---- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t bound)
{
    return bound == 0 ? 0 : (size_t) (next_random(state) % bound);
}

/* Puts `size` bytes in the place of `gone` bytes at `at`, as far as there is room. */
static void put(size_t at, size_t gone, const uint8_t *data, size_t size)
{
    if (gone > played->size - at || played->size - gone + size > INPUT_SIZE_MAX) {
        return;
    }
    memmove(played->data + at + size, played->data + at + gone, played->size - at - gone);
    memcpy(played->data + at, data, size);
    played->size = played->size - gone + size;
}

static void mutate_once(uint64_t *state)
{
    static const uint8_t delicate[] = "\0\x01\t\n\r \"%&'()*+,-./0189:;<=>?@AZ[\\]^_`az{|}~\x7f\x80\xbf\xc0\xe2\xff";
    const struct input *other = &inputs[below(state, input_count)];
    size_t at = below(state, played->size + 1);
    size_t from = below(state, other->size + 1);
    size_t length = 1 + below(state, 24);
    uint8_t copy[64];

    switch (below(state, 6)) {
    case 0: /* another character */
        put(at, at < played->size, &delicate[below(state, sizeof delicate - 1)], 1);
        break;
    case 1: /* one more */
        put(at, 0, &delicate[below(state, sizeof delicate - 1)], 1);
        break;
    case 2: /* a bit */
        if (at < played->size) {
            played->data[at] ^= (uint8_t) (1u << below(state, 8));
        }
        break;
    case 3: /* some are gone */
        put(at, length < played->size - at ? length : played->size - at, copy, 0);
        break;
    case 4: /* some twice */
        length = length < played->size - at ? length : played->size - at;
        memcpy(copy, played->data + at, length);
        put(at, 0, copy, length);
        break;
    default: /* some of another input */
        length = length < other->size - from ? length : other->size - from;
        put(at, below(state, 2) * below(state, played->size - at + 1) % 32, other->data + from, length);
    }
}

static void play_mutation(const struct input *input, uint64_t *state)
{
    memcpy(played->data, input->data, input->size);
    played->size = input->size;
    for (size_t left = 1 + below(state, 4); left > 0; left--) {
        mutate_once(state);
    }
}

/* ---- playing ---- */

/* A copy of exactly that size, so that AddressSanitizer sees who reads behind it. */
static void play(void)
{
    uint8_t *copy = malloc(played->size > 0 ? played->size : 1);

    check_that(copy != NULL, "out of memory");
    memcpy(copy, played->data, played->size);
    (void) LLVMFuzzerTestOneInput(copy, played->size);
    free(copy);
}

static void play_in_child(size_t index, size_t mutations)
{
    const struct input *input = &inputs[index];
    uint64_t state = index;

    (void) alarm(HANGS_AFTER_SECONDS);
    memcpy(played->data, input->data, input->size);
    played->size = input->size;
    play();
    for (size_t i = 0; i < mutations; i++) {
        play_mutation(input, &state);
        play();
    }
    exit(EXIT_SUCCESS);
}

static void keep_found(const char *program, const struct input *input)
{
    char path[4096];

    (void) snprintf(path, sizeof path, "%s.%s.found", program, input->name);
    FILE *file = fopen(path, "we");
    bool kept = file != NULL && fwrite(played->data, 1, played->size, file) == played->size;
    if (file != NULL) {
        kept = fclose(file) == 0 && kept;
    }
    printf("# the input %s %s\n", kept ? "is in" : "could not be written to", path);
}

static void play_input(size_t index, size_t mutations, const char *program)
{
    int status = 0;

    (void) fflush(stdout);
    pid_t child = fork();
    check_that(child >= 0, "no process");
    if (child == 0) {
        play_in_child(index, mutations);
    }
    check_that(waitpid(child, &status, 0) == child, "the process is lost");
    bool passed = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
    printf("%s %u - %s and %zu mutations\n", passed ? "ok" : "not ok", ++tests, inputs[index].name, mutations);
    if (!passed) {
        failed = true;
        if (WIFSIGNALED(status)) {
            printf("# ended by signal %d%s\n", WTERMSIG(status), WTERMSIG(status) == SIGALRM ? ": it takes too long" : "");
        }
        keep_found(program, &inputs[index]);
    }
}

/* ".../tests/fuzz/json_fuzz" -> "json" */
static void find_name(const char *program, char *name, size_t size)
{
    const char *slash = strrchr(program, '/');

    (void) snprintf(name, size, "%s", slash == NULL ? program : slash + 1);
    check_that(bytes_ends(bytes_from(name), "_fuzz"), "the program is not called NAME_fuzz");
    name[strlen(name) - strlen("_fuzz")] = '\0';
}

int main(int count, char **arguments)
{
    const char *wanted = getenv("PATCHBAY_FUZZ_MUTATIONS");
    size_t mutations = wanted == NULL ? MUTATIONS : (size_t) strtoul(wanted, NULL, 10);
    char name[256], folder[2048];

    played = mmap(NULL, sizeof *played, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check_that(played != MAP_FAILED, "out of memory");
    for (int i = 1; i < count; i++) {
        struct input input;
        check_that(read_input(&input, arguments[i]), "cannot read the file, or it is larger than 64 KiB");
        memcpy(played->data, input.data, input.size);
        played->size = input.size;
        free(input.data);
        play();
    }
    if (count > 1) {
        return EXIT_SUCCESS;
    }
    find_name(arguments[0], name, sizeof name);
    (void) snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s", fuzz_source(), name);
    read_corpus(folder);
    printf("1..%zu\n", input_count);
    for (size_t i = 0; i < input_count; i++) {
        play_input(i, mutations / input_count, arguments[0]);
    }
    for (size_t i = 0; i < input_count; i++) {
        free(inputs[i].name);
        free(inputs[i].data);
    }
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
