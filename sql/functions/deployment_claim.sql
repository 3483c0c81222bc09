-- For the request that made a change: takes every delivery of this one connection that nobody has, and tells of all workers how they stand.
--   state: claimed (ours: deliver, then deployment_report), held (somebody else is delivering), applied, failed and unknown (error tells), absent (nothing is
--   wanted there and nothing is there), no_worker (the environment has none)
-- The lease is taken first, then everything is read at one later moment: what is delivered is at least as new as what was claimed. wanted says what
-- that moment asks for; settings and secrets are in the first claimed row only. For one request a call.
create function deployment_claim(i_project_id bigint[], i_connection_id uuid[], i_lease uuid[], i_lease_ms integer[])
returns table (ordinal bigint, environment text, worker text, state text, error text, worker_id uuid, url text, ca text, credential text,
               credential_key integer, project_id bigint, connection_id uuid, wanted text, wanted_revision bigint, generation bigint, project text,
               key_number integer, revision bigint, dialect text, public_id text, name text, type text, service text, external_id text,
               description text, settings json, secrets jsonb)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    with free as (
        select deployment.project_id, deployment.connection_id, deployment.worker_id from deployment
        where deployment.project_id = i_project_id[1] and deployment.connection_id = i_connection_id[1] and deployment.state = 'desired'
          and (deployment.lease_until is null or deployment.lease_until < clock_timestamp())
        order by deployment.worker_id for update skip locked
    )
    update deployment
    set lease_by = i_lease[1], lease_until = clock_timestamp() + i_lease_ms[1] * interval '1 millisecond',
        next_attempt_at = clock_timestamp() + i_lease_ms[1] * interval '1 millisecond', 
            doubtful_until = case when deployment.lease_by is null then deployment.doubtful_until
                                  else clock_timestamp() + i_lease_ms[1] * interval '1 millisecond' end
    from free
    where deployment.project_id = free.project_id and deployment.connection_id = free.connection_id and deployment.worker_id = free.worker_id;

    return query
    select 1::bigint, stand.environment, stand.worker, stand.state, stand.error, stand.worker_id, stand.url, stand.ca, stand.credential, stand.credential_key,
           i_project_id[1], i_connection_id[1], case when stand.linked and thing.wanted then 'present' else 'absent' end,
           stand.wanted_revision, stand.generation, named.name,
           thing.key_number, thing.revision, thing.dialect, thing.public_id, thing.name, thing.type, thing.service, thing.external_id, thing.description,
           case when stand.place = 1 then thing.settings end, case when stand.place = 1 then thing.secrets end
    from (
        select environment.name as environment, listed.name as worker, listed.worker_id, listed.url, listed.ca, listed.credential,
               listed.key_number as credential_key, deployment.wanted_revision, deployment.generation, deployment.error, link.project_id is not null as linked,
               case when listed.worker_id is null then 'no_worker'
                    when deployment.worker_id is null then 'absent'
                    when deployment.lease_by = i_lease[1] then 'claimed'
                    when deployment.lease_by is not null then 'held'
                    when deployment.state = 'desired' then 'held'
                    else deployment.state end as state,
               row_number() over (order by deployment.lease_by is distinct from i_lease[1], link.project_id is null, environment.name, listed.name) as place
        from environment
        left join environment_project as link on link.project_id = i_project_id[1] and link.environment_id = environment.environment_id
        left join worker as listed on listed.environment_id = environment.environment_id
        left join deployment on deployment.project_id = i_project_id[1] and deployment.connection_id = i_connection_id[1]
            and deployment.worker_id = listed.worker_id
        where link.project_id is not null or deployment.worker_id is not null
    ) as stand
    left join project as named on named.project_id = i_project_id[1]
    left join (
        select connection.*, connection.enabled and connection.deploy_to_worker as wanted from connection
        where connection.project_id = i_project_id[1] and connection.connection_id = i_connection_id[1]
    ) as thing on stand.state = 'claimed'
    order by stand.place;
end
$$;
comment on function deployment_claim(bigint[], uuid[], uuid[], integer[]) is
    'Takes the deliveries of one connection that nobody is making, and tells how it stands on every worker of the project''s environments.';
revoke execute on function deployment_claim from public;
grant execute on function deployment_claim to patchbay_worker;
