/*
 * A connection as one line of JSON: what export writes and import reads.
 *
 *     {"id": UUID, "dialect": "apinizer", "publicId": null, "name": ..., "type": ..., "service": null, "externalId": null,
 *      "description": null, "enabled": true, "deployToWorker": true, "settings": {...}}
 *
 * Settings are the readable ones: null stands where a value is sealed, and means on the way back that what is stored there stays.
 * Not here: files, the database (command_export.c, command_import.c).
 */
#ifndef PATCHBAY_CLI_TRANSFER_H
#define PATCHBAY_CLI_TRANSFER_H

#include "registry/connection.h"

#define TRANSFER_LINE_MAX (4 * 1024 * 1024)

struct transfer_line {
    struct bytes id;             /* canonical text; {NULL, 0}: none */
    struct bytes dialect;
    struct connection_content content; /* .settings: as they will be stored; .secrets is not set */
    struct settings settings;    /* divided: what is to be sealed, kept, needed */
};

/* One line, without its end. False: the message says what is wrong with it and holds no value. */
bool transfer_read(struct transfer_line *line, struct bytes text, const struct type_table *types, const char *host_name, struct arena *arena,
                   struct fault *fault) __attribute__((warn_unused_result));
/* With its end; {NULL, 0} when the arena overflowed or the settings are no JSON. `id` and `dialect` are texts, settings a JSON text in content. */
struct bytes transfer_write(struct bytes id, struct bytes dialect, const struct connection_content *content, struct arena *arena);

#endif
