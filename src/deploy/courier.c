/*
 * A fresh easy handle a delivery, one multi handle for all: connections are kept and used again by curl. What counts is the status line: a worker that
 * said 200 and then broke off has taken the delivery.
 */
#include "deploy/courier.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

#define ANSWER_LIMIT ((size_t) 65536) /* of an answer's body; who says more is cut off */
#define CONNECTIONS_KEPT 64L
#define EXTRA_FDS 72

struct courier {
    CURLM *multi;
    struct courier_delivery *first; /* of all under way */
    size_t under_way;
    size_t stillborn;               /* of them */
};

/* ---- memory that is wiped when it is freed: the length stands before it ---- */

union head {
    size_t size;
    max_align_t align;
};

static void *allocate(size_t size)
{
    union head *head = size > SIZE_MAX - sizeof(*head) ? NULL : malloc(sizeof(*head) + size);

    if (head == NULL) {
        return NULL;
    }
    head->size = size;
    return head + 1;
}

static void wipe_and_free(void *memory)
{
    if (memory != NULL) {
        union head *head = (union head *) memory - 1;
        explicit_bzero(memory, head->size);
        free(head);
    }
}

static void *allocate_again(void *memory, size_t size)
{
    void *grown = allocate(size);

    if (grown != NULL && memory != NULL) {
        size_t had = ((union head *) memory - 1)->size;
        memcpy(grown, memory, had < size ? had : size);
        wipe_and_free(memory);
    }
    return grown;
}

static void *allocate_zeroed(size_t count, size_t size)
{
    void *memory = size != 0 && count > SIZE_MAX / size ? NULL : allocate(count * size);

    return memory == NULL ? NULL : memset(memory, 0, count * size);
}

static char *copy_string(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = allocate(size);

    return copy == NULL ? NULL : memcpy(copy, text, size);
}

bool courier_start(struct fault *fault)
{
    CURLcode code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, allocate, wipe_and_free, allocate_again, copy_string, allocate_zeroed);

    return code == CURLE_OK || fault_set(fault, FAULT_INTERNAL, "libcurl does not start: %s", curl_easy_strerror(code));
}

/* ---- start and stop ---- */

bool courier_new(struct courier **courier, struct fault *fault)
{
    struct courier *made = calloc(1, sizeof(*made));

    if (made == NULL || (made->multi = curl_multi_init()) == NULL) {
        free(made);
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    curl_multi_setopt(made->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_KEPT);
    curl_multi_setopt(made->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    *courier = made;
    return true;
}

static void remember(struct courier *courier, struct courier_delivery *delivery)
{
    delivery->next = courier->first;
    delivery->place = &courier->first;
    if (delivery->next != NULL) {
        delivery->next->place = &delivery->next;
    }
    courier->first = delivery;
    courier->under_way++;
}

static void forget(struct courier *courier, struct courier_delivery *delivery)
{
    *delivery->place = delivery->next;
    if (delivery->next != NULL) {
        delivery->next->place = delivery->place;
    }
    courier->under_way--;
    if (!delivery->stillborn) {
        curl_multi_remove_handle(courier->multi, delivery->handle);
    }
    curl_easy_cleanup(delivery->handle);
    curl_slist_free_all(delivery->fields);
    delivery->handle = NULL;
    delivery->fields = NULL;
}

void courier_free(struct courier *courier)
{
    if (courier == NULL) {
        return;
    }
    while (courier->first != NULL) {
        forget(courier, courier->first);
    }
    curl_multi_cleanup(courier->multi);
    free(courier);
}

size_t courier_under_way(const struct courier *courier)
{
    return courier->under_way;
}

/* ---- one delivery ---- */

static size_t drop(char *data, size_t size, size_t count, void *context)
{
    struct courier_delivery *delivery = context;

    (void) data;
    delivery->dropped += size * count;
    return delivery->dropped > ANSWER_LIMIT ? 0 : size * count;
}

static bool add_field(struct courier_delivery *delivery, const char *name, const char *value)
{
    if (value == NULL) {
        return true;
    }
    size_t size = strlen(name) + strlen(value) + 3;
    char *line = allocate(size);
    if (line == NULL) {
        return false;
    }
    snprintf(line, size, "%s: %s", name, value);
    struct curl_slist *grown = curl_slist_append(delivery->fields, line);
    wipe_and_free(line);
    if (grown == NULL) {
        return false;
    }
    delivery->fields = grown;
    return true;
}

static bool add_fields(struct courier_delivery *delivery)
{
    /* "Expect:" takes it out: waiting for a 100 that few servers send would cost a second. */
    struct curl_slist *first = curl_slist_append(NULL, "Expect:");

    delivery->fields = first;
    return first != NULL && add_field(delivery, "Authorization", delivery->authorization)
           && add_field(delivery, "Content-Type", delivery->body.data == NULL ? NULL : "application/json")
           && add_field(delivery, "X-Patchbay-Revision", delivery->revision) && add_field(delivery, "Idempotency-Key", delivery->key);
}

static bool set_security(CURL *handle, const struct courier_delivery *delivery)
{
    bool set = curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK
               && curl_easy_setopt(handle, CURLOPT_PROXY, "") == CURLE_OK
               && curl_easy_setopt(handle, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED) == CURLE_OK
               && curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK
               && curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK
               && curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
    if (set && delivery->ca != NULL) {
        union { const char *lent; void *data; } ca = {delivery->ca}; /* curl copies it */
        struct curl_blob blob = {ca.data, strlen(delivery->ca), CURL_BLOB_COPY};
        set = curl_easy_setopt(handle, CURLOPT_CAINFO_BLOB, &blob) == CURLE_OK && curl_easy_setopt(handle, CURLOPT_CAPATH, NULL) == CURLE_OK;
    }
    return set;
}

static bool set_request(CURL *handle, struct courier_delivery *delivery)
{
    if (delivery->body.data != NULL
        && (curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) delivery->body.length) != CURLE_OK
            || curl_easy_setopt(handle, CURLOPT_POSTFIELDS, delivery->body.data) != CURLE_OK)) {
        return false;
    }
    return curl_easy_setopt(handle, CURLOPT_URL, delivery->url) == CURLE_OK
           && curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, delivery->method) == CURLE_OK
           && curl_easy_setopt(handle, CURLOPT_HTTPHEADER, delivery->fields) == CURLE_OK
           && curl_easy_setopt(handle, CURLOPT_USERAGENT, "patchbay/" PACKAGE_VERSION) == CURLE_OK
           && curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1) == CURLE_OK
           && curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, delivery->deadline_ms) == CURLE_OK
           && curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK
           /* A name server that does not answer must not hold up the others when its question is given up. */
           && curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK
           && curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, drop) == CURLE_OK
           && curl_easy_setopt(handle, CURLOPT_WRITEDATA, delivery) == CURLE_OK
           && curl_easy_setopt(handle, CURLOPT_PRIVATE, delivery) == CURLE_OK;
}

