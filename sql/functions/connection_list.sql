-- A list begins here: which connections, in which order, how many in all; connection_fetch then gives their rows in portions. So a list
-- of any length takes little memory, is of one moment, and every way to sort or filter is in one place.
--   i_filters  [{"field": "type", "op": "in", "values": ["email"]}, ...], all must hold; ops: connection_condition.sql
--   i_orders   [{"field": "name", "descending": true}, ...], earlier ones first; ties by handle
-- Instead of "field" an item may have "member", a member of the settings, whatever it is called.
-- Statement text is put together from the fixed pieces of connection_field, connection_condition and below; what a caller sent is only ever
-- reached through parameters. For one request a call. Outcomes: invalid_token, invalid_client, unknown_project, bad_pattern (an expression that
-- PostgreSQL refuses), ok. One row; ids are comma-separated. catalog has no use for the number of matches and is not told it, but with a limit of 0:
-- so its pages come off an index where one has the order.
create function connection_list(
    i_digest bytea[], i_dialect text[], i_project text[], i_filters jsonb[], i_orders jsonb[], i_offset bigint[], i_limit bigint[])
returns table (ordinal bigint, outcome text, project_id bigint, total bigint, ids text)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_access record;
    v_where text := '';
    v_order text := '';
begin
    select * into v_access from access(i_digest[1], i_project[1], null);
    if v_access.refusal is not null then
        return query select 1::bigint, v_access.refusal, v_access.project_id, null::bigint, null::text;
        return;
    end if;
    for v_index in 0 .. coalesce(jsonb_array_length(i_filters[1]), 0) - 1 loop
        if i_filters[1] -> v_index ->> 'op' = 'matches' then
            begin
                perform '' ~ (i_filters[1] -> v_index -> 'values' ->> 0);
            exception when invalid_regular_expression then
                return query select 1::bigint, 'bad_pattern', v_access.project_id, null::bigint, null::text;
                return;
            end;
        end if;
        v_where := v_where || ' and ' || connection_condition(i_dialect[1], i_filters[1] -> v_index, format('($3 -> %s)', v_index));
    end loop;
    for v_index in 0 .. coalesce(jsonb_array_length(i_orders[1]), 0) - 1 loop
        v_order := v_order || connection_field(i_dialect[1], i_orders[1] -> v_index, format('($4 -> %s)', v_index), true)
            || case when (i_orders[1] -> v_index ->> 'descending')::boolean then ' desc, ' else ', ' end;
    end loop;
    return query execute format(case when i_dialect[1] = 'catalog' and i_limit[1] > 0 then $page$
        select 1::bigint, 'ok', $1, null::bigint, string_agg(page.connection_id::text, ',' order by page.place)
        from (
            select sorted.connection_id, row_number() over () as place
            from (
                select connection.connection_id
                from connection where connection.project_id = $1 and connection.dialect = $2 %2$s
                order by %1$s connection.handle offset $5 limit $6
            ) as sorted
        ) as page
    $page$ else $whole$
        select 1::bigint, 'ok', $1, count(*),
               string_agg(sorted.connection_id::text, ',' order by sorted.place) filter (where sorted.place > $5 and ($6 is null or sorted.place <= $5 + $6))
        from (
            select connection.connection_id, row_number() over (order by %1$s connection.handle) as place
            from connection where connection.project_id = $1 and connection.dialect = $2 %2$s
        ) as sorted
    $whole$ end, v_order, v_where)
    using v_access.project_id, i_dialect[1], i_filters[1], i_orders[1], i_offset[1], i_limit[1];
end
$$;
comment on function connection_list(bytea[], text[], text[], jsonb[], jsonb[], bigint[], bigint[]) is
    'Which connections a list has, in order, and how many match in all.';
revoke execute on function connection_list from public;
grant execute on function connection_list to patchbay_worker;
