/*
 * A connection as one line of JSON: what export writes and import reads.
 *
 *     {"id": UUID, "dialect": "apinizer", "publicId": null, "name": ..., "type": ..., "service": null, "externalId": null,
 *      "description": null, "enabled": true, "deployToWorker": true, "settings": {...}, "sealed": "base64"}
 *
 * Settings are the readable ones: null stands where a value is sealed, and means on the way back that what is stored there stays.
 * "sealed" is there only when the export was sealed to somebody (--seal-to): an envelope (seal/envelope.h) around
 *
 *     {"id": UUID, "secrets": {"/password": "the value", "/headerList/[authorization]/value": "..."}}       places as in registry/settings.h
 *
 * It names its connection, so that an envelope that was moved to another line is found out.
 * Not here: files, the database (command_export.c, command_import.c).
 */
#ifndef PATCHBAY_CLI_TRANSFER_H
#define PATCHBAY_CLI_TRANSFER_H

#include "registry/connection.h"
#include "seal/envelope.h"

#define TRANSFER_LINE_MAX (4 * 1024 * 1024)

struct transfer_line {
    struct bytes id;             /* canonical text; {NULL, 0}: none */
    struct bytes dialect;
    struct connection_content content; /* .settings: as they will be stored; .secrets is not set */
    struct settings settings;    /* divided: what is to be sealed, kept, needed */
    struct bytes sealed;         /* {NULL, 0}: none */
    bool is_closed;              /* it has an envelope, which was not opened */
};

/* What lines are held to. */
struct transfer_rules {
    const struct type_table *types;
    const char *host_name;
    const struct envelope_opener *opener; /* NULL: envelopes stay closed, and what is stored at their places stays */
};

/* One line, without its end. False: the message says what is wrong with it and holds no value. */
bool transfer_read(struct transfer_line *line, struct bytes text, const struct transfer_rules *rules, struct arena *arena, struct fault *fault)
    __attribute__((warn_unused_result));
/* The id of a line, as canonical text; {NULL, 0} when it has none or transfer_read will refuse it. */
struct bytes transfer_id(struct bytes text, struct arena *arena);
/* With its end; {NULL, 0} when the arena overflowed or the settings are no JSON. `id` and `dialect` are texts, settings a JSON text in content.
 * `sealed`: {NULL, 0} when there is none. */
struct bytes transfer_write(struct bytes id, struct bytes dialect, const struct connection_content *content, struct bytes sealed, struct arena *arena);

/* ---- transfer_sealed.c */

/* The boxes of one connection. */
struct transfer_secrets {
    const struct keyring *keyring;
    const struct envelope_recipient *recipient;
    struct seal_identity identity;
    struct bytes id;    /* the connection's, as text */
    struct bytes boxes; /* {place: box}, JSON text */
};

/* From boxes to an envelope. *settings (JSON text) gets null wherever something is sealed, also over a default that stands there. */
bool transfer_seal(const struct transfer_secrets *secrets, struct arena *arena, struct bytes *settings, struct bytes *sealed, struct fault *fault)
    __attribute__((warn_unused_result));
/* Puts the values of an envelope at their places in the line's settings, where null must be. */
bool transfer_open(const struct envelope_opener *opener, const struct transfer_line *line, struct json_value *settings, struct arena *arena,
                   struct fault *fault) __attribute__((warn_unused_result));

#endif
