/*
 * Connection types: what their settings look like. Read at start from the folder conf/types, NAME.json a type; docs/types.md has
 * the format.
 *
 * A wrong file stops the start with file, line and reason. Types live until type_table_free; nothing here changes after loading.
 * Not here: checking a body against a type (settings.h).
 */
#ifndef PATCHBAY_REGISTRY_TYPE_H
#define PATCHBAY_REGISTRY_TYPE_H

#include "base/fault.h"
#include "json/reader.h"

enum type_kind { TYPE_STRING, TYPE_INTEGER, TYPE_BOOLEAN, TYPE_ARRAY, TYPE_OBJECT, TYPE_ANY };
enum type_tidy { TIDY_NOTHING, TIDY_TRAILING_SLASH, TIDY_NO_LEADING_SLASH };

/* All conditions must hold. A field that is left out counts as its default. */
struct type_condition {
    const char *field;               /* a sibling */
    const struct json_value *values; /* JSON_ARRAY of accepted values (one value is an array of one) */
};

struct type_field {
    const char *name;
    enum type_kind kind;
    bool required;
    bool secret;
    const struct json_value *default_value; /* NULL: none */
    const struct json_value *choices;       /* "enum": JSON_ARRAY or NULL */
    bool choices_ignore_case;               /* stored as the enum has it */
    enum type_tidy tidy;
    bool fill_host_name;                    /* "fill": "host-name": empty or left out becomes the server's host name */
    bool has_minimum, has_maximum;
    int64_t minimum, maximum;
    size_t minimum_length, maximum_length;  /* characters; 0: no bound */
    const char *pattern;                    /* source of the POSIX extended regular expression, or NULL */
    void *compiled_pattern;                 /* regex_t */
    size_t minimum_items;
    const struct type_condition *required_when; /* array of required_when_count */
    size_t required_when_count;
    const char *minimum_items_when;         /* a boolean sibling: when it is true at least minimum_items_when_count items */
    size_t minimum_items_when_count;
    const char *reference;                  /* "keystore", "truststore", "certificate", "environment" or NULL */
    bool reference_by_name;                 /* checked to exist; ids are kept as given */
    const char *alias_of;                   /* this name is only another spelling of that field */
    const struct type_field *members;       /* TYPE_OBJECT, or items of TYPE_ARRAY when they are objects */
    size_t member_count;
    const struct type_field *items;         /* TYPE_ARRAY: one field that describes an item, NULL: anything */
    const struct type_field *map_values;    /* TYPE_OBJECT with free keys: one field that describes a value, NULL: none */
    const struct json_value *map_keys;      /* "map_keys_enum": JSON_ARRAY of the allowed keys, or NULL */
    const struct json_value *map_must_contain; /* JSON_ARRAY of keys, or NULL */
    const struct json_value *map_key_from;  /* JSON_OBJECT: such a key -> the sibling that may supply it instead; or NULL */
    const struct json_value *one_true;      /* "at_least_one_true": JSON_ARRAY of boolean members, or NULL */
};

enum type_rule_kind { RULE_ANY_OF, RULE_ANY_OF_WHEN, RULE_REQUIRED_WHEN_PRESENT, RULE_NOT_BOTH_TRUE, RULE_ANY_TRUE_WHEN };

struct type_rule {
    enum type_rule_kind kind;
    const char *given;                 /* RULE_REQUIRED_WHEN_PRESENT: "if" */
    const struct json_value *fields;   /* JSON_ARRAY of field names ("fields" or "then") */
    const struct type_condition *when;
    size_t when_count;
};

struct connection_type {
    const char *name;
    const char *title;
    const struct type_field *fields;
    size_t field_count;
    const struct type_rule *rules;
    size_t rule_count;
    /* "discriminator_collision": {"field": "elasticsearchType", "values": ["READ_WRITE","READ"]}: a repeated or collapsed "type"
     * with one of these values means that field. NULL: none */
    const char *collision_field;
    const struct json_value *collision_values;
};

struct type_table;

bool type_table_load(struct type_table **table, const char *directory, struct fault *fault) __attribute__((warn_unused_result));
void type_table_free(struct type_table *table);
size_t type_count(const struct type_table *table);
const struct connection_type *type_at(const struct type_table *table, size_t index); /* in order of names */
const struct connection_type *type_find(const struct type_table *table, struct bytes name);
/* The type whose collision_values contain `value`, or NULL. */
const struct connection_type *type_find_by_collision(const struct type_table *table, struct bytes value);
const struct type_field *type_field_find(const struct type_field *fields, size_t count, struct bytes name);

#endif
