-- Who may touch what. Functions name their own grantees; here are schema, tables and views.
grant usage on schema patchbay to patchbay_worker, patchbay_admin, patchbay_auditor;
alter default privileges for role patchbay_owner in schema patchbay revoke execute on functions from public;

grant select on schema_version, project, token, client, key, audit_event to patchbay_admin;
grant insert, update, delete on project, token, client to patchbay_admin;
grant select (project_id, connection_id, dialect, public_id, name, handle, type, service, external_id, description, enabled, deploy_to_worker, revision,
              settings, key_number, created_at, created_by, updated_at, updated_by, request_id) on connection to patchbay_admin;
grant insert (project_id, connection_id, dialect, public_id, name, type, service, external_id, description, enabled, deploy_to_worker, settings, key_number),
      update (project_id, connection_id, dialect, public_id, name, type, service, external_id, description, enabled, deploy_to_worker, revision, settings),
      delete on connection to patchbay_admin;
grant select (project_id, connection_id, revision, operation, changed_at, changed_by, request_id, dialect, public_id, name, type, service, external_id,
              description, enabled, deploy_to_worker, settings, key_number) on connection_history to patchbay_admin;

grant select on project_overview, token_overview, client_overview, connection_overview to patchbay_admin, patchbay_auditor;
