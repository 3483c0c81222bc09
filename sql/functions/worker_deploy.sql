-- A new worker, and one that moved: everything that is wanted there is written down anew.
-- Writers of connections are waited for and kept waiting, else a change of this moment would neither see the worker nor be seen here.
create function worker_deploy() returns trigger
language plpgsql security definer set search_path = patchbay, pg_temp
as $$
begin
    lock table connection in share mode;
    perform deployment_sweep(array(select project_id from environment_project where environment_id = new.environment_id
                                   union select project_id from deployment where deployment.worker_id = new.worker_id),
                             array[new.worker_id]);
    return null;
end
$$;
comment on function worker_deploy() is 'Reconciles a worker with what is wanted there.';
revoke execute on function worker_deploy from public;

create trigger worker_deploy_insert after insert on worker for each row execute function worker_deploy();
create trigger worker_deploy_update after update of environment_id, url on worker for each row
    when ((old.environment_id, old.url) is distinct from (new.environment_id, new.url)) execute function worker_deploy();
comment on trigger worker_deploy_insert on worker is 'A new worker gets everything.';
comment on trigger worker_deploy_update on worker is 'So does one that moved.';
