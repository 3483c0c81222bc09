/*
 * Schemes are compared without letter case (RFC 9110), tokens exactly.
 */
#include "api/credential.h"

bool credential_bearer(struct api_exchange *exchange, unsigned char digest[DIGEST_SHA256_SIZE])
{
    struct bytes token = bytes_trim(http_request_field(exchange->request, "authorization"));
    struct bytes scheme;

    if (!bytes_cut(&token, ' ', &scheme) || !bytes_is_nocase(scheme, "bearer")) {
        return false;
    }
    token = bytes_trim(token);
    return digest_credential(token, "pbt", digest) || digest_credential(token, "pbs", digest);
}
