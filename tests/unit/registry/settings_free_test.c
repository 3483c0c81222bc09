/*
 * Secrets within free-form members: what is found, what stays readable, and that a masked list finds its secrets again by name.
 * Bodies are written with ' for ".
 */
#include "registry/settings.h"

#include "tests/unit/registry/settings_support.h"

#define check_text(actual, expected) ck_assert_str_eq((actual), (expected))

static struct settings divide_properties(const char *properties, bool replaces)
{
    struct bytes body = arena_printf(support_arena, "{'hostPortList':[{}],'connectionFactoryClientProperties':%s}", properties);

    return replaces ? support_replace("rabbitMq", body.data) : support_create("rabbitMq", body.data);
}

static void expect_divided(const char *properties, const char *readable, const char *sealed)
{
    struct settings settings = divide_properties(properties, false);

    check_text(support_errors(&settings), "");
    check_text(support_member(&settings, "connectionFactoryClientProperties"), readable);
    check_text(support_sealed(&settings), sealed);
    check_text(support_warnings(&settings), "");
}

#define PROPERTIES "/connectionFactoryClientProperties"

START_TEST(a_value_under_a_secret_key_is_sealed_whatever_it_is)
{
    expect_divided("{'password':'p','a':'b'}", "{\"password\":null,\"a\":\"b\"}", PROPERTIES "/password = \"p\"\n");
    expect_divided("{'a':{'API-Key':12}}", "{\"a\":{\"API-Key\":null}}", PROPERTIES "/a/API-Key = 12\n");
    expect_divided("{'credentials':{'user':'u'}}", "{\"credentials\":null}", PROPERTIES "/credentials = {\"user\":\"u\"}\n");
    expect_divided("{'tokens':['a',null]}", "{\"tokens\":null}", PROPERTIES "/tokens = [\"a\",null]\n");
    expect_divided("{'token':''}", "{\"token\":null}", PROPERTIES "/token = \"\"\n");
}
END_TEST

START_TEST(booleans_and_nulls_are_no_secrets)
{
    expect_divided("{'password':true,'token':null}", "{\"password\":true,\"token\":null}", "");
}
END_TEST

START_TEST(a_value_is_secret_by_the_name_beside_it)
{
    expect_divided(
        "{'list':[{'name':'Authorization','value':'x'},{'key':'db.password','value':7},{'name':'Accept','value':'y'}]}",
        "{\"list\":[{\"name\":\"Authorization\",\"value\":null},{\"key\":\"db.password\",\"value\":null},{\"name\":\"Accept\",\"value\":\"y\"}]}",
        PROPERTIES "/list/[authorization]/value = \"x\"\n" PROPERTIES "/list/[db.password]/value = 7\n");
}
END_TEST

START_TEST(a_text_is_secret_by_its_form)
{
    expect_divided("{'a':['http://h/','http://u:p@h/'],'b':'c'}", "{\"a\":[\"http://h/\",null],\"b\":\"c\"}",
                   PROPERTIES "/a/1 = \"http://u:p@h/\"\n");
}
END_TEST

START_TEST(keys_of_places_are_escaped)
{
    expect_divided("{'a/b~c':{'password':'p'},'':{'token':'t'},'l':[{'name':'X/~','password':'q'}]}",
                   "{\"a/b~c\":{\"password\":null},\"\":{\"token\":null},\"l\":[{\"name\":\"X/~\",\"password\":null}]}",
                   PROPERTIES "/a~1b~0c/password = \"p\"\n" PROPERTIES "//token = \"t\"\n" PROPERTIES
                              "/l/[x~1~0]/password = \"q\"\n");
}
END_TEST

START_TEST(items_of_one_name_are_numbered_in_their_order)
{
    expect_divided(
        "{'l':[{'name':'A','token':1},{'name':'a','token':2},{'key':'A','token':3},{'key':'a','token':4},{'token':5},"
        "{'name':'','key':'a','token':6},{'name':7,'token':7},[{'name':'a','token':8}]]}",
        "{\"l\":[{\"name\":\"A\",\"token\":null},{\"name\":\"a\",\"token\":null},{\"key\":\"A\",\"token\":null},{\"key\":\"a\",\"token\":null},"
        "{\"token\":null},{\"name\":\"\",\"key\":\"a\",\"token\":null},{\"name\":7,\"token\":null},[{\"name\":\"a\",\"token\":null}]]}",
        PROPERTIES "/l/[a]/token = 1\n" PROPERTIES "/l/[a]#2/token = 2\n" PROPERTIES "/l/[A]/token = 3\n" PROPERTIES
                   "/l/[a]#3/token = 4\n" PROPERTIES "/l/4/token = 5\n" PROPERTIES "/l/[a]#4/token = 6\n" PROPERTIES
                   "/l/6/token = 7\n" PROPERTIES "/l/7/[a]/token = 8\n");
}
END_TEST

