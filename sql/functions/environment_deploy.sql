-- As worker_deploy, for all workers of an environment that is linked to a project or unlinked from it.
create function environment_deploy() returns trigger
language plpgsql security definer set search_path = patchbay, pg_temp
as $$
declare
    v_link environment_project%rowtype := coalesce(new, old);
begin
    lock table connection in share mode;
    perform deployment_sweep(array[v_link.project_id], array(select worker_id from worker where environment_id = v_link.environment_id));
    return null;
end
$$;
comment on function environment_deploy() is 'Reconciles the workers of an environment with the connections of a project.';
revoke execute on function environment_deploy from public;

create trigger environment_deploy_project after insert or delete on environment_project for each row execute function environment_deploy();
comment on trigger environment_deploy_project on environment_project is 'A project''s connections come to the workers of its environments, and leave them.';
