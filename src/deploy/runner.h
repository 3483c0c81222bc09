/*
 * One thread that runs the errands of all requests in hand, so that a slow worker holds up nobody else's: they are all waited for at once.
 *
 *     runner_submit(runner, &errand); ... runner_fd() becomes readable ... while ((errand = runner_take(runner)) != NULL) -> it is over
 *
 * The thread is started with the first errand: a registry without workers has none. It takes no signals and logs nothing.
 * Ownership: an errand is the caller's and stays where it is until it was taken.
 */
#ifndef PATCHBAY_DEPLOY_RUNNER_H
#define PATCHBAY_DEPLOY_RUNNER_H

#include "deploy/errand.h"

struct runner;

bool runner_new(struct runner **runner, struct fault *fault) __attribute__((warn_unused_result));
/* Errands under way are given up. */
void runner_free(struct runner *runner);
int runner_fd(const struct runner *runner);
void runner_submit(struct runner *runner, struct errand *errand);
/* An errand that is over; NULL when there is none. */
struct errand *runner_take(struct runner *runner);

#endif
