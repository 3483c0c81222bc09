#include "db/queue.h"

#include "tests/support/unit.h"

static struct db_ticket tickets[4];

static void queue_three(struct db_queue *queue)
{
    db_queue_init(queue);
    for (size_t i = 0; i < 3; i++) {
        db_queue_append(queue, &tickets[i]);
    }
}

static void assert_order(const struct db_queue *queue, const char *expected)
{
    char actual[8] = "";
    size_t length = 0;
    for (const struct db_ticket *ticket = queue->first; ticket != NULL && length < 7; ticket = ticket->next) {
        actual[length++] = (char) ('a' + (ticket - tickets));
    }
    ck_assert_str_eq(actual, expected);
}

START_TEST(the_first_to_come_is_the_first)
{
    struct db_queue queue;
    queue_three(&queue);
    assert_order(&queue, "abc");
}
END_TEST

START_TEST(any_place_can_be_taken_and_appending_goes_on)
{
    for (size_t taken = 0; taken < 3; taken++) {
        struct db_queue queue;
        queue_three(&queue);
        struct db_ticket **place = &queue.first;
        for (size_t i = 0; i < taken; i++) {
            place = &(*place)->next;
        }
        ck_assert_ptr_eq(db_queue_take(&queue, place), &tickets[taken]);
        db_queue_append(&queue, &tickets[3]);
        assert_order(&queue, taken == 0 ? "bcd" : taken == 1 ? "acd" : "abd");
    }
}
END_TEST

START_TEST(a_queue_that_was_emptied_works_again)
{
    struct db_queue queue;
    db_queue_init(&queue);
    db_queue_append(&queue, &tickets[0]);
    db_queue_take(&queue, &queue.first);
    assert_order(&queue, "");
    db_queue_prepend(&queue, &tickets[1]);
    db_queue_append(&queue, &tickets[2]);
    db_queue_prepend(&queue, &tickets[0]);
    assert_order(&queue, "abc");
}
END_TEST

static Suite *queue_suite(void)
{
    Suite *suite = suite_create("db/queue");
    TCase *order = tcase_create("order");
    tcase_add_test(order, the_first_to_come_is_the_first);
    tcase_add_test(order, any_place_can_be_taken_and_appending_goes_on);
    tcase_add_test(order, a_queue_that_was_emptied_works_again);
    suite_add_tcase(suite, order);
    return suite;
}

int main(void)
{
    return unit_main(queue_suite());
}
