/*
 * Tickets that wait, oldest first, in one intrusive list. Only for this room. Nothing is owned here, and nothing is decided.
 */
#ifndef PATCHBAY_DB_QUEUE_H
#define PATCHBAY_DB_QUEUE_H

#include "db/pool.h"

struct db_queue {
    struct db_ticket *first;
    struct db_ticket **end; /* where the next one is hung */
};

void db_queue_init(struct db_queue *queue);
void db_queue_append(struct db_queue *queue, struct db_ticket *ticket);
void db_queue_prepend(struct db_queue *queue, struct db_ticket *ticket);
/* Cuts out the ticket that `place` (&queue->first or another ticket's &next) points at; `place` then points at its successor. */
struct db_ticket *db_queue_take(struct db_queue *queue, struct db_ticket **place);

#endif
