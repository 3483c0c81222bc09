create function user_passwd(name text, password_verifier text) returns void
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_id bigint;
begin
    update user_account set password = password_verifier where user_account.name = user_passwd.name returning user_id into v_id;
    if v_id is null then
        raise exception using errcode = 'no_data_found', message = format('there is no user %s', user_passwd.name);
    end if;
    delete from user_session where user_session.user_id = v_id;
    insert into audit_event (project_id, actor, action, detail)
    values (0, session_user, 'user.passwd', jsonb_build_object('user', user_passwd.name));
end
$$;
comment on function user_passwd(text, text) is
    'Gives a user another password (its verifier) and ends their sessions. The same as: patchbay user passwd NAME --password-stdin.';
revoke execute on function user_passwd from public;
grant execute on function user_passwd to patchbay_admin;
