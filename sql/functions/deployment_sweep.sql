create function deployment_sweep(i_projects bigint[], i_workers uuid[]) returns bigint
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_projects bigint[];
    v_connections uuid[];
    v_marked bigint;
begin
    select array_agg(project_id), array_agg(connection_id) into v_projects, v_connections
    from (select project_id, connection_id from connection where project_id = any (i_projects) and enabled and deploy_to_worker
          union
          select project_id, connection_id from deployment where worker_id = any (i_workers) and project_id = any (i_projects)) as concerned;
    v_marked := deployment_mark(v_projects, v_connections, array_fill(clock_timestamp(), array[coalesce(cardinality(v_projects), 0)]), i_workers);
    if v_marked > 0 then
        perform pg_notify('patchbay_deploy', '');
    end if;
    return v_marked;
end
$$;
comment on function deployment_sweep(bigint[], uuid[]) is 'Marks everything that some workers are to hold of some projects, and everything that they may hold already.';
revoke execute on function deployment_sweep from public;
