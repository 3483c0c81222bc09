/*
 * JSON out, into a buf: yajl_gen behind it does quoting and commas.
 *
 *     struct json_writer writer;
 *     json_writer_open(&writer, &buf);
 *     json_object(&writer); json_key(&writer, "success"); json_boolean(&writer, true); json_object_end(&writer);
 *     if (!json_writer_close(&writer)) -> the arena overflowed or the calls were out of order
 *
 * The yajl handle lives in the writer itself, so that opening costs no memory of the arena; a writer is not copied while it is open.
 * Calls after a failure do nothing. Text is UTF-8 already (the reader checked it). Limits: 127 levels.
 */
#ifndef PATCHBAY_JSON_WRITER_H
#define PATCHBAY_JSON_WRITER_H

#include "base/buf.h"
#include "json/reader.h"

#define JSON_WRITER_LEVELS 128 /* yajl's YAJL_MAX_DEPTH */

struct json_writer {
    struct buf *buf;
    void *generator; /* yajl_gen */
    bool failed;
    bool after_key;  /* a key waits for its value */
    unsigned depth;
    bool in_object[JSON_WRITER_LEVELS]; /* by depth */
    size_t workspace_used;
    _Alignas(max_align_t) unsigned char workspace[1024]; /* the generator */
};

void json_writer_open(struct json_writer *writer, struct buf *buf);
bool json_writer_close(struct json_writer *writer) __attribute__((warn_unused_result));

void json_object(struct json_writer *writer);
void json_object_end(struct json_writer *writer);
void json_array(struct json_writer *writer);
void json_array_end(struct json_writer *writer);
void json_key(struct json_writer *writer, const char *key);
void json_key_bytes(struct json_writer *writer, struct bytes key);
void json_string(struct json_writer *writer, struct bytes text);
void json_boolean(struct json_writer *writer, bool value);
void json_integer(struct json_writer *writer, int64_t value);
void json_null(struct json_writer *writer);
/* A member: its text, or null where there is no data. */
void json_key_text(struct json_writer *writer, const char *key, struct bytes text);
/* Text that is JSON already (a stored value), as one value. */
void json_raw(struct json_writer *writer, struct bytes json);
/* The members of an object that is JSON text already ("{...}", written by us), spliced into the open object. */
void json_raw_members(struct json_writer *writer, struct bytes json_object_text);
void json_tree(struct json_writer *writer, const struct json_value *value);

/* One value as compact text. {NULL, 0} on overflow. */
struct bytes json_text(struct arena *arena, const struct json_value *value);

#endif
