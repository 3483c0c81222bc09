/*
 * A body divided: what is readable, what is sealed where, what is kept on a PUT. Bodies are written with ' for ".
 * Rules over several fields are in settings_rules_test.c, what holds for every type in settings_types_test.c.
 */
#include "registry/settings.h"

#include <string.h>

#include "tests/unit/registry/settings_support.h"

#define check_text(actual, expected) ck_assert_str_eq((actual), (expected))

static const char email[] = "{'type':'email','name':'n','host':'h'}";

/* ---- fields ---- */

START_TEST(every_field_of_the_type_is_shown_in_its_order_with_defaults)
{
    struct settings settings = support_create("email", "{'from':'f','port':25,'type':'email','host':'h','enabled':false}");

    check_text(support_errors(&settings), "");
    check_text(support_readable(&settings),
               "{\"host\":\"h\",\"port\":25,\"enableStartTls\":false,\"auth\":false,\"username\":null,\"password\":null,"
               "\"defaultEncoding\":\"UTF-8\",\"addressToTest\":null,\"from\":\"f\",\"additionalProperties\":[]}");
    check_text(support_sealed(&settings), "");
    check_text(support_warnings(&settings), "");
}
END_TEST

START_TEST(null_is_the_same_as_left_out)
{
    struct settings left_out = support_create("email", email);
    struct settings null =
        support_create("email", "{'host':'h','port':null,'auth':null,'from':null,'password':null,'additionalProperties':null}");

    check_text(support_errors(&null), "");
    check_text(support_readable(&null), support_readable(&left_out));
    check_text(support_sealed(&null), "");
    check_text(support_keep(&null), "");
}
END_TEST

START_TEST(numbers_and_member_order_of_free_members_read_back_as_sent)
{
    struct settings settings =
        support_create("rabbitMq", "{'hostPortList':[{}],'connectionFactoryClientProperties':"
                                   "{'z':1.50,'a':-0,'big':9007199254740993,'e':1E2,'o':{'y':[1,{'x':null}],'b':true}}}");

    check_text(support_errors(&settings), "");
    check_text(support_member(&settings, "connectionFactoryClientProperties"),
               "{\"z\":1.50,\"a\":-0,\"big\":9007199254740993,\"e\":1E2,\"o\":{\"y\":[1,{\"x\":null}],\"b\":true}}");
}
END_TEST

START_TEST(items_of_lists_get_their_defaults)
{
    struct settings settings =
        support_create("elasticsearch", "{'elasticHostList':[{'port':1,'host':'a'},{'host':'b','scheme':'https'}]}");

    check_text(support_errors(&settings), "");
    check_text(support_member(&settings, "elasticHostList"),
               "[{\"scheme\":\"http\",\"host\":\"a\",\"port\":1,\"status\":null,\"clusterName\":null},"
               "{\"scheme\":\"https\",\"host\":\"b\",\"port\":9200,\"status\":null,\"clusterName\":null}]");
}
END_TEST

START_TEST(missing_and_empty_required_fields_are_named)
{
    struct settings settings = support_create("email", "{'host':'','auth':true,'username':null}");

    check_text(support_errors(&settings),
               "host: host is required\nusername: username is required\npassword: password is required\n");
}
END_TEST

START_TEST(a_required_field_with_a_default_takes_it_but_must_not_be_empty)
{
    struct settings left_out = support_create("logback", "{'logPath':'/a/','logFileName':'b','logPattern':null}");
    struct settings empty = support_create("logback", "{'logPath':'/a/','logFileName':'b','logPattern':''}");

    check_text(support_errors(&left_out), "");
    check_text(support_member(&left_out, "logPattern"), "\"%d{yyyy-MM-dd HH:mm:ss.SSS}[%m]%n\"");
    check_text(support_errors(&empty), "logPattern: logPattern must not be empty\n");
}
END_TEST

START_TEST(an_empty_text_is_kept_where_it_is_allowed)
{
    struct settings settings = support_create(
        "rabbitMq", "{'hostPortList':[{}],'channelExchange':'','channelRoutingKey':'','connectionFactoryVirtualHost':''}");

    check_text(support_errors(&settings), "");
    check_text(support_member(&settings, "channelExchange"), "\"\"");
    check_text(support_member(&settings, "channelRoutingKey"), "\"\"");
    check_text(support_member(&settings, "connectionFactoryVirtualHost"), "\"\"");
}
END_TEST

