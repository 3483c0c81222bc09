create table connection_reference (
    project_id bigint not null,
    connection_id uuid not null,
    material_id uuid not null,
    constraint connection_reference_key primary key (project_id, connection_id, material_id),
    constraint connection_reference_connection foreign key (project_id, connection_id) references connection on delete cascade,
    constraint connection_reference_material foreign key (project_id, material_id) references material
);
create index connection_reference_by_material on connection_reference (project_id, material_id);
comment on table connection_reference is
    'Which connections name which keystores and certificates in their settings. Follows connection.refers; while a row is here, what it points at stays.';
comment on column connection_reference.project_id is 'Whose they are: both are of one project.';
comment on column connection_reference.connection_id is 'The connection that names it.';
comment on column connection_reference.material_id is 'What it names.';
comment on constraint connection_reference_key on connection_reference is 'Named more than once by one connection, it is one row.';
comment on constraint connection_reference_connection on connection_reference is 'Goes with its connection.';
comment on constraint connection_reference_material on connection_reference is 'What a connection names is not deleted, whoever asks.';
comment on index connection_reference_by_material is 'Who uses a keystore or certificate.';
