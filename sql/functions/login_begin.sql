-- First half of a login: what the worker needs to check the password, or how long to wait. For an unknown or disabled user an empty verifier comes
-- back: the worker then computes one all the same, so that both take equal time.
-- Once there is a delay, whoever is let through starts it again, before the password is checked: so of many who guess at once one may, however many
-- workers there are. (Before that they may all, so that many programs of one user can log in at once.)
create function login_begin(i_name text[], i_failure_digest bytea[])
returns table (ordinal bigint, verifier text, wait_seconds integer)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    -- In one order, so that two batches never wait for each other in a circle. The next statement sees what the locks protect.
    perform from login_failure where digest = any (i_failure_digest) and failures >= 4 order by digest for update;

    return query
    with delayed as (
        select digest, login_delay(failures) as delay, last_at + login_delay(failures) - clock_timestamp() as remaining
        from login_failure
        where digest = any (i_failure_digest) and failures >= 4 and last_at > now() - interval '1 day'
    ), started as (
        update login_failure set last_at = clock_timestamp() from delayed where login_failure.digest = delayed.digest and delayed.remaining <= interval '0'
    ), request as (
        select request.*, row_number() over (partition by failure_digest order by ordinal) as place
        from unnest(i_name, i_failure_digest) with ordinality as request (name, failure_digest, ordinal)
    )
    select request.ordinal, coalesce(user_account.password, ''),
           case when delayed.digest is null then 0
                when delayed.remaining > interval '0' then greatest(1, ceil(extract(epoch from delayed.remaining)))
                when request.place > 1 then ceil(extract(epoch from delayed.delay))
                else 0 end::integer
    from request
    left join user_account on user_account.name = request.name and user_account.disabled_at is null
    left join delayed on delayed.digest = request.failure_digest;
end
$$;
comment on function login_begin(text[], bytea[]) is 'The verifier of a user''s password, and how many seconds this caller has to wait first (0: none).';
revoke execute on function login_begin from public;
grant execute on function login_begin to patchbay_worker;
