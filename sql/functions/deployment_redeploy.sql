-- All arguments null: everything. worker: all that is wanted there. project and connection: one connection of apinizer by name, of others by id.
create function deployment_redeploy(worker text default null, project text default null, connection text default null) returns bigint
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_worker uuid;
    v_project bigint;
    v_connections uuid[];
    v_marked bigint;
begin
    if deployment_redeploy.connection is null then
        if deployment_redeploy.worker is not null then
            select worker_id into v_worker from worker where worker.name = deployment_redeploy.worker;
            if v_worker is null then
                raise exception using errcode = 'no_data_found', message = format('there is no worker %s', deployment_redeploy.worker);
            end if;
        end if;
        return deployment_sweep(array(select project_id from project), array(select worker_id from worker where v_worker is null or worker_id = v_worker));
    end if;
    select project_id into v_project from project where project.name = deployment_redeploy.project;
    v_connections := array(select connection_id from connection as stored
                           where stored.project_id = v_project
                             and stored.handle = case stored.dialect when 'apinizer' then lower(deployment_redeploy.connection collate "und-x-icu")
                                                                     else deployment_redeploy.connection end);
    if cardinality(v_connections) = 0 then
        raise exception using errcode = 'no_data_found',
            message = format('there is no connection %s in project %s', deployment_redeploy.connection, deployment_redeploy.project);
    end if;
    v_marked := deployment_mark(array_fill(v_project, array[cardinality(v_connections)]), v_connections,
                                array_fill(clock_timestamp(), array[cardinality(v_connections)]), null);
    perform pg_notify('patchbay_deploy', '');
    return v_marked;
end
$$;
comment on function deployment_redeploy(text, text, text) is
    'Has everything, all of a worker or one connection delivered again; returns how many deliveries that are. The same as: patchbay deploy --all, --worker W, --connection PROJECT/NAME.';
revoke execute on function deployment_redeploy from public;
grant execute on function deployment_redeploy to patchbay_admin;
