-- The deleted connections of a project and dialect, last deleted first: those that can still be restored. Whoever has any permission in the project may
-- look. One request a call, at least one row; a row without connection_id is no item. Outcomes: invalid_token, invalid_client, unknown_project, ok.
create function connection_deleted(i_digest bytea[], i_dialect text[], i_project text[], i_offset bigint[], i_limit bigint[])
returns table (ordinal bigint, outcome text, total bigint, connection_id uuid, public_id text, name text, type text, revision bigint,
               changed_us bigint, changed_by text, request_id text)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_access record;
begin
    select * into v_access from access(i_digest[1], i_project[1], null);
    return query
    with gone as (
        select history.* from connection_revision as history
        where v_access.refusal is null and history.project_id = v_access.project_id and history.dialect = i_dialect[1] and history.operation = 'delete'
          and not exists (select from connection_revision as later
                          where later.project_id = history.project_id and later.connection_id = history.connection_id
                            and later.revision > history.revision)
    )
    select 1::bigint, coalesce(v_access.refusal, 'ok'), counted.total, page.connection_id, page.public_id, page.name, page.type, page.revision,
           (extract(epoch from page.changed_at) * 1000000)::bigint, page.changed_by, page.request_id
    from (select count(*) as total from gone) as counted
    left join (select * from gone order by changed_at desc, connection_id offset i_offset[1] limit i_limit[1]) as page on true
    order by page.changed_at desc, page.connection_id;
end
$$;
comment on function connection_deleted(bytea[], text[], text[], bigint[], bigint[]) is 'The deleted connections of a project that can still be restored.';
revoke execute on function connection_deleted from public;
grant execute on function connection_deleted to patchbay_worker;
