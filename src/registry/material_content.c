/*
 * The texts of both directions are written and read here only; the database compares them as jsonb, so the order of members means nothing.
 */
#include "json/writer.h"
#include "registry/material.h"

/* As stored: never deeper than written here. */
static const struct json_limits stored_limits = {.depth = 8};

struct bytes material_environments_text(const struct material_environment *environments, enum material_kind kind, struct arena *arena)
{
    struct json_writer writer;
    struct buf buf;

    buf_init(&buf, arena, 256);
    json_writer_open(&writer, &buf);
    json_array(&writer);
    for (const struct material_environment *item = environments; item != NULL; item = item->next) {
        json_object(&writer);
        json_key_text(&writer, "environment", item->environment);
        json_key_text(&writer, "alias", item->alias);
        if (kind == MATERIAL_KEYSTORE) {
            json_key_text(&writer, "format", item->format);
        } else {
            json_key_text(&writer, "subject", item->subject);
            json_key_text(&writer, "valid_from", item->valid_from);
            json_key_text(&writer, "valid_until", item->valid_until);
            json_key_text(&writer, "sha1_thumbprint", item->sha1_thumbprint);
        }
        json_object_end(&writer);
    }
    json_array_end(&writer);
    return json_writer_close(&writer) ? buf_bytes(&buf) : (struct bytes){NULL, 0};
}

static struct bytes member_text(const struct json_value *object, const char *key)
{
    const struct json_value *member = json_member(object, key);

    return member != NULL && member->kind == JSON_STRING ? member->text : (struct bytes){NULL, 0};
}

bool material_environments_read(struct material_environment **environments, struct bytes text, struct arena *arena)
{
    struct material_environment **end = environments;
    struct json_value *array;
    struct fault unimportant;

    *environments = NULL;
    if (!json_read(&array, text, &stored_limits, arena, &unimportant) || array->kind != JSON_ARRAY) {
        return false;
    }
    for (const struct json_value *item = array->first; item != NULL; item = item->next) {
        struct material_environment *read = ARENA_NEW(arena, struct material_environment);
        if (read == NULL) {
            return false;
        }
        *read = (struct material_environment){
            .environment = member_text(item, "environment"), .alias = member_text(item, "alias"), .format = member_text(item, "format"),
            .subject = member_text(item, "subject"), .valid_from = member_text(item, "valid_from"), .valid_until = member_text(item, "valid_until"),
            .sha1_thumbprint = member_text(item, "sha1_thumbprint")};
        *end = read;
        end = &read->next;
    }
    return true;
}

/* A box of the text as JSON, or the one that is kept. */
static bool make_box(const struct material_value *value, const struct seal_context *context, struct arena *arena, struct bytes *box, struct fault *fault)
{
    if (value->box.data != NULL) {
        *box = value->box;
        return true;
    }
    struct json_value *string = json_new_string(arena, value->text);
    struct bytes json = string == NULL ? (struct bytes){NULL, 0} : json_text(arena, string);
    if (json.data == NULL) {
        return fault_set(fault, FAULT_TOO_LARGE, "the request is too large to be worked on");
    }
    return seal_box(context, value->place, json, arena, box, fault);
}

bool material_seal(const struct material_value *values, const struct keyring *keyring, const struct seal_identity *identity, struct arena *arena,
                   struct bytes *boxes, struct fault *fault)
{
    struct seal_context context;
    struct json_writer writer;
    struct buf buf;
    bool sealed = true;

    if (!seal_begin(&context, keyring, identity, fault)) {
        return false;
    }
    buf_init(&buf, arena, 256);
    json_writer_open(&writer, &buf);
    json_object(&writer);
    for (const struct material_value *value = values; value != NULL && sealed; value = value->next) {
        struct bytes box;
        sealed = make_box(value, &context, arena, &box, fault);
        if (sealed) {
            json_key_bytes(&writer, value->place);
            json_string(&writer, box);
        }
    }
    seal_end(&context);
    json_object_end(&writer);
    bool written = json_writer_close(&writer);
    *boxes = buf_bytes(&buf);
    return sealed && (written || fault_set(fault, FAULT_TOO_LARGE, "the request is too large to be worked on"));
}

const struct json_value *material_boxes(const struct material_row *row, struct arena *arena)
{
    struct json_value *boxes;
    struct fault unimportant;

    if (row->secrets.data == NULL || !json_read(&boxes, row->secrets, &stored_limits, arena, &unimportant) || boxes->kind != JSON_OBJECT) {
        return NULL;
    }
    return boxes;
}

struct bytes material_box(const struct json_value *boxes, struct bytes place)
{
    const struct json_value *box = json_member_bytes(boxes, place);

    return box != NULL && box->kind == JSON_STRING ? box->text : (struct bytes){NULL, 0};
}

bool material_open(struct bytes place, struct bytes box, const struct keyring *keyring, const struct seal_identity *identity, struct arena *arena,
                   struct bytes *text, struct fault *fault)
{
    struct seal_context context;
    struct json_value *string;
    struct bytes json;

    if (!seal_begin(&context, keyring, identity, fault)) {
        return false;
    }
    bool opened = seal_open(&context, place, box, arena, &json, fault);
    seal_end(&context);
    if (!opened || !json_read(&string, json, &stored_limits, arena, fault)) {
        return false;
    }
    if (string->kind != JSON_STRING) {
        return fault_set(fault, FAULT_INTERNAL, "a sealed box holds no text");
    }
    *text = string->text;
    return true;
}
