-- What the deployer has to look after, a row a worker: in how many milliseconds something is due (0: now, null: nothing is left to do), and whether it is to be
-- asked for a sign of life by who called. One deployer at a time is told to ask.
create function deployment_due(i_silence_ms integer[])
returns table (ordinal bigint, worker_id uuid, wait_ms bigint, probe boolean, environment text, worker text, url text, ca text, credential text,
               credential_key integer)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with silent as (
        select worker.worker_id from worker
        where worker.probe_at <= clock_timestamp() and worker.alive_until < clock_timestamp() + i_silence_ms[1] * interval '0.5 millisecond'
        order by worker.worker_id for no key update skip locked
    ), probed as (
        update worker set probe_at = clock_timestamp() + i_silence_ms[1] * interval '0.25 millisecond'
        from silent where worker.worker_id = silent.worker_id returning worker.worker_id
    )
    select 1::bigint, worker.worker_id,
           greatest(0, ceil(extract(epoch from first.due - clock_timestamp()) * 1000))::bigint, probed.worker_id is not null,
           environment.name, worker.name, worker.url, worker.ca, worker.credential, worker.key_number
    from worker join environment using (environment_id)
    left join probed on probed.worker_id = worker.worker_id
    left join lateral (
        select deployment.next_attempt_at as due from deployment
        where deployment.worker_id = worker.worker_id and deployment.next_attempt_at is not null
        order by deployment.next_attempt_at limit 1
    ) as first on true;
end
$$;
comment on function deployment_due(integer[]) is 'When something is due for each worker, and who is to be asked for a sign of life.';
revoke execute on function deployment_due from public;
grant execute on function deployment_due to patchbay_worker;