START_TEST(all_violations_come_together_each_with_its_path)
{
    struct settings settings = support_create(
        "rabbitMq", "{'hostPortList':[{'port':1},{'port':65536},{'host':5},7,null],'basicPropertiesDeliveryMode':3,"
                    "'basicPropertiesPriority':256,'connectionFactoryRequestedFrameMax':-1,'channelExchange':{}}");

    check_text(support_errors(&settings),
               "hostPortList[1].port: hostPortList[1].port must be between 1 and 65535\n"
               "hostPortList[2].host: hostPortList[2].host must be a string\n"
               "hostPortList[3]: hostPortList[3] must be an object\n"
               "hostPortList[4]: hostPortList[4] is required\n"
               "connectionFactoryRequestedFrameMax: connectionFactoryRequestedFrameMax must be at least 0\n"
               "channelExchange: channelExchange must be a string\n"
               "basicPropertiesDeliveryMode: basicPropertiesDeliveryMode must be one of 1, 2\n"
               "basicPropertiesPriority: basicPropertiesPriority must be between 0 and 255\n");
}
END_TEST

START_TEST(an_integer_has_no_fraction_and_no_exponent)
{
    struct settings fraction = support_create("email", "{'host':'h','port':25.0}");
    struct settings exponent = support_create("email", "{'host':'h','port':2e1}");
    struct settings text = support_create("email", "{'host':'h','port':'25'}");

    check_text(support_errors(&fraction), "port: port must be an integer\n");
    check_text(support_errors(&exponent), "port: port must be an integer\n");
    check_text(support_errors(&text), "port: port must be an integer\n");
}
END_TEST

START_TEST(a_map_names_its_keys_in_paths)
{
    struct settings settings =
        support_create("kafka", "{'topicName':'t','propertiesMap':{'bootstrap.servers':{'value':'a:1','valueType':'STRING'},"
                                "'a\\\"b\\\\':{'value':1,'valueType':'TEXT'},'key.serializer':{'valueType':'STRING'}}}");

    check_text(
        support_errors(&settings),
        "propertiesMap[\"a\\\"b\\\\\"].value: propertiesMap[\"a\\\"b\\\\\"].value must be a string\n"
        "propertiesMap[\"a\\\"b\\\\\"].valueType: propertiesMap[\"a\\\"b\\\\\"].valueType must be one of STRING, BOOLEAN, INTEGER, LONG, "
        "DOUBLE, FLOAT, STRING_LIST, URI\n"
        "propertiesMap[\"key.serializer\"].value: propertiesMap[\"key.serializer\"].value is required\n"
        "propertiesMap[\"value.serializer\"]: propertiesMap[\"value.serializer\"] is required\n");
}
END_TEST

START_TEST(a_map_with_listed_keys_takes_no_other)
{
    struct settings settings = support_create(
        "database", "{'host':'h','useCredentials':false,'logTableNameOverrides':{'AuditEvent':'a','Audit':'b'}}");

    check_text(support_errors(&settings),
               "logTableNameOverrides[\"Audit\"]: logTableNameOverrides[\"Audit\"] is not a key of this map, which has "
               "ApiProxyTraffic, PolicyCapture, AuditEvent, Application, UnsentMessage, TokenTraffic\n");
}
END_TEST

START_TEST(a_thousand_errors_are_enough)
{
    struct json_value *body = support_read("{}");
    struct json_value *list = json_new(support_arena, JSON_ARRAY);
    size_t count = 0;

    for (int i = 0; i < 5000; i++) {
        json_append(list, json_new_integer(support_arena, i));
    }
    list->key = BYTES("hostPortList");
    json_append(body, list);
    struct settings settings = support_divide_tree(support_type("rabbitMq"), body, false);
    for (const struct settings_error *error = settings.errors; error != NULL; error = error->next) {
        count++;
    }
    ck_assert_uint_eq(count, 1000);
}
END_TEST

/* ---- what the pages say is tidied, filled in, spelt otherwise ---- */

START_TEST(paths_of_logback_are_tidied)
{
    struct settings settings = support_create("logback", "{'logPath':'/var/log','logFileName':'//a/b'}");
    struct settings nothing_left = support_create("logback", "{'logPath':'/','logFileName':'/'}");

    check_text(support_errors(&settings), "");
    check_text(support_member(&settings, "logPath"), "\"/var/log/\"");
    check_text(support_member(&settings, "logFileName"), "\"a/b\"");
    check_text(support_errors(&nothing_left), "logFileName: logFileName is required\n");
}
END_TEST

