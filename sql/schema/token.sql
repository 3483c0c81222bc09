create table token (
    project_id bigint not null,
    token_id bigint not null generated always as identity,
    digest credential_digest not null,
    name text not null,
    permissions permission_list not null,
    user_id bigint,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default 'infinity',
    revoked_at timestamptz,
    last_used_at timestamptz,
    constraint token_key primary key (project_id, token_id),
    constraint token_project foreign key (project_id) references project,
    constraint token_user foreign key (user_id) references user_account,
    constraint token_name_length check (char_length(name) between 1 and 255)
) with (fillfactor = 80);
-- Not unique, so that the table can be distributed by project; equal digests would need equal 192-bit tokens.
create index token_by_digest on token (digest);
create index token_by_id on token (token_id);
comment on table token is 'Credentials of API clients, each for one project.';
comment on column token.project_id is 'The only project it opens.';
comment on column token.token_id is 'Its number, for lists and for revoking; no part of the token.';
comment on column token.digest is 'SHA-256 of the token.';
comment on column token.name is 'A label for people.';
comment on column token.permissions is 'What it may do there. An empty list: it exists, and may nothing.';
comment on column token.user_id is 'Whose personal token it is: it may at most what they may; null: a project''s own.';
comment on column token.created_at is 'When it was issued.';
comment on column token.expires_at is 'From then on it is refused; infinity: never.';
comment on column token.revoked_at is 'From then on it is refused; null: not revoked.';
comment on column token.last_used_at is 'Written by workers once an interval (token_touch_interval), so up to that much too old.';
comment on constraint token_key on token is 'Identity.';
comment on constraint token_project on token is 'A token is a project''s.';
comment on constraint token_user on token is 'A personal token is a user''s.';
comment on constraint token_name_length on token is '1 to 255 characters.';
comment on index token_by_digest is 'How a request''s token is found.';
comment on index token_by_id is 'How an administrator names one.';

create table client (
    client_id bigint not null generated always as identity,
    digest credential_digest not null,
    name text not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz,
    constraint client_key primary key (client_id),
    constraint client_digest_unique unique (digest),
    constraint client_name_unique unique (name),
    constraint client_name_length check (char_length(name) between 1 and 255)
);
comment on table client is 'Calling programs of the Catalog dialect, known by their x-api-key; of no project, valid for every organisation.';
comment on column client.client_id is 'Its number, for lists and for revoking.';
comment on column client.digest is 'SHA-256 of the key.';
comment on column client.name is 'What connections show as createdClient.';
comment on column client.created_at is 'When it was added.';
comment on column client.revoked_at is 'From then on its key is refused; null: not revoked.';
comment on constraint client_key on client is 'Identity.';
comment on constraint client_digest_unique on client is 'A key is one client''s.';
comment on constraint client_name_unique on client is 'One client of a name, revoked ones too, so that createdClient stays unambiguous.';
comment on constraint client_name_length on client is '1 to 255 characters.';
