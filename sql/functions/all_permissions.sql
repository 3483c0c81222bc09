create function all_permissions() returns text[]
language sql immutable
as $$
    select array['API_MANAGEMENT:MANAGE', 'API_MANAGEMENT:DEPLOY_UNDEPLOY', 'API_MANAGEMENT:EXPORT_IMPORT', 'API_MANAGEMENT:VIEW',
                 'SECRETS:MANAGE', 'SECRETS:DEPLOY_UNDEPLOY', 'SECRETS:EXPORT_IMPORT', 'SECRETS:VIEW',
                 'IDENTITY:MANAGE', 'IDENTITY:DEPLOY_UNDEPLOY', 'IDENTITY:EXPORT_IMPORT', 'IDENTITY:VIEW',
                 'CONNECTIONS:MANAGE', 'CONNECTIONS:DEPLOY_UNDEPLOY', 'CONNECTIONS:EXPORT_IMPORT', 'CONNECTIONS:VIEW',
                 'GLOBAL_SETTINGS:MANAGE', 'GLOBAL_SETTINGS:DEPLOY_UNDEPLOY', 'GLOBAL_SETTINGS:EXPORT_IMPORT', 'GLOBAL_SETTINGS:VIEW']
$$;
comment on function all_permissions() is 'Every permission there is, each CATEGORY:ACTION.';
revoke execute on function all_permissions from public;
grant execute on function all_permissions to patchbay_admin; -- the domain asks it when a row is written by hand
