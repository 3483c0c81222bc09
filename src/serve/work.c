/*
 * One lock for everything: items are few and slow, so nobody waits for it. The loop hears of finished items through an eventfd, which
 * it polls with its sockets.
 */
#include "serve/work.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"

struct list {
    struct work_item *first;
    struct work_item **end;
};

struct work_crew {
    pthread_mutex_t lock;
    pthread_cond_t come; /* an item waits, or the crew closes */
    struct list waiting;    /* for others, once they run */
    struct list to_compute;
    struct list done;
    size_t waiting_count;
    size_t to_compute_count;
    size_t computing;
    size_t computing_limit;
    size_t idle;
    size_t threads;
    size_t threads_limit;
    bool closing;
    int fd;
    pthread_t thread[];
};

static void append(struct list *list, struct work_item *item)
{
    item->next = NULL;
    *list->end = item;
    list->end = &item->next;
}

static struct work_item *take_first(struct list *list)
{
    struct work_item *item = list->first;
    if (item != NULL) {
        list->first = item->next;
        if (list->first == NULL) {
            list->end = &list->first;
        }
    }
    return item;
}

bool work_crew_new(struct work_crew **crew, size_t threads_limit, struct fault *fault)
{
    struct work_crew *made = calloc(1, sizeof(*made) + threads_limit * sizeof(made->thread[0]));
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (made == NULL) {
        return fault_set(fault, FAULT_INTERNAL, "out of memory");
    }
    made->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (made->fd < 0) {
        fault_set(fault, FAULT_INTERNAL, "no eventfd: %s", strerror(errno));
        free(made);
        return false;
    }
    made->threads_limit = threads_limit;
    made->computing_limit = processors > 0 && (size_t) processors < threads_limit ? (size_t) processors : threads_limit > 1 ? threads_limit - 1 : 1;
    made->waiting.end = &made->waiting.first;
    made->to_compute.end = &made->to_compute.first;
    made->done.end = &made->done.first;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->come, NULL);
    *crew = made;
    return true;
}

void work_crew_free(struct work_crew *crew)
{
    if (crew == NULL) {
        return;
    }
    pthread_mutex_lock(&crew->lock);
    crew->closing = true;
    pthread_cond_broadcast(&crew->come);
    pthread_mutex_unlock(&crew->lock);
    for (size_t i = 0; i < crew->threads; i++) {
        pthread_join(crew->thread[i], NULL);
    }
    pthread_cond_destroy(&crew->come);
    pthread_mutex_destroy(&crew->lock);
    close(crew->fd);
    free(crew);
}

int work_fd(const struct work_crew *crew)
{
    return crew->fd;
}

/* With the lock. */
static void report(struct work_crew *crew, struct work_item *item)
{
    uint64_t one = 1;
    append(&crew->done, item);
    ssize_t written = write(crew->fd, &one, sizeof(one));
    assert(written == (ssize_t) sizeof(one)); /* a counter of 64 bits does not fill up */
    (void) written;
}

/* With the lock: how many items may begin now. */
static size_t ready_count(const struct work_crew *crew)
{
    size_t room = crew->computing_limit - crew->computing;
    return crew->waiting_count + (crew->to_compute_count < room ? crew->to_compute_count : room);
}

/* With the lock: the item to begin now, or NULL. */
static struct work_item *take_ready(struct work_crew *crew)
{
    struct work_item *item = take_first(&crew->waiting);
    if (item != NULL) {
        crew->waiting_count--;
    } else if (crew->computing < crew->computing_limit) {
        item = take_first(&crew->to_compute);
        if (item != NULL) {
            crew->to_compute_count--;
            crew->computing++;
        }
    }
    return item;
}

static void *work(void *argument)
{
    struct work_crew *crew = argument;
    pthread_mutex_lock(&crew->lock);
    while (!crew->closing) {
        struct work_item *item = take_ready(crew);
        if (item == NULL) {
            crew->idle++;
            pthread_cond_wait(&crew->come, &crew->lock);
            crew->idle--;
            continue;
        }
        bool computes = item->computes;
        pthread_mutex_unlock(&crew->lock);
        item->run(item);
        pthread_mutex_lock(&crew->lock);
        crew->computing -= computes;
        report(crew, item);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* With the lock. Signals stay with the loop's thread: threads inherit a mask in which all are blocked. */
static void start_thread(struct work_crew *crew)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&crew->thread[crew->threads], NULL, work, crew);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure == 0) {
        crew->threads++;
    } else {
        log_say(LOG_ERROR, "thread_failed", "no thread for slow work: %s", strerror(failure));
    }
}

void work_submit(struct work_crew *crew, struct work_item *item)
{
    pthread_mutex_lock(&crew->lock);
    if (item->computes) {
        append(&crew->to_compute, item);
        crew->to_compute_count++;
    } else {
        append(&crew->waiting, item);
        crew->waiting_count++;
    }
    if (ready_count(crew) > crew->idle && crew->threads < crew->threads_limit) {
        start_thread(crew);
    }
    bool alone = crew->threads == 0;
    if (alone) {
        take_ready(crew);
    }
    pthread_cond_signal(&crew->come);
    pthread_mutex_unlock(&crew->lock);
    if (alone) {
        /* The system gives us not one thread: late is better than never. */
        item->run(item);
        pthread_mutex_lock(&crew->lock);
        crew->computing -= item->computes;
        report(crew, item);
        pthread_mutex_unlock(&crew->lock);
    }
}

struct work_item *work_take(struct work_crew *crew)
{
    uint64_t count;
    pthread_mutex_lock(&crew->lock);
    struct work_item *item = take_first(&crew->done);
    if (item == NULL && read(crew->fd, &count, sizeof(count)) < 0) {
        assert(errno == EAGAIN); /* nothing was reported since the last time */
    }
    pthread_mutex_unlock(&crew->lock);
    return item;
}
