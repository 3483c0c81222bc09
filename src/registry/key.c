/*
 * A row's boxes move together or not at all: all of them are under the row's one key number.
 */
#include "registry/key.h"

#include "json/writer.h"

static const struct json_limits boxes_limits = {.depth = 2};

static bool write_resealed(const struct seal_context *from, const struct seal_context *to, const struct json_value *boxes, struct arena *arena,
                           struct bytes *sealed, struct fault *fault)
{
    struct json_writer writer;
    struct buf buf;
    bool good = true;

    buf_init(&buf, arena, 512);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    for (const struct json_value *box = boxes->first; box != NULL && good; box = box->next) {
        struct bytes plaintext;
        struct bytes anew;
        good = seal_open(from, box->key, box->text, arena, &plaintext, fault) && seal_box(to, box->key, plaintext, arena, &anew, fault);
        if (good) {
            json_key_bytes(&writer, box->key);
            json_string(&writer, anew);
        }
    }
    json_object_end(&writer);
    if (!json_writer_close(&writer) && good) {
        return fault_set(fault, FAULT_TOO_LARGE, "the boxes of a row need more memory than there is");
    }
    *sealed = buf_bytes(&buf);
    return good;
}

bool key_reseal(const struct keyring *keyring, const struct seal_identity *identity, int32_t to, struct bytes boxes, struct arena *arena,
                struct bytes *sealed, struct fault *fault)
{
    struct seal_identity next = *identity;
    struct seal_context old_context;
    struct seal_context new_context;
    struct json_value *object;

    next.key = to;
    if (!json_read(&object, boxes, &boxes_limits, arena, fault) || !seal_begin(&old_context, keyring, identity, fault)) {
        return false;
    }
    bool resealed = seal_begin(&new_context, keyring, &next, fault);
    if (resealed) {
        resealed = write_resealed(&old_context, &new_context, object, arena, sealed, fault);
        seal_end(&new_context);
    }
    seal_end(&old_context);
    return resealed;
}

int64_t key_count(struct bytes boxes, struct arena *arena)
{
    struct json_value *object;
    struct fault fault;

    return json_read(&object, boxes, &boxes_limits, arena, &fault) && object->kind == JSON_OBJECT ? (int64_t) object->count : 0;
}

bool key_verify(const struct keyring *keyring, const struct seal_identity *identity, struct bytes boxes, struct arena *arena, int64_t *count, int64_t *bad)
{
    struct seal_context context;
    struct json_value *object;
    struct fault fault;

    *count = 0;
    *bad = 0;
    if (!json_read(&object, boxes, &boxes_limits, arena, &fault) || object->kind != JSON_OBJECT) {
        return false;
    }
    *count = (int64_t) object->count;
    if (!seal_begin(&context, keyring, identity, &fault)) {
        *bad = *count;
        return true;
    }
    for (const struct json_value *box = object->first; box != NULL; box = box->next) {
        struct bytes plaintext;
        *bad += !seal_open(&context, box->key, box->text, arena, &plaintext, &fault);
    }
    seal_end(&context);
    return true;
}
