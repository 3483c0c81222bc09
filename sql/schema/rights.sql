-- Who may touch what. Functions name their own grantees; here are schema, tables and views.
grant usage on schema patchbay to patchbay_worker, patchbay_admin, patchbay_auditor;
alter default privileges for role patchbay_owner in schema patchbay revoke execute on functions from public;

grant select on audit_chain, audit_head, audit_horizon, schema_version, project, token, client, key, audit_event, user_permission, environment, environment_project to patchbay_admin;
grant select (user_id, name, is_admin, created_at, disabled_at) on user_account to patchbay_admin;
grant select (session_id, user_id, created_at, expires_at) on user_session to patchbay_admin;
grant insert, update, delete on project, token, client, user_permission, environment, environment_project to patchbay_admin;
grant update (name, is_admin, disabled_at), delete on user_account to patchbay_admin;
grant delete on user_session to patchbay_admin;
grant select, delete on login_failure to patchbay_admin; -- to lift delays
grant select (project_id, connection_id, dialect, public_id, name, handle, type, service, external_id, description, enabled, deploy_to_worker, revision,
              settings, key_number, refers, created_at, created_by, created_client, updated_at, updated_by, request_id,
              restored_revision) on connection to patchbay_admin;
grant insert (project_id, connection_id, dialect, public_id, name, type, service, external_id, description, enabled, deploy_to_worker, settings, key_number,
              refers),
      update (project_id, connection_id, dialect, public_id, name, type, service, external_id, description, enabled, deploy_to_worker, revision, settings, refers),
      delete on connection to patchbay_admin;
grant select (project_id, connection_id, revision, operation, changed_at, changed_by, request_id, dialect, public_id, name, type, service, external_id,
              description, enabled, deploy_to_worker, settings, key_number, refers, restored_revision, handle, created_at, created_by, created_client,
              xact_id) on connection_revision to patchbay_admin;

grant select (worker_id, environment_id, name, url, key_number, ca, created_at, alive_until, probe_at) on worker to patchbay_admin;
grant update (environment_id, name, url, ca), delete on worker to patchbay_admin;
grant select on deployment to patchbay_admin;

grant select on connection_reference, material_environment to patchbay_admin;
grant select (project_id, material_id, kind, name, handle, description, revision, key_number, created_at, created_by, updated_at, updated_by, request_id),
      update (description), delete on material to patchbay_admin;

grant select on key_usage, project_overview, token_overview, client_overview, user_overview, environment_overview, connection_overview,
    worker_overview, deployment_status, type_usage, connection_history, audit_trail, keystore_overview, certificate_overview,
    activity_overview to patchbay_admin, patchbay_auditor;
