/*
 * A body's settings against its type: checks them, fills defaults, and divides them into what is readable and what is sealed.
 *
 * in:  the members of a request's object that are not common to all types, as a JSON tree; whether it creates or replaces
 * out: readable   the settings as they will be stored: every field of the type in the type's order (absent ones null or
 *                 default), then the fields the type does not name; JSON null wherever a value is sealed
 *      sealed     list of (place, plaintext JSON text): secrets, fields the type does not name, secrets inside free-form members
 *      keep       places where a stored box, if there is one, stays: null was written there, or a secret field was left out
 *      needs      what must be stored for the settings to be valid ("a required secret was left out"); only when replacing
 *      errors     every violation, in the order of the type's fields, one a field; the first thousand
 *      warnings   one text a field that the type does not name
 * Readable values share memory with the body and the type: keep both. Plaintexts are borrowed from the request's arena.
 * Where null is written on a PUT to a text with a default, the default is readable and the place is kept as well, as `assumed`.
 *
 * Places are JSON Pointers, but an item of an array that has a text `name` or `key` which everybody may read goes by it:
 *     /headerList/[authorization]/value      `name`, letters A to Z lower-cased ('~' and '/' escaped as in JSON Pointer)
 *     /headerList/[authorization]#2/value    the second item of that name
 *     /additionalProperties/[mail.X]/value   `key`, when there is no such name; its letter case counts
 *     /elasticHostList/0/foo                 an item without either goes by its index
 * Not here: sealing itself, the database, the form of error answers.
 */
#ifndef PATCHBAY_REGISTRY_SETTINGS_H
#define PATCHBAY_REGISTRY_SETTINGS_H

#include "registry/type.h"

struct settings_error {
    struct bytes field;   /* "hostPortList[1].port", "propertiesMap[\"acks\"].value" */
    struct bytes message; /* "hostPortList[1].port must be between 1 and 65535"; never holds a value of a secret */
    struct settings_error *next;
};

struct settings_sealed {
    struct bytes place;
    struct bytes plaintext; /* JSON text: "\"secret\"" */
    struct settings_sealed *next;
};

struct settings_place {
    struct bytes place;
    bool assumed; /* of keep: the default is readable there; null belongs there when a box is kept */
    struct settings_place *next;
};

/* Met when one of `any` (may be none) is among the boxes stored after the write; asked only when `given`, if not empty, is too. */
struct settings_need {
    struct settings_place *any;
    struct bytes given;
    struct settings_error error; /* what to answer when it is not satisfied */
    struct settings_need *next;
};

struct settings_reference {
    const char *kind;    /* "keystore", "truststore", "certificate" */
    struct bytes name;
    struct settings_error error; /* what to answer when there is no such thing */
    struct settings_reference *next;
};

struct settings {
    struct json_value *readable;
    struct settings_sealed *sealed;
    struct settings_place *keep;
    struct settings_need *needs;
    struct settings_reference *references;
    struct settings_error *errors;
    struct settings_place *warnings; /* texts */
};

struct settings_input {
    const struct connection_type *type;
    const struct json_value *object;     /* the whole body */
    const char *const *common;           /* names of members that are not the type's ("type", "name", ...), ended by NULL */
    bool replaces;                       /* PUT: secrets may be kept */
    const char *host_name;
};

/* False only when the arena overflowed; violations are in settings->errors. */
bool settings_divide(struct settings *settings, const struct settings_input *input, struct arena *arena)
    __attribute__((warn_unused_result));

/*
 * The way back: puts opened values at their places. `boxes` is the stored object {place: box}; `open` opens one box, and sees what stands at
 * its place (null, or a default) before it is replaced.
 * Works on a tree of the readable settings (from json_read). A box whose place the tree lacks is left out. False when a box did
 * not open (FAULT_INTERNAL) or the arena overflowed (FAULT_TOO_LARGE).
 */
typedef bool settings_open(void *context, struct bytes place, struct bytes box, const struct json_value *there, struct bytes *plaintext_json,
                           struct fault *fault);
bool settings_fill(struct json_value *readable, const struct json_value *boxes, settings_open *open, void *context,
                   struct arena *arena, struct fault *fault) __attribute__((warn_unused_result));

/* True when a key or header name says that its value is secret (password, token, apiKey, Authorization, ...). */
bool settings_key_is_secret(struct bytes key);
/* True when a text's form says so: user:password@ or password= in a URL or property string. */
bool settings_text_is_secret(struct bytes text);
/* Only '*' or U+2022, three or more. */
bool settings_is_mask(struct bytes text);

#endif
