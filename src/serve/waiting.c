/*
 * Kept connections are a courtesy: where there is no room for one it is closed, and the web server opens another.
 */
#include "serve/waiting.h"

#include <stdlib.h>
#include <string.h>

bool waiting_open(struct waiting_list *list, size_t fresh, size_t kept)
{
    memset(list, 0, sizeof(*list));
    list->kept_room = kept;
    list->items = calloc(fresh + kept, sizeof(list->items[0]));
    return list->items != NULL;
}

void waiting_close(struct waiting_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        fcgi_connection_free(list->items[i].connection);
    }
    free(list->items);
    memset(list, 0, sizeof(*list));
}

void waiting_add(struct waiting_list *list, struct fcgi_connection *connection, bool fresh, int64_t now_us)
{
    if (!fresh && list->count - list->fresh_count >= list->kept_room) {
        fcgi_connection_free(connection);
        return;
    }
    list->fresh_count += fresh;
    list->items[list->count++] = (struct waiting){connection, now_us, fresh};
}

size_t waiting_prepare(struct waiting_list *list, bool poll, struct pollfd *fds)
{
    list->polled_count = poll ? list->count : 0;
    for (size_t i = 0; i < list->polled_count; i++) {
        fds[i] = (struct pollfd){.fd = fcgi_fd(list->items[i].connection), .events = POLLIN};
    }
    return list->polled_count;
}

static int64_t due_of(const struct waiting *waiting, const struct waiting_limits *limits)
{
    int64_t since_us = waiting->since_us > limits->from_us ? waiting->since_us : limits->from_us;
    return since_us + (waiting->fresh ? limits->fresh_us : limits->kept_us);
}

void waiting_react(struct waiting_list *list, const struct pollfd *fds, const struct waiting_limits *limits, int64_t now_us,
                   bool (*take)(void *context, struct fcgi_connection *connection), void *context)
{
    size_t left = 0;
    for (size_t i = 0; i < list->polled_count; i++) {
        struct waiting waiting = list->items[i];
        bool ready = fds[i].revents != 0;
        if (ready ? !take(context, waiting.connection) : now_us < due_of(&waiting, limits)) {
            list->items[left++] = waiting;
            continue;
        }
        list->fresh_count -= waiting.fresh;
        if (!ready) {
            fcgi_connection_free(waiting.connection);
        }
    }
    /* What came in the meantime stands behind those that were polled. */
    size_t added = list->count - list->polled_count;
    memmove(&list->items[left], &list->items[list->polled_count], added * sizeof(list->items[0]));
    list->count = left + added;
    list->polled_count = 0;
}

int64_t waiting_due(const struct waiting_list *list, const struct waiting_limits *limits)
{
    int64_t due_us = INT64_MAX;
    for (size_t i = 0; i < list->polled_count; i++) {
        int64_t one_us = due_of(&list->items[i], limits);
        due_us = one_us < due_us ? one_us : due_us;
    }
    return due_us;
}
