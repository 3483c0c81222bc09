/* Input: PEM, or DER, which is put into a block first. What is taken has all that is shown of it in its form, and is taken again from its own DER. */
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "seal/certificate.h"
#include "tests/fuzz/fuzz.h"

enum { DIGITS_A_LINE = 64 };

static struct bytes pem_of(struct bytes der, struct arena *arena)
{
    struct bytes digits = base64_encode(der, arena);
    struct buf pem;

    buf_init(&pem, arena, digits.length + 128);
    buf_add_string(&pem, "-----BEGIN CERTIFICATE-----\n");
    for (size_t at = 0; at < digits.length; at += DIGITS_A_LINE) {
        buf_add(&pem, bytes_slice(digits, at, at + DIGITS_A_LINE));
        buf_add_char(&pem, '\n');
    }
    buf_add_string(&pem, "-----END CERTIFICATE-----\n");
    fuzz_require(buf_bytes(&pem).data != NULL);
    return buf_bytes(&pem);
}

/* "2024-01-01T00:00:00.000Z" */
static void check_moment(struct bytes moment)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd.000Z";

    fuzz_require(moment.length == sizeof form - 1);
    for (size_t i = 0; i < moment.length; i++) {
        fuzz_require(form[i] == 'd' ? moment.data[i] >= '0' && moment.data[i] <= '9' : moment.data[i] == form[i]);
    }
}

static void check_certificate(const struct certificate *certificate)
{
    fuzz_require(certificate->der.length > 0 && bytes_utf8(certificate->subject, NULL));
    for (size_t i = 0; i < certificate->subject.length; i++) {
        fuzz_require((unsigned char) certificate->subject.data[i] >= ' ' && certificate->subject.data[i] != 0x7f);
    }
    fuzz_require(certificate->sha1_thumbprint.length == 40);
    for (size_t i = 0; i < 40; i++) {
        fuzz_require(strchr("0123456789ABCDEF", certificate->sha1_thumbprint.data[i]) != NULL);
    }
    check_moment(certificate->valid_from);
    check_moment(certificate->valid_until);
}

static void check_pem(struct bytes pem, struct arena *arena)
{
    struct certificate certificate, again;
    struct fault fault = {0};

    if (!certificate_read(&certificate, pem, arena, &fault)) {
        fuzz_check_fault(&fault);
        return;
    }
    check_certificate(&certificate);
    pem = pem_of(certificate.der, arena);
    fuzz_require(certificate_read(&again, pem, arena, &fault));
    fuzz_require(bytes_equal(again.der, certificate.der) && bytes_equal(again.subject, certificate.subject));
    fuzz_require(bytes_equal(again.sha1_thumbprint, certificate.sha1_thumbprint));
    struct bytes twice = arena_printf(arena, "%.*s%.*s", BYTES_FORMAT(pem), BYTES_FORMAT(pem));
    fuzz_require(!certificate_read(&again, twice, arena, &fault));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct bytes text = fuzz_bytes(data, size);

    check_pem(text.length > 0 && text.data[0] == '0' ? pem_of(text, arena) : text, arena);
    return 0;
}
