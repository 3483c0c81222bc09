create function user_create(name text, password_verifier text, is_admin boolean default false) returns bigint
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_id bigint;
begin
    if exists (select from user_account where user_account.name = user_create.name) then
        raise exception using errcode = 'unique_violation', message = format('user %s exists already', user_create.name);
    end if;
    insert into user_account (name, password, is_admin) values (user_create.name, password_verifier, user_create.is_admin)
    returning user_id into v_id;
    insert into audit_event (project_id, actor, action, detail)
    values (0, session_user, 'user.create', jsonb_build_object('user', user_create.name, 'admin', user_create.is_admin));
    return v_id;
end
$$;
comment on function user_create(text, text, boolean) is
    'Adds a user; takes a verifier, not the password (see user_account.password). The same as: patchbay user add NAME [--admin] --password-stdin.';
revoke execute on function user_create from public;
grant execute on function user_create to patchbay_admin;
