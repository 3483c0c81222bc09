create table deployment (
    project_id bigint not null,
    connection_id uuid not null,
    worker_id uuid not null,
    wanted text not null,
    wanted_revision bigint not null,
    generation bigint not null default 1,
    applied_revision bigint,
    state text not null default 'desired',
    error text,
    doubtful_until timestamptz,
    attempts integer not null default 0,
    next_attempt_at timestamptz default now(),
    lease_by uuid,
    lease_until timestamptz,
    changed_at timestamptz not null default now(),
    delivered_at timestamptz,
    constraint deployment_key primary key (project_id, connection_id, worker_id),
    constraint deployment_worker foreign key (worker_id) references worker on delete cascade,
    constraint deployment_wanted_known check (wanted in ('present', 'absent')),
    constraint deployment_state_known check (state in ('desired', 'applied', 'failed', 'unknown')),
    constraint deployment_lease_whole check ((lease_by is null) = (lease_until is null))
) with (fillfactor = 70);
create index deployment_due on deployment (worker_id, next_attempt_at) where next_attempt_at is not null;
comment on table deployment is
    'What every worker is to hold and what it is known to hold, a row a connection and worker. Written in the transaction of the change itself. Without a row nothing is wanted there and nothing is there.';
comment on column deployment.project_id is 'Whose connection.';
comment on column deployment.connection_id is 'Which connection; it may be deleted already.';
comment on column deployment.worker_id is 'Where.';
comment on column deployment.wanted is 'present or absent.';
comment on column deployment.wanted_revision is 'Which revision it is to hold, or which one removed it.';
comment on column deployment.generation is 'Counts up whenever something is wanted anew: what is delivered meanwhile is known to be old.';
comment on column deployment.applied_revision is 'The revision that it last said to hold; null: none.';
comment on column deployment.state is 'desired (not tried yet), applied, failed (error tells), unknown (sent, but not known whether it arrived). deployment_status says more.';
comment on column deployment.error is 'How the last attempt ended: dns, connect, tls, timeout, reset, http 503, ... null: well, or there was none.';
comment on column deployment.doubtful_until is 'Until then a delivery whose end is not known may still arrive, behind newer ones: what is taken before is delivered once more at that time.';
comment on column deployment.attempts is 'Failed ones in a row.';
comment on column deployment.next_attempt_at is 'When it is due; never before the lease ends. null: nothing is left to do.';
comment on column deployment.lease_by is 'Who is delivering at this moment: a number of that one delivery.';
comment on column deployment.lease_until is 'Until when nobody else delivers. A lease that ran out belonged to a deliverer that died.';
comment on column deployment.changed_at is 'Since when the state is as it is.';
comment on column deployment.delivered_at is 'When the worker last took a delivery.';
comment on constraint deployment_key on deployment is 'Identity.';
comment on constraint deployment_worker on deployment is 'A worker that is removed takes its deployments with it.';
comment on constraint deployment_wanted_known on deployment is 'present or absent.';
comment on constraint deployment_state_known on deployment is 'desired, applied, failed or unknown.';
comment on constraint deployment_lease_whole on deployment is 'A lease has an owner and an end.';
comment on index deployment_due is 'What is due for a worker, the longest waiting first.';
