/*
 * Type files: those of conf/types load; one that is wrong is refused with file, line and reason. Texts of files are written
 * with ' for ".
 */
#include "registry/type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/registry/settings_support.h"

#define COUNT(array) ((int) (sizeof(array) / sizeof((array)[0])))

START_TEST(the_documented_types_load)
{
    static const char *const names[] = {"activeMq", "database",     "elasticsearch", "email",    "ftp",  "graylog", "kafka",
                                        "ldap",     "linux-script", "logback",       "rabbitMq", "snmp", "syslog",  "webhook"};
    const struct type_table *table = support_types();

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ck_assert_str_eq(support_type(names[i])->name, names[i]);
        ck_assert_uint_gt(strlen(support_type(names[i])->title), 0);
    }
    ck_assert_ptr_null(type_at(table, type_count(table)));
}
END_TEST

START_TEST(types_are_in_the_order_of_their_names)
{
    const struct type_table *table = support_types();

    for (size_t i = 1; i < type_count(table); i++) {
        ck_assert_int_lt(strcmp(type_at(table, i - 1)->name, type_at(table, i)->name), 0);
    }
}
END_TEST

START_TEST(a_type_is_found_by_its_exact_name_only)
{
    const struct type_table *table = support_types();

    ck_assert_ptr_nonnull(type_find(table, BYTES("rabbitMq")));
    ck_assert_ptr_null(type_find(table, BYTES("rabbitmq")));
    ck_assert_ptr_null(type_find(table, BYTES("rabbitM")));
    ck_assert_ptr_null(type_find(table, BYTES("")));
    ck_assert_ptr_null(type_find(table, BYTES("ops-genie")));
    ck_assert_ptr_null(type_find(table, BYTES("email\0")));
}
END_TEST

START_TEST(a_collapsed_type_is_known_by_its_values)
{
    const struct type_table *table = support_types();
    const struct connection_type *type = type_find_by_collision(table, BYTES("READ"));

    ck_assert_str_eq(type->name, "elasticsearch");
    ck_assert_str_eq(type->collision_field, "elasticsearchType");
    ck_assert_ptr_eq(type_find_by_collision(table, BYTES("READ_WRITE")), type);
    ck_assert_ptr_null(type_find_by_collision(table, BYTES("WRITE")));
    ck_assert_ptr_null(type_find_by_collision(table, BYTES("email")));
}
END_TEST

START_TEST(a_field_is_read_with_all_that_is_said_of_it)
{
    const struct connection_type *type = support_type("snmp");
    const struct type_field *field = type_field_find(type->fields, type->field_count, BYTES("authPassphrase"));

    ck_assert_int_eq(field->kind, TYPE_STRING);
    ck_assert(field->secret && !field->required);
    ck_assert_uint_eq(field->minimum_length, 8);
    ck_assert_uint_eq(field->required_when_count, 2);
    ck_assert_str_eq(field->required_when[1].field, "securityLevel");
    ck_assert_uint_eq(field->required_when[1].values->count, 2);
    ck_assert_uint_eq(field->required_when[0].values->count, 1);
    unit_assert_bytes(field->required_when[0].values->first->text, "V3");
    ck_assert_str_eq(type_field_find(type->fields, type->field_count, BYTES("pduUdpForTime"))->alias_of, "pduOidForTime");
    ck_assert_ptr_null(type_field_find(type->fields, type->field_count, BYTES("")));
    ck_assert_int_eq((int) type->rules[0].kind, RULE_ANY_OF);
}
END_TEST

/* ---- wrong files ---- */

/* A file whose one field is `field`, on line 3. */
#define FIELD(field)                                                                                                                 \
    "{'type':'made-up','title':'t','fields':[\n{'name':'b','type':'boolean'},{'name':'e','type':'string','enum':['X','Y']},\n" field \
    "]}"
/* The same with a constraint, on line 4. */
#define RULE(rule)                                                                                                                                                 \
    "{'type':'made-up','title':'t','fields':[\n{'name':'a','type':'string'},{'name':'b','type':'boolean'},\n{'name':'c','type':'boolean'}],'constraints':[\n" rule \
    "]}"

