create function project_create(name text, ims_org text default null, description text default null)
returns table (project_id bigint, project_name text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with made as (
        insert into project (name, ims_org, description) values (project_create.name, project_create.ims_org, project_create.description)
        returning project.project_id, project.name
    ), noted as (
        insert into audit_event (project_id, actor, action, detail)
        select 0, session_user, 'project.create', jsonb_build_object('project', made.name) from made
    )
    select made.project_id, made.name from made;
exception
    when unique_violation then
        raise exception using errcode = 'unique_violation', message = case
            when exists (select from project as other where other.name = project_create.name)
            then format('project %s exists already', project_create.name)
            else format('organisation %s has a project already', project_create.ims_org) end;
    when check_violation then
        raise exception using errcode = 'check_violation',
            message = 'a project name has 1 to 255 characters, no slash, no control character, no leading or trailing space; an organisation 1 to 255 characters; a description at most 1000';
end
$$;
comment on function project_create(text, text, text) is 'Adds a project. The same as: patchbay project add NAME [--ims-org ORG] [--description TEXT].';
revoke execute on function project_create from public;
grant execute on function project_create to patchbay_admin;