START_TEST(an_empty_pod_name_becomes_the_host_name)
{
    static const char *const bodies[] = {"{'logPath':'/','logFileName':'b'}",
                                         "{'logPath':'/','logFileName':'b','logPodName':null}",
                                         "{'logPath':'/','logFileName':'b','logPodName':''}"};

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct settings settings = support_create("logback", bodies[i]);
        check_text(support_errors(&settings), "");
        check_text(support_member(&settings, "logPodName"), "\"" SUPPORT_HOST_NAME "\"");
    }
    struct settings given = support_create("logback", "{'logPath':'/','logFileName':'b','logPodName':'pod'}");
    check_text(support_member(&given, "logPodName"), "\"pod\"");
}
END_TEST

START_TEST(the_protocol_of_ftp_is_stored_in_upper_case)
{
    struct settings settings = support_create("ftp", "{'host':'h','username':'u','password':'p','protocol':'sftp'}");

    check_text(support_errors(&settings), "");
    check_text(support_member(&settings, "protocol"), "\"SFTP\"");
}
END_TEST

START_TEST(another_spelling_is_stored_under_the_types_name)
{
    struct settings settings =
        support_create("snmp", "{'securityOrCommunityName':'c','pduUdpForMessage':'1.3','enabledUserAuthentication':true}");

    check_text(support_errors(&settings), "");
    check_text(support_member(&settings, "pduOidForMessage"), "\"1.3\"");
    check_text(support_member(&settings, "enableUserAuthentication"), "true");
    check_text(support_member(&settings, "pduUdpForMessage"), "(none)");
    check_text(support_warnings(&settings), "");
}
END_TEST

START_TEST(of_two_spellings_the_types_own_wins_in_any_order)
{
    static const char *const bodies[] = {"{'securityOrCommunityName':'c','pduUdpForMessage':'2','pduOidForMessage':'1'}",
                                         "{'securityOrCommunityName':'c','pduOidForMessage':'1','pduUdpForMessage':'2'}",
                                         "{'securityOrCommunityName':'c','pduOidForMessage':null,'pduUdpForMessage':'1'}"};

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct settings settings = support_create("snmp", bodies[i]);
        check_text(support_errors(&settings), "");
        check_text(support_member(&settings, "pduOidForMessage"), "\"1\"");
    }
}
END_TEST

START_TEST(errors_of_another_spelling_name_the_types_own)
{
    struct settings settings = support_create("snmp", "{'securityOrCommunityName':'c','pduUdpForMessage':5}");

    check_text(support_errors(&settings), "pduOidForMessage: pduOidForMessage must be a string\n");
}
END_TEST

START_TEST(names_of_keystores_are_references_and_ids_are_not)
{
    struct settings settings = support_create(
        "kafka",
        "{'topicName':'t','bootstrapServers':'a:1','keyStoreName':'k','trustStoreName':'','keyStoreId':'1','trustStoreId':'2'}");
    struct settings ldap =
        support_create("ldap", "{'serverAddress':'ldap://h','username':'u','password':'p','baseDn':'b','certificateName':'c',"
                               "'certificateId':'i','selectedEnvironmentId':'e'}");

    check_text(support_errors(&settings), "");
    check_text(support_references(&settings),
               "keystore k -> keyStoreName: keyStoreName must be the name of a keystore in the project\n");
    check_text(support_references(&ldap),
               "certificate c -> certificateName: certificateName must be the name of a certificate in the project\n");
    check_text(support_member(&settings, "keyStoreId"), "\"1\"");
}
END_TEST

/* ---- secrets ---- */

START_TEST(a_secret_is_sealed_and_reads_null)
{
    struct settings settings =
        support_create("email", "{'host':'h','auth':true,'username':'u','password':'p\\u0022$\\\\%2F\xf0\x9f\x98\x80'}");

    check_text(support_errors(&settings), "");
    check_text(support_member(&settings, "password"), "null");
    check_text(support_sealed(&settings), "/password = \"p\\\"$\\\\%2F\xf0\x9f\x98\x80\"\n");
}
END_TEST

START_TEST(a_secret_that_is_left_out_of_a_put_is_kept)
{
    static const char *const bodies[] = {"{'host':'h'}", "{'host':'h','password':null}"};

    for (size_t i = 0; i < 2; i++) {
        struct settings settings = support_replace("email", bodies[i]);
        check_text(support_errors(&settings), "");
        check_text(support_sealed(&settings), "");
        check_text(support_keep(&settings), "/password\n");
        check_text(support_needs(&settings), "");
    }
}
END_TEST

