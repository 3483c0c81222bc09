create function environment_create(name text, type text, description text default null, access_url text default null)
returns table (environment_id bigint, environment_name text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    if exists (select from environment as other where other.name = environment_create.name) then
        raise exception using errcode = 'unique_violation', message = format('environment %s exists already', environment_create.name);
    end if;
    if environment_create.type not in ('PRODUCTION', 'SANDBOX', 'TEST') then
        raise exception using errcode = 'check_violation', message = 'the type of an environment is PRODUCTION, SANDBOX or TEST';
    end if;
    insert into audit_event (project_id, actor, action, detail)
    values (0, session_user, 'environment.create', jsonb_build_object('environment', environment_create.name, 'type', environment_create.type));
    return query
    insert into environment (name, type, description, access_url)
    values (environment_create.name, environment_create.type, environment_create.description, environment_create.access_url)
    returning environment.environment_id, environment.name;
end
$$;
comment on function environment_create(text, text, text, text) is
    'Adds an environment. The same as: patchbay environment add NAME --type PRODUCTION|SANDBOX|TEST [--description T] [--access-url URL].';
revoke execute on function environment_create from public;
grant execute on function environment_create to patchbay_admin;
