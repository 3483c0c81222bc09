create view worker_overview as
select worker.worker_id as id, worker.name, environment.name as environment, worker.url,
       case when worker.alive_until >= clock_timestamp() then 'alive' else 'silent' end as state,
       (select count(*) from deployment where deployment.worker_id = worker.worker_id and deployment.state = 'applied') as applied,
       (select count(*) from deployment where deployment.worker_id = worker.worker_id and deployment.state <> 'applied') as pending,
       worker.credential is not null as credential, worker.ca is not null as ca, worker.created_at
from worker join environment using (environment_id) order by environment.name, worker.name;
comment on view worker_overview is 'Workers and how far each has got.';
comment on column worker_overview.id is 'worker_id.';
comment on column worker_overview.name is 'What answers call it.';
comment on column worker_overview.environment is 'Where it belongs.';
comment on column worker_overview.url is 'Its base.';
comment on column worker_overview.state is 'alive: it answered lately. silent: what it holds is not known.';
comment on column worker_overview.applied is 'How many connections it is known to have taken.';
comment on column worker_overview.pending is 'How many deliveries are still due to it.';
comment on column worker_overview.credential is 'Whether it is sent one.';
comment on column worker_overview.ca is 'Whether it has certificates of its own to be checked against.';
comment on column worker_overview.created_at is 'When it was added.';
