create view connection_overview as
select project.name as project, connection.dialect, connection.name, connection.type, connection.enabled, connection.deploy_to_worker,
       connection.revision, array(select jsonb_object_keys(connection.secrets) order by 1) as sealed, connection.key_number,
       connection.updated_at, connection.updated_by, connection.description, connection.settings, connection.connection_id,
       connection.public_id, connection.service, connection.external_id, connection.refers, connection.created_at, connection.created_by,
       connection.created_client, connection.request_id
from connection join project using (project_id);
comment on view connection_overview is 'Every connection with everything but its secrets.';
comment on column connection_overview.project is 'Whose it is.';
comment on column connection_overview.dialect is 'Which API made it.';
comment on column connection_overview.name is 'The name as it was given.';
comment on column connection_overview.type is 'email, database, ...';
comment on column connection_overview.enabled is 'Whether it is to be used.';
comment on column connection_overview.deploy_to_worker is 'Whether it is to be deployed.';
comment on column connection_overview.revision is 'Counts up by one a change.';
comment on column connection_overview.sealed is 'The places of sealed values.';
comment on column connection_overview.key_number is 'The key they are sealed with.';
comment on column connection_overview.updated_at is 'When it last changed.';
comment on column connection_overview.updated_by is 'Who last changed it.';
comment on column connection_overview.description is 'Free text.';
comment on column connection_overview.settings is 'Readable settings; null where a value is sealed.';
comment on column connection_overview.connection_id is 'Identity.';
comment on column connection_overview.public_id is 'activecampaign and catalog: the id in its path.';
comment on column connection_overview.service is 'activecampaign: the service.';
comment on column connection_overview.external_id is 'activecampaign: the externalid.';
comment on column connection_overview.refers is 'Keystores and certificates that the settings name.';
comment on column connection_overview.created_at is 'When it was made.';
comment on column connection_overview.created_by is 'Who made it.';
comment on column connection_overview.created_client is 'catalog: the client that made it.';
comment on column connection_overview.request_id is 'The X-Request-Id of the last change; null when it was made with psql.';
