-- Not those of retired keys: nothing needs them, and the keyring may lack them.
create function worker_hello()
returns table (ordinal bigint, schema_version integer, key_number integer, canary text)
language sql stable security definer set search_path = patchbay, pg_temp
as $$
    select 1::bigint, (select max(version) from schema_version), key.key_number, key.canary
    from (select 1) as always left join key on key.retired_at is null
$$;
comment on function worker_hello() is 'What a worker checks on every new connection: the schema''s version, and the canary of every key in use (one row a key, at least one row).';
revoke execute on function worker_hello from public;
grant execute on function worker_hello to patchbay_worker;
