/*
 * Between boxes, which only this registry opens, and envelopes, which only the recipient does, the values are plain: in the arena, which is wiped
 * before the next connection, and nowhere else.
 */
#include <string.h>

#include "cli/transfer.h"
#include "json/writer.h"

static const struct json_limits sealed_limits = {.depth = 66};

/* ---- export */

static bool write_secrets(const struct transfer_secrets *secrets, const struct json_value *boxes, struct json_writer *writer, struct arena *arena,
                          struct fault *fault)
{
    struct seal_context context;
    bool opened = true;

    if (!seal_begin(&context, secrets->keyring, &secrets->identity, fault)) {
        return false;
    }
    for (const struct json_value *box = boxes->first; box != NULL && opened; box = box->next) {
        struct bytes plaintext;
        opened = seal_open(&context, box->key, box->text, arena, &plaintext, fault);
        if (opened) {
            json_key_bytes(writer, box->key);
            json_raw(writer, plaintext);
        }
    }
    seal_end(&context);
    return opened;
}

static bool write_plaintext(const struct transfer_secrets *secrets, const struct json_value *boxes, struct arena *arena, struct bytes *plaintext,
                            struct fault *fault)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, arena, secrets->boxes.length + 128);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    json_key(&writer, "id");
    json_string(&writer, secrets->id);
    json_key(&writer, "secrets");
    json_object(&writer);
    if (!write_secrets(secrets, boxes, &writer, arena, fault)) {
        return false;
    }
    json_object_end(&writer);
    json_object_end(&writer);
    bool written = json_writer_close(&writer);
    *plaintext = buf_bytes(&buf);
    return written || fault_set(fault, FAULT_TOO_LARGE, "its secrets need more memory than there is");
}

static bool take_null(void *context, struct bytes place, struct bytes box, const struct json_value *there, struct bytes *plaintext, struct fault *fault)
{
    (void) context, (void) place, (void) box, (void) there, (void) fault;
    *plaintext = BYTES("null");
    return true;
}

bool transfer_seal(const struct transfer_secrets *secrets, struct arena *arena, struct bytes *settings, struct bytes *sealed, struct fault *fault)
{
    struct json_value *boxes, *readable;
    struct bytes plaintext;

    *sealed = (struct bytes){NULL, 0};
    if (!json_read(&boxes, secrets->boxes, &sealed_limits, arena, fault) || !json_read(&readable, *settings, &sealed_limits, arena, fault)) {
        return false;
    }
    if (boxes->first == NULL) {
        return true;
    }
    if (!settings_fill(readable, boxes, take_null, NULL, arena, fault) || !write_plaintext(secrets, boxes, arena, &plaintext, fault)
        || !envelope_seal(secrets->recipient, plaintext, arena, sealed, fault)) {
        return false;
    }
    *settings = json_text(arena, readable);
    return settings->data != NULL || fault_set(fault, FAULT_TOO_LARGE, "its settings need more memory than there is");
}

/* ---- import */

static bool take_value(void *context, struct bytes place, struct bytes box, const struct json_value *there, struct bytes *plaintext,
                       struct fault *fault)
{
    (void) context;
    *plaintext = box;
    /* Which of the two is meant is not for us to guess. */
    return there->kind == JSON_NULL || fault_set(fault, FAULT_INVALID, "the value at %.*s is both given and sealed", BYTES_FORMAT(place));
}

/* settings_fill takes texts. */
static bool turn_into_texts(struct json_value *secrets, struct arena *arena)
{
    for (struct json_value *value = secrets->first; value != NULL; value = value->next) {
        struct bytes text = json_text(arena, value);
        if (text.data == NULL) {
            return false;
        }
        value->kind = JSON_STRING;
        value->first = NULL;
        value->text = text;
    }
    return true;
}

bool transfer_open(const struct envelope_opener *opener, const struct transfer_line *line, struct json_value *settings, struct arena *arena,
                   struct fault *fault)
{
    struct json_value *object;
    struct bytes plaintext;
    struct fault not_json;

    if (!envelope_open(opener, line->sealed, arena, &plaintext, fault)) {
        return false;
    }
    if (!json_read(&object, plaintext, &sealed_limits, arena, &not_json)) {
        return fault_set(fault, not_json.kind, "its envelope holds no JSON");
    }
    const struct json_value *id = json_member(object, "id");
    struct json_value *secrets = json_member(object, "secrets");
    if (id == NULL || id->kind != JSON_STRING || secrets == NULL || secrets->kind != JSON_OBJECT) {
        return fault_set(fault, FAULT_INVALID, "its envelope holds no secrets of a connection");
    }
    if (!bytes_equal(id->text, line->id)) {
        return fault_set(fault, FAULT_INVALID, "its envelope is another connection's");
    }
    if (!turn_into_texts(secrets, arena)) {
        return fault_set(fault, FAULT_TOO_LARGE, "it is too large");
    }
    return settings_fill(settings, secrets, take_value, NULL, arena, fault);
}
