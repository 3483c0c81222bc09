-- All of a project's connections after a place in the order of ids, a portion at a time, with their boxes: the same rows in the same order as the
-- administrator's own reading of them, of whose snapshot the caller is a part. Who gets to read them is noted by export_record.
-- Without sorting: a portion is read along the index and not, for want of statistics, found by sorting all that is left.
create function export_boxes(i_project_id bigint, i_after uuid, i_most integer)
returns table (project_id bigint, connection_id uuid, key_number integer, secrets jsonb)
language sql stable security definer set search_path = patchbay, pg_temp set enable_sort = off set enable_bitmapscan = off
as $$
    select connection.project_id, connection.connection_id, connection.key_number, connection.secrets
    from connection
    where connection.project_id = i_project_id and connection.connection_id > i_after
    order by connection.connection_id limit i_most
$$;
comment on function export_boxes(bigint, uuid, integer) is
    'Connections of a project after an id, with their boxes, in the order of ids. Called by: patchbay export --seal-to, which seals what is in them anew.';
revoke execute on function export_boxes from public;
grant execute on function export_boxes to patchbay_worker;
