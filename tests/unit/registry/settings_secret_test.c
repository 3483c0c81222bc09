/* What keys and texts say of themselves. Each list is one table: a new case is one more line. */
#include "registry/settings.h"

#include "base/arena.h"
#include "tests/support/unit.h"

#define COUNT(array) ((int) (sizeof(array) / sizeof((array)[0])))

static const char *const secret_keys[] = {
    "password",
    "Password",
    "PASSWORD",
    "userPassword",
    "trust-store-password",
    "ssl.keystore.password",
    "pass_word",
    "passwd",
    "passphrase",
    "key passphrase",
    "pwd",
    "db_pwd",
    "secret",
    "clientSecret",
    "client_secret",
    "aws-secret-access-key",
    "token",
    "access_token",
    "apiKey",
    "api-key",
    "X-API-Key",
    "credential",
    "credentials",
    "privateKey",
    "private_key",
    "accessKey",
    "AccountKey",
    "SharedAccessKey",
    "Ocp-Apim-Subscription-Key",
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "Set-Cookie",
    "pass",
    "smtp.pass",
    "caKeystoreFilePass",
    "DB_PASS",
    "X-Auth",
    "X-Auth-Key",
    "auth",
    "jwt",
    "bearer",
    "JSESSIONID",
    "password2",
    "se-cr.et",
};

START_TEST(a_key_that_names_a_secret_is_known)
{
    ck_assert_msg(settings_key_is_secret(bytes_from(secret_keys[_i])), "%s", secret_keys[_i]);
}
END_TEST

static const char *const plain_keys[] = {
    "",
    "name",
    "key",
    "value",
    "host",
    "user",
    "username",
    "key.serializer",
    "bootstrap.servers",
    "Accept",
    "Content-Type",
    "bypass",
    "compass",
    "author",
    "mail.smtp.auth",
    "sasl.mechanism",
    "ssl.keystore.location",
    "pas",
    "passw",
    "-",
    "...",
};

START_TEST(a_key_that_names_no_secret_is_not_taken_for_one)
{
    ck_assert_msg(!settings_key_is_secret(bytes_from(plain_keys[_i])), "%s", plain_keys[_i]);
}
END_TEST

static const char *const secret_texts[] = {
    "https://user:password@example.com/",
    "ftp://u:p@h",
    "redis://:onlypassword@host:6379/0",
    "mongodb://u:p@h1:27017,h2:27017/db",
    "mongodb://u:pa/ss@h1/db",
    "mongodb://u:/ss@h1/db",
    "mongodb://u:1pa/ss@h1/db",
    "amqp://guest:guest@[::1]:5672/",
    "failover:(tcp://a:61616,tcp://u:p@b:61616)",
    "//u:p@host/share",
    "see https://a.example/ and https://u:p@b.example/",
    "http://us%40er:p%40ss@host",
    "https://u:p@ss@host/",
    "jdbc:postgresql://u:p@h/db",
    "jdbc:oracle:thin:scott/tiger@host:1521:orcl",
    "JDBC:ORACLE:thin:scott/tiger@//host:1521/orcl",
    "jdbc:mysql://h/db?user=u&password=p",
    "jdbc:sqlserver://h:1433;databaseName=d;user=u;Password=p;encrypt=true",
    "jdbc:mysql://address=(host=h)(user=u)(password=p)/db",
    "Server=h;User Id=u;Pwd=p",
    "https://h/path?access_token=abc",
    "https://h/path?a=1&apiKey=abc",
    "https://h/path?api_key=abc",
    "https://blob.example/c?sv=1&sig=abc%3D",
    "tcp://h:61616?jms.password=p",
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=bbbb==",
    "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"p\";",
    "user = u\npassword = p\n",
    "trustStorePassword='p'",
    "{\"user\":\"u\",\"password\":\"p\"}",
    "{'client_secret' : 'p'}",
    "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----",
};

START_TEST(a_text_whose_form_tells_a_password_is_known)
{
    ck_assert_msg(settings_text_is_secret(bytes_from(secret_texts[_i])), "%s", secret_texts[_i]);
}
END_TEST

