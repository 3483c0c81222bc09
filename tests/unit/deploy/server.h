/*
 * A worker that says what it is told to say: one thread, one connection at a time, one request a connection.
 */
#ifndef PATCHBAY_TESTS_UNIT_DEPLOY_SERVER_H
#define PATCHBAY_TESTS_UNIT_DEPLOY_SERVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define SERVER_ENDLESS ((size_t) 1 << 20)

struct server {
    const char *answer; /* sent whole; NULL: nothing is ever said */
    size_t endless;     /* bytes that follow it */
    bool hasty;         /* answers without having heard anything */
    bool breaks_off;    /* closes as soon as a request is there */
    int listener;
    int port;
    char url[64];       /* http://127.0.0.1:PORT/connections/x */
    char request[8192]; /* the last one, as it came */
    unsigned requests;
    pthread_t thread;
};

void server_start(struct server *server);
void server_stop(struct server *server);

#endif