START_TEST(a_required_secret_that_is_left_out_of_a_put_must_be_stored)
{
    struct settings settings = support_replace("email", "{'host':'h','auth':true,'username':'u'}");

    check_text(support_errors(&settings), "");
    check_text(support_keep(&settings), "/password\n");
    check_text(support_needs(&settings), "/password -> password: password is required\n");
}
END_TEST

START_TEST(an_empty_secret_clears_it_where_the_type_allows_none)
{
    struct settings cleared = support_replace("email", "{'host':'h','password':''}");
    struct settings required = support_replace("email", "{'host':'h','auth':true,'username':'u','password':''}");

    check_text(support_errors(&cleared), "");
    check_text(support_sealed(&cleared), "");
    check_text(support_keep(&cleared), "");
    check_text(support_errors(&required), "password: password is required\n");
    check_text(support_keep(&required), "");
}
END_TEST

START_TEST(a_mask_is_refused_for_a_secret)
{
    struct settings stars = support_create("email", "{'host':'h','password':'********'}");
    struct settings bullets = support_replace("email", "{'host':'h','password':'\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2'}");
    struct settings elsewhere = support_create("email", "{'host':'h','from':'***'}");

    check_text(support_errors(&stars), "password: password looks like a mask; give the secret itself\n");
    check_text(support_errors(&bullets), "password: password looks like a mask; give the secret itself\n");
    check_text(support_sealed(&stars), "");
    check_text(support_errors(&elsewhere), "");
}
END_TEST

START_TEST(a_message_never_holds_what_was_sent)
{
    struct settings settings = support_create(
        "snmp", "{'securityOrCommunityName':'c','pduOidForMessage':'1','authPassphrase':'hunter2',"
                "'privPassphrase':{'x':'hunter2'},'messageType':'hunter2','version':['hunter2'],'timeout':'hunter2'}");

    ck_assert_ptr_nonnull(settings.errors);
    ck_assert_ptr_null(strstr(support_errors(&settings), "hunter2"));
}
END_TEST

START_TEST(a_text_that_tells_a_password_is_sealed_as_a_whole)
{
    struct settings settings = support_create("database", "{'jdbcUrl':'jdbc:postgresql://u:p@h/db','useCredentials':false}");

    check_text(support_errors(&settings), "");
    check_text(support_member(&settings, "jdbcUrl"), "null");
    check_text(support_sealed(&settings), "/jdbcUrl = \"jdbc:postgresql://u:p@h/db\"\n");
}
END_TEST

START_TEST(a_required_text_written_back_as_null_must_be_stored)
{
    struct settings null = support_replace("webhook", "{'fullUrl':null}");
    struct settings left_out = support_replace("webhook", "{}");
    struct settings creates = support_create("webhook", "{'fullUrl':null}");

    check_text(support_errors(&null), "");
    check_text(support_keep(&null), "/fullUrl\n");
    check_text(support_needs(&null), "/fullUrl -> fullUrl: fullUrl is required\n");
    check_text(support_errors(&left_out), "fullUrl: fullUrl is required\n");
    check_text(support_keep(&left_out), "");
    check_text(support_errors(&creates), "fullUrl: fullUrl is required\n");
}
END_TEST

START_TEST(a_choice_written_back_as_null_was_never_sealed)
{
    struct settings settings =
        support_replace("activeMq", "{'activeMqConnectionProtocolType':null,'brokerURL':'tcp://h:1','destinationType':'QUEUE',"
                                    "'destinationName':'d'}");

    check_text(support_errors(&settings), "activeMqConnectionProtocolType: activeMqConnectionProtocolType is required\n");
}
END_TEST

/* ---- fields that the type does not name ---- */

