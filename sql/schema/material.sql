create table material (
    project_id bigint not null,
    material_id uuid not null default gen_random_uuid(),
    kind text not null,
    name text not null,
    handle text collate "C" not null generated always as (handle_of('apinizer', name)) stored,
    description text,
    revision bigint not null default 1,
    key_number integer not null,
    secrets jsonb not null default '{}',
    created_at timestamptz not null default now(),
    created_by text not null default session_user,
    updated_at timestamptz not null default now(),
    updated_by text not null default session_user,
    request_id text,
    constraint material_key primary key (project_id, material_id),
    constraint material_handle_unique unique (project_id, kind, handle),
    constraint material_kind_unique unique (project_id, material_id, kind),
    constraint material_project foreign key (project_id) references project,
    constraint material_key_number foreign key (key_number) references key,
    constraint material_kind_known check (kind in ('keystore', 'certificate')),
    constraint material_name_grammar check (
        char_length(name) between 1 and 255 and name !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029/]' and name = btrim(name, ' ')),
    constraint material_description_length check (char_length(description) <= 1000),
    constraint material_revision_positive check (revision > 0),
    constraint material_secrets_object check (jsonb_typeof(secrets) = 'object')
);
comment on table material is
    'Key material that connections name: keystores (which are truststores too) and certificates. Files, certificates and passwords are sealed in secrets.';
comment on column material.project_id is 'Whose it is.';
comment on column material.material_id is 'Identity: never changes. Boxes are bound to it, references point at it.';
comment on column material.kind is 'keystore or certificate.';
comment on column material.name is 'The name as it was given. It never changes, so a connection that names it never names another.';
comment on column material.handle is 'The name in lower case: what paths and connections find it by.';
comment on column material.description is 'Free text.';
comment on column material.revision is 'Counts up by one a change; the ETag of answers.';
comment on column material.key_number is 'The key that all of its boxes are sealed with.';
comment on column material.secrets is 'Boxes by place, as in connection. Only the owner can read this column.';
comment on column material.created_at is 'When it was made.';
comment on column material.created_by is 'Who made it: token:12, or a database role.';
comment on column material.updated_at is 'When it last changed.';
comment on column material.updated_by is 'Who last changed it.';
comment on column material.request_id is 'The X-Request-Id of the last change; null when it was made with psql.';
comment on constraint material_key on material is 'Identity.';
comment on constraint material_handle_unique on material is 'One keystore and one certificate of a name in a project, letter case ignored.';
comment on constraint material_kind_unique on material is 'So that material_environment can be held to its kind.';
comment on constraint material_project on material is 'Material is a project''s.';
comment on constraint material_key_number on material is 'Its key is known, with a canary.';
comment on constraint material_kind_known on material is 'keystore or certificate.';
comment on constraint material_name_grammar on material is '1 to 255 characters, no slash, no control character, no leading or trailing space.';
comment on constraint material_description_length on material is 'At most 1000 characters.';
comment on constraint material_revision_positive on material is 'Revisions begin with 1.';
comment on constraint material_secrets_object on material is 'Boxes are a JSON object.';

create table material_environment (
    project_id bigint not null,
    material_id uuid not null,
    kind text not null,
    place integer not null,
    environment text not null,
    alias text,
    format text,
    subject text,
    valid_from timestamptz,
    valid_until timestamptz,
    sha1_thumbprint text,
    constraint material_environment_key primary key (project_id, material_id, place),
    constraint material_environment_unique unique (project_id, material_id, environment),
    constraint material_environment_material foreign key (project_id, material_id, kind)
        references material (project_id, material_id, kind) on delete cascade,
    constraint material_environment_name_length check (char_length(environment) between 1 and 255),
    constraint material_environment_alias_length check (char_length(alias) between 1 and 255),
    constraint material_environment_form check (
        (kind = 'keystore' and format in ('JKS', 'PKCS12') and num_nonnulls(subject, valid_from, valid_until, sha1_thumbprint) = 0)
        or (kind = 'certificate' and format is null and num_nulls(alias, subject, valid_from, valid_until, sha1_thumbprint) = 0))
);
create unique index material_environment_alias on material_environment (project_id, environment, handle_of('apinizer', alias))
    where kind = 'certificate';
comment on table material_environment is 'What a keystore or certificate is in each environment, as far as everybody may know.';
comment on column material_environment.project_id is 'Whose it is.';
comment on column material_environment.material_id is 'Which keystore or certificate.';
comment on column material_environment.kind is 'As in material.';
comment on column material_environment.place is 'Its place in the list as it was given, from 1.';
comment on column material_environment.environment is 'The environment''s name as it was given; whether there is one of that name is not checked.';
comment on column material_environment.alias is 'Keystores: the entry to be used, null where none was named. Certificates: what gateways call it.';
comment on column material_environment.format is 'Keystores: JKS or PKCS12.';
comment on column material_environment.subject is 'Certificates: the subject''s distinguished name.';
comment on column material_environment.valid_from is 'Certificates: not valid before.';
comment on column material_environment.valid_until is 'Certificates: not valid after.';
comment on column material_environment.sha1_thumbprint is 'Certificates: SHA-1 of the whole certificate, in hex.';
comment on constraint material_environment_key on material_environment is 'Identity.';
comment on constraint material_environment_unique on material_environment is 'An environment occurs once in a list.';
comment on constraint material_environment_material on material_environment is 'Goes with its keystore or certificate.';
comment on constraint material_environment_name_length on material_environment is '1 to 255 characters.';
comment on constraint material_environment_alias_length on material_environment is '1 to 255 characters.';
comment on constraint material_environment_form on material_environment is 'Keystores have a format, certificates what a certificate says.';
comment on index material_environment_alias is 'An alias is one certificate''s in an environment, letter case ignored.';
