-- First half of a login: what the worker needs to check the password, or how long to wait. For an unknown or disabled user an empty verifier comes back:
-- the worker then computes one all the same, so that both take equal time.
-- The fourth failure of a name from an address makes the next one wait a second, each further one twice as long, up to five minutes.
create function login_begin(i_name text[], i_failure_digest bytea[])
returns table (ordinal bigint, verifier text, wait_seconds integer)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select request.ordinal, coalesce(user_account.password, ''),
           greatest(0, case when login_failure.failures >= 4
               then ceil(extract(epoch from login_failure.last_at + least(300, 2 ^ least(9, login_failure.failures - 4)) * interval '1 second' - clock_timestamp()))
               else 0 end)::integer
    from unnest(i_name, i_failure_digest) with ordinality as request (name, failure_digest, ordinal)
    left join user_account on user_account.name = request.name and user_account.disabled_at is null
    left join login_failure on login_failure.digest = request.failure_digest and login_failure.last_at > now() - interval '1 day';
end
$$;
comment on function login_begin(text[], bytea[]) is 'The verifier of a user''s password, and how many seconds this caller has to wait first (0: none).';
revoke execute on function login_begin from public;
grant execute on function login_begin to patchbay_worker;
