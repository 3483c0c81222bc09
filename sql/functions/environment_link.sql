create function environment_link(name text, project text) returns void
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_environment bigint;
    v_project bigint;
begin
    select environment_id into v_environment from environment where environment.name = environment_link.name;
    select project_id into v_project from project where project.name = environment_link.project;
    if v_environment is null or v_project is null then
        raise exception using errcode = 'no_data_found', message = case when v_environment is null then format('there is no environment %s', environment_link.name)
                                                                       else format('there is no project %s', environment_link.project) end;
    end if;
    insert into environment_project (project_id, environment_id) values (v_project, v_environment) on conflict do nothing;
    if found then
        insert into audit_event (project_id, actor, action, detail)
        values (v_project, session_user, 'environment.link', jsonb_build_object('environment', environment_link.name));
    end if;
end
$$;
comment on function environment_link(text, text) is
    'Deploys a project''s connections to an environment from now on. The same as: patchbay environment link NAME --project P.';
revoke execute on function environment_link from public;
grant execute on function environment_link to patchbay_admin;
