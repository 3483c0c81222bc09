/*
 * What the files settings*.c share while one body is divided. Internal to this room: everybody else includes settings.h.
 *
 * Picture: the body is walked once, field by field. A chain of positions on the stack says where the walk is; places and field
 * paths are written out only for what is reported. Every declared field, item or map value in hand is a slot: what was sent,
 * and what is known about it. Nothing here is checked for NULL memory on the way: once the arena overflowed all goes on with
 * NULLs and settings_divide returns false at the end.
 */
#ifndef PATCHBAY_REGISTRY_SETTINGS_WORK_H
#define PATCHBAY_REGISTRY_SETTINGS_WORK_H

#include "base/buf.h"
#include "registry/settings.h"

#define SETTINGS_ERRORS_MAX 1000 /* a body of a million wrong items needs no answer of a million errors */

#define SETTINGS_LOOKS_LIKE_MASK BYTES("looks like a mask; give the secret itself")

struct settings_work {
    const struct settings_input *input;
    struct arena *arena;
    struct settings *settings;
    struct settings_sealed **sealed_end; /* where each list's next entry goes */
    struct settings_place **keep_end;
    struct settings_need **needs_end;
    struct settings_reference **references_end;
    struct settings_error **errors_end;
    struct settings_place **warnings_end;
    size_t error_count;
};

/* ---- where: settings_place.c ---- */

enum settings_step {
    STEP_MEMBER, /* of an object whose members have declared names: host, list[0].port */
    STEP_KEY,    /* of an object with free keys: map["key"] */
    STEP_ITEM,   /* of an array: list[0] */
};

struct settings_position {
    const struct settings_position *parent; /* NULL: a member of the body itself */
    enum settings_step step;
    struct bytes name; /* the member's or key's; of an item only when repeat is not 0 */
    size_t index;      /* of an item */
    size_t repeat;     /* n: the n-th item of that name; 0: the item has none and is addressed by its index */
};

/* The name by which an item is addressed, {NULL, 0} when it has none, and which of that name it is, from 1. */
struct settings_item {
    struct bytes name;
    size_t repeat;
};

/* JSON Pointer with [name] tokens. */
struct bytes settings_place_of(struct arena *arena, const struct settings_position *position);
/* As in validation errors: list[0].port, map["key"].value */
struct bytes settings_path_of(struct arena *arena, const struct settings_position *position);
/* The last step alone as it stands in a place, without the slash. */
void settings_add_token(struct buf *buf, const struct settings_position *position);
/* One entry an item, or NULL when no item has a name. `field`: what the type says of an item; NULL in free-form members. */
struct settings_item *settings_name_items(struct arena *arena, const struct json_value *array, const struct type_field *field);
/* The position of item `index`; `items` as settings_name_items gave them. */
struct settings_position settings_item_position(const struct settings_position *parent, const struct settings_item *items,
                                                size_t index);

/* ---- what is said about a field ---- */

struct settings_members;

struct settings_slot {
    const struct type_field *field;
    const struct settings_members *among; /* its siblings; NULL for items of arrays and values of maps */
    const struct json_value *value;       /* as sent, tidied; NULL: absent or null */
    bool null;                            /* null was written */
    bool aliased;                         /* the value came under another spelling */
    bool required;                        /* here and now, conditions counted */
    bool named_secret;                    /* what names it says that it is secret: a header's name, a map's key */
    bool failed;                          /* an error was reported: one a field is enough */
    bool needed;                          /* likewise a need */
};

struct settings_members {
    const struct type_field *fields;
    size_t count;
    struct settings_slot *slots; /* one a field; those of aliases stay empty */
};

/* The value that conditions see: what was sent, else the default, else NULL. */
const struct json_value *settings_effective(const struct settings_slot *slot);
/* The slot of that field, for an alias that of the field it stands for. */
struct settings_slot *settings_slot_named(const struct settings_members *members, struct bytes name);
bool settings_conditions_hold(const struct settings_members *members, const struct type_condition *when, size_t count);

