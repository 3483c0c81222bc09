-- Outcomes: invalid_token, unknown_project, not_found, ok; at least one row. age: seconds since the state is as it is.
create function deployment_list(i_digest bytea[], i_dialect text[], i_project text[], i_handle text[])
returns table (ordinal bigint, outcome text, connection_id uuid, environment text, worker text, wanted_revision bigint, applied_revision bigint,
               state text, error text, age bigint)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select 1::bigint, coalesce(access.refusal, case when connection.connection_id is null then 'not_found' else 'ok' end), connection.connection_id,
           listed.environment, listed.worker, listed.wanted_revision, listed.applied_revision, listed.state, listed.error, listed.age
    from access(i_digest[1], i_project[1], null) as access
    left join connection on access.refusal is null and connection.project_id = access.project_id and connection.dialect = i_dialect[1]
        and connection.handle = case i_dialect[1] when 'apinizer' then lower(i_handle[1] collate "und-x-icu") else i_handle[1] end
    left join lateral (
        select environment.name as environment, worker.name as worker, deployment.wanted_revision, deployment.applied_revision,
               case when deployment.lease_until < clock_timestamp() or (deployment.state = 'applied' and worker.alive_until < clock_timestamp())
                    then 'unknown' else deployment.state end as state, deployment.error,
               greatest(0, extract(epoch from clock_timestamp() - deployment.changed_at))::bigint as age
        from deployment join worker using (worker_id) join environment using (environment_id)
        where deployment.project_id = connection.project_id and deployment.connection_id = connection.connection_id
    ) as listed on true
    order by listed.environment, listed.worker;
end
$$;
comment on function deployment_list(bytea[], text[], text[], text[]) is 'How one connection stands on its workers. For one request a call.';
revoke execute on function deployment_list from public;
grant execute on function deployment_list to patchbay_worker;
