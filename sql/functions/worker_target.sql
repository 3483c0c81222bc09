create function worker_target(i_name text[])
returns table (ordinal bigint, environment text, worker text, worker_id uuid, url text, ca text, credential text, credential_key integer)
language sql stable security definer set search_path = patchbay, pg_temp
as $$
    select request.ordinal, environment.name, worker.name, worker.worker_id, worker.url, worker.ca, worker.credential, worker.key_number
    from unnest(i_name) with ordinality as request (name, ordinal)
    left join worker on worker.name = request.name
    left join environment using (environment_id)
$$;
comment on function worker_target(text[]) is 'How a worker is reached, for patchbay worker test; nulls when there is none of that name.';
revoke execute on function worker_target from public;
grant execute on function worker_target to patchbay_worker;
