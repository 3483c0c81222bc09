/*
 * Gathering needs no timer: calls that wait anyway, because every link is busy or because they came in the same turn of the loop, leave
 * together when a link takes them in db_pool_prepare. Callbacks happen in db_pool_react only, so that submitting from a callback is
 * an ordinary append to the queue.
 *
 * What may be repeated: a statement that the server refused was rolled back, so its calls may be sent again. A statement whose link
 * broke may have been committed, so only reads are.
 */
#include "db/pool.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/answer.h"
#include "db/link.h"
#include "db/queue.h"
#include "db/sqlstate.h"

#define LINKS_MAX 64
#define BATCH_BYTES_MAX ((size_t) 4 << 20) /* a batch stops growing here: large bodies would make their neighbours wait */
#define SCAN_FACTOR 4                      /* how many waiting calls are looked at, in batches */
#define RECONNECT_FIRST_US 50000
#define STATEMENT_GRACE_US 2000000         /* the server's own time-out comes first; then the link is given up */
#define COMPLAINT_PAUSE_US 30000000        /* one line an outage, then one in this time */

struct slot {
    struct db_link link;
    unsigned attempts;       /* to connect, since it last worked */
    int64_t complained_us;
    size_t place;            /* in the owner's pollfds; SIZE_MAX: not there */
    struct db_hold *hold;    /* only its calls may be sent here */
    size_t count;
    struct db_ticket *batch[DB_BATCH_MAX];
};

struct db_pool {
    struct db_pool_options options;
    struct db_dsn dsn;
    struct fault hello_fault;
    struct db_queue waiting;
    struct slot *slots;
};

/*
 * The worker's statements fetch a few rows by key, and a plan made while tables were empty must not hurt when they are full: hence generic
 * plans, nested loops over indexes only, and joins in the order in which the SQL has them (first who asks, then what for).
 */
static bool make_dsn(struct db_pool *pool, struct fault *fault)
{
    char options[512];
    int length = snprintf(options, sizeof(options),
                          "-c plan_cache_mode=force_generic_plan -c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off "
                          "-c join_collapse_limit=1 -c jit=off -c timezone=UTC -c datestyle=ISO -c statement_timeout=%d -c lock_timeout=%d",
                          pool->options.statement_timeout_ms, pool->options.statement_timeout_ms);
    assert(length > 0 && (size_t) length < sizeof(options));
    if (!db_dsn_parse(&pool->dsn, pool->options.dsn, fault) || !db_dsn_add_options(&pool->dsn, options, fault)) {
        return false;
    }
    db_dsn_force(&pool->dsn, "client_encoding", "UTF8");
    db_dsn_default(&pool->dsn, "application_name", "patchbay");
    /* A server that vanished without a farewell is noticed in seconds, not in the kernel's quarter of an hour. */
    db_dsn_default(&pool->dsn, "tcp_user_timeout", "5000");
    db_dsn_default(&pool->dsn, "keepalives_idle", "30");
    return true;
}

