/*
 * Boxes back to their places. The tree is walked once, and only where boxes are: places sorted as texts stand together below a
 * common beginning, so each step down narrows the run of boxes that can still be meant, and a subtree without boxes is never
 * entered. A box whose place the tree does not have is left alone: an administrator may have taken the field out by hand.
 */
#include "registry/settings_work.h"

#include <stdlib.h>
#include <string.h>

static const struct json_limits stored_limits = {.depth = 64}; /* what a request may hold is less, and was checked */

struct box {
    struct bytes place;
    struct bytes text;
};

struct filling {
    struct box *boxes; /* by place */
    struct buf token;  /* used again and again */
    struct arena *arena;
    settings_open *open;
    void *context;
    struct fault *fault;
};

/* The boxes from `from` to before `to`: their places begin alike for `length` bytes, and then goes on with '/'. */
struct run {
    size_t from, to;
    size_t length;
};

static bool say_too_large(struct fault *fault)
{
    return fault_set(fault, FAULT_TOO_LARGE, "the settings are too large to be worked on");
}

static int compare_texts(struct bytes a, struct bytes b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

    return order != 0 ? order : a.length < b.length ? -1 : a.length > b.length;
}

static int compare_boxes(const void *left, const void *right)
{
    const struct box *a = left, *b = right;

    return compare_texts(a->place, b->place);
}

/* What of a box's place comes after the first `from` bytes, cut to `length`. */
static struct bytes rest_of(const struct box *box, size_t from, size_t length)
{
    struct bytes rest = bytes_slice(box->place, from, box->place.length);

    return bytes_slice(rest, 0, length);
}

/* The first box of the run whose rest, cut to the token's length, is not before the token (or, with `after`, is behind it). */
static size_t find_bound(const struct filling *filling, struct run run, struct bytes token, bool after)
{
    while (run.from < run.to) {
        size_t middle = run.from + (run.to - run.from) / 2;
        int order = compare_texts(rest_of(&filling->boxes[middle], run.length, token.length), token);
        if (order < 0 || (after && order == 0)) {
            run.from = middle + 1;
        } else {
            run.to = middle;
        }
    }
    return run.from;
}

/* The boxes below `token`, which is "/" and the last step of a place. */
static struct run narrow(const struct filling *filling, struct run run, struct bytes token)
{
    return (struct run){find_bound(filling, run, token, false), find_bound(filling, run, token, true),
                        run.length + token.length};
}

static bool open_into(struct filling *filling, struct json_value *node, const struct box *box)
{
    struct bytes plaintext;
    struct json_value *value;

    if (!filling->open(filling->context, box->place, box->text, node, &plaintext, filling->fault)) {
        return false;
    }
    if (!json_read(&value, plaintext, &stored_limits, filling->arena, filling->fault)) {
        return arena_overflowed(filling->arena) ? say_too_large(filling->fault)
                                                : fault_set(filling->fault, FAULT_INTERNAL, "a sealed value is not JSON");
    }
    value->key = node->key;
    value->next = node->next;
    *node = *value;
    return true;
}

static bool fill_children(struct filling *filling, struct json_value *parent, struct run run);

/* `position`: only its last step matters here. */
static bool fill_child(struct filling *filling, struct json_value *child, const struct settings_position *position,
                       struct run run)
{
    filling->token.length = 0;
    buf_add_char(&filling->token, '/');
    settings_add_token(&filling->token, position);
    struct bytes token = buf_bytes(&filling->token);
    if (token.data == NULL) {
        return say_too_large(filling->fault);
    }

    struct run here = narrow(filling, run, token);
    if (here.from == here.to) {
        return true;
    }
    if (filling->boxes[here.from].place.length == here.length) {
        return open_into(filling, child, &filling->boxes[here.from]);
    }
    return fill_children(filling, child, here);
}

/* The run's places go on below the parent, or with more of the step's name ("/a" and "/ab"): the next token's '/' tells. */
static bool fill_children(struct filling *filling, struct json_value *parent, struct run run)
{
    bool is_array = parent->kind == JSON_ARRAY;
    size_t index = 0;

    if (!is_array && parent->kind != JSON_OBJECT) {
        return true;
    }
    struct run below = narrow(filling, run, BYTES("/"));
    below.length = run.length;
    if (below.from == below.to) {
        return true;
    }
    struct settings_item *items = is_array ? settings_name_items(filling->arena, parent, NULL) : NULL;
    for (struct json_value *child = parent->first; child != NULL; child = child->next, index++) {
        struct settings_position position = is_array ? settings_item_position(NULL, items, index)
                                                     : (struct settings_position){.step = STEP_KEY, .name = child->key};
        if (!fill_child(filling, child, &position, below)) {
            return false;
        }
    }
    return true;
}

static bool sort_boxes(struct filling *filling, const struct json_value *boxes)
{
    size_t count = 0;

    filling->boxes = ARENA_ARRAY(filling->arena, struct box, boxes->count);
    if (filling->boxes == NULL) {
        return say_too_large(filling->fault);
    }
    for (const struct json_value *box = boxes->first; box != NULL; box = box->next) {
        if (box->kind != JSON_STRING) {
            return fault_set(filling->fault, FAULT_INTERNAL, "a stored box is not a text");
        }
        filling->boxes[count++] = (struct box){box->key, box->text};
    }
    qsort(filling->boxes, count, sizeof(struct box), compare_boxes);
    return true;
}

bool settings_fill(struct json_value *readable, const struct json_value *boxes, settings_open *open, void *context,
                   struct arena *arena, struct fault *fault)
{
    struct filling filling = {.arena = arena, .open = open, .context = context, .fault = fault};

    if (boxes == NULL || boxes->kind != JSON_OBJECT || boxes->count == 0) {
        return true;
    }
    buf_init(&filling.token, arena, 256);
    if (!sort_boxes(&filling, boxes) || !fill_children(&filling, readable, (struct run){0, boxes->count, 0})) {
        return false;
    }
    return !arena_overflowed(arena) || say_too_large(fault);
}
