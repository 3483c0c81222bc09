-- How deliveries ended, one connection a request:
--   i_reports  [{"worker": id, "generation": 3, "present": true, "revision": 7, "outcome": "applied", "error": "http 503", "alive": true}, ...]
--   outcome    applied, failed (surely not there), unknown (sent, but nobody knows)
-- Only who still has the lease is believed; who lost it was too late and somebody else delivers again. When something newer is wanted by now,
-- it is due at once. A doubtful delivery may still arrive for i_settle_ms, behind newer ones: what is
-- taken meanwhile is delivered once more at the end of that time.
-- Back-off: i_retry_ms, doubled with each failure up to i_retry_limit_ms, between half and all of it by chance.
create function deployment_report(
    i_project_id bigint[], i_connection_id uuid[], i_lease uuid[], i_reports jsonb[],
    i_retry_ms integer[], i_retry_limit_ms integer[], i_settle_ms integer[], i_silence_ms integer[])
returns table (ordinal bigint, believed bigint)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_overtaken boolean;
begin
    perform from unnest(i_project_id, i_connection_id, i_lease) as request (project_id, connection_id, lease)
    join deployment on deployment.project_id = request.project_id and deployment.connection_id = request.connection_id
        and deployment.lease_by = request.lease
    order by deployment.project_id, deployment.connection_id, deployment.worker_id
    for update of deployment;

    perform from worker where exists (
        select from unnest(i_reports, i_silence_ms) as request (reports, silence_ms)
        cross join lateral jsonb_array_elements(request.reports) as report
        where (report ->> 'worker')::uuid = worker.worker_id and (report ->> 'alive')::boolean
          and worker.alive_until < clock_timestamp() + request.silence_ms * interval '0.75 millisecond')
    for no key update skip locked;
    update worker set alive_until = clock_timestamp() + i_silence_ms[1] * interval '1 millisecond'
    where worker.worker_id in (
        select (report ->> 'worker')::uuid from unnest(i_reports) as request (reports)
        cross join lateral jsonb_array_elements(request.reports) as report where (report ->> 'alive')::boolean)
      and worker.alive_until < clock_timestamp() + i_silence_ms[1] * interval '0.75 millisecond';

    return query
    with told as (
        select request.ordinal, request.project_id, request.connection_id, (report ->> 'worker')::uuid as worker_id,
               deployment.generation = (report ->> 'generation')::bigint as is_newest, report ->> 'outcome' as outcome, report ->> 'error' as error,
               (report ->> 'present')::boolean as present, (report ->> 'revision')::bigint as revision,
               least(request.retry_limit_ms, request.retry_ms * 2 ^ least(deployment.attempts, 20)) * (0.5 + random() / 2) * interval '1 millisecond' as pause,
               request.settle_ms * interval '1 millisecond' as settle,
               deployment.generation = (report ->> 'generation')::bigint and report ->> 'outcome' = 'applied' and not (report ->> 'present')::boolean
                   and coalesce(deployment.doubtful_until <= clock_timestamp(), true) as leaves
        from unnest(i_project_id, i_connection_id, i_lease, i_reports, i_retry_ms, i_retry_limit_ms, i_settle_ms)
             with ordinality as request (project_id, connection_id, lease, reports, retry_ms, retry_limit_ms, settle_ms, ordinal)
        cross join lateral jsonb_array_elements(request.reports) as report
        join deployment on deployment.project_id = request.project_id and deployment.connection_id = request.connection_id
            and deployment.worker_id = (report ->> 'worker')::uuid and deployment.lease_by = request.lease
    ), gone as (
        delete from deployment using told
        where deployment.project_id = told.project_id and deployment.connection_id = told.connection_id and deployment.worker_id = told.worker_id
          and told.leaves
        returning told.ordinal
    ), stayed as (
        update deployment
        set lease_by = null, lease_until = null,
            applied_revision = case when told.outcome <> 'applied' then deployment.applied_revision when told.present then told.revision end,
            state = case when told.is_newest then told.outcome else 'desired' end,
            error = case when told.is_newest then told.error end,
            attempts = case when told.is_newest and told.outcome <> 'applied' then deployment.attempts + 1 else 0 end,
            next_attempt_at = case when not told.is_newest then clock_timestamp()
                                   when told.outcome <> 'applied' then clock_timestamp() + told.pause
                                   when deployment.doubtful_until > clock_timestamp() then deployment.doubtful_until end,
            doubtful_until = case when told.outcome = 'unknown' then clock_timestamp() + told.settle
                                  when deployment.doubtful_until > clock_timestamp() then deployment.doubtful_until end,
            delivered_at = case when told.outcome = 'applied' then clock_timestamp() else deployment.delivered_at end,
            changed_at = case when deployment.state = told.outcome and told.is_newest then deployment.changed_at else clock_timestamp() end
        from told
        where deployment.project_id = told.project_id and deployment.connection_id = told.connection_id and deployment.worker_id = told.worker_id
          and not told.leaves
        returning told.ordinal
    )
    select request.ordinal, (select count(*) from (select ordinal from gone union all select ordinal from stayed) as done where done.ordinal = request.ordinal)
    from unnest(i_lease) with ordinality as request (lease, ordinal);

    select exists (select from unnest(i_project_id, i_connection_id) as request (project_id, connection_id)
                   join deployment on deployment.project_id = request.project_id and deployment.connection_id = request.connection_id
                   where deployment.state = 'desired' and deployment.lease_by is null and deployment.next_attempt_at <= clock_timestamp()) into v_overtaken;
    if v_overtaken then
        perform pg_notify('patchbay_deploy', '');
    end if;
end
$$;
comment on function deployment_report(bigint[], uuid[], uuid[], jsonb[], integer[], integer[], integer[], integer[]) is
    'Writes down how deliveries ended, one connection an array element; returns how many of each were believed.';
revoke execute on function deployment_report from public;
grant execute on function deployment_report to patchbay_worker;