bool db_pool_new(struct db_pool **pool, const struct db_pool_options *options, struct fault *fault)
{
    assert(options->connections >= 1 && options->connections <= LINKS_MAX && options->batch_limit >= 1 && options->batch_limit <= DB_BATCH_MAX);
    assert(options->statement_timeout_ms > 0 && options->reconnect_ms_max > 0);
    struct db_pool *made = calloc(1, sizeof(*made));
    struct slot *slots = calloc(options->connections, sizeof(*slots));
    if (made == NULL || slots == NULL) {
        free(made);
        free(slots);
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    made->options = *options;
    made->slots = slots;
    db_queue_init(&made->waiting);
    if (!make_dsn(made, fault)) {
        db_pool_free(made);
        return false;
    }
    for (unsigned i = 0; i < options->connections; i++) {
        slots[i].link.greets = options->hello != NULL;
        slots[i].link.statement_limit_us = (int64_t) options->statement_timeout_ms * 1000 + STATEMENT_GRACE_US;
    }
    *pool = made;
    return true;
}

void db_pool_free(struct db_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    for (unsigned i = 0; i < pool->options.connections; i++) {
        db_link_free(&pool->slots[i].link);
    }
    db_dsn_free(&pool->dsn);
    free(pool->slots);
    free(pool);
}

void db_pool_submit(struct db_pool *pool, struct db_ticket *ticket)
{
    assert(ticket->call->statement != NULL && ticket->done != NULL);
    ticket->since_us = clock_monotonic_us();
    ticket->alone = false;
    ticket->retried = false;
    db_queue_append(&pool->waiting, ticket);
}

/* Closing the connection ends the transaction for certain; its next turn does that, since this may be called from an answer's callback. */
void db_pool_release(struct db_pool *pool, struct db_hold *hold)
{
    struct slot *slot = hold->slot;
    (void) pool;
    if (slot != NULL) {
        log_write(LOG_WARNING, "transaction_abandoned", NULL);
        hold->slot = NULL;
        slot->hold = NULL;
        slot->link.broken = true;
    }
}

/* When nobody waits for a call's answer any more, of those that tell (limit_ms); else INT64_MAX. */
static int64_t useless_at(const struct db_ticket *ticket)
{
    int limit_ms = ticket->call->statement->limit_ms;
    return limit_ms > 0 ? ticket->since_us + (int64_t) limit_ms * 1000 : INT64_MAX;
}

/* A ticket that was under way goes to the front, and its waiting starts anew: it is not to blame for the time that was lost. */
static void put_back(struct db_pool *pool, struct db_ticket *ticket, int64_t now_us)
{
    ticket->since_us = ticket->call->statement->limit_ms > 0 ? ticket->since_us : now_us;
    db_queue_prepend(&pool->waiting, ticket);
}

/* Links */

static void complain(struct slot *slot, struct bytes why, int64_t now_us)
{
    if (slot->attempts == 0 || now_us - slot->complained_us >= COMPLAINT_PAUSE_US) {
        slot->complained_us = now_us;
        log_write(LOG_WARNING, "database_away", (const struct log_field[]){LOG_FIELD_TEXT("reason", why), LOG_FIELD_END});
    }
}

/* 50 ms, doubled each time; up to a quarter sooner, so that links and workers do not all knock at once. */
static int64_t choose_pause(const struct db_pool *pool, unsigned attempts, int64_t now_us)
{
    int64_t longest = (int64_t) pool->options.reconnect_ms_max * 1000;
    int64_t pause = RECONNECT_FIRST_US;
    for (unsigned i = 1; i < attempts && pause < longest; i++) {
        pause *= 2;
    }
    pause = pause < longest ? pause : longest;
    return pause - now_us % (pause / 4);
}

/* When the link is to be given up as lost, or, if it is down, opened; 0: nothing is under way. */
static int64_t due_of(const struct slot *slot)
{
    int64_t useless_us = slot->count > 0 ? useless_at(slot->batch[0]) : INT64_MAX;
    return slot->link.due_us != 0 && useless_us < slot->link.due_us ? useless_us : slot->link.due_us;
}

static void let_go(struct slot *slot)
{
    if (slot->hold != NULL) {
        slot->hold->slot = NULL;
        slot->hold = NULL;
    }
}

static void reopen(struct db_pool *pool, struct slot *slot, int64_t now_us)
{
    let_go(slot);
    db_link_close(&slot->link);
    slot->attempts++;
    slot->link.due_us = now_us + choose_pause(pool, slot->attempts, now_us);
}

/* Answers */

/* The server refused the statement; nothing of it was done. True when the session is of no more use. */
static bool settle_refused(struct db_pool *pool, struct slot *slot, const PGresult *result, int64_t now_us)
{
    struct db_ticket *ticket = slot->batch[0];
    enum sqlstate_meaning meaning = sqlstate_judge(PQresultErrorField(result, PG_DIAG_SQLSTATE));
    if (slot->hold != NULL && meaning != SQLSTATE_UNAVAILABLE) {
        db_answer_refused(ticket, result);
        return false;
    }
    bool stale = meaning == SQLSTATE_STALE && !ticket->retried;
    bool again = meaning == SQLSTATE_AGAIN && !ticket->retried && slot->count == 1;
    if (stale || again || slot->count > 1) {
        db_answer_log(LOG_INFO, stale ? "session_stale" : again ? "statement_again" : "batch_divided", ticket->call->statement, result);
        for (size_t i = slot->count; i-- > 0;) {
            slot->batch[i]->retried = slot->batch[i]->retried || stale || again;
            slot->batch[i]->alone = slot->batch[i]->alone || !stale;
            put_back(pool, slot->batch[i], now_us);
        }
    } else if (meaning == SQLSTATE_REFUSED || meaning == SQLSTATE_STALE) {
        db_answer_refused(ticket, result);
    } else {
        db_answer_log(LOG_WARNING, "statement_unavailable", ticket->call->statement, result);
        db_answer_unavailable(ticket);
    }
    return stale;
}

static void settle(struct db_pool *pool, struct slot *slot, int64_t now_us)
{
    PGresult *result = slot->link.result;
    const struct db_statement *statement = slot->batch[0]->call->statement;
    bool good = PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;
    bool stale = false;
    if (statement == &db_commit || statement == &db_rollback || (statement == &db_begin && !good)) {
        let_go(slot);
    }
    if (good && db_answer_is_refused_commit(statement, result)) {
        slot->batch[0]->done(slot->batch[0], &(struct db_result){.status = DB_REFUSED, .sqlstate = "", .constraint = ""});
    } else if (good) {
        db_answer_rows(slot->batch, slot->count, result);
    } else {
        stale = settle_refused(pool, slot, result, now_us);
    }
    slot->count = 0;
    if (stale) {
        reopen(pool, slot, now_us);
    } else {
        db_link_release(&slot->link);
    }
}

/* `late`: it took too long; the same read would only take as long again. */
static void lose(struct db_pool *pool, struct slot *slot, bool late, int64_t now_us)
{
    complain(slot, late ? BYTES("no answer in time") : db_link_complaint(&slot->link), now_us);
    reopen(pool, slot, now_us);
    size_t count = slot->count;
    slot->count = 0;
    for (size_t i = count; i-- > 0;) {
        struct db_ticket *ticket = slot->batch[i];
        if (late || ticket->retried || ticket->call->statement->writes) {
            db_answer_unavailable(ticket);
        } else {
            ticket->retried = true;
            put_back(pool, ticket, now_us);
        }
    }
}

/* Failing for these reasons will not pass by itself: no schema, no right to ask. */
static bool judge_hello(struct db_pool *pool, const PGresult *result, struct fault *fault)
{
    struct db_result answer = {.status = DB_DONE, .sqlstate = "", .constraint = "", .rows = result, .count = PQntuples(result)};
    if (PQresultStatus(result) == PGRES_TUPLES_OK) {
        return pool->options.hello(pool->options.context, &answer, fault);
    }
    return fault_set(fault, FAULT_INTERNAL,
                     "patchbay.worker_hello() failed with SQLSTATE %s: is this database installed, and may this role use it?",
                     db_answer_field(result, PG_DIAG_SQLSTATE));
}

static void welcome(struct db_pool *pool, struct slot *slot, int64_t now_us)
{
    PGresult *result = slot->link.result;
    bool asked = result != NULL;
    if (asked && PQresultStatus(result) != PGRES_TUPLES_OK
        && sqlstate_judge(PQresultErrorField(result, PG_DIAG_SQLSTATE)) != SQLSTATE_REFUSED) {
        complain(slot, BYTES("the database cannot answer yet"), now_us);
        reopen(pool, slot, now_us);
        return;
    }
    struct fault fault = {.kind = FAULT_NONE};
    if (asked && !judge_hello(pool, result, &fault)) {
        pool->hello_fault = fault;
        reopen(pool, slot, now_us);
        return;
    }
    db_link_release(&slot->link);
    log_write(slot->attempts > 0 ? LOG_INFO : LOG_DEBUG, "database_connected", NULL);
    slot->attempts = 0;
}

static void react_slot(struct db_pool *pool, struct slot *slot, short revents, int64_t now_us)
{
    struct db_link *link = &slot->link;
    if (link->state == DB_LINK_DOWN) {
        if (now_us >= link->due_us && pool->hello_fault.kind == FAULT_NONE) {
            db_link_open(link, &pool->dsn, now_us);
        }
        return;
    }
    switch (db_link_step(link, revents, now_us)) {
    case DB_LINK_GREETED:
        welcome(pool, slot, now_us);
        return;
    case DB_LINK_ANSWERED:
        settle(pool, slot, now_us);
        return;
    case DB_LINK_LOST:
        lose(pool, slot, false, now_us);
        return;
    case DB_LINK_NOTHING:
        break;
    }
    if (due_of(slot) != 0 && now_us >= due_of(slot)) {
        lose(pool, slot, true, now_us);
    }
}

/* Gathering */

static bool row_is_taken(const struct slot *slot, uint64_t row)
{
    for (size_t i = 0; i < slot->count; i++) {
        if (slot->batch[i]->call->row == row) {
            return true;
        }
    }
    return false;
}

/* A second call of a row that is under way would only wait for the first one's lock, and hold up its own batch. */
static bool row_is_under_way(const struct db_pool *pool, uint64_t row)
{
    for (unsigned i = 0; row != 0 && i < pool->options.connections; i++) {
        if (row_is_taken(&pool->slots[i], row)) {
            return true;
        }
    }
    return false;
}

static bool may_gather(const struct db_ticket *ticket)
{
    return ticket->call->statement->gathers && !ticket->call->alone && !ticket->alone;
}

/* One connection is always left for the others, if there is more than one. */
static bool may_hold(const struct db_pool *pool)
{
    unsigned held = 0;
    for (unsigned i = 0; i < pool->options.connections; i++) {
        held += pool->slots[i].hold != NULL;
    }
    return held == 0 || held + 1 < pool->options.connections;
}

/* The next call of the slot's hold, if it has come. */
static void take_held(struct db_pool *pool, struct slot *slot)
{
    for (struct db_ticket **link = &pool->waiting.first; *link != NULL; link = &(*link)->next) {
        if ((*link)->call->hold == slot->hold) {
            slot->batch[slot->count++] = db_queue_take(&pool->waiting, link);
            return;
        }
    }
}

/* Of calls with a hold only those that begin one go where nothing is held. */
static bool is_free(const struct db_pool *pool, const struct slot *slot, const struct db_call *call)
{
    return call->hold == NULL || (call->statement == &db_begin && slot->count == 0 && may_hold(pool));
}

/* The oldest call that can leave, and those behind it that can leave with it. */
static void gather(struct db_pool *pool, struct slot *slot)
{
    size_t bytes = 0;
    size_t looked_at = 0;
    size_t limit = 1;
    struct db_ticket **link = &pool->waiting.first;
    while (*link != NULL && slot->count < limit && bytes < BATCH_BYTES_MAX && looked_at < SCAN_FACTOR * (size_t) pool->options.batch_limit) {
        struct db_ticket *ticket = *link;
        bool fits = slot->count == 0 || (ticket->call->statement == slot->batch[0]->call->statement && may_gather(ticket));
        looked_at += slot->count > 0;
        if (!fits || !is_free(pool, slot, ticket->call) || row_is_under_way(pool, ticket->call->row)) {
            link = &ticket->next;
            continue;
        }
        slot->batch[slot->count++] = db_queue_take(&pool->waiting, link);
        bytes += db_array_size(ticket->call);
        limit = may_gather(ticket) ? pool->options.batch_limit : 1;
    }
}

static void dispatch(struct db_pool *pool, int64_t now_us)
{
    for (unsigned i = 0; i < pool->options.connections && pool->waiting.first != NULL; i++) {
        struct slot *slot = &pool->slots[i];
        if (slot->link.state != DB_LINK_IDLE || slot->link.broken) {
            continue;
        }
        if (slot->hold != NULL) {
            take_held(pool, slot);
        } else {
            gather(pool, slot);
        }
        if (slot->count == 0) {
            continue; /* every row that is waited for is under way, or the hold is thinking */
        }
        if (slot->batch[0]->call->hold != NULL) {
            slot->hold = slot->batch[0]->call->hold;
            slot->hold->slot = slot;
        }
        const struct db_call *calls[DB_BATCH_MAX];
        for (size_t member = 0; member < slot->count; member++) {
            calls[member] = slot->batch[member]->call;
        }
        db_link_send(&slot->link, calls, slot->count, now_us);
    }
}

/* The owner's turn */

/* Its connection, and with it all that was done, is lost. */
static bool is_orphan(const struct db_ticket *ticket)
{
    return ticket->call->hold != NULL && ticket->call->statement != &db_begin && ticket->call->hold->slot == NULL;
}

/* Until when it waits for a connection; not at all once it is known that none will come. */
static int64_t waits_until(const struct db_pool *pool, const struct db_ticket *ticket)
{
    int64_t end_us = ticket->since_us + (int64_t) pool->options.wait_ms * 1000;
    if (pool->hello_fault.kind != FAULT_NONE || is_orphan(ticket)) {
        return ticket->since_us;
    }
    return useless_at(ticket) < end_us ? useless_at(ticket) : end_us;
}

/* Answers those who waited too long. */
static void expire(struct db_pool *pool, int64_t now_us)
{
    struct db_ticket *late = NULL;
    struct db_ticket **last = &late;
    for (struct db_ticket **link = &pool->waiting.first; *link != NULL;) {
        if (now_us < waits_until(pool, *link)) {
            link = &(*link)->next;
            continue;
        }
        *last = db_queue_take(&pool->waiting, link);
        last = &(*last)->next;
    }
    while (late != NULL) {
        struct db_ticket *ticket = late;
        late = ticket->next;
        db_answer_unavailable(ticket); /* may free it, or submit it again */
    }
}

size_t db_pool_prepare(struct db_pool *pool, struct pollfd *fds, size_t room, int *timeout_ms)
{
    int64_t now_us = clock_monotonic_us();
    bool refused = pool->hello_fault.kind != FAULT_NONE;
    if (!refused) {
        dispatch(pool, now_us);
    }
    size_t count = 0;
    for (unsigned i = 0; i < pool->options.connections; i++) {
        struct slot *slot = &pool->slots[i];
        slot->place = SIZE_MAX;
        if (slot->link.broken) {
            clock_lower_timeout(timeout_ms, now_us, now_us);
        } else if (slot->link.state == DB_LINK_DOWN ? !refused : slot->link.due_us != 0) {
            clock_lower_timeout(timeout_ms, due_of(slot), now_us);
        }
        if (slot->link.state != DB_LINK_DOWN && !slot->link.broken && count < room) {
            slot->place = count;
            fds[count++] = (struct pollfd){.fd = PQsocket(slot->link.handle), .events = slot->link.events};
        }
    }
    for (const struct db_ticket *ticket = pool->waiting.first; ticket != NULL; ticket = ticket->next) {
        clock_lower_timeout(timeout_ms, waits_until(pool, ticket), now_us);
    }
    return count;
}

void db_pool_react(struct db_pool *pool, const struct pollfd *fds, size_t count)
{
    int64_t now_us = clock_monotonic_us();
    for (unsigned i = 0; i < pool->options.connections; i++) {
        struct slot *slot = &pool->slots[i];
        react_slot(pool, slot, slot->place < count ? fds[slot->place].revents : 0, now_us);
        slot->place = SIZE_MAX;
    }
    expire(pool, now_us);
}

size_t db_pool_ready(const struct db_pool *pool)
{
    size_t ready = 0;
    for (unsigned i = 0; i < pool->options.connections; i++) {
        enum db_link_state state = pool->slots[i].link.state;
        ready += state == DB_LINK_IDLE || state == DB_LINK_PREPARING || state == DB_LINK_RUNNING;
    }
    return ready;
}

bool db_pool_hello_fault(const struct db_pool *pool, struct fault *fault)
{
    if (pool->hello_fault.kind == FAULT_NONE) {
        return false;
    }
    *fault = pool->hello_fault;
    return true;
}