START_TEST(a_place_never_holds_a_secret)
{
    /* The name is itself sealed for its form: the item goes by its index, before and after masking. */
    expect_divided("{'l':[{'name':'http://u:p@h','token':1}]}", "{\"l\":[{\"name\":null,\"token\":null}]}",
                   PROPERTIES "/l/0/name = \"http://u:p@h\"\n" PROPERTIES "/l/0/token = 1\n");

    struct settings masked = divide_properties("{'l':[{'name':null,'token':null}]}", true);
    check_text(support_keep(&masked), "/connectionFactoryPassword\n" PROPERTIES "/l/0/name\n" PROPERTIES "/l/0/token\n");
}
END_TEST

START_TEST(a_null_written_back_keeps_what_is_stored_there)
{
    struct settings settings = divide_properties("{'a':null,'b':{'password':null},'l':[null,{'name':'X','value':null}]}", true);
    struct settings creates = divide_properties("{'a':null,'b':{'password':null}}", false);

    check_text(support_errors(&settings), "");
    check_text(support_keep(&settings), "/connectionFactoryPassword\n" PROPERTIES "/a\n" PROPERTIES "/b/password\n" PROPERTIES
                                        "/l/0\n" PROPERTIES "/l/[x]/value\n");
    check_text(support_member(&settings, "connectionFactoryClientProperties"),
               "{\"a\":null,\"b\":{\"password\":null},\"l\":[null,{\"name\":\"X\",\"value\":null}]}");
    check_text(support_keep(&creates), "");
}
END_TEST

START_TEST(a_mask_at_a_secret_place_is_refused)
{
    struct settings settings = divide_properties(
        "{'password':'***','l':[{'name':'Cookie','value':'****'},{'name':'Accept','value':'***'}],'a':'***'}", true);

    check_text(
        support_errors(&settings),
        "connectionFactoryClientProperties[\"password\"]: connectionFactoryClientProperties[\"password\"] looks like a mask; give the secret itself\n"
        "connectionFactoryClientProperties[\"l\"][0][\"value\"]: connectionFactoryClientProperties[\"l\"][0][\"value\"] looks like a mask; give "
        "the secret itself\n");
}
END_TEST

/* ---- lists and maps that the type declares ---- */

START_TEST(header_values_are_secret_by_their_names)
{
    struct settings settings = support_create(
        "webhook", "{'fullUrl':'https://h/','headerList':[{'name':'Authorization','value':'Bearer x'},"
                   "{'value':'y','name':'Accept'},{'name':'AUTHORIZATION','value':'z'},{'name':'X','value':'ftp://u:p@h'}]}");

    check_text(support_errors(&settings), "");
    check_text(support_member(&settings, "headerList"),
               "[{\"name\":\"Authorization\",\"value\":null},{\"name\":\"Accept\",\"value\":\"y\"},"
               "{\"name\":\"AUTHORIZATION\",\"value\":null},{\"name\":\"X\",\"value\":null}]");
    check_text(support_sealed(&settings),
               "/headerList/[authorization]/value = \"Bearer x\"\n/headerList/[authorization]#2/value = \"z\"\n"
               "/headerList/[x]/value = \"ftp://u:p@h\"\n");
}
END_TEST

START_TEST(a_masked_header_list_may_be_reordered)
{
    struct settings settings = support_replace(
        "webhook",
        "{'fullUrl':'https://h/','headerList':[{'name':'Accept','value':'y'},{'name':'authorization','value':null}]}");

    check_text(support_errors(&settings), "");
    check_text(support_keep(&settings), "/headerList/[authorization]/value\n");
    check_text(support_needs(&settings),
               "/headerList/[authorization]/value -> headerList[1].value: headerList[1].value is required\n");
}
END_TEST

