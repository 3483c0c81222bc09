create table connection_revision (
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
    refers jsonb,
    restored_revision bigint,
    handle text collate "C",
    created_at timestamptz,
    created_by text,
    created_client text,
    xact_id xid8 not null default pg_current_xact_id(),
    constraint connection_revision_key primary key (project_id, connection_id, revision),
    constraint connection_revision_operation_known check (operation in ('create', 'update', 'delete', 'restore')),
    constraint connection_revision_restored_given check ((operation = 'restore') = (restored_revision is not null)),
    constraint connection_revision_handle_given check ((operation = 'delete') = (handle is not null))
);
create index connection_revision_by_handle on connection_revision (project_id, dialect, handle) where operation = 'delete';
create index connection_revision_by_xact on connection_revision (xact_id);
comment on table connection_revision is 'Every state that every connection had, written by triggers, never changed. Which fields a change touched is told by comparing two rows.';
comment on column connection_revision.project_id is 'Whose it was.';
comment on column connection_revision.connection_id is 'Which connection.';
comment on column connection_revision.revision is 'The revision that this change made. A deletion counts as one.';
comment on column connection_revision.operation is 'create, update, delete or restore. A row of a deletion holds the last state.';
comment on column connection_revision.changed_at is 'When.';
comment on column connection_revision.changed_by is 'Who: token:12, or a database role.';
comment on column connection_revision.request_id is 'The X-Request-Id; null when it was made with psql.';
comment on column connection_revision.dialect is 'As in connection.';
comment on column connection_revision.public_id is 'As in connection.';
comment on column connection_revision.name is 'As in connection.';
comment on column connection_revision.type is 'As in connection.';
comment on column connection_revision.service is 'As in connection.';
comment on column connection_revision.external_id is 'As in connection.';
comment on column connection_revision.description is 'As in connection.';
comment on column connection_revision.enabled is 'As in connection.';
comment on column connection_revision.deploy_to_worker is 'As in connection.';
comment on column connection_revision.settings is 'As in connection: readable, null where a value is sealed.';
comment on column connection_revision.key_number is 'As in connection.';
comment on column connection_revision.secrets is 'As in connection: boxes. Only the owner can read this column.';
comment on column connection_revision.refers is 'As in connection.';
comment on column connection_revision.restored_revision is 'restore: which revision this one is made from.';
comment on column connection_revision.handle is 'delete: what paths called it by, so that it is found again; else null.';
comment on column connection_revision.created_at is 'delete: as in connection, for who restores it; else null.';
comment on column connection_revision.created_by is 'delete: as in connection; else null.';
comment on column connection_revision.created_client is 'delete: as in connection; else null.';
comment on column connection_revision.xact_id is 'The transaction that wrote it; audit_chain_extend goes by it.';
comment on index connection_revision_by_handle is 'Finds deleted connections by what paths called them.';
comment on index connection_revision_by_xact is 'What is new since the chain was last extended; and the trail from its end.';
comment on constraint connection_revision_key on connection_revision is 'One row a revision.';
comment on constraint connection_revision_operation_known on connection_revision is 'create, update, delete or restore.';
comment on constraint connection_revision_restored_given on connection_revision is 'Only a restoring names what it restored.';
comment on constraint connection_revision_handle_given on connection_revision is 'Only a deletion keeps what paths called it by.';
