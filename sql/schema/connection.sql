\ir ../functions/handle_of.sql

create table connection (
    project_id bigint not null,
    connection_id uuid not null default gen_random_uuid(),
    dialect text not null default 'apinizer',
    public_id text,
    name text not null,
    handle text collate "C" not null generated always as (handle_of(dialect, case dialect when 'apinizer' then name else public_id end)) stored,
    type text not null,
    service text,
    external_id text,
    description text,
    enabled boolean not null default true,
    deploy_to_worker boolean not null default true,
    revision bigint not null default 1,
    settings json not null default '{}',
    key_number integer not null,
    secrets jsonb not null default '{}',
    refers jsonb,
    created_at timestamptz not null default now(),
    created_by text not null default session_user,
    created_client text,
    updated_at timestamptz not null default now(),
    updated_by text not null default session_user,
    request_id text,
    restored_revision bigint,
    constraint connection_key primary key (project_id, connection_id),
    constraint connection_handle_unique unique (project_id, dialect, handle),
    constraint connection_external_unique unique (project_id, service, external_id),
    constraint connection_project foreign key (project_id) references project,
    constraint connection_key_number foreign key (key_number) references key,
    constraint connection_dialect_known check (dialect in ('apinizer', 'activecampaign', 'catalog')),
    constraint connection_public_id_given check ((dialect = 'apinizer') = (public_id is null)),
    constraint connection_external_given check (
        (dialect = 'activecampaign' and service is not null and external_id is not null)
        or (dialect <> 'activecampaign' and service is null and external_id is null)),
    constraint connection_created_client_given check (dialect = 'catalog' or created_client is null),
    constraint connection_name_grammar check (
        dialect <> 'apinizer'
        or (char_length(name) between 1 and 255 and name !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029/]' and name = btrim(name, ' '))),
    constraint connection_description_length check (dialect <> 'apinizer' or char_length(description) <= 1000),
    constraint connection_revision_positive check (revision > 0),
    constraint connection_settings_object check (json_typeof(settings) = 'object'),
    constraint connection_secrets_object check (jsonb_typeof(secrets) = 'object'),
    constraint connection_refers_array check (jsonb_typeof(refers) = 'array')
) with (fillfactor = 70);
create sequence activecampaign_id;
comment on sequence activecampaign_id is 'Numbers the connections of the activecampaign dialect.';
-- type before dialect, so that nobody takes it for the unique one: while there are no statistics (new tables, a large import) both would look alike
-- to who asks for dialect and handle, and this one is read from its beginning.
create index connection_by_type on connection (project_id, type, dialect, handle);
comment on index connection_by_type is 'Lists of a type. None of its columns changes in an ordinary update, so updates stay cheap.';
-- Catalog's lists. There is none for updated_at: it changes with every update, which could then never be HOT (in no dialect: PostgreSQL
-- asks only whether any index has the column).
create index connection_catalog_by_name on connection (project_id, name collate "C", created_at) where dialect = 'catalog';
create index connection_catalog_by_created on connection (project_id, created_at, handle) where dialect = 'catalog';
create index connection_catalog_by_enabled on connection (project_id, enabled, created_at) where dialect = 'catalog';
comment on index connection_catalog_by_name is 'catalog: lists by name, in the order of code points.';
comment on index connection_catalog_by_created is 'catalog: lists in order of creation, which is the order when none is asked for.';
comment on index connection_catalog_by_enabled is 'catalog: lists of what is enabled, or is not.';
comment on table connection is 'The connections of all three dialects, one row each. A row is changed in place; connection_revision has what it was.';
comment on column connection.project_id is 'Whose it is.';
comment on column connection.connection_id is 'Identity: never changes, not by a rename either. Boxes are bound to it, workers know it by it.';
comment on column connection.dialect is 'Which API made it: apinizer, activecampaign or catalog. Each shows only its own.';
comment on column connection.public_id is 'The id in the paths of activecampaign (a number) and catalog (24 hex digits); null in apinizer, which names by name.';
comment on column connection.name is 'The name as it was given.';
comment on column connection.handle is 'What paths call it by: the name in lower case in apinizer, public_id elsewhere.';
comment on column connection.type is 'email, database, ... in apinizer; the connector in catalog; activecampaign in activecampaign. Cannot change.';
comment on column connection.service is 'activecampaign''s service.';
comment on column connection.external_id is 'activecampaign''s externalid.';
comment on column connection.description is 'Free text.';
comment on column connection.enabled is 'A connection that is not enabled is wanted on no worker.';
comment on column connection.deploy_to_worker is 'Whether it is to be deployed at all.';
comment on column connection.revision is 'Counts up by one a change; the ETag of answers.';
comment on column connection.settings is 'What the type asks for, readable. JSON null stands wherever a value is sealed.';
comment on column connection.key_number is 'The key that all of its boxes are sealed with.';
comment on column connection.secrets is 'Boxes by place: {"/password": "base64"}. Only the owner can read this column.';
comment on column connection.refers is
    'Keystores and certificates that the settings name: [{"kind": "keystore", "name": "..."}]; null where the type can name none. connection_reference follows it.';
comment on column connection.created_at is 'When it was made.';
comment on column connection.created_by is 'Who made it: token:12, or a database role.';
comment on column connection.created_client is 'catalog: the name of the client (x-api-key) that made it; null elsewhere, and when it was made by hand.';
comment on column connection.updated_at is 'When it last changed.';
comment on column connection.updated_by is 'Who last changed it.';
comment on column connection.request_id is 'The X-Request-Id of the last change; null when it was made with psql.';
comment on column connection.restored_revision is 'The revision that the last change restored; null when it was no restoring.';
comment on constraint connection_key on connection is 'Identity.';
comment on constraint connection_handle_unique on connection is
    'apinizer: one connection of a name in a project, letter case ignored. Elsewhere: one connection of an id in a project.';
comment on constraint connection_external_unique on connection is 'activecampaign: one connection of a service and external id in an account.';
comment on constraint connection_project on connection is 'A connection is a project''s.';
comment on constraint connection_key_number on connection is 'Its key is known, with a canary.';
comment on constraint connection_dialect_known on connection is 'apinizer, activecampaign or catalog.';
comment on constraint connection_public_id_given on connection is 'apinizer has names, the others have ids.';
comment on constraint connection_external_given on connection is 'service and external_id are activecampaign''s, which needs both.';
comment on constraint connection_created_client_given on connection is 'Only catalog has calling clients.';
comment on constraint connection_name_grammar on connection is
    'apinizer: 1 to 255 characters, no slash, no control character, no leading or trailing space.';
comment on constraint connection_description_length on connection is 'apinizer: at most 1000 characters.';
comment on constraint connection_revision_positive on connection is 'Revisions begin with 1.';
comment on constraint connection_settings_object on connection is 'Settings are a JSON object.';
comment on constraint connection_secrets_object on connection is 'Boxes are a JSON object.';
comment on constraint connection_refers_array on connection is 'What is named is a JSON array.';
