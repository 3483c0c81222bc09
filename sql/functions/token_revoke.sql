create function token_revoke(token_id bigint) returns timestamptz
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_project bigint;
    v_revoked timestamptz;
begin
    update token set revoked_at = coalesce(revoked_at, now()) where token.token_id = token_revoke.token_id
    returning project_id, revoked_at into v_project, v_revoked;
    if v_project is null then
        raise exception using errcode = 'no_data_found', message = format('there is no token %s', token_revoke.token_id);
    end if;
    insert into audit_event (project_id, actor, action, detail)
    values (v_project, session_user, 'token.revoke', jsonb_build_object('token', token_revoke.token_id));
    return v_revoked;
end
$$;
comment on function token_revoke(bigint) is 'Revokes a token, effective with the next request; returns since when it is. The same as: patchbay token revoke ID.';
revoke execute on function token_revoke from public;
grant execute on function token_revoke to patchbay_admin;
