/*
 * What the files of `patchbay import` share: command_import.c (the way through), import_plan.c (the first reading), import_line.c (one line).
 *
 * Memory does not grow with the input but for 16 bytes a line (the ids, which must be compared with each other) and 24 a connection to be deleted:
 * input and plan wait for the second reading in files without a name.
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
    unsigned char (*ids)[16];       /* of all lines; sorted when the plan is made */
    size_t count, room;
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

/* ---- command_import.c */

enum import_reading { IMPORT_LINE, IMPORT_END, IMPORT_TOO_LONG };

/* The next line, without its end, in import->text. */
enum import_reading import_read_line(struct import *import, FILE *from, struct bytes *line);

/* ---- import_plan.c: prints what would be done and remembers it; false also when lines are wrong, which were named one by one */

bool import_plan(struct import *import, FILE *from, struct fault *fault) __attribute__((warn_unused_result));

/* ---- import_line.c */

/* Which row a line is about; *name is that row's, {NULL, 0} when there is none. */
bool import_match(struct import *import, const struct transfer_line *line, struct import_planned *planned, struct bytes *name, struct fault *fault)
    __attribute__((warn_unused_result));
/* import_write for one line; outcome[0] and its detail outcome[1] are in the arena. */
bool import_write_line(struct import *import, const struct transfer_line *line, const struct import_planned *planned, bool apply,
                       struct bytes outcome[2], struct fault *fault) __attribute__((warn_unused_result));
void import_uuid_text(const unsigned char uuid[16], char text[IMPORT_UUID_SIZE]);

#endif