static const struct {
    const char *text;
    const char *expected; /* behind "FOLDER/made-up.json:" */
} wrong[] = {
    /* syntax and the file itself */
    {"{\n 'type': 'made-up',\n 'title' 't'}", "3: "},
    {"{'type':'made-up',\n'type':'made-up'}", "2: "},
    {"", "1: "},
    {"[]", "1: a type must be an object"},
    {"{}", "1: a type needs \"type\""},
    {"{'type':'made-up','fields':[]}", "1: a type needs \"title\""},
    {"{'type':'made-up','title':'t'}", "1: a type needs \"fields\""},
    {"{'type':'made-up','title':'t',\n'fields':[]}", "2: there must be at least one field"},
    {"{'type':'made-up','title':'t','fields':[{'name':'a','type':'string'}],\n'contradictions':[]}",
     "2: a type has no key \"contradictions\""},
    {"{'type':'made-up',\n\n'title':5,'fields':[]}", "3: title must be a string"},
    {"{'type':'other','title':'t','fields':[{'name':'a','type':'string'}]}",
     "1: type other must be in a file named other.json"},
    {"{'type':'made up','title':'t','fields':[{'name':'a','type':'string'}]}",
     "1: the name of a type has letters, digits and '-' only"},
    {"{'type':'','title':'t','fields':[{'name':'a','type':'string'}]}", "1: the name of a type must not be empty"},
    {FIELD("{'name':'enabled','type':'boolean'}"), "3: field \"enabled\" belongs to every connection already"},
    /* fields */
    {FIELD("5"), "3: a field must be an object"},
    {FIELD("{'type':'string'}"), "3: a field needs \"name\""},
    {FIELD("{'name':'','type':'string'}"), "3: a field needs \"name\""},
    {FIELD("{'name':'x'}"), "3: a field needs \"type\""},
    {FIELD("{'name':'x',\n'type':'text'}"), "4: type must be string, integer, boolean, array, object or any"},
    {FIELD("{'name':'x','type':'string',\n\n'requierd':true}"), "5: a field has no key \"requierd\""},
    {FIELD("{'name':'x','type':'string','required':'yes'}"), "3: required must be a boolean"},
    {FIELD("{'name':'b','type':'string'}"), "3: field \"b\" is there twice"},
    {FIELD("{'name':'x','type':'string','min':1}"), "3: \"min\" means nothing for type string"},
    {FIELD("{'name':'x','type':'integer','secret':true}"), "3: \"secret\" means nothing for type integer"},
    {FIELD("{'name':'x','type':'integer','min':1.5}"), "3: min must be an integer"},
    {FIELD("{'name':'x','type':'integer','min':2,\n'max':1}"), "4: max is less than min"},
    {FIELD("{'name':'x','type':'string','min_length':0}"), "3: min_length must be at least 1"},
    {FIELD("{'name':'x','type':'string','min_length':3,'max_length':2}"), "3: max_length is less than min_length"},
    {FIELD("{'name':'x','type':'array','min_items':-1}"), "3: min_items must be at least 1"},
    {FIELD("{'name':'x','type':'string','enum':[]}"), "3: enum must not be empty"},
    {FIELD("{'name':'x','type':'string','enum':['A',\n5]}"), "4: enum must hold texts that are not empty"},
    {FIELD("{'name':'x','type':'string','enum':['A','B',\n'A']}"), "4: enum has \"A\" twice"},
    {FIELD("{'name':'x','type':'integer','enum':[1,'2']}"), "3: enum must hold integers"},
    {FIELD("{'name':'x','type':'string','enum_case_insensitive':true}"), "3: enum_case_insensitive needs an enum"},
    {FIELD("{'name':'x','type':'string','pattern':'('}"), "3: the pattern is no regular expression: "},
    {FIELD("{'name':'x','type':'string','tidy':'slash'}"), "3: tidy must be trailing-slash or no-leading-slash"},
    {FIELD("{'name':'x','type':'string','fill':'name'}"), "3: fill must be host-name"},
    {FIELD("{'name':'x','type':'string','reference':'user'}"),
     "3: reference must be keystore, truststore, certificate or environment"},
    {FIELD("{'name':'x','type':'string','reference':'environment'}"),
     "3: an environment is referred to by id only: add \"reference_by\": \"id\""},
    {FIELD("{'name':'x','type':'string','reference':'keystore','reference_by':'number'}"),
     "3: reference_by must be name or id"},
    {FIELD("{'name':'x','type':'string','reference_by':'id'}"), "3: reference_by needs a reference"},
    {FIELD("{'name':'x','type':'string','secret':true,'enum':['A']}"), "3: a secret cannot have \"enum\""},
    {FIELD("{'name':'x','type':'string','secret':true,\n'default':'A'}"), "4: a secret cannot have \"default\""},
    /* defaults */
    {FIELD("{'name':'x','type':'integer','default':'1'}"), "3: the default must be an integer"},
    {FIELD("{'name':'x','type':'integer','default':null}"), "3: default must be a value, not null"},
    {FIELD("{'name':'x','type':'integer','default':0,'min':1,'max':2}"), "3: the default must be between 1 and 2"},
    {FIELD("{'name':'x','type':'string','enum':['A','B'],'default':'C'}"), "3: the default must be one of A, B"},
    {FIELD("{'name':'x','type':'string','enum':['A'],'enum_case_insensitive':true,'default':'a'}"),
     "3: the default is not as it would be stored"},
    {FIELD("{'name':'x','type':'string','tidy':'trailing-slash','default':'/a'}"),
     "3: the default is not as it would be stored"},
    {FIELD("{'name':'x','type':'string','pattern':'^a','default':'b'}"), "3: the default must match ^a"},
    {FIELD("{'name':'x','type':'string','max_length':2,'default':'abc'}"), "3: the default must have at most 2 characters"},
    {FIELD("{'name':'x','type':'string','default':'http://u:p@h'}"), "3: the default holds a password"},
    {FIELD("{'name':'x','type':'array','default':[1]}"), "3: the default of an array or an object must be empty"},
    {FIELD("{'name':'x','type':'array','min_items':1,'default':[]}"), "3: the default must have at least 1 item"},
    {FIELD("{'name':'x','type':'object','members':[{'name':'a','type':'any'}],'default':{}}"),
     "3: an object with members or keys that it must contain has no default"},
    /* what is inside */
    {FIELD("{'name':'x','type':'array','items':{'name':'y','type':'string'}}"), "3: \"name\" is for fields with a name only"},
    {FIELD("{'name':'x','type':'array','items':{'type':'string','default':'a'}}"),
     "3: \"default\" is for fields with a name only"},
    {FIELD("{'name':'x','type':'array','items':{'type':'object','map_values':{'type':'any'}}}"), "3: items cannot be maps"},
    {FIELD("{'name':'x','type':'object','members':[]}"), "3: there must be at least one field"},
    {FIELD("{'name':'x','type':'object','members':[{'name':'y','type':'string',\n'fill':'host-name'}]}"),
     "4: \"fill\" is for the type's own fields only"},
    {FIELD("{'name':'x','type':'object','members':[{'name':'y','type':'string'}],'map_values':{'type':'any'}}"),
     "3: an object has members or map_values, not both"},
    {FIELD("{'name':'x','type':'object','at_least_one_true':['y']}"), "3: at_least_one_true needs members"},
    {FIELD("{'name':'x','type':'object','members':[{'name':'y','type':'string'}],'at_least_one_true':['y']}"),
     "3: at_least_one_true: y is not a boolean member"},
    {FIELD("{'name':'x','type':'object','map_must_contain':['a']}"),
     "3: \"map_must_contain\" is for objects with map_values only"},
    {FIELD("{'name':'x','type':'object','map_values':{'type':'any'},'map_keys_enum':['a'],'map_must_contain':['b']}"),
     "3: map_must_contain: b is not in map_keys_enum"},
    {FIELD("{'name':'x','type':'object','map_values':{'type':'any'},'map_must_contain':['a'],'map_key_from':{'b':'e'}}"),
     "3: map_key_from: b is not in map_must_contain"},
    {FIELD("{'name':'x','type':'object','map_values':{'type':'any'},'map_must_contain':['a'],'map_key_from':{'a':'f'}}"),
     "3: map_key_from: the value must name a field beside x"},
    /* other fields */
    {FIELD("{'name':'x','type':'string','required':true,'required_when':{'b':true}}"), "3: x is required already"},
    {FIELD("{'name':'x','type':'string','required_when':{}}"), "3: a condition must not be empty"},
    {FIELD("{'name':'x','type':'string','required_when':{\n'nobody':true}}"),
     "4: a condition names nobody, which is no field beside it"},
    {FIELD("{'name':'x','type':'boolean','required_when':{'x':true}}"), "3: x cannot be its own condition"},
    {FIELD("{'name':'x','type':'string','required_when':{'b':'yes'}}"), "3: a condition's value for b must be a boolean"},
    {FIELD("{'name':'x','type':'string','required_when':{'e':['X','Z']}}"), "3: a condition's value for e must be one of X, Y"},
    {FIELD("{'name':'x','type':'string','required_when':{'e':[]}}"), "3: a condition on e needs a value"},
    {FIELD("{'name':'s','type':'string'},{'name':'x','type':'string','required_when':{'s':'a'}}"),
     "3: a condition needs a boolean, an integer or a string with an enum, which s is not"},
    {FIELD(
         "{'name':'f','type':'string','enum':['A'],'enum_case_insensitive':true},{'name':'x','type':'any','required_when':{'f':'a'}}"),
     "3: a condition's value for f must be in the enum's letter case"},
    {FIELD("{'name':'x','type':'array','min_items_when':{'e':1}}"), "3: min_items_when must be"},
    {FIELD("{'name':'x','type':'array','min_items_when':{'b':0}}"), "3: min_items_when must be"},
    {FIELD("{'name':'x','type':'string','alias_of':'y'}"), "3: alias_of must name another field"},
    {FIELD("{'name':'x','type':'string','alias_of':'b'}"), "3: alias_of must name another field"},
    {FIELD("{'name':'x','type':'boolean','alias_of':'b','default':true}"), "3: an alias has no key \"default\" of its own"},
    /* constraints */
    {RULE("{'kind':'all_of','fields':['a']}"), "4: there is no constraint of kind all_of"},
    {RULE("{'fields':['a']}"), "4: a constraint needs \"kind\""},
    {RULE("{'kind':'any_of_required','fields':['a']}"), "4: any_of_required needs 2 fields or more"},
    {RULE("{'kind':'any_of_required'}"), "4: any_of_required needs \"fields\""},
    {RULE("{'kind':'any_of_required','fields':['a',\n'z']}"), "5: a constraint names z, which is no field of this type"},
    {RULE("{'kind':'any_of_required','fields':['a','b'],'when':{'b':true}}"), "4: any_of_required has no \"when\""},
    {RULE("{'kind':'any_of_required_when','fields':['a','b']}"), "4: any_of_required_when needs \"when\""},
    {RULE("{'kind':'any_of_required_when','fields':['a','b'],'when':{'c':1}}"),
     "4: a condition's value for c must be a boolean"},
    {RULE("{'kind':'required_when_present','then':['a']}"), "4: \"if\" belongs to required_when_present"},
    {RULE("{'kind':'required_when_present','if':'a','fields':['b']}"), "4: required_when_present needs \"then\""},
    {RULE("{'kind':'required_when_present','if':'z','then':['b']}"), "4: a constraint names z, which is no field of this type"},
    {RULE("{'kind':'not_both_true','if':'a','fields':['b','c']}"), "4: \"if\" belongs to required_when_present"},
    {RULE("{'kind':'not_both_true','fields':['b','a']}"), "4: a constraint names a, which is no boolean field of this type"},
    {RULE("{'kind':'not_both_true','fields':['b','c'],'then':['a']}"), "4: not_both_true lists its fields in \"fields\""},
    {RULE("{'kind':'not_both_true','fields':['b','c'],'why':'x'}"), "4: a constraint has no key \"why\""},
};

