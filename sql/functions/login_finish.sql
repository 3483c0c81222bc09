-- Second half: the worker has checked the password. Success opens a session and forgets the failures; failure is counted.
create function login_finish(i_name text[], i_failure_digest bytea[], i_passed boolean[], i_session_digest bytea[], i_seconds integer[], i_request_id text[])
returns table (ordinal bigint, opened boolean)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with request as (
        select request.*, user_account.user_id
        from unnest(i_name, i_failure_digest, i_passed, i_session_digest, i_seconds, i_request_id)
             with ordinality as request (name, failure_digest, passed, session_digest, seconds, request_id, ordinal)
        left join user_account on user_account.name = request.name and user_account.disabled_at is null
    ), opened as (
        insert into user_session (digest, user_id, expires_at)
        select session_digest, user_id, now() + seconds * interval '1 second' from request where passed and user_id is not null
        returning user_session.digest
    ), forgotten as (
        delete from login_failure where login_failure.digest in (select failure_digest from request where passed and user_id is not null)
            or login_failure.last_at < now() - interval '1 day'
    ), counted as (
        insert into login_failure as known (digest, failures)
        select failure_digest, count(*) from request where not passed or user_id is null group by failure_digest
        on conflict on constraint login_failure_key do update
            set failures = case when known.last_at < now() - interval '1 day' then 0 else known.failures end + excluded.failures, last_at = now()
    ), expired as (
        delete from user_session where user_session.expires_at < now() - interval '1 hour'
    ), noted as (
        insert into audit_event (project_id, actor, action, request_id)
        select 0, case when user_id is null then 'unknown' else 'user:' || name end, case when passed and user_id is not null then 'login' else 'login.refused' end, request_id
        from request
    )
    select request.ordinal, request.passed and request.user_id is not null from request;
end
$$;
comment on function login_finish(text[], bytea[], boolean[], bytea[], integer[], text[]) is 'Opens a session for who passed, counts a failure for who did not.';
revoke execute on function login_finish from public;
grant execute on function login_finish to patchbay_worker;
