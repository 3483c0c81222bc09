-- The audit trail, newest first, a page at a time, for administrators. One request a call, at least one row; a row without happened_us is no item.
-- i_filters, all of which must hold: {"project": name, "actor": text, "action": text (or with * at its end: whatever begins so), "connection": name or
-- UUID, "from": moment, "to": moment (not included)}; a moment is a day (UTC) or RFC 3339. Outcomes: invalid_token,
-- forbidden (noted), unknown_project (of the filter), bad_pattern (a moment that is none), ok.
create function audit_list(i_digest bytea[], i_filters jsonb[], i_offset bigint[], i_limit bigint[], i_request_id text[])
returns table (ordinal bigint, outcome text, total bigint, happened_us bigint, project text, actor text, action text, connection_id uuid, connection text,
               revision bigint, request_id text, detail jsonb)
language plpgsql volatile security definer set search_path = patchbay, pg_temp set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    v_access record;
    v_filter jsonb := coalesce(i_filters[1], '{}');
    v_project bigint;
    v_connections uuid[];
    v_actor text := v_filter ->> 'actor';
    v_action text := v_filter ->> 'action';
    v_beginning text := case when v_action like '%*' then left(v_action, -1) end;
    v_form constant text := '^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$';
    v_from timestamptz;
    v_to timestamptz;
begin
    select * into v_access from access(i_digest[1], null, null);
    if v_access.refusal is not distinct from 'invalid_token' or not is_administrator(i_digest[1]) then
        if v_access.actor is not null then
            insert into audit_event (project_id, actor, action, request_id, detail)
            values (coalesce(v_access.project_id, 0), v_access.actor, 'permission.refused', i_request_id[1], '{"operation": "audit.list"}');
        end if;
        return query select 1::bigint, case when v_access.actor is null then 'invalid_token' else 'forbidden' end, null::bigint, null::bigint, null::text,
            null::text, null::text, null::uuid, null::text, null::bigint, null::text, null::jsonb;
        return;
    end if;
    if v_filter ? 'project' then
        select project.project_id into v_project from project where project.name = v_filter ->> 'project';
        if not found then
            return query select 1::bigint, 'unknown_project', null::bigint, null::bigint, null::text,
                null::text, null::text, null::uuid, null::text, null::bigint, null::text, null::jsonb;
            return;
        end if;
    end if;
    begin
        if v_filter ->> 'from' !~ v_form or v_filter ->> 'to' !~ v_form then
            raise invalid_datetime_format;
        end if;
        v_from := (v_filter ->> 'from')::timestamptz;
        v_to := (v_filter ->> 'to')::timestamptz;
    exception when invalid_datetime_format or datetime_field_overflow or invalid_time_zone_displacement_value then
        return query select 1::bigint, 'bad_pattern', null::bigint, null::bigint, null::text,
            null::text, null::text, null::uuid, null::text, null::bigint, null::text, null::jsonb;
        return;
    end;
    if v_filter ? 'connection' then
        -- By name: whatever was called so at any time.
        select coalesce(array_agg(distinct history.connection_id), '{}') into v_connections
        from connection_revision as history
        where (v_project is null or history.project_id = v_project)
          and (history.connection_id::text = lower(v_filter ->> 'connection')
               or handle_of('apinizer', history.name) = handle_of('apinizer', v_filter ->> 'connection')
               or history.public_id = v_filter ->> 'connection');
    end if;
    return query
    with matching as not materialized (
        select trail.*
        from audit_trail as trail
        where (v_project is null or trail.project_id = v_project)
          and (v_connections is null or trail.connection_id = any (v_connections))
          and (v_actor is null or trail.actor = v_actor)
          and (v_action is null or case when v_beginning is null then trail.action = v_action else trail.action ^@ v_beginning end)
          and (v_from is null or trail.happened_at >= v_from) and (v_to is null or trail.happened_at < v_to)
    )
    select 1::bigint, 'ok', counted.total, (extract(epoch from page.happened_at) * 1000000)::bigint, page.project, page.actor, page.action,
           page.connection_id, page.connection, page.revision, page.request_id, page.detail
    from (select count(*) as total from matching) as counted
    left join (select * from matching order by happened_at desc, xact_id desc, event_id desc nulls last, connection_id, revision desc
               offset i_offset[1] limit i_limit[1]) as page on true
    order by page.happened_at desc, page.xact_id desc, page.event_id desc nulls last, page.connection_id, page.revision desc;
end
$$;
comment on function audit_list(bytea[], jsonb[], bigint[], bigint[], text[]) is 'The audit trail for administrators, filtered, newest first, a page at a time.';
revoke execute on function audit_list from public;
grant execute on function audit_list to patchbay_worker;
