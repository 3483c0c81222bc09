create function user_grant(name text, project text, permissions text[]) returns text[]
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_user bigint;
    v_project bigint;
    v_permissions text[];
begin
    select user_id into v_user from user_account where user_account.name = user_grant.name;
    select project_id into v_project from project where project.name = user_grant.project;
    if v_user is null or v_project is null then
        raise exception using errcode = 'no_data_found', message = case when v_user is null then format('there is no user %s', user_grant.name)
                                                                       else format('there is no project %s', user_grant.project) end;
    end if;
    insert into user_permission (project_id, user_id, permissions)
    values (v_project, v_user, array(select distinct unnest(user_grant.permissions) order by 1))
    on conflict on constraint user_permission_key do update
        set permissions = array(select unnest(user_permission.permissions::text[]) union select unnest(excluded.permissions::text[]) order by 1)
    returning user_permission.permissions into v_permissions;
    insert into audit_event (project_id, actor, action, detail)
    values (v_project, session_user, 'user.grant', jsonb_build_object('user', user_grant.name, 'permissions', user_grant.permissions));
    return v_permissions;
end
$$;
comment on function user_grant(text, text, text[]) is
    'Gives a user permissions in a project and returns what they now have. The same as: patchbay user grant NAME --project P --permission C:A,...';
revoke execute on function user_grant from public;
grant execute on function user_grant to patchbay_admin;
