-- Second half: the worker has checked the password. i_verifier is what it was right against, null where it was wrong; a user who got another password
-- or was disabled meanwhile is not let in. Success opens a session and forgets the failures of this name and address; failure is counted.
create function login_finish(i_name text[], i_failure_digest bytea[], i_verifier text[], i_session_digest bytea[], i_seconds integer[], i_address text[],
                             i_request_id text[])
returns table (ordinal bigint, opened boolean)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_failed bytea[];
    v_passed bytea[];
begin
    -- Who changes a password or disables a user at this moment waits for us, or we for them: no session outlives that.
    perform from user_account
    where name in (select request.name from unnest(i_name, i_verifier) as request (name, verifier) where request.verifier is not null)
    order by user_id for share;

    return query
    with request as materialized (
        select request.*, user_account.name as known, user_account.user_id, coalesce(user_account.password = request.verifier, false) as passed
        from unnest(i_name, i_failure_digest, i_verifier, i_session_digest, i_seconds, i_address, i_request_id)
             with ordinality as request (name, failure_digest, verifier, session_digest, seconds, address, request_id, ordinal)
        left join user_account on user_account.name = request.name and user_account.disabled_at is null
    ), begun as (
        insert into user_session (digest, user_id, expires_at)
        select session_digest, user_id, now() + seconds * interval '1 second' from request where passed
    ), noted as (
        -- A name that nobody has may be a password in the wrong field: it is not written down.
        insert into audit_event (project_id, actor, action, request_id, detail)
        select 0, coalesce('user:' || known, 'unknown'), case when passed then 'login' else 'login.refused' end, request_id,
               jsonb_build_object('address', address)
        from request order by ordinal
    )
    select request.ordinal, request.passed from request;

    select array_agg(request.digest) filter (where not coalesce(user_account.password = request.verifier, false)),
           array_agg(request.digest) filter (where user_account.password = request.verifier)
    into v_failed, v_passed
    from unnest(i_name, i_failure_digest, i_verifier) as request (name, digest, verifier)
    left join user_account on user_account.name = request.name and user_account.disabled_at is null;

    insert into login_failure as known (digest, failures)
    select digest, count(*) from unnest(v_failed) as failed (digest) group by digest order by digest
    on conflict on constraint login_failure_key do update
        set failures = least(1000, case when known.last_at < now() - interval '1 day' then 0 else known.failures end + excluded.failures),
            last_at = clock_timestamp();
    delete from login_failure where digest = any (v_passed);

    -- Housekeeping, a few at a time; rows that another worker clears away at this moment are passed over.
    delete from login_failure
    where digest in (select digest from login_failure where last_at < now() - interval '1 day' limit 100 for update skip locked);
    delete from user_session
    where session_id in (select session_id from user_session where expires_at < now() - interval '1 hour' limit 100 for update skip locked);
end
$$;
comment on function login_finish(text[], bytea[], text[], bytea[], integer[], text[], text[]) is 'Opens a session for who passed, counts a failure for who did not.';
revoke execute on function login_finish from public;
grant execute on function login_finish to patchbay_worker;
