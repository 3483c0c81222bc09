create schema patchbay authorization patchbay_owner;
comment on schema patchbay is 'Patchbay, a connection registry: projects, tokens, connections with sealed secrets, their history and the audit trail.';

-- Everything below is the owner's.
set local role patchbay_owner;
set local search_path = patchbay, pg_catalog;

create table schema_version (
    version integer not null,
    installed_at timestamptz not null default now(),
    constraint schema_version_key primary key (version),
    constraint schema_version_positive check (version > 0)
);
comment on table schema_version is 'Which version of the schema this is: the highest number. Workers refuse a schema they do not know.';
comment on column schema_version.version is 'Counts up by one an upgrade.';
comment on column schema_version.installed_at is 'When this version came.';
comment on constraint schema_version_key on schema_version is 'A version is installed once.';
comment on constraint schema_version_positive on schema_version is 'Versions begin with 1.';
insert into schema_version (version) values (1);

\ir ../functions/all_permissions.sql

create domain permission_list as text[]
    constraint permission_list_known check (value <@ all_permissions())
    constraint permission_list_not_null check (array_position(value, null) is null);
comment on domain permission_list is 'Permissions in a project, each CATEGORY:ACTION.';
comment on constraint permission_list_known on domain permission_list is
    'Categories API_MANAGEMENT, SECRETS, IDENTITY, CONNECTIONS, GLOBAL_SETTINGS; actions MANAGE, DEPLOY_UNDEPLOY, EXPORT_IMPORT, VIEW.';
comment on constraint permission_list_not_null on domain permission_list is 'A permission is never null.';

create domain credential_digest as bytea
    constraint credential_digest_size check (octet_length(value) = 32);
comment on domain credential_digest is 'SHA-256 of a whole credential. The credential itself is shown once and kept nowhere.';
comment on constraint credential_digest_size on domain credential_digest is 'SHA-256 has 32 bytes.';
