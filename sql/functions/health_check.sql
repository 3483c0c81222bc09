create function health_check(i_ask boolean[])
returns table (ordinal bigint, schema_version integer)
language sql stable security definer set search_path = patchbay, pg_temp
as $$
    select request.ordinal, (select max(version) from schema_version) from unnest(i_ask) with ordinality as request (ask, ordinal)
$$;
comment on function health_check(boolean[]) is 'Answers: the database is there, and has its schema.';
revoke execute on function health_check from public;
grant execute on function health_check to patchbay_worker;
