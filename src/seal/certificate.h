/*
 * A certificate as people hand it in: one PEM block, and what it says about itself.
 *
 * Refused, with a message that goes on from the field's name ("must hold ..."): no certificate, more than one block, a private key (a
 * certificate is shown to everybody in the project), anything behind the certificate in its block, dates that are none.
 * Nothing is verified: neither signatures nor whether it is valid now. Who uses it does that, against the connection they make.
 */
#ifndef PATCHBAY_SEAL_CERTIFICATE_H
#define PATCHBAY_SEAL_CERTIFICATE_H

#include "base/arena.h"
#include "base/fault.h"

struct certificate {
    struct bytes der;
    struct bytes subject;                 /* UTF-8, most specific first: "CN=example.com, O=Example Inc, C=US" */
    struct bytes valid_from, valid_until; /* "2024-01-01T00:00:00.000Z" */
    struct bytes sha1_thumbprint;         /* 40 hex digits, upper case */
};

/* FAULT_INVALID as above; FAULT_TOO_LARGE when the arena overflows. Everything in *certificate lies in the arena. */
bool certificate_read(struct certificate *certificate, struct bytes pem, struct arena *arena, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