START_TEST(a_header_without_a_value_is_an_error_unless_it_was_masked)
{
    struct settings creates =
        support_create("webhook", "{'fullUrl':'https://h/','headerList':[{'name':'Cookie'},{'name':'Cookie','value':''}]}");
    struct settings replaces = support_replace("webhook", "{'fullUrl':'https://h/','headerList':[{'name':'Cookie'}]}");

    check_text(support_errors(&creates),
               "headerList[0].value: headerList[0].value is required\nheaderList[1].value: headerList[1].value is required\n");
    check_text(support_errors(&replaces), "headerList[0].value: headerList[0].value is required\n");
}
END_TEST

START_TEST(a_maps_key_says_what_its_value_is)
{
    struct settings settings = support_create(
        "kafka",
        "{'topicName':'t','bootstrapServers':'a:1','propertiesMap':{'key.serializer':{'value':'k','valueType':'STRING'},"
        "'value.serializer':{'value':'v','valueType':'STRING'},'ssl.keystore.password':{'value':'p','valueType':'STRING'},"
        "'sasl.jaas.config':{'value':'x required username=\\'u\\' password=\\'p\\';','valueType':'STRING'}}}");

    check_text(support_errors(&settings), "");
    check_text(support_sealed(&settings),
               "/propertiesMap/ssl.keystore.password/value = \"p\"\n"
               "/propertiesMap/sasl.jaas.config/value = \"x required username=\\\"u\\\" password=\\\"p\\\";\"\n");
    check_text(
        support_member(&settings, "propertiesMap"),
        "{\"key.serializer\":{\"value\":\"k\",\"valueType\":\"STRING\"},\"value.serializer\":{\"value\":\"v\",\"valueType\":\"STRING\"},"
        "\"ssl.keystore.password\":{\"value\":null,\"valueType\":\"STRING\"},\"sasl.jaas.config\":{\"value\":null,\"valueType\":\"STRING\"}}");
}
END_TEST

START_TEST(texts_of_a_map_are_secret_by_key_and_by_form)
{
    struct settings settings = support_create("snmp", "{'securityOrCommunityName':'c','pduOidForMessage':'1','pduVariableMap':"
                                                      "{'1.3.6':'a','auth_token':'b','url':'http://u:p@h'}}");
    struct settings back = support_replace("snmp", "{'securityOrCommunityName':'c','pduOidForMessage':'1','pduVariableMap':"
                                                   "{'1.3.6':'a','auth_token':null,'url':null}}");

    check_text(support_member(&settings, "pduVariableMap"), "{\"1.3.6\":\"a\",\"auth_token\":null,\"url\":null}");
    check_text(support_sealed(&settings), "/pduVariableMap/auth_token = \"b\"\n/pduVariableMap/url = \"http://u:p@h\"\n");
    check_text(support_errors(&back), "");
    check_text(support_keep(&back), "/pduVariableMap/auth_token\n/pduVariableMap/url\n/authPassphrase\n/privPassphrase\n");
}
END_TEST

START_TEST(declared_fields_are_judged_by_form_only)
{
    /* Not marked as secret in the type, whatever the name seems to say. */
    const struct connection_type *type = support_made_up(
        "{'type':'made-up','title':'t','fields':[{'name':'tokenUrl','type':'string'},{'name':'password','type':'string'},{'name':'name2','type':'string'},"
        "{'name':'list','type':'array','items':{'type':'object','members':[{'name':'secretName','type':'string'}]}}]}");
    struct settings settings =
        support_divide(type, "{'tokenUrl':'http://h','password':'p','list':[{'secretName':'s'}]}", false);

    check_text(support_errors(&settings), "");
    check_text(support_sealed(&settings), "");
    check_text(support_readable(&settings),
               "{\"tokenUrl\":\"http://h\",\"password\":\"p\",\"name2\":null,\"list\":[{\"secretName\":\"s\"}]}");
}
END_TEST

