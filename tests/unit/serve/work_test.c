#include "serve/work.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/unit.h"

#define THREADS 16

struct task {
    struct work_item item; /* first */
    pthread_t thread;
    bool blocks_signals;
};

static void nap(struct work_item *item)
{
    struct task *task = (struct task *) item;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    task->blocks_signals = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGUSR1) == 1;
    task->thread = pthread_self();
    usleep(50000);
}

static struct work_crew *new_crew(void)
{
    struct work_crew *crew = NULL;
    struct fault fault = {0};
    ck_assert_msg(work_crew_new(&crew, THREADS, &fault), "%s", fault.message);
    return crew;
}

/* As the loop does it: waits for the descriptor, then takes all that are done. */
static size_t wait_and_take(struct work_crew *crew, struct work_item **taken, size_t room)
{
    struct pollfd fd = {.fd = work_fd(crew), .events = POLLIN};
    size_t count = 0;
    ck_assert_int_eq(poll(&fd, 1, 5000), 1);
    for (struct work_item *item = work_take(crew); item != NULL; item = work_take(crew)) {
        ck_assert_uint_lt(count, room);
        taken[count++] = item;
    }
    return count;
}

START_TEST(work_is_done_in_another_thread_that_takes_no_signals)
{
    struct work_crew *crew = new_crew();
    struct task task = {.item.run = nap};
    struct work_item *taken[1] = {NULL};
    ck_assert_ptr_null(work_take(crew));
    work_submit(crew, &task.item);
    ck_assert_uint_eq(wait_and_take(crew, taken, 1), 1);
    ck_assert_ptr_eq(taken[0], &task.item);
    ck_assert(!pthread_equal(task.thread, pthread_self()));
    ck_assert(task.blocks_signals);
    work_crew_free(crew);
}
END_TEST

static pthread_barrier_t everybody;

static void meet(struct work_item *item)
{
    (void) item;
    pthread_barrier_wait(&everybody);
}

/* Each item ends only when all have begun: one thread too few, and the test would never end. */
START_TEST(slow_items_do_not_wait_for_each_other)
{
    struct work_crew *crew = new_crew();
    struct task tasks[THREADS] = {0};
    struct work_item *taken[THREADS];
    ck_assert_int_eq(pthread_barrier_init(&everybody, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        tasks[i].item.run = meet;
        work_submit(crew, &tasks[i].item);
    }
    for (size_t count = 0; count < THREADS;) {
        count += wait_and_take(crew, taken, THREADS);
    }
    work_crew_free(crew);
    pthread_barrier_destroy(&everybody);
}
END_TEST

START_TEST(more_items_than_threads_are_all_done_once)
{
    enum { COUNT = THREADS * 3 };
    struct work_crew *crew = new_crew();
    struct task tasks[COUNT] = {0};
    struct work_item *taken[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        tasks[i].item.run = nap;
        work_submit(crew, &tasks[i].item);
    }
    size_t count = 0;
    while (count < COUNT) {
        count += wait_and_take(crew, taken, COUNT - count);
    }
    struct pollfd fd = {.fd = work_fd(crew), .events = POLLIN};
    ck_assert_int_eq(poll(&fd, 1, 0), 0); /* and the descriptor is quiet again */
    work_crew_free(crew);
}
END_TEST

static int running, most;

static void compute(struct work_item *item)
{
    int now = __atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST);
    for (int seen = __atomic_load_n(&most, __ATOMIC_SEQ_CST); now > seen;) {
        if (__atomic_compare_exchange_n(&most, &seen, now, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
            break;
        }
    }
    nap(item);
    __atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST);
}

START_TEST(no_more_items_compute_at_a_time_than_there_are_processors)
{
    enum { COUNT = 12 };
    struct work_crew *crew = new_crew();
    struct task tasks[COUNT] = {0};
    struct work_item *taken[COUNT];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    running = most = 0;
    for (size_t i = 0; i < COUNT; i++) {
        tasks[i].item = (struct work_item){.run = compute, .computes = true};
        work_submit(crew, &tasks[i].item);
    }
    size_t count = 0;
    while (count < COUNT) {
        count += wait_and_take(crew, taken + count, COUNT - count);
    }
    ck_assert_int_le(most, processors < THREADS ? processors : THREADS - 1);
    work_crew_free(crew);
}
END_TEST

START_TEST(items_that_wait_for_others_are_not_held_up_by_those_that_compute)
{
    enum { COUNT = 200 };
    static struct task computing[COUNT];
    struct work_crew *crew = new_crew();
    struct task waiting = {.item.run = nap};
    struct work_item *taken[COUNT + 1];
    bool found = false;
    size_t done = 0;
    for (size_t i = 0; i < COUNT; i++) {
        computing[i].item = (struct work_item){.run = compute, .computes = true};
        work_submit(crew, &computing[i].item);
    }
    work_submit(crew, &waiting.item);
    while (!found) {
        size_t count = wait_and_take(crew, taken, COUNT + 1);
        done += count;
        for (size_t i = 0; i < count; i++) {
            found = found || taken[i] == &waiting.item;
        }
    }
    ck_assert_uint_lt(done, COUNT); /* it was submitted last */
    work_crew_free(crew);
}
END_TEST

START_TEST(one_thread_does_both_kinds)
{
    struct work_crew *crew = NULL;
    struct task tasks[4] = {0};
    struct work_item *taken[4];
    struct fault fault = {0};
    ck_assert_msg(work_crew_new(&crew, 1, &fault), "%s", fault.message);
    for (size_t i = 0; i < 4; i++) {
        tasks[i].item = (struct work_item){.run = compute, .computes = i % 2 == 0};
        work_submit(crew, &tasks[i].item);
    }
    size_t count = 0;
    while (count < 4) {
        count += wait_and_take(crew, taken + count, 4 - count);
    }
    work_crew_free(crew);
}
END_TEST

START_TEST(a_crew_can_be_freed_with_work_under_way)
{
    struct work_crew *crew = new_crew();
    struct task tasks[THREADS + 4] = {0};
    for (size_t i = 0; i < THREADS + 4; i++) {
        tasks[i].item.run = nap;
        work_submit(crew, &tasks[i].item);
    }
    work_crew_free(crew);
    work_crew_free(NULL);
}
END_TEST

static Suite *work_suite(void)
{
    Suite *suite = suite_create("serve/work");
    TCase *crew = tcase_create("crew");
    tcase_add_test(crew, work_is_done_in_another_thread_that_takes_no_signals);
    tcase_add_test(crew, slow_items_do_not_wait_for_each_other);
    tcase_add_test(crew, more_items_than_threads_are_all_done_once);
    tcase_add_test(crew, no_more_items_compute_at_a_time_than_there_are_processors);
    tcase_add_test(crew, items_that_wait_for_others_are_not_held_up_by_those_that_compute);
    tcase_add_test(crew, one_thread_does_both_kinds);
    tcase_add_test(crew, a_crew_can_be_freed_with_work_under_way);
    suite_add_tcase(suite, crew);
    return suite;
}

int main(void)
{
    return unit_main(work_suite());
}
