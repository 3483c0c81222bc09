/*
 * Conditions and rules over several fields, as bodies that create and as bodies that replace, where the answer may depend on
 * what is stored. Bodies are written with ' for ".
 */
#include "registry/settings.h"

#include "tests/unit/registry/settings_support.h"

#define check_text(actual, expected) ck_assert_str_eq((actual), (expected))

static void expect_errors(const char *type, const char *body, const char *expected)
{
    struct settings settings = support_create(type, body);

    check_text(support_errors(&settings), expected);
    check_text(support_needs(&settings), "");
}

/* ---- conditions ---- */

START_TEST(a_condition_counts_the_default_of_a_field_left_out)
{
    /* useCredentials is true unless it is said to be false. */
    expect_errors("database", "{'host':'h'}", "username: username is required\npassword: password is required\n");
    expect_errors("database", "{'host':'h','useCredentials':null}",
                  "username: username is required\npassword: password is required\n");
    expect_errors("database", "{'host':'h','useCredentials':false}", "");
}
END_TEST

START_TEST(all_conditions_must_hold)
{
    expect_errors("snmp", "{'securityOrCommunityName':'c','pduOidForMessage':'1','enableUserAuthentication':true}", "");
    expect_errors("snmp",
                  "{'securityOrCommunityName':'c','pduOidForMessage':'1','enableUserAuthentication':true,'version':'V3'}",
                  "securityName: securityName is required\n");
}
END_TEST

START_TEST(a_condition_may_accept_several_values)
{
    static const char *const levels[] = {"AUTH_NOPRIV", "AUTH_PRIV"};

    for (size_t i = 0; i < 2; i++) {
        struct bytes body =
            arena_printf(support_arena,
                         "{'securityOrCommunityName':'c','pduOidForMessage':'1','version':'V3','securityLevel':'%s',"
                         "'privPassphrase':'12345678','usmUserPrivacyProtocol':'PrivDES'}",
                         levels[i]);
        expect_errors("snmp", body.data,
                      "usmUserAuthenticationProtocol: usmUserAuthenticationProtocol is required\n"
                      "authPassphrase: authPassphrase is required\n");
    }
    expect_errors("snmp",
                  "{'securityOrCommunityName':'c','pduOidForMessage':'1','version':'V3','securityLevel':'NOAUTH_NOPRIV'}", "");
}
END_TEST

START_TEST(a_condition_sees_the_enums_letter_case)
{
    expect_errors("ftp", "{'host':'h','username':'u','password':'p','protocol':'ftps'}",
                  "useImplicit: useImplicit or useExplicit must be true when protocol is FTPS\n");
}
END_TEST

START_TEST(a_wrong_value_is_one_error_and_not_a_broken_rule_as_well)
{
    expect_errors("ftp", "{'host':'h','username':'u','password':'p','protocol':'FTPS','useExplicit':'yes'}",
                  "useExplicit: useExplicit must be a boolean\n");
    expect_errors("database", "{'jdbcUrl':5,'useCredentials':false}", "jdbcUrl: jdbcUrl must be a string\n");
    expect_errors("email", "{'host':'h','auth':'true'}", "auth: auth must be a boolean\n");
}
END_TEST

START_TEST(a_list_may_be_required_to_have_items_under_a_condition)
{
    expect_errors("kafka", "{'topicName':'t','bootstrapServers':'a:1','enableSecure':true,'keyStoreName':'k'}",
                  "protocolTypes: protocolTypes must have at least 1 item\n");
    expect_errors("kafka",
                  "{'topicName':'t','bootstrapServers':'a:1','enableSecure':true,'keyStoreName':'k','protocolTypes':[]}",
                  "protocolTypes: protocolTypes must have at least 1 item\n");
    expect_errors(
        "kafka",
        "{'topicName':'t','bootstrapServers':'a:1','enableSecure':true,'keyStoreName':'k','protocolTypes':['TLS_1_3','X']}",
        "protocolTypes[1]: protocolTypes[1] must be one of TLS_1_3, TLS_1_2, TLS_1_1, TLS_1_0, SSL_3_0\n");
    expect_errors("kafka", "{'topicName':'t','bootstrapServers':'a:1','protocolTypes':[]}", "");
}
END_TEST

START_TEST(one_of_several_members_must_be_true)
{
    expect_errors(
        "elasticsearch", "{'elasticHostList':[{'host':'h'}],'indexLifecyclePolicyCreated':true,'indexLifecyclePolicy':{}}",
        "indexLifecyclePolicy: indexLifecyclePolicy must have at least one of enableHotPhase, enableWarmPhase, enableColdPhase, "
        "enableDeletePhase true\n");
    expect_errors(
        "elasticsearch",
        "{'elasticHostList':[{'host':'h'}],'indexLifecyclePolicyCreated':true,'indexLifecyclePolicy':{'enableColdPhase':true}}",
        "");
    expect_errors("elasticsearch", "{'elasticHostList':[{'host':'h'}],'indexLifecyclePolicyCreated':true}",
                  "indexLifecyclePolicy: indexLifecyclePolicy is required\n");
}
END_TEST