START_TEST(secrets_may_be_declared_within_lists_and_maps)
{
    const struct connection_type *type = support_made_up(
        "{'type':'made-up','title':'t','fields':[{'name':'users','type':'array','items':{'type':'object','members':["
        "{'name':'name','type':'string','required':true},{'name':'pin','type':'string','secret':true,'required':true}]}},"
        "{'name':'pins','type':'object','map_values':{'type':'string','secret':true}},{'name':'codes','type':'array','items':{'type':'string','secret':true}}]}");
    struct settings creates =
        support_divide(type, "{'users':[{'name':'A','pin':'1'},{'name':'B'}],'pins':{'x':'2','y':null},'codes':['3']}", false);
    struct settings replaces =
        support_divide(type, "{'users':[{'name':'B','pin':null},{'name':'A'}],'pins':{'x':null},'codes':[null,'***']}", true);

    check_text(support_errors(&creates), "users[1].pin: users[1].pin is required\n");
    check_text(support_sealed(&creates), "/users/[a]/pin = \"1\"\n/pins/x = \"2\"\n/codes/0 = \"3\"\n");
    check_text(support_errors(&replaces), "codes[1]: codes[1] looks like a mask; give the secret itself\n");
    check_text(support_keep(&replaces), "/users/[b]/pin\n/users/[a]/pin\n/pins/x\n/codes/0\n");
    check_text(support_needs(&replaces),
               "/users/[b]/pin -> users[0].pin: users[0].pin is required\n"
               "/users/[a]/pin -> users[1].pin: users[1].pin is required\n/codes/0 -> codes[0]: codes[0] is required\n");
}
END_TEST

START_TEST(an_item_goes_by_a_name_that_the_type_declares)
{
    /* `name` is unknown to these items, sealed and null when masked: their place cannot depend on it. */
    struct settings sent = support_create("elasticsearch", "{'elasticHostList':[{'host':'h','name':'N','foo':1}]}");
    struct settings masked = support_replace("elasticsearch", "{'elasticHostList':[{'host':'h','name':null,'foo':null}]}");

    check_text(support_sealed(&sent), "/elasticHostList/0/name = \"N\"\n/elasticHostList/0/foo = 1\n");
    ck_assert(support_has_place(masked.keep, BYTES("/elasticHostList/0/name")));
    ck_assert(support_has_place(masked.keep, BYTES("/elasticHostList/0/foo")));
}
END_TEST

START_TEST(very_many_items_of_one_name_are_numbered_quickly)
{
    struct json_value *body = support_read("{\"fullUrl\":\"https://h\"}");
    struct json_value *list = json_new(support_arena, JSON_ARRAY);
    size_t count = 30000, sealed = 0;

    for (size_t i = 0; i < count; i++) {
        json_append(list, support_read("{\"name\":\"Cookie\",\"value\":\"x\"}"));
    }
    list->key = BYTES("headerList");
    json_append(body, list);
    struct settings settings = support_divide_tree(support_type("webhook"), body, false);
    for (const struct settings_sealed *value = settings.sealed; value != NULL; value = value->next) {
        sealed++;
        if (value->next == NULL) {
            unit_assert_bytes(value->place, "/headerList/[cookie]#30000/value");
        }
    }
    ck_assert_uint_eq(sealed, count);

    struct json_value *filled = support_filled(&settings);
    size_t number = 0;
    for (const struct json_value *item = json_member(filled, "headerList")->first; item != NULL; item = item->next, number++) {
        unit_assert_bytes(json_member(item, "value")->text, "x");
    }
    ck_assert_uint_eq(number, count);
}
END_TEST

static Suite *settings_free_suite(void)
{
    const TTest *const tests[] = {
        a_value_under_a_secret_key_is_sealed_whatever_it_is,
        booleans_and_nulls_are_no_secrets,
        a_value_is_secret_by_the_name_beside_it,
        a_text_is_secret_by_its_form,
        keys_of_places_are_escaped,
        items_of_one_name_are_numbered_in_their_order,
        a_place_never_holds_a_secret,
        a_null_written_back_keeps_what_is_stored_there,
        a_mask_at_a_secret_place_is_refused,
        header_values_are_secret_by_their_names,
        a_masked_header_list_may_be_reordered,
        a_header_without_a_value_is_an_error_unless_it_was_masked,
        a_maps_key_says_what_its_value_is,
        texts_of_a_map_are_secret_by_key_and_by_form,
        declared_fields_are_judged_by_form_only,
        secrets_may_be_declared_within_lists_and_maps,
        an_item_goes_by_a_name_that_the_type_declares,
        very_many_items_of_one_name_are_numbered_quickly,
    };
    Suite *suite = suite_create("settings_free");
    TCase *tcase = tcase_create("free");

    support_add_fixture(tcase);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_main(settings_free_suite());
}
