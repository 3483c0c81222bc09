#include "tests/unit/deploy/server.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Until the head and as much body as it says are there. */
static void read_request(struct server *server, int connection)
{
    size_t length = 0;

    for (;;) {
        ssize_t got = read(connection, server->request + length, sizeof server->request - 1 - length);
        if (got <= 0) {
            return;
        }
        length += (size_t) got;
        server->request[length] = '\0';
        const char *end = strstr(server->request, "\r\n\r\n");
        const char *told = strstr(server->request, "Content-Length: ");
        size_t body = told == NULL ? 0 : (size_t) atol(told + 16);
        if (end != NULL && (size_t) (server->request + length - end - 4) >= body) {
            return;
        }
    }
}

static void say(const struct server *server, int connection)
{
    static const char filler[4096];
    size_t said = 0;

    (void) !send(connection, server->answer, strlen(server->answer), MSG_NOSIGNAL);
    while (said < server->endless && send(connection, filler, sizeof filler, MSG_NOSIGNAL) > 0) {
        said += sizeof filler;
    }
}

static void *serve(void *argument)
{
    struct server *server = argument;

    for (;;) {
        int connection = accept(server->listener, NULL, NULL);
        if (connection < 0) {
            return NULL;
        }
        if (!server->hasty) {
            read_request(server, connection);
        }
        server->requests++;
        if (server->answer != NULL && !server->breaks_off) {
            say(server, connection);
        } else if (!server->breaks_off) {
            struct pollfd gone = {.fd = connection, .events = POLLIN};
            poll(&gone, 1, 10000); /* until the other side gives up */
        }
        close(connection);
    }
}

void server_start(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;

    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(server->listener, (struct sockaddr *) &address, length), 0);
    ck_assert_int_eq(listen(server->listener, 128), 0);
    ck_assert_int_eq(getsockname(server->listener, (struct sockaddr *) &address, &length), 0);
    server->port = ntohs(address.sin_port);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d/connections/x", server->port);
    ck_assert_int_eq(pthread_create(&server->thread, NULL, serve, server), 0);
}

void server_stop(struct server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
}