/* ---- either this or that ---- */

START_TEST(an_alternative_is_reported_at_its_first_field_and_names_both)
{
    expect_errors("database", "{'useCredentials':false}", "jdbcUrl: jdbcUrl or host is required\n");
    expect_errors("database", "{'useCredentials':false,'jdbcUrl':'','host':''}", "jdbcUrl: jdbcUrl or host is required\n");
    expect_errors("database", "{'useCredentials':false,'jdbcUrl':'jdbc:x'}", "");
    expect_errors("database", "{'useCredentials':false,'host':'h'}", "");
    expect_errors("kafka", "{'topicName':'t'}", "propertiesMap: propertiesMap or bootstrapServers is required\n");
    expect_errors("snmp", "{'securityOrCommunityName':'c'}",
                  "pduOidForMessage: pduOidForMessage or pduUdpForMessage is required\n");
}
END_TEST

START_TEST(an_alternative_under_a_condition)
{
    static const char start[] = "{'serverAddress':'ldaps://h','username':'u','password':'p','baseDn':'b'";

    expect_errors("ldap", arena_printf(support_arena, "%s,'useSsl':true}", start).data, "");
    expect_errors("ldap", arena_printf(support_arena, "%s,'requireCertificateType':'REQUIRED_CN'}", start).data, "");
    expect_errors("ldap", arena_printf(support_arena, "%s,'useSsl':true,'requireCertificateType':'REQUIRED_CN'}", start).data,
                  "certificateId: certificateId or certificateName is required\n");
    expect_errors(
        "ldap",
        arena_printf(support_arena, "%s,'useSsl':true,'requireCertificateType':'REQUIRED_AN_PN','certificateName':'c'}", start)
            .data,
        "");
}
END_TEST

START_TEST(an_alternative_written_back_as_null_must_be_stored)
{
    struct settings both = support_replace("database", "{'useCredentials':false,'jdbcUrl':null,'host':null}");
    struct settings one = support_replace("database", "{'useCredentials':false,'jdbcUrl':null}");
    struct settings none = support_replace("database", "{'useCredentials':false}");
    struct settings given = support_replace("database", "{'useCredentials':false,'jdbcUrl':null,'host':'h'}");

    check_text(support_needs(&both), "/host /jdbcUrl -> jdbcUrl: jdbcUrl or host is required\n");
    check_text(support_errors(&both), "");
    check_text(support_needs(&one), "/jdbcUrl -> jdbcUrl: jdbcUrl or host is required\n");
    check_text(support_errors(&one), "");
    check_text(support_needs(&none), "");
    check_text(support_errors(&none), "jdbcUrl: jdbcUrl or host is required\n");
    check_text(support_needs(&given), "");
    check_text(support_errors(&given), "");
    check_text(support_keep(&given), "/jdbcUrl\n/password\n");
}
END_TEST

START_TEST(a_key_of_a_map_may_come_from_a_field)
{
    static const char map[] =
        "'propertiesMap':{'key.serializer':{'value':'k','valueType':'STRING'},'value.serializer':{'value':'v','valueType':'STRING'}}";

    expect_errors("kafka", arena_printf(support_arena, "{'topicName':'t',%s}", map).data,
                  "propertiesMap[\"bootstrap.servers\"]: propertiesMap[\"bootstrap.servers\"] is required\n");
    expect_errors("kafka", arena_printf(support_arena, "{'topicName':'t','bootstrapServers':'a:1',%s}", map).data, "");

    struct settings masked =
        support_replace("kafka", arena_printf(support_arena, "{'topicName':'t','bootstrapServers':null,%s}", map).data);
    check_text(support_errors(&masked), "");
    check_text(support_needs(&masked),
               "/bootstrapServers -> propertiesMap[\"bootstrap.servers\"]: propertiesMap[\"bootstrap.servers\"] is required\n");
}
END_TEST

/* ---- required with another one: elasticsearch's caKeystoreFile and caKeystoreFilePass, both secret ---- */

static const char es[] = "{'elasticHostList':[{'host':'h'}]%s}";

