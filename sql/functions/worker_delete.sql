create function worker_delete(name text) returns void
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_id uuid;
begin
    delete from worker where worker.name = worker_delete.name returning worker_id into v_id;
    if v_id is null then
        raise exception using errcode = 'no_data_found', message = format('there is no worker %s', worker_delete.name);
    end if;
    insert into audit_event (project_id, actor, action, detail)
    values (0, session_user, 'worker.delete', jsonb_build_object('worker', v_id, 'name', worker_delete.name));
end
$$;
comment on function worker_delete(text) is 'Forgets a worker; what it holds stays there. The same as: patchbay worker remove NAME.';
revoke execute on function worker_delete from public;
grant execute on function worker_delete to patchbay_admin;
