create function is_administrator(i_digest bytea) returns boolean
language sql stable
as $$
    select exists (
        select from user_account where is_admin and disabled_at is null
        and (user_id in (select user_id from user_session where digest = i_digest and expires_at > now())
             or user_id in (select user_id from token
                        where digest = i_digest and revoked_at is null and expires_at > now() and permissions::text[] @> all_permissions())))
$$;
comment on function is_administrator(bytea) is 'Whether a credential is an administrator''s: a session, or a personal token that was not narrowed.';
revoke execute on function is_administrator from public;
