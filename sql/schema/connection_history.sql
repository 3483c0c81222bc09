create table connection_history (
    project_id bigint not null,
    connection_id uuid not null,
    revision bigint not null,
    operation text not null,
    changed_at timestamptz not null,
    changed_by text not null,
    request_id text,
    dialect text not null,
    public_id text,
    name text not null,
    type text not null,
    service text,
    external_id text,
    description text,
    enabled boolean not null,
    deploy_to_worker boolean not null,
    settings json not null,
    key_number integer not null,
    secrets jsonb not null,
    constraint connection_history_key primary key (project_id, connection_id, revision),
    constraint connection_history_operation_known check (operation in ('create', 'update', 'delete'))
);
comment on table connection_history is 'Every state that every connection had, written by triggers, never changed. Which fields a change touched is told by comparing two rows.';
comment on column connection_history.project_id is 'Whose it was.';
comment on column connection_history.connection_id is 'Which connection.';
comment on column connection_history.revision is 'The revision that this change made. A deletion counts as one.';
comment on column connection_history.operation is 'create, update or delete. A row of a deletion holds the last state.';
comment on column connection_history.changed_at is 'When.';
comment on column connection_history.changed_by is 'Who: token:12, or a database role.';
comment on column connection_history.request_id is 'The X-Request-Id; null when it was made with psql.';
comment on column connection_history.dialect is 'As in connection.';
comment on column connection_history.public_id is 'As in connection.';
comment on column connection_history.name is 'As in connection.';
comment on column connection_history.type is 'As in connection.';
comment on column connection_history.service is 'As in connection.';
comment on column connection_history.external_id is 'As in connection.';
comment on column connection_history.description is 'As in connection.';
comment on column connection_history.enabled is 'As in connection.';
comment on column connection_history.deploy_to_worker is 'As in connection.';
comment on column connection_history.settings is 'As in connection: readable, null where a value is sealed.';
comment on column connection_history.key_number is 'As in connection.';
comment on column connection_history.secrets is 'As in connection: boxes. Only the owner can read this column.';
comment on constraint connection_history_key on connection_history is 'One row a revision.';
comment on constraint connection_history_operation_known on connection_history is 'create, update or delete.';
