create view deployment_status as
select project.name as project,
       coalesce(connection.name, (select past.name from connection_revision as past
                                  where past.project_id = deployment.project_id and past.connection_id = deployment.connection_id
                                  order by past.revision desc limit 1)) as connection,
       environment.name as environment, worker.name as worker, deployment.wanted, deployment.wanted_revision, deployment.applied_revision,
       case when deployment.lease_until < clock_timestamp() or (deployment.state = 'applied' and worker.alive_until < clock_timestamp())
            then 'unknown' else deployment.state end as state, deployment.error, deployment.attempts,
       deployment.next_attempt_at, date_trunc('seconds', greatest(interval '0', clock_timestamp() - deployment.changed_at)) as age,
       deployment.delivered_at, deployment.connection_id
from deployment join worker using (worker_id) join environment using (environment_id) join project using (project_id)
left join connection using (project_id, connection_id);
comment on view deployment_status is 'What every worker is to hold, and what it is known to hold.';
comment on column deployment_status.project is 'Whose connection.';
comment on column deployment_status.connection is 'Its name, or the last one it had.';
comment on column deployment_status.environment is 'Where the worker belongs.';
comment on column deployment_status.worker is 'Where.';
comment on column deployment_status.wanted is 'present or absent.';
comment on column deployment_status.wanted_revision is 'The revision it is to hold, or the one that removed it.';
comment on column deployment_status.applied_revision is 'The revision that it last said to hold.';
comment on column deployment_status.state is 'applied; desired: not tried yet; failed: error tells; unknown: an outcome is not known, or the worker has been silent for too long.';
comment on column deployment_status.error is 'How the last attempt ended: dns, connect, tls, timeout, reset, http 503, ...';
comment on column deployment_status.attempts is 'Failed ones in a row.';
comment on column deployment_status.next_attempt_at is 'When it is tried next.';
comment on column deployment_status.age is 'Since when the state is as it is.';
comment on column deployment_status.delivered_at is 'When the worker last took a delivery.';
comment on column deployment_status.connection_id is 'Which connection; workers know it by this.';