START_TEST(a_secret_may_be_required_by_another_ones_presence)
{
    expect_errors("elasticsearch", arena_printf(support_arena, es, ",'caKeystoreFile':'f'").data,
                  "caKeystoreFilePass: caKeystoreFilePass is required when caKeystoreFile is given\n");
    expect_errors("elasticsearch", arena_printf(support_arena, es, ",'caKeystoreFile':'f','caKeystoreFilePass':'p'").data, "");
    expect_errors("elasticsearch", arena_printf(support_arena, es, ",'caKeystoreFile':''").data, "");
    expect_errors("elasticsearch", arena_printf(support_arena, es, ",'caKeystoreFilePass':'p'").data, "");
    expect_errors(
        "elasticsearch",
        arena_printf(support_arena, es, ",'encryptCommunicationType':'CERT_AND_PRIVATE_KEY_IN_PKCS_12','caKeystoreFile':'f'")
            .data,
        "caKeystoreFilePass: caKeystoreFilePass is required\n");
}
END_TEST

static void expect_needs(const char *more, const char *errors, const char *needs)
{
    struct settings settings = support_replace("elasticsearch", arena_printf(support_arena, es, more).data);

    check_text(support_errors(&settings), errors);
    check_text(support_needs(&settings), needs);
}

START_TEST(on_a_put_presence_may_be_the_stored_ones)
{
    static const char message[] = "caKeystoreFilePass: caKeystoreFilePass is required when caKeystoreFile is given\n";

    expect_needs("", "", arena_printf(support_arena, "/caKeystoreFilePass (given /caKeystoreFile) -> %s", message).data);
    expect_needs(",'caKeystoreFile':'f'", "", arena_printf(support_arena, "/caKeystoreFilePass -> %s", message).data);
    expect_needs(",'caKeystoreFile':'f','caKeystoreFilePass':''", message, "");
    expect_needs(",'caKeystoreFilePass':''", "", arena_printf(support_arena, "(given /caKeystoreFile) -> %s", message).data);
    expect_needs(",'caKeystoreFilePass':'p'", "", "");
    expect_needs(",'caKeystoreFile':'','caKeystoreFilePass':''", "", "");
}
END_TEST

START_TEST(one_need_a_field_is_enough)
{
    expect_needs(",'encryptCommunicationType':'CERT_AND_PRIVATE_KEY_IN_PKCS_12','caKeystoreFile':'f'", "",
                 "/caKeystoreFilePass -> caKeystoreFilePass: caKeystoreFilePass is required\n");
}
END_TEST

/* ---- booleans ---- */

START_TEST(two_booleans_may_exclude_each_other)
{
    static const char start[] = "{'host':'h','username':'u','password':'p','protocol':'FTPS'";

    expect_errors("ftp", arena_printf(support_arena, "%s,'useImplicit':true,'useExplicit':true}", start).data,
                  "useImplicit: useImplicit and useExplicit must not both be true\n");
    expect_errors("ftp", arena_printf(support_arena, "%s,'useExplicit':true}", start).data, "");
    expect_errors("ftp", "{'host':'h','username':'u','password':'p','protocol':'FTP'}", "");
}
END_TEST

START_TEST(rules_are_reported_in_the_order_of_their_fields)
{
    struct connection_type const *type = support_made_up(
        "{'type':'made-up','title':'t','fields':[{'name':'a','type':'string'},{'name':'b','type':'string','required':true},{'name':'c','type':'string'},"
        "{'name':'d','type':'boolean','default':true},{'name':'e','type':'boolean','default':true}],"
        "'constraints':[{'kind':'not_both_true','fields':['d','e']},{'kind':'any_of_required','fields':['c','a']},"
        "{'kind':'required_when_present','if':'d','then':['a']}]}");
    struct settings settings = support_divide(type, "{}", false);

    check_text(support_errors(&settings),
               "a: a is required when d is given\nb: b is required\nc: c or a is required\nd: d and e must not both be true\n");
}
END_TEST

static Suite *settings_rules_suite(void)
{
    const TTest *const tests[] = {
        a_condition_counts_the_default_of_a_field_left_out,
        all_conditions_must_hold,
        a_condition_may_accept_several_values,
        a_condition_sees_the_enums_letter_case,
        a_wrong_value_is_one_error_and_not_a_broken_rule_as_well,
        a_list_may_be_required_to_have_items_under_a_condition,
        one_of_several_members_must_be_true,
        an_alternative_is_reported_at_its_first_field_and_names_both,
        an_alternative_under_a_condition,
        an_alternative_written_back_as_null_must_be_stored,
        a_key_of_a_map_may_come_from_a_field,
        a_secret_may_be_required_by_another_ones_presence,
        on_a_put_presence_may_be_the_stored_ones,
        one_need_a_field_is_enough,
        two_booleans_may_exclude_each_other,
        rules_are_reported_in_the_order_of_their_fields,
    };
    Suite *suite = suite_create("settings_rules");
    TCase *tcase = tcase_create("rules");

    support_add_fixture(tcase);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        tcase_add_test(tcase, tests[i]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_main(settings_rules_suite());
}
