create function user_revoke(name text, project text, permissions text[]) returns text[]
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_user bigint;
    v_project bigint;
    v_permissions permission_list := user_revoke.permissions; -- a misspelt one must not look like one that was taken
    v_left text[];
begin
    select user_id into v_user from user_account where user_account.name = user_revoke.name;
    select project_id into v_project from project where project.name = user_revoke.project;
    if v_user is null or v_project is null then
        raise exception using errcode = 'no_data_found', message = case when v_user is null then format('there is no user %s', user_revoke.name)
                                                                       else format('there is no project %s', user_revoke.project) end;
    end if;
    update user_permission set permissions = array(select unnest(user_permission.permissions::text[]) except select unnest(v_permissions::text[]) order by 1)
    where user_permission.project_id = v_project and user_permission.user_id = v_user
    returning user_permission.permissions into v_left;
    insert into audit_event (project_id, actor, action, detail)
    values (v_project, session_user, 'user.revoke', jsonb_build_object('user', user_revoke.name, 'permissions', v_permissions));
    return coalesce(v_left, '{}');
end
$$;
comment on function user_revoke(text, text, text[]) is
    'Takes permissions from a user and returns what is left. The same as: patchbay user revoke NAME --project P --permission C:A,...';
revoke execute on function user_revoke from public;
grant execute on function user_revoke to patchbay_admin;
