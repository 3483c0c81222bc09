-- The credential arrives sealed: project 0, the worker's id, place /credential.
create function worker_create(environment text, name text, url text, worker_id uuid default gen_random_uuid(), ca text default null,
                              credential text default null, key_number integer default null, canary text default null)
returns table (id uuid, worker text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_environment bigint;
begin
    select environment_id into v_environment from environment where environment.name = worker_create.environment;
    if v_environment is null then
        raise exception using errcode = 'no_data_found', message = format('there is no environment %s', worker_create.environment);
    end if;
    if exists (select from worker as other where other.name = worker_create.name) then
        raise exception using errcode = 'unique_violation', message = format('worker %s exists already', worker_create.name);
    end if;
    if worker_create.key_number is not null then
        insert into key (key_number, canary) values (worker_create.key_number, worker_create.canary) on conflict on constraint key_key do nothing;
        if not exists (select from key where key.key_number = worker_create.key_number and key.canary = worker_create.canary and key.retired_at is null
                       for key share) then
            raise exception using errcode = 'invalid_parameter_value',
                message = format('key %s of the keyring is not the key that the database''s secrets are sealed with', worker_create.key_number);
        end if;
    end if;
    insert into worker (worker_id, environment_id, name, url, ca, credential, key_number)
    values (worker_create.worker_id, v_environment, worker_create.name, worker_create.url, worker_create.ca, worker_create.credential, worker_create.key_number);
    insert into audit_event (project_id, actor, action, detail)
    values (0, session_user, 'worker.create', jsonb_build_object('worker', worker_create.worker_id, 'name', worker_create.name));
    return query select worker_create.worker_id, worker_create.name;
end
$$;
comment on function worker_create(text, text, text, uuid, text, text, integer, text) is
    'Adds a worker to an environment; everything wanted there is delivered to it. The same as: patchbay worker add --environment E --name W --url URL.';
revoke execute on function worker_create from public;
grant execute on function worker_create to patchbay_admin;
