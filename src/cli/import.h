/*
 * What the files of `patchbay import` share, each using those before it: import_input.c (lines as they come), import_line.c (one line and its row),
 * import_names.c (who is called what, before and after), import_plan.c (the first reading), command_import.c (the way through).
 *
 * Memory does not grow with the input but for 56 bytes a line (ids and names must be compared with each other), 24 a connection to be deleted and
 * 88 a connection that takes another's name: input and plan wait for the second reading in files without a name.
 * Not here: the form of lines (transfer.h), what happens to rows (sql/functions/import_write.sql).
 */
#ifndef PATCHBAY_CLI_IMPORT_H
#define PATCHBAY_CLI_IMPORT_H

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/transfer.h"

#define IMPORT_UUID_SIZE 37 /* as text, with its NUL */

enum import_operation { IMPORT_NOTHING, IMPORT_CREATE, IMPORT_UPDATE };

/* What a line is about, and what it comes to. */
struct import_planned {
    unsigned char id[16];
    int64_t revision; /* 0: there is no row yet */
    int32_t key;      /* that seals what the line gives */
    enum import_operation operation;
    bool waits;       /* an update that takes the name that another connection has now */
};

/* What import_write said of a line. */
struct import_outcome {
    struct bytes word, detail;
    unsigned char slot[16];   /* stands for what only one connection can be called */
    unsigned char holder[16]; /* who is called so now; unset unless is_held */
    bool is_held;
};

/* What a line says that its connection is, and is called. Lines count from 1. */
struct import_claim {
    unsigned char id[16], slot[16];
    uint32_t line;
    uint32_t other; /* an earlier line that claims the same slot; 0: none */
};

/* A line that takes another connection's name: it must wait until that one has given it up. */
struct import_waiting {
    struct import_planned planned;
    unsigned char holder[16];
    off_t offset; /* of the line in the spool */
    uint32_t line;
    enum { IMPORT_WAITS, IMPORT_IS_NEXT, IMPORT_IS_WRITTEN } state;
    struct import_waiting *back; /* who waits for this one, on the way that is walked */
};

/* A row that --prune deletes. */
struct import_gone {
    unsigned char id[16];
    int64_t revision;
};

struct import {
    struct command_context *context;
    struct arena *arena; /* for one line at a time */
    struct type_table *types;
    struct keyring *keyring;
    struct envelope_opener *opener; /* NULL: there is no import_key_file */
    struct transfer_rules rules;
    FILE *spool;                    /* the lines */
    FILE *plan;                     /* a struct import_planned each */
    char *text;                     /* TRANSFER_LINE_MAX + 1: the line in hand */
    char project[24];
    char host_name[256];
    size_t count;                   /* lines */
    unsigned char (*given)[16];     /* ids that lines have; sorted */
    size_t given_count, given_room;
    struct import_claim *claims;    /* of all lines that are right; sorted by id when the plan is made */
    size_t claim_count, claim_room;
    struct import_waiting *waiting; /* sorted by id when the plan is made */
    size_t waiting_count, waiting_room;
    struct import_gone *gone;
    size_t gone_count, gone_room;
    int64_t complaints;
    int64_t closed;                 /* lines whose sealed values were not opened */
    int32_t registered;             /* the key whose canary was compared last */
    size_t longest;                 /* line: how much of text is to be wiped */
    size_t to_do;                   /* rows to be written */
    struct progress progress;
    bool shows;                     /* progress: standard error is a terminal */
};

/* ---- import_input.c */

enum import_reading { IMPORT_LINE, IMPORT_END, IMPORT_TOO_LONG };

/* The next line, without its end, in import->text. */
enum import_reading import_read_line(struct import *import, FILE *from, struct bytes *line);
/* Says what is wrong with a line. */
void import_complain(struct import *import, size_t number, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Room for one more of an array that doubles. */
bool import_make_room(void **array, size_t size, size_t count, size_t *room, struct fault *fault) __attribute__((warn_unused_result));

/* ---- import_line.c */

/* Which row a line is about; *name is that row's, {NULL, 0} when there is none. */
bool import_match(struct import *import, const struct transfer_line *line, struct import_planned *planned, struct bytes *name, struct fault *fault)
    __attribute__((warn_unused_result));
/* import_write for one line; the texts of the outcome are in the arena. */
bool import_write_line(struct import *import, const struct transfer_line *line, const struct import_planned *planned, bool apply,
                       struct import_outcome *outcome, struct fault *fault) __attribute__((warn_unused_result));
/* `text` is canonical. */
void import_read_uuid(struct bytes text, unsigned char uuid[16]);
void import_uuid_text(const unsigned char uuid[16], char text[IMPORT_UUID_SIZE]);
/* For sorting and searching whatever begins with an id. */
int import_compare_ids(const void *a, const void *b);
/* Writes one line as it was planned. */
bool import_apply_line(struct import *import, size_t number, struct bytes text, const struct import_planned *planned, struct fault *fault)
    __attribute__((warn_unused_result));
/* Always false, with the fault that says so: somebody changed a connection since the plan was made. */
bool import_moved(struct fault *fault);

/* ---- import_names.c */

/* Remembers what a line claims; `offset` is where it begins in the spool. Sets planned->waits. */
bool import_names_claim(struct import *import, struct import_planned *planned, const struct import_outcome *outcome, off_t offset,
                        struct fault *fault) __attribute__((warn_unused_result));
/* Complains of lines that contradict each other or want what another connection keeps; sorts what was remembered. */
void import_names_check(struct import *import, bool prunes);
/* Writes the updates that wait. */
bool import_names_apply(struct import *import, struct fault *fault) __attribute__((warn_unused_result));

/* ---- import_plan.c: prints what would be done and remembers it; false also when lines are wrong, which were named one by one */

bool import_plan(struct import *import, FILE *from, struct fault *fault) __attribute__((warn_unused_result));

#endif