/* Whether a field has a value: of secrets, and of what may be sealed for its form, only the database knows on a PUT. */
enum settings_supply { SUPPLY_NOTHING, SUPPLY_PERHAPS_STORED, SUPPLY_GIVEN };
enum settings_supply settings_supply_of(const struct settings_work *work, const struct settings_slot *slot);
/* Texts that the type neither marks as secret nor limits to a list: sealed when their form says so. */
bool settings_is_free_text(const struct type_field *field);
/* True when null was written on a PUT where a box may be stored for the whole value. */
bool settings_may_be_stored(const struct settings_work *work, const struct settings_slot *slot);

/* ---- checks of one value by itself: settings_check.c ---- */

/* `value` with what the type tidies applied (and the host name filled in, if `host_name` is not NULL); `value` may be NULL. */
const struct json_value *settings_tidy(struct arena *arena, const struct type_field *field, const struct json_value *value,
                                       const char *host_name);
/* What is wrong with slot->value, as the end of a sentence ("must be an integer"), or {NULL, 0}. Never holds the value. */
struct bytes settings_check(struct arena *arena, const struct settings_slot *slot);
/* "A, B" of an array of strings or numbers. */
struct bytes settings_join(struct arena *arena, const struct json_value *array, const char *between);

/* ---- rules across fields: settings_rules.c ---- */

/* The type's rules that are reported at the field of that index. */
void settings_apply_rules(struct settings_work *work, const struct settings_members *members, size_t index);

/* ---- the walk: each returns what the readable settings hold, without a key ---- */

struct json_value *settings_divide_slot(struct settings_work *work, struct settings_slot *slot,
                                        const struct settings_position *position); /* settings_field.c */
struct json_value *settings_divide_body(struct settings_work *work);               /* settings_object.c */
struct json_value *settings_divide_object(struct settings_work *work, struct settings_slot *slot,
                                          const struct settings_position *position);
struct json_value *settings_divide_map(struct settings_work *work, struct settings_slot *slot,
                                       const struct settings_position *position);
/* Free-form: `secret` when what names the value says so. */
struct json_value *settings_divide_free(struct settings_work *work, const struct json_value *value, bool secret,
                                        const struct settings_position *position); /* settings_free.c */
/* True when a text member `name` or `key` of the object says that the member `value` beside it is secret. */
bool settings_name_is_secret(const struct json_value *object);

/* ---- results: settings_report.c ---- */

void settings_fail(struct settings_work *work, struct settings_slot *slot, const struct settings_position *position,
                   struct bytes reason); /* slot may be NULL */
void settings_fail_with(struct settings_work *work, struct bytes path, struct bytes message);
void settings_seal(struct settings_work *work, const struct json_value *value, const struct settings_position *position);
struct bytes settings_keep(struct settings_work *work, const struct settings_position *position, bool assumed); /* the place */
void settings_warn(struct settings_work *work, const struct settings_position *position);
void settings_refer(struct settings_work *work, const struct settings_slot *slot, const struct settings_position *position);
/* The box at `place` is needed; message "PATH is required". slot may be NULL. */
void settings_need_place(struct settings_work *work, struct settings_slot *slot, const struct settings_position *position,
                         struct bytes place);
/* One box among `any` is needed, if the one at `given` (when not empty) is there. */
void settings_need_any(struct settings_work *work, struct settings_place *any, struct bytes given,
                       const struct settings_error *error);
/* Puts a place in front of a list. */
struct settings_place *settings_add_place(struct arena *arena, struct settings_place *rest, struct bytes place);

/* json_append with a key; NULLs are left out. */
void settings_add_child(struct json_value *container, struct json_value *child, struct bytes key);
/* The same value as a node of its own; children are shared. */
struct json_value *settings_copy_node(struct arena *arena, const struct json_value *value);

#endif