static char *double_quoted(const char *text)
{
    char *copy = strdup(text);

    for (char *c = copy; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    return copy;
}

START_TEST(a_wrong_file_is_refused_with_file_line_and_reason)
{
    char *text = double_quoted(wrong[_i].text);
    struct type_table *table = NULL;
    struct fault fault = {.kind = FAULT_NONE};

    ck_assert_msg(!support_load("made-up.json", text, &table, &fault), "loaded: %s", text);
    free(text);
    ck_assert_ptr_null(table);
    ck_assert_int_eq(fault.kind, FAULT_INVALID);
    const char *place = strstr(fault.message, "/made-up.json:");
    ck_assert_msg(place != NULL, "%s", fault.message);
    place += strlen("/made-up.json:");
    ck_assert_msg(strncmp(place, wrong[_i].expected, strlen(wrong[_i].expected)) == 0, "%s\nis not %s", fault.message,
                  wrong[_i].expected);
}
END_TEST

START_TEST(a_collision_must_mean_one_type_and_a_field_of_it)
{
    static const struct {
        const char *collision;
        const char *expected;
    } cases[] = {
        {"{'field':'z','values':['X']}", "z is no string field of this type"},
        {"{'field':'e','values':['Z']}", "e must be one of X, Y"},
        {"{'field':'e','values':[]}", "values must not be empty"},
        {"{'field':'e'}", "discriminator_collision needs \"values\""},
        {"{'field':'e','values':['X'],'emit':1}", "discriminator_collision has no key \"emit\""},
        {"{'field':'f','values':['made-up']}", "made-up means another type, too"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512], *quoted;
        struct type_table *table;
        struct fault fault;

        snprintf(text, sizeof text,
                 "{'type':'made-up','title':'t','fields':[{'name':'e','type':'string','enum':['X','Y']},"
                 "{'name':'f','type':'string'}],'discriminator_collision':%s}",
                 cases[i].collision);
        quoted = double_quoted(text);
        ck_assert(!support_load("made-up.json", quoted, &table, &fault));
        ck_assert_msg(strstr(fault.message, cases[i].expected) != NULL, "%s", fault.message);
        free(quoted);
    }
}
END_TEST

/* ---- folders ---- */

START_TEST(a_folder_that_is_not_there_is_told)
{
    struct type_table *table;
    struct fault fault;

    ck_assert(!type_table_load(&table, "/nonexistent/types", &fault));
    ck_assert_str_eq(fault.message, "/nonexistent/types: No such file or directory");
}
END_TEST

START_TEST(a_folder_without_a_type_is_refused_and_other_files_are_ignored)
{
    static const char *const others[] = {"email.json~", "README", ".email.json", "email.json.bak", "json"};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct type_table *table;
        struct fault fault;
        ck_assert(!support_load(others[i], "no type at all", &table, &fault));
        ck_assert_msg(strstr(fault.message, ": there is no type in it") != NULL, "%s", fault.message);
    }
}
END_TEST

