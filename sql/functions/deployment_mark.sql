-- Writes down what is wanted of some connections, as they are in this transaction: present on every worker of the project's environments
-- when enabled and to be deployed, absent wherever a row says that it may be. i_workers null: on all workers. i_due: from when on the deployer
-- may take it, one a connection.
-- An older state never replaces a newer one: the revision decides.
create function deployment_mark(i_project_id bigint[], i_connection_id uuid[], i_due timestamptz[], i_workers uuid[]) returns bigint
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_marked bigint;
begin
    with named as (
        select project_id, connection_id, min(due) as due
        from unnest(i_project_id, i_connection_id, i_due) as given (project_id, connection_id, due) group by 1, 2
    ), present as (
        select connection.project_id, connection.connection_id, worker.worker_id, connection.revision, named.due
        from named join connection using (project_id, connection_id)
        join environment_project using (project_id) join worker using (environment_id)
        where connection.enabled and connection.deploy_to_worker and (i_workers is null or worker.worker_id = any (i_workers))
    )
    insert into deployment (project_id, connection_id, worker_id, wanted, wanted_revision, next_attempt_at)
    select project_id, connection_id, worker_id, 'present', revision, due from present
    union all
    select deployment.project_id, deployment.connection_id, deployment.worker_id, 'absent',
           coalesce(connection.revision, deployment.wanted_revision + 1), named.due
    from named join deployment using (project_id, connection_id) left join connection using (project_id, connection_id)
    where (i_workers is null or deployment.worker_id = any (i_workers))
      and not exists (select from present where present.project_id = deployment.project_id and present.connection_id = deployment.connection_id
                                            and present.worker_id = deployment.worker_id)
    order by 1, 2, 3
    on conflict on constraint deployment_key do update
    set wanted = excluded.wanted, wanted_revision = excluded.wanted_revision, generation = deployment.generation + 1, state = 'desired', error = null,
        attempts = 0, next_attempt_at = greatest(excluded.next_attempt_at, deployment.lease_until), changed_at = clock_timestamp()
    where excluded.wanted_revision >= deployment.wanted_revision;
    get diagnostics v_marked = row_count;
    return v_marked;
end
$$;
comment on function deployment_mark(bigint[], uuid[], timestamptz[], uuid[]) is 'Writes down what workers are to hold of some connections; returns how many deployments that are.';
revoke execute on function deployment_mark from public;