void courier_send(struct courier *courier, struct courier_delivery *delivery)
{
    assert(delivery->done != NULL && delivery->deadline_ms > 0);
    delivery->status = 0;
    delivery->sent = false;
    delivery->dropped = 0;
    delivery->fields = NULL;
    delivery->handle = curl_easy_init();
    delivery->stillborn = delivery->handle == NULL || !add_fields(delivery) || !set_security(delivery->handle, delivery)
                          || !set_request(delivery->handle, delivery)
                          || curl_multi_add_handle(courier->multi, delivery->handle) != CURLM_OK;
    remember(courier, delivery);
    if (delivery->stillborn) {
        delivery->end = COURIER_FAILED;
        courier->stillborn++;
    }
}

/* What the end of a transfer means. */
static enum courier_end judge(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return COURIER_DNS;
    case CURLE_COULDNT_CONNECT:
        return COURIER_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
        return COURIER_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return COURIER_TLS;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: /* what answered does not speak HTTP */
        return COURIER_RESET;
    default:
        return COURIER_FAILED;
    }
}

static void finish(struct courier *courier, struct courier_delivery *delivery, CURLcode code)
{
    long status = 0;
    curl_off_t began_us = 0;

    curl_easy_getinfo(delivery->handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(delivery->handle, CURLINFO_PRETRANSFER_TIME_T, &began_us);
    delivery->status = (int) status;
    delivery->sent = began_us > 0;
    delivery->end = status >= 200 ? COURIER_ANSWERED : code == CURLE_OK ? COURIER_RESET : judge(code);
    forget(courier, delivery);
    delivery->done(delivery);
}

static void finish_stillborn(struct courier *courier)
{
    while (courier->stillborn > 0) {
        struct courier_delivery *delivery = courier->first;
        while (!delivery->stillborn) {
            delivery = delivery->next;
        }
        courier->stillborn--;
        forget(courier, delivery);
        delivery->done(delivery);
    }
}

/* Whether any came to its end. */
static bool take_ends(struct courier *courier)
{
    CURLMsg *message;
    int running = 0;
    int left = 0;
    bool any = courier->stillborn > 0;

    curl_multi_perform(courier->multi, &running);
    finish_stillborn(courier);
    while ((message = curl_multi_info_read(courier->multi, &left)) != NULL) {
        struct courier_delivery *delivery = NULL;
        if (message->msg == CURLMSG_DONE && curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &delivery) == CURLE_OK) {
            finish(courier, delivery, message->data.result);
            any = true;
        }
    }
    return any;
}

void courier_turn(struct courier *courier, struct pollfd *fds, size_t count, int timeout_ms)
{
    struct curl_waitfd extra[EXTRA_FDS];

    assert(count <= EXTRA_FDS);
    for (size_t i = 0; i < count; i++) {
        /* poll passes over a negative descriptor, and so does curl's poll. */
        extra[i] = (struct curl_waitfd){.fd = fds[i].fd, .events = (short) ((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0)
                                                                           | (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0))};
    }
    /* What ended since the last turn, a deadline that passed meanwhile say, is nothing that poll would wake for. */
    bool ended = take_ends(courier);
    curl_multi_poll(courier->multi, extra, (unsigned) count, ended ? 0 : timeout_ms, NULL);
    for (size_t i = 0; i < count; i++) {
        fds[i].revents = (short) ((extra[i].revents & CURL_WAIT_POLLIN ? POLLIN : 0) | (extra[i].revents & CURL_WAIT_POLLOUT ? POLLOUT : 0));
    }
    take_ends(courier);
}

void courier_wake(struct courier *courier)
{
    curl_multi_wakeup(courier->multi);
}