START_TEST(a_file_that_is_too_large_is_refused)
{
    char *text = malloc(1100000);
    struct type_table *table;
    struct fault fault;

    memset(text, ' ', 1099999);
    text[1099999] = '\0';
    ck_assert(!support_load("made-up.json", text, &table, &fault));
    ck_assert_int_eq(fault.kind, FAULT_TOO_LARGE);
    free(text);
}
END_TEST

START_TEST(the_line_is_found_whatever_the_text_looks_like)
{
    /* Keys and texts with quotes, backslashes, braces and colons before the mistake. */
    char *text = double_quoted(
        "{'type':'made-up','note':'a \\\" \\\\ { [ : ,\\n','title':'x: y',\n'fields':[\n{'name':'\\u0041','type':'string','enum':['\\\\','\\\"',\n':','{']},"
        "{'name':'n','type':'integer','min':-5,'max':\n7,'default':\n8}]}");
    struct type_table *table;
    struct fault fault;

    ck_assert(!support_load("made-up.json", text, &table, &fault));
    ck_assert_msg(strstr(fault.message, "/made-up.json:6: the default must be between -5 and 7") != NULL, "%s", fault.message);
    free(text);
}
END_TEST

START_TEST(a_made_up_type_works_without_further_ado)
{
    const struct connection_type *type = support_made_up(
        "{'type':'made-up','title':'Made up','note':'n','fields':[{'name':'address','type':'string','required':true,'pattern':'^[a-z]+:[0-9]+$'},"
        "{'name':'key','type':'string','secret':true,'required':true},{'name':'free','type':'any'},"
        "{'name':'nested','type':'array','items':{'type':'array','items':{'type':'integer','max':5}}}]}");
    struct settings settings =
        support_divide(type, "{'address':'h:1','key':'k','free':{'password':'p'},'nested':[[1,2],[]]}", false);
    struct settings refused = support_divide(type, "{'address':'H:1','nested':[[6],1]}", false);

    ck_assert_str_eq(support_errors(&settings), "");
    ck_assert_str_eq(support_readable(&settings),
                     "{\"address\":\"h:1\",\"key\":null,\"free\":{\"password\":null},\"nested\":[[1,2],[]]}");
    ck_assert_str_eq(support_sealed(&settings), "/key = \"k\"\n/free/password = \"p\"\n");
    ck_assert_str_eq(support_errors(&refused),
                     "address: address must match ^[a-z]+:[0-9]+$\nkey: key is required\n"
                     "nested[0][0]: nested[0][0] must be at most 5\nnested[1]: nested[1] must be an array\n");
}
END_TEST

static Suite *type_suite(void)
{
    Suite *suite = suite_create("type");
    TCase *tcase = tcase_create("files");

    support_add_fixture(tcase);
    tcase_add_test(tcase, the_documented_types_load);
    tcase_add_test(tcase, types_are_in_the_order_of_their_names);
    tcase_add_test(tcase, a_type_is_found_by_its_exact_name_only);
    tcase_add_test(tcase, a_collapsed_type_is_known_by_its_values);
    tcase_add_test(tcase, a_field_is_read_with_all_that_is_said_of_it);
    tcase_add_loop_test(tcase, a_wrong_file_is_refused_with_file_line_and_reason, 0, COUNT(wrong));
    tcase_add_test(tcase, a_collision_must_mean_one_type_and_a_field_of_it);
    tcase_add_test(tcase, a_folder_that_is_not_there_is_told);
    tcase_add_test(tcase, a_folder_without_a_type_is_refused_and_other_files_are_ignored);
    tcase_add_test(tcase, a_file_that_is_too_large_is_refused);
    tcase_add_test(tcase, the_line_is_found_whatever_the_text_looks_like);
    tcase_add_test(tcase, a_made_up_type_works_without_further_ado);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_main(type_suite());
}
