/*
 * A ticket is in at most one list, and never in a list while its batch is under way; `next` is NULL then.
 */
#include "db/queue.h"

#include <stddef.h>

void db_queue_init(struct db_queue *queue)
{
    queue->first = NULL;
    queue->end = &queue->first;
}

void db_queue_append(struct db_queue *queue, struct db_ticket *ticket)
{
    ticket->next = NULL;
    *queue->end = ticket;
    queue->end = &ticket->next;
}

void db_queue_prepend(struct db_queue *queue, struct db_ticket *ticket)
{
    ticket->next = queue->first;
    if (queue->first == NULL) {
        queue->end = &ticket->next;
    }
    queue->first = ticket;
}

struct db_ticket *db_queue_take(struct db_queue *queue, struct db_ticket **place)
{
    struct db_ticket *ticket = *place;
    *place = ticket->next;
    if (ticket->next == NULL) {
        queue->end = place;
    }
    ticket->next = NULL;
    return ticket;
}
