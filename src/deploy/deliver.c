/*
 * Reasons are a few fixed words, so that nothing that a worker says can reach a log or an answer.
 */
#include "deploy/deliver.h"

#include <stdio.h>
#include <string.h>

void deliver_begin(struct courier_delivery *delivery, const struct deployment_parcel *parcel, int64_t deadline_ms)
{
    memset(delivery, 0, sizeof *delivery);
    delivery->method = parcel->present ? "PUT" : "DELETE";
    delivery->url = parcel->url;
    delivery->body = parcel->present ? parcel->body : (struct bytes){NULL, 0};
    delivery->authorization = parcel->authorization;
    delivery->ca = parcel->ca;
    delivery->revision = parcel->revision_text;
    delivery->key = parcel->key;
    delivery->deadline_ms = deadline_ms < 1 ? 1 : (long) deadline_ms;
}

static enum deployment_outcome judge_status(int status, bool present)
{
    if (status < 300 || (!present && (status == 404 || status == 410))) {
        return DEPLOYMENT_TAKEN;
    }
    return status == 502 || status == 504 ? DEPLOYMENT_DOUBTFUL : DEPLOYMENT_REFUSED;
}

void deliver_end(const struct courier_delivery *delivery, struct deployment_parcel *parcel)
{
    static const char *const reasons[] = {[COURIER_ANSWERED] = "",          [COURIER_DNS] = "dns",     [COURIER_CONNECT] = "connect", [COURIER_TLS] = "tls",
                                          [COURIER_TIMEOUT] = "timeout", [COURIER_RESET] = "reset", [COURIER_FAILED] = "failed"};

    snprintf(parcel->error, sizeof parcel->error, "%s", reasons[delivery->end]);
    if (delivery->end != COURIER_ANSWERED) {
        parcel->outcome = delivery->sent ? DEPLOYMENT_DOUBTFUL : DEPLOYMENT_REFUSED;
        parcel->alive = false;
        return;
    }
    parcel->outcome = judge_status(delivery->status, parcel->present);
    parcel->alive = delivery->status < 500 && delivery->status != 401 && delivery->status != 403;
    if (parcel->outcome != DEPLOYMENT_TAKEN) {
        snprintf(parcel->error, sizeof parcel->error, "http %d", delivery->status);
    }
}

bool deliver_was_lost(const struct courier_delivery *delivery)
{
    return delivery->end != COURIER_ANSWERED && delivery->end != COURIER_FAILED;
}
