/*
 * Free-form members: what stands there is the caller's own, only secrets are found in it and taken out.
 *
 * Nothing is copied but what changes: the readable tree shares every part without secrets with the body.
 */
#include "registry/settings_work.h"

static struct json_value *strip(struct settings_work *work, const struct json_value *value, bool secret,
                                const struct settings_position *position);

static bool member_is_secret(const struct json_value *object, const char *member)
{
    const struct json_value *name = json_member(object, member);

    return name != NULL && name->kind == JSON_STRING && settings_key_is_secret(name->text);
}

bool settings_name_is_secret(const struct json_value *object)
{
    return json_member(object, "value") != NULL && (member_is_secret(object, "name") || member_is_secret(object, "key"));
}

static struct json_value *take_out(struct settings_work *work, const struct json_value *value, bool secret,
                                   const struct settings_position *position)
{
    if (secret && value->kind == JSON_STRING && settings_is_mask(value->text)) {
        settings_fail(work, NULL, position, SETTINGS_LOOKS_LIKE_MASK);
    } else {
        settings_seal(work, value, position);
    }
    return json_new(work->arena, JSON_NULL);
}

/* A copy of the parent with all children up to, not with, `until`. */
static struct json_value *copy_until(struct settings_work *work, const struct json_value *parent,
                                     const struct json_value *until)
{
    struct json_value *readable = json_new(work->arena, parent->kind);

    for (const struct json_value *child = parent->first; child != until; child = child->next) {
        settings_add_child(readable, settings_copy_node(work->arena, child), child->key);
    }
    return readable;
}

static struct json_value *strip_children(struct settings_work *work, const struct json_value *parent,
                                         const struct settings_position *position)
{
    bool is_array = parent->kind == JSON_ARRAY;
    struct settings_item *items = is_array ? settings_name_items(work->arena, parent, NULL) : NULL;
    bool value_is_secret = !is_array && settings_name_is_secret(parent);
    struct json_value *copy = NULL;
    size_t index = 0;

    for (const struct json_value *child = parent->first; child != NULL; child = child->next, index++) {
        struct settings_position here =
            is_array ? settings_item_position(position, items, index)
                     : (struct settings_position){.parent = position, .step = STEP_KEY, .name = child->key};
        bool secret = !is_array && (settings_key_is_secret(child->key) || (value_is_secret && bytes_is(child->key, "value")));
        struct json_value *changed = strip(work, child, secret, &here);

        if (changed != NULL && copy == NULL) {
            copy = copy_until(work, parent, child);
        }
        if (copy != NULL) {
            settings_add_child(copy, changed != NULL ? changed : settings_copy_node(work->arena, child), child->key);
        }
    }
    return copy;
}

/* What stands in the place of the value, or NULL when it may stay as it is. */
static struct json_value *strip(struct settings_work *work, const struct json_value *value, bool secret,
                                const struct settings_position *position)
{
    switch (value->kind) {
    case JSON_NULL:
        if (work->input->replaces) {
            settings_keep(work, position, false);
        }
        return NULL;
    case JSON_BOOLEAN:
        return NULL;
    case JSON_NUMBER:
        return secret ? take_out(work, value, secret, position) : NULL;
    case JSON_STRING:
        return secret || settings_text_is_secret(value->text) ? take_out(work, value, secret, position) : NULL;
    case JSON_ARRAY:
    case JSON_OBJECT:
        return secret ? take_out(work, value, secret, position) : strip_children(work, value, position);
    }
    return NULL;
}

struct json_value *settings_divide_free(struct settings_work *work, const struct json_value *value, bool secret,
                                        const struct settings_position *position)
{
    struct json_value *changed = strip(work, value, secret, position);

    return changed != NULL ? changed : settings_copy_node(work->arena, value);
}
