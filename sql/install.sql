-- Installs Patchbay's schema into the database psql is connected to, in one transaction:
--     psql -X -v ON_ERROR_STOP=1 -1 -f sql/install.sql "host=... dbname=patchbay"
-- As a superuser, or as a role that may create roles and schemas. Refuses where the schema exists already.
\set QUIET on
set client_min_messages = warning;

\ir roles.sql
\ir schema/patchbay.sql
\ir schema/project.sql
\ir schema/user_account.sql
\ir schema/token.sql
\ir schema/environment.sql
\ir schema/key.sql
\ir schema/connection.sql
\ir schema/connection_history.sql
\ir schema/audit_event.sql
\ir functions/credential_make.sql
\ir functions/catalog_client.sql
\ir functions/catalog_project.sql
\ir functions/access.sql
\ir functions/is_administrator.sql
\ir functions/matches_revision.sql
\ir functions/secrets_kept.sql
\ir functions/place_member.sql
\ir functions/settings_merged.sql
\ir functions/secrets_beside.sql
\ir functions/needs_lacking.sql
\ir functions/connection_guard.sql
\ir functions/connection_record.sql
\ir functions/history_guard.sql
\ir functions/connection_create.sql
\ir functions/connection_read.sql
\ir functions/connection_update.sql
\ir functions/connection_delete.sql
\ir functions/member_text.sql
\ir functions/connection_field.sql
\ir functions/connection_condition.sql
\ir functions/connection_list.sql
\ir functions/connection_fetch.sql
\ir functions/token_touch.sql
\ir functions/worker_hello.sql
\ir functions/project_create.sql
\ir functions/token_issue.sql
\ir functions/token_revoke.sql
\ir functions/client_create.sql
\ir functions/client_revoke.sql
\ir functions/user_create.sql
\ir functions/user_passwd.sql
\ir functions/user_grant.sql
\ir functions/user_revoke.sql
\ir functions/login_delay.sql
\ir functions/login_begin.sql
\ir functions/login_finish.sql
\ir functions/caller_check.sql
\ir functions/caller_enter.sql
\ir functions/health_check.sql
\ir functions/project_list.sql
\ir functions/environment_create.sql
\ir functions/environment_link.sql
\ir functions/environment_list.sql
\ir views/project_overview.sql
\ir views/token_overview.sql
\ir views/client_overview.sql
\ir views/user_overview.sql
\ir views/environment_overview.sql
\ir views/connection_overview.sql
\ir schema/rights.sql
