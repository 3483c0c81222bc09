/*
 * Who calls, and what belongs to them: their projects, environments, and whether the database is there at all.
 *
 * As in connection.h: in -> db_call -> result -> rows. Each list has at least one row, which carries the outcome; a row without a name is no item.
 */
#ifndef PATCHBAY_REGISTRY_CALLER_H
#define PATCHBAY_REGISTRY_CALLER_H

#include "registry/connection.h"

void caller_check_call(const unsigned char *token, struct db_call *call);
enum connection_outcome caller_check_outcome(const struct db_result *result);

/* Whether the target's caller may enter its project, and has the permission there (NULL: any). CONNECTION_OK, or why not. */
void caller_enter_call(const struct connection_target *target, const char *permission, struct db_call *call);
enum connection_outcome caller_enter_outcome(const struct db_result *result);

/* Within a transaction of several changes: one of a project at a time. CONNECTION_OK, or the wait took too long. */
void project_serialize_call(const struct connection_target *target, struct db_call *call);

/* CONNECTION_OK when the database answers, within a second. */
void health_check_call(struct db_call *call);
enum connection_outcome health_check_outcome(const struct db_result *result);

struct project_row {
    struct bytes name, description; /* name {NULL, 0}: no project */
};

void project_list_call(const unsigned char *token, struct db_call *call);
enum connection_outcome project_list_outcome(const struct db_result *result);
void project_list_row(const struct db_result *result, int index, struct project_row *row);

struct environment_row {
    struct bytes name, description, type, status, access_url; /* name {NULL, 0}: no environment */
    int64_t id;
};

/* The target's project {NULL, 0}: all environments, for administrators; others are refused, and that is noted. */
void environment_list_call(const struct connection_target *target, struct db_call *call);
enum connection_outcome environment_list_outcome(const struct db_result *result);
void environment_list_row(const struct db_result *result, int index, struct environment_row *row);

#endif
