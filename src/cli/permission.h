/*
 * What a token or a user may do in a project: the C:A[,C:A...] of --permission. The names are those of the domain
 * patchbay.permission_list; a test compares them.
 */
#ifndef PATCHBAY_CLI_PERMISSION_H
#define PATCHBAY_CLI_PERMISSION_H

#include "base/bytes.h"
#include "base/fault.h"

/* One of the twenty, in capitals. */
bool permission_known(struct bytes name);
/* That the list has one or more known names and nothing else; the fault names the first that is not known. */
bool permission_check_list(struct bytes list, struct fault *fault) __attribute__((warn_unused_result));

#endif