static const char *const plain_texts[] = {
    "",
    "a",
    "=",
    "==",
    ":",
    "://",
    "//",
    "@",
    "http://",
    "http://@",
    "http://:@",
    "hello",
    "password",
    "the password is needed",
    "https://example.com:8443/a@b",
    "https://example.com/users/@me",
    "http://host:8080/users/u:p@x",
    "http://[::1]:8080/@x",
    "https://user@example.com/",
    "https://user:@example.com/",
    "mailto:u@example.com",
    "u@example.com",
    "12:30 @home",
    "jdbc:postgresql://h:5432/db?user=u&ssl=true",
    "jdbc:oracle:thin:@host:1521:orcl",
    "jdbc:oracle:thin:@//host:1521/orcl",
    "jdbc:sqlserver://h:1433;databaseName=d;user=me@h",
    "https://h/path?password=",
    "https://h/path?password=&x=1",
    "password=\"\"",
    "password = ",
    "pwdLastSet=0",
    "(tokenGroups=1)",
    "https://h/?passwordPolicy=strict",
    "ldap://host:389/dc=example,dc=com",
    "cn=admin,dc=example,dc=com",
    "(&(objectClass=user)(sAMAccountName={0}))",
    "udp:192.168.1.2/162",
    "%d{yyyy-MM-dd HH:mm:ss.SSS}[%m]%n",
    "tcp://localhost:61616?wireFormat.maxInactivityDuration=0",
    "org.apache.kafka.common.serialization.StringSerializer",
    "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----",
    "password: is asked for at login",
};

START_TEST(a_text_that_tells_no_password_stays_readable)
{
    ck_assert_msg(!settings_text_is_secret(bytes_from(plain_texts[_i])), "%s", plain_texts[_i]);
}
END_TEST

START_TEST(looking_at_a_text_stops_at_its_end)
{
    /* Cut off anywhere: under a sanitizer a byte too far is seen, because each copy is an allocation of its own. */
    static const char text[] = "jdbc:oracle:thin:a/b@x https://[u:p]:12@h/?pass word = \"p\" {\"secret\" : x} ://:@//";

    for (size_t length = 0; length <= sizeof text - 1; length++) {
        struct arena *arena = arena_new(1024);
        char *copy = arena_alloc(arena, length);
        for (size_t i = 0; i < length; i++) {
            copy[i] = text[i];
        }
        (void) settings_text_is_secret((struct bytes){copy, length});
        (void) settings_key_is_secret((struct bytes){copy, length});
        (void) settings_is_mask((struct bytes){copy, length});
        arena_free(arena);
    }
}
END_TEST

START_TEST(three_stars_or_bullets_are_a_mask)
{
    ck_assert(settings_is_mask(BYTES("***")));
    ck_assert(settings_is_mask(BYTES("************")));
    ck_assert(settings_is_mask(BYTES("\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2")));
    ck_assert(settings_is_mask(BYTES("*\xe2\x80\xa2*")));
    ck_assert(!settings_is_mask(BYTES("")));
    ck_assert(!settings_is_mask(BYTES("**")));
    ck_assert(!settings_is_mask(BYTES("\xe2\x80\xa2\xe2\x80\xa2")));
    ck_assert(!settings_is_mask(BYTES("***a")));
    ck_assert(!settings_is_mask(BYTES("p***")));
    ck_assert(!settings_is_mask(BYTES("***\xe2\x80")));
}
END_TEST

static Suite *settings_secret_suite(void)
{
    Suite *suite = suite_create("settings_secret");
    TCase *keys = tcase_create("keys");
    TCase *texts = tcase_create("texts");

    tcase_add_loop_test(keys, a_key_that_names_a_secret_is_known, 0, COUNT(secret_keys));
    tcase_add_loop_test(keys, a_key_that_names_no_secret_is_not_taken_for_one, 0, COUNT(plain_keys));
    suite_add_tcase(suite, keys);
    tcase_add_loop_test(texts, a_text_whose_form_tells_a_password_is_known, 0, COUNT(secret_texts));
    tcase_add_loop_test(texts, a_text_that_tells_no_password_stays_readable, 0, COUNT(plain_texts));
    tcase_add_test(texts, looking_at_a_text_stops_at_its_end);
    tcase_add_test(texts, three_stars_or_bullets_are_a_mask);
    suite_add_tcase(suite, texts);
    return suite;
}

int main(void)
{
    return unit_main(settings_secret_suite());
}