START_TEST(an_unknown_field_is_sealed_shown_as_null_and_warned_about)
{
    struct settings settings =
        support_create("elasticsearch", "{'pasword':'p','elasticHostList':[{'host':'h','foo':{'a':1}}],'n':5,'z':null}");

    check_text(support_errors(&settings), "");
    check_text(support_sealed(&settings), "/elasticHostList/0/foo = {\"a\":1}\n/pasword = \"p\"\n/n = 5\n");
    check_text(support_member(&settings, "elasticHostList"),
               "[{\"scheme\":\"http\",\"host\":\"h\",\"port\":9200,\"status\":null,\"clusterName\":null,\"foo\":null}]");
    check_text(support_warnings(&settings),
               "elasticHostList[0].foo is not a field of type elasticsearch: it is kept sealed and masked like a secret\n"
               "pasword is not a field of type elasticsearch: it is kept sealed and masked like a secret\n"
               "n is not a field of type elasticsearch: it is kept sealed and masked like a secret\n");
    check_text(strstr(support_readable(&settings), "\"maxConnectionTotal\""),
               "\"maxConnectionTotal\":null,\"pasword\":null,\"n\":null,\"z\":null}");
}
END_TEST

START_TEST(an_unknown_field_written_back_as_null_is_kept_and_one_left_out_is_dropped)
{
    struct settings settings = support_replace("email", "{'host':'h','password':'p','foo':null}");

    check_text(support_errors(&settings), "");
    check_text(support_keep(&settings), "/foo\n");
    check_text(support_member(&settings, "foo"), "null");
    check_text(support_member(&settings, "bar"), "(none)");
}
END_TEST

START_TEST(a_masked_unknown_secret_is_refused)
{
    struct settings settings = support_replace("email", "{'host':'h','passwords':'***','foo':'***'}");

    check_text(support_errors(&settings), "passwords: passwords looks like a mask; give the secret itself\n");
    check_text(support_sealed(&settings), "/foo = \"***\"\n");
}
END_TEST

/* ---- when there is too much ---- */

START_TEST(an_arena_that_overflows_is_told)
{
    static const char *const common[] = {NULL};
    struct json_value *body = support_read(
        "{\"host\":\"h\",\"foo\":[{\"name\":\"a\"},1],\"password\":\"p\",\"additionalProperties\":[{\"key\":\"password\"}]}");
    bool divided = false;

    for (size_t limit = 0; !divided; limit += 16) {
        struct arena *arena = arena_new(limit);
        struct settings settings;
        struct settings_input input = {
            .type = support_type("email"), .object = body, .common = common, .replaces = limit % 32 == 0, .host_name = "h"};

        ck_assert_uint_lt(limit, 100000);
        divided = settings_divide(&settings, &input, arena);
        ck_assert(divided == !arena_overflowed(arena));
        arena_free(arena);
    }
}
END_TEST

static Suite *settings_suite(void)
{
    const TTest *const tests[] = {
        every_field_of_the_type_is_shown_in_its_order_with_defaults,
        null_is_the_same_as_left_out,
        numbers_and_member_order_of_free_members_read_back_as_sent,
        items_of_lists_get_their_defaults,
        missing_and_empty_required_fields_are_named,
        a_required_field_with_a_default_takes_it_but_must_not_be_empty,
        an_empty_text_is_kept_where_it_is_allowed,
        all_violations_come_together_each_with_its_path,
        an_integer_has_no_fraction_and_no_exponent,
        a_map_names_its_keys_in_paths,
        a_map_with_listed_keys_takes_no_other,
        a_thousand_errors_are_enough,
        paths_of_logback_are_tidied,
        an_empty_pod_name_becomes_the_host_name,
        the_protocol_of_ftp_is_stored_in_upper_case,
        another_spelling_is_stored_under_the_types_name,
        of_two_spellings_the_types_own_wins_in_any_order,
        errors_of_another_spelling_name_the_types_own,
        names_of_keystores_are_references_and_ids_are_not,
        a_secret_is_sealed_and_reads_null,
        a_secret_that_is_left_out_of_a_put_is_kept,
        a_required_secret_that_is_left_out_of_a_put_must_be_stored,
        an_empty_secret_clears_it_where_the_type_allows_none,
        a_mask_is_refused_for_a_secret,
        a_message_never_holds_what_was_sent,
        a_text_that_tells_a_password_is_sealed_as_a_whole,
        a_required_text_written_back_as_null_must_be_stored,
        a_choice_written_back_as_null_was_never_sealed,
        an_unknown_field_is_sealed_shown_as_null_and_warned_about,
        an_unknown_field_written_back_as_null_is_kept_and_one_left_out_is_dropped,
        a_masked_unknown_secret_is_refused,
        an_arena_that_overflows_is_told,
    };
    Suite *suite = suite_create("settings");
    TCase *tcase = tcase_create("divide");

    support_add_fixture(tcase);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_main(settings_suite());
}
