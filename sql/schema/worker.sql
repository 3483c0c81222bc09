create table worker (
    worker_id uuid not null default gen_random_uuid(),
    environment_id bigint not null,
    name text not null,
    url text not null,
    credential text,
    key_number integer,
    ca text,
    created_at timestamptz not null default now(),
    alive_until timestamptz not null default '-infinity',
    probe_at timestamptz not null default now(),
    constraint worker_key primary key (worker_id),
    constraint worker_name_unique unique (name),
    constraint worker_environment foreign key (environment_id) references environment,
    constraint worker_key_number foreign key (key_number) references key,
    constraint worker_name_grammar check (char_length(name) between 1 and 255 and name !~ '[\u0001-\u001f\u007f-\u009f]'),
    constraint worker_url_grammar check (
        char_length(url) <= 2000
        and url ~ ('^https?://(\[[0-9a-fA-F:.]+\]|[^]/?#@:[[:space:]]+)'
            || '(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?(/[^?#@[:space:]]*)?$')),
    constraint worker_credential_has_key check ((credential is null) = (key_number is null))
) with (fillfactor = 70);
create index worker_by_environment on worker (environment_id);
comment on table worker is 'Servers that connections are deployed to (docs/worker-protocol.md).';
comment on column worker.worker_id is 'Identity; the credential is sealed for it.';
comment on column worker.environment_id is 'Where it belongs: it gets the connections of the projects that are linked to this environment.';
comment on column worker.name is 'What answers, lists and the command call it.';
comment on column worker.url is 'Its base: connections are put to {url}/connections/{id}.';
comment on column worker.credential is 'A box with the whole value of the Authorization header; null: none is sent. Only the owner can read this column.';
comment on column worker.key_number is 'The key that the credential is sealed with.';
comment on column worker.ca is 'Certificates (PEM) that its own is checked against; null: those of the system.';
comment on column worker.created_at is 'When it was added.';
comment on column worker.alive_until is 'Until when its last answer counts. Later nobody knows what it holds.';
comment on column worker.probe_at is 'When it is asked next whether it is there, should it be silent.';
comment on constraint worker_key on worker is 'Identity.';
comment on constraint worker_name_unique on worker is 'One worker of a name.';
comment on constraint worker_environment on worker is 'A worker is an environment''s.';
comment on constraint worker_key_number on worker is 'Its credential''s key is known, with a canary.';
comment on constraint worker_name_grammar on worker is '1 to 255 characters, no control character.';
comment on constraint worker_url_grammar on worker is 'http:// or https://, a host, perhaps a port from 1 to 65535 and a path; no user, password, query and fragment; at most 2000 characters.';
comment on constraint worker_credential_has_key on worker is 'A credential is sealed, so it has a key.';
comment on index worker_by_environment is 'An environment''s workers.';
