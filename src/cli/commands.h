/*
 * The table of all commands, and their handlers: a file command_NOUN.c a noun.
 */
#ifndef PATCHBAY_CLI_COMMANDS_H
#define PATCHBAY_CLI_COMMANDS_H

#include "cli/command.h"

/* Ended by a NULL noun; rows of a noun stand together. */
const struct command *commands_table(void);

command_handler command_project_add, command_project_list;
command_handler command_token_issue, command_token_list, command_token_revoke;
command_handler command_client_add, command_client_list, command_client_revoke;
command_handler command_user_add, command_user_passwd, command_user_list, command_user_grant, command_user_revoke;
command_handler command_environment_add, command_environment_link, command_environment_list;
command_handler command_top;
command_handler command_type_list, command_type_show;
command_handler command_key_add, command_key_status, command_key_rotate, command_key_retire, command_key_verify;
command_handler command_worker_add, command_worker_remove, command_worker_test, command_worker_list;
command_handler command_deploy, command_deploy_status, command_deployer;
command_handler command_upgrade;
command_handler command_export, command_import;
command_handler command_audit_verify, command_audit_tail;
command_handler command_purge;
command_handler command_check_config;

/* Lays the audit trail's chains over what is committed. */
bool command_audit_lay(struct command_context *context, struct fault *fault) __attribute__((warn_unused_result));

#endif
