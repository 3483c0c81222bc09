create function client_revoke(client_id bigint) returns timestamptz
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_revoked timestamptz;
begin
    update client set revoked_at = coalesce(revoked_at, now()) where client.client_id = client_revoke.client_id returning revoked_at into v_revoked;
    if v_revoked is null then
        raise exception using errcode = 'no_data_found', message = format('there is no client %s', client_revoke.client_id);
    end if;
    insert into audit_event (project_id, actor, action, detail)
    values (0, session_user, 'client.revoke', jsonb_build_object('client', client_revoke.client_id));
    return v_revoked;
end
$$;
comment on function client_revoke(bigint) is 'Revokes a client''s key, effective with the next request. The same as: patchbay client revoke ID.';
revoke execute on function client_revoke from public;
grant execute on function client_revoke to patchbay_admin;
