create table audit_event (
    project_id bigint not null,
    event_id bigint not null generated always as identity,
    happened_at timestamptz not null default now(),
    actor text not null,
    action text not null,
    connection_id uuid,
    request_id text,
    detail jsonb not null default '{}',
    xact_id xid8 not null default pg_current_xact_id(),
    constraint audit_event_key primary key (project_id, event_id)
);
comment on table audit_event is 'What happened besides changes of connections (those are in connection_revision): secrets read, permissions refused, tokens issued. Only appended to.';
comment on column audit_event.project_id is 'Where; 0 for what concerns the whole registry.';
comment on column audit_event.event_id is 'Counts up.';
comment on column audit_event.happened_at is 'When.';
comment on column audit_event.actor is 'Who: token:12, or a database role.';
comment on column audit_event.action is 'What: secrets.read, permission.refused, token.issue, ...';
comment on column audit_event.connection_id is 'On which connection; null where it was none.';
comment on column audit_event.request_id is 'The X-Request-Id; null when it was done with psql or the command.';
comment on column audit_event.detail is 'More, by name. Never a secret, never a token.';
create index audit_event_by_xact on audit_event (xact_id);
comment on column audit_event.xact_id is 'The transaction that wrote it; audit_chain_extend goes by it.';
comment on index audit_event_by_xact is 'What is new since the chain was last extended; and the trail from its end.';
comment on constraint audit_event_key on audit_event is 'Identity.';
