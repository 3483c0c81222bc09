create table audit_chain (
    project_id bigint not null,
    position bigint not null,
    event_id bigint,
    connection_id uuid,
    revision bigint,
    digest bytea not null,
    boxes bytea,
    key_number integer,
    hash bytea not null,
    constraint audit_chain_key primary key (project_id, position),
    constraint audit_chain_event_unique unique (project_id, event_id),
    constraint audit_chain_revision_unique unique (project_id, connection_id, revision),
    constraint audit_chain_row_named check ((event_id is null) = (revision is not null) and (connection_id is null) = (revision is null))
);
comment on table audit_chain is
    'A hash chain a project over the rows of connection_revision and audit_event, in the order of their transactions: each link covers its row and the link before. Laid by audit_chain_extend, checked by audit_verify.';
comment on column audit_chain.project_id is 'Whose chain; 0 for what concerns the whole registry.';
comment on column audit_chain.position is 'From 1, without gaps.';
comment on column audit_chain.event_id is 'The row of audit_event; null: it is one of connection_revision.';
comment on column audit_chain.connection_id is 'The row of connection_revision: which connection.';
comment on column audit_chain.revision is 'The row of connection_revision: which revision.';
comment on column audit_chain.digest is 'SHA-256 of the row (audit_digest, history_digest), without boxes and key number.';
comment on column audit_chain.boxes is 'SHA-256 of the boxes as they were; null: none. Compared as long as the row has the same key number: a rotation seals anew.';
comment on column audit_chain.key_number is 'The key number as it was; null: no boxes.';
comment on column audit_chain.hash is 'SHA-256 of: the hash before, digest, boxes, key number (4 bytes). Before the first stands SHA-256 of the text "patchbay audit 1 PROJECT_ID".';
comment on constraint audit_chain_key on audit_chain is 'Identity.';
comment on constraint audit_chain_event_unique on audit_chain is 'An event is a link once.';
comment on constraint audit_chain_revision_unique on audit_chain is 'A revision is a link once.';
comment on constraint audit_chain_row_named on audit_chain is 'A link is either an event or a revision.';

create table audit_head (
    project_id bigint not null,
    position bigint not null,
    hash bytea not null,
    constraint audit_head_key primary key (project_id)
);
comment on table audit_head is 'The end of every project''s chain, so that an end that was cut off is missed. Note it elsewhere, too: the deployer logs it.';
comment on column audit_head.project_id is 'Whose chain.';
comment on column audit_head.position is 'How many links it has.';
comment on column audit_head.hash is 'The hash of the last one.';
comment on constraint audit_head_key on audit_head is 'One end a chain.';

create table audit_horizon (
    one boolean not null default true,
    xact_id xid8 not null default '0',
    constraint audit_horizon_key primary key (one),
    constraint audit_horizon_one check (one)
);
comment on table audit_horizon is 'How far chains are laid: whatever older transactions wrote is in them. One row; who extends the chains locks it.';
comment on column audit_horizon.one is 'true.';
comment on column audit_horizon.xact_id is 'The first transaction that is not chained.';
comment on constraint audit_horizon_key on audit_horizon is 'One row.';
comment on constraint audit_horizon_one on audit_horizon is 'One row.';
insert into audit_horizon default values;
