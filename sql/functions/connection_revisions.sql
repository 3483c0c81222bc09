-- The revisions of one connection, newest first, or one of them (i_revision) with its readable state. Never a box.
-- Whoever has any permission in the project may look. Outcomes: invalid_token, invalid_client, unknown_project, not_found, revision_not_found, ok.
-- One request a call, at least one row; `latest` is the connection's newest revision, `total` how many are kept.
-- fields is null where the revision before was purged.
create function connection_revisions(
    i_digest bytea[], i_dialect text[], i_project text[], i_handle text[], i_revision bigint[], i_offset bigint[], i_limit bigint[])
returns table (ordinal bigint, outcome text, project_id bigint, connection_id uuid, latest bigint, total bigint, revision bigint, operation text,
               changed_us bigint, changed_by text, request_id text, restored_revision bigint, fields jsonb, places jsonb,
               public_id text, name text, type text, service text, external_id text, description text, enabled boolean, deploy_to_worker boolean,
               settings json, created_us bigint, created_by text, created_client text)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_access record;
    v_id uuid;
begin
    select * into v_access from access(i_digest[1], i_project[1], null);
    if v_access.refusal is null then
        v_id := connection_find(v_access.project_id, i_dialect[1], i_handle[1]);
    end if;
    return query
    with kept as (
        select stored as entry from connection_revision as stored where stored.project_id = v_access.project_id and stored.connection_id = v_id
    ), counted as (
        select max((entry).revision) as latest, count(*) as total from kept
    ), chosen as (
        select kept.entry from kept
        where i_revision[1] is null or (entry).revision = i_revision[1]
        order by (entry).revision desc offset i_offset[1] limit i_limit[1]
    )
    select 1::bigint,
           coalesce(v_access.refusal, case when v_id is null then 'not_found'
                                           when i_revision[1] is not null and (chosen.entry).revision is null then 'revision_not_found' else 'ok' end),
           v_access.project_id, v_id, counted.latest, counted.total,
           (chosen.entry).revision, (chosen.entry).operation, (extract(epoch from (chosen.entry).changed_at) * 1000000)::bigint, (chosen.entry).changed_by,
           (chosen.entry).request_id, (chosen.entry).restored_revision,
           (select to_jsonb(past.fields) from connection_history as past
            where past.project_id = v_access.project_id and past.connection_id = v_id and past.revision = (chosen.entry).revision),
           revision_secrets(chosen.entry, before.entry),
           (chosen.entry).public_id, (chosen.entry).name, (chosen.entry).type, (chosen.entry).service, (chosen.entry).external_id, (chosen.entry).description, (chosen.entry).enabled,
           (chosen.entry).deploy_to_worker, case when i_revision[1] is not null then (chosen.entry).settings end,
           (extract(epoch from born.created_at) * 1000000)::bigint, born.created_by, born.created_client
    from counted
    left join chosen on true
    left join lateral (
        select older as entry from connection_revision as older
        where older.project_id = v_access.project_id and older.connection_id = v_id and older.revision < (chosen.entry).revision
        order by older.revision desc limit 1) as before on true
    left join lateral (
        select connection.created_at, connection.created_by, connection.created_client from connection
        where connection.project_id = v_access.project_id and connection.connection_id = v_id
        union all
        select gone.created_at, gone.created_by, gone.created_client from connection_revision as gone
        where gone.project_id = v_access.project_id and gone.connection_id = v_id and gone.revision = counted.latest and gone.operation = 'delete'
    ) as born on true
    order by (chosen.entry).revision desc;
end
$$;
comment on function connection_revisions(bytea[], text[], text[], text[], bigint[], bigint[], bigint[]) is
    'The revisions of a connection, live or deleted, or one of them: who, when, what changed, and of one the readable state.';
revoke execute on function connection_revisions from public;
grant execute on function connection_revisions to patchbay_worker;
