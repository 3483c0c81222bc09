#include "serve/work.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/unit.h"

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
    ck_assert_msg(work_crew_new(&crew, &fault), "%s", fault.message);
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

START_TEST(slow_items_do_not_wait_for_each_other)
{
    struct work_crew *crew = new_crew();
    struct task tasks[WORK_THREADS];
    struct work_item *taken[WORK_THREADS];
    int64_t began = clock_monotonic_us();
    for (size_t i = 0; i < WORK_THREADS; i++) {
        tasks[i].item.run = nap;
        work_submit(crew, &tasks[i].item);
    }
    for (size_t count = 0; count < WORK_THREADS;) {
        count += wait_and_take(crew, taken, WORK_THREADS);
    }
    ck_assert_int_lt(clock_monotonic_us() - began, 50000 * WORK_THREADS / 2);
    work_crew_free(crew);
}
END_TEST

START_TEST(more_items_than_threads_are_all_done_once)
{
    enum { COUNT = WORK_THREADS * 3 };
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

START_TEST(a_crew_can_be_freed_with_work_under_way)
{
    struct work_crew *crew = new_crew();
    struct task tasks[WORK_THREADS + 4] = {0};
    for (size_t i = 0; i < WORK_THREADS + 4; i++) {
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
    tcase_add_test(crew, a_crew_can_be_freed_with_work_under_way);
    suite_add_tcase(suite, crew);
    return suite;
}

int main(void)
{
    return unit_main(work_suite());
}
