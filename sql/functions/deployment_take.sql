-- For the deployer: takes up to i_limit deliveries that are due for one worker, the longest waiting first; what others have or are just writing is
-- passed over. Columns and their meaning as in deployment_claim, all rows are claimed, each with its connection. For one request a call.
create function deployment_take(i_worker_id uuid[], i_lease uuid[], i_lease_ms integer[], i_limit integer[])
returns table (ordinal bigint, environment text, worker text, state text, error text, worker_id uuid, url text, ca text, credential text,
               credential_key integer, project_id bigint, connection_id uuid, wanted text, wanted_revision bigint, generation bigint, project text,
               key_number integer, revision bigint, dialect text, public_id text, name text, type text, service text, external_id text,
               description text, settings json, secrets jsonb)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_projects bigint[];
    v_connections uuid[];
begin
    with due as (
        select deployment.project_id, deployment.connection_id from deployment
        where deployment.worker_id = i_worker_id[1] and deployment.next_attempt_at <= clock_timestamp()
          and (deployment.lease_until is null or deployment.lease_until < clock_timestamp())
        order by deployment.next_attempt_at limit i_limit[1] for update skip locked
    ), taken as (
        update deployment
        set lease_by = i_lease[1], lease_until = clock_timestamp() + i_lease_ms[1] * interval '1 millisecond',
            next_attempt_at = clock_timestamp() + i_lease_ms[1] * interval '1 millisecond', 
            doubtful_until = case when deployment.lease_by is null then deployment.doubtful_until
                                  else clock_timestamp() + i_lease_ms[1] * interval '1 millisecond' end
        from due
        where deployment.project_id = due.project_id and deployment.connection_id = due.connection_id and deployment.worker_id = i_worker_id[1]
        returning deployment.project_id, deployment.connection_id
    )
    select array_agg(taken.project_id), array_agg(taken.connection_id) into v_projects, v_connections from taken;

    return query
    select 1::bigint, environment.name, worker.name, 'claimed', deployment.error, worker.worker_id, worker.url, worker.ca, worker.credential, worker.key_number,
           deployment.project_id, deployment.connection_id,
           case when connection.enabled and connection.deploy_to_worker
                     and exists (select from environment_project as link
                                 where link.project_id = deployment.project_id and link.environment_id = worker.environment_id)
                then 'present' else 'absent' end,
           deployment.wanted_revision, deployment.generation, project.name,
           connection.key_number, connection.revision, connection.dialect, connection.public_id, connection.name, connection.type, connection.service,
           connection.external_id, connection.description, connection.settings, connection.secrets
    from unnest(v_projects, v_connections) as taken (project_id, connection_id)
    join deployment on deployment.project_id = taken.project_id and deployment.connection_id = taken.connection_id
        and deployment.worker_id = i_worker_id[1] and deployment.lease_by = i_lease[1]
    join worker on worker.worker_id = deployment.worker_id
    join environment on environment.environment_id = worker.environment_id
    left join project on project.project_id = deployment.project_id
    left join connection on connection.project_id = deployment.project_id and connection.connection_id = deployment.connection_id;
end
$$;
comment on function deployment_take(uuid[], uuid[], integer[], integer[]) is 'Takes deliveries that are due for a worker, with all that is needed to make them.';
revoke execute on function deployment_take from public;
grant execute on function deployment_take to patchbay_worker;
