-- For rotating and verifying: rows with boxes that another key than i_key sealed (0: all rows with boxes), after a place in the order of all, a
-- portion at a time. Nothing is locked: key_boxes_put compares before it writes.
create function key_boxes_take(i_kind text, i_project_id bigint, i_object_id uuid, i_revision bigint, i_key integer, i_most integer)
returns table (kind text, project_id bigint, object_id uuid, revision bigint, key_number integer, secrets jsonb)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    if i_kind = 'connection' then
        return query
        select 'connection', connection.project_id, connection.connection_id, connection.revision, connection.key_number, connection.secrets
        from connection
        where (connection.project_id, connection.connection_id) > (i_project_id, i_object_id) and connection.key_number <> i_key
        order by connection.project_id, connection.connection_id limit i_most;
    elsif i_kind = 'material' then
        return query
        select 'material', material.project_id, material.material_id, material.revision, material.key_number, material.secrets
        from material
        where (material.project_id, material.material_id) > (i_project_id, i_object_id) and material.key_number <> i_key
        order by material.project_id, material.material_id limit i_most;
    elsif i_kind = 'worker' then
        return query
        select 'worker', 0::bigint, worker.worker_id, 0::bigint, worker.key_number, jsonb_build_object('/credential', worker.credential)
        from worker
        where (0, worker.worker_id) > (i_project_id, i_object_id) and worker.key_number <> i_key
        order by worker.worker_id limit i_most;
    else
        return query
        select 'history', history.project_id, history.connection_id, history.revision, history.key_number, history.secrets
        from connection_revision as history
        where (history.project_id, history.connection_id, history.revision) > (i_project_id, i_object_id, i_revision) and history.key_number <> i_key
        order by history.project_id, history.connection_id, history.revision limit i_most;
    end if;
end
$$;
comment on function key_boxes_take(text, bigint, uuid, bigint, integer, integer) is
    'Rows whose boxes are sealed with another key, after a place, for: patchbay key rotate, patchbay key verify. kind: connection, history, material or worker (its credential).';
revoke execute on function key_boxes_take from public;
grant execute on function key_boxes_take to patchbay_worker;
