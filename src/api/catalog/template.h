/*
 * Templates of multi-requests: <<label.attribute>> stands for what an earlier item answered.
 *
 * `id` of an answer that is a reference (["@/connections/X"]) or a map of one object is that object's id; any other attribute is a member of the
 * answer, or of its only object; further dots lead on into objects. A text that is only a template becomes the value, of whatever kind; within a
 * longer text it becomes text. In a path it is percent-encoded.
 * Not here: what items do.
 */
#ifndef PATCHBAY_API_CATALOG_TEMPLATE_H
#define PATCHBAY_API_CATALOG_TEMPLATE_H

#include "json/reader.h"

enum { TEMPLATE_LABELS_MAX = 100 };

struct template_label {
    struct bytes name;
    struct bytes answer;       /* JSON text */
    struct json_value *tree;   /* read at the first use */
};

struct template_scope {
    struct arena *arena;
    struct template_label labels[TEMPLATE_LABELS_MAX];
    size_t count;
    const char *complaint;     /* why filling failed; NULL: memory ran out */
};

/* A name without data is not remembered. */
void template_remember(struct template_scope *scope, struct bytes name, struct bytes answer);
/* A copy with every text filled. NULL: scope->complaint tells. */
struct json_value *template_fill(struct template_scope *scope, const struct json_value *value);
bool template_fill_path(struct template_scope *scope, struct bytes path, struct bytes *filled) __attribute__((warn_unused_result));

#endif
