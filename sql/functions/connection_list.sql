-- A list begins here: which connections, in which order, how many in all; connection_fetch then gives their rows in portions. So a list
-- of any length takes little memory, is of one moment, and every way to sort or filter is in one place.
--   i_filters  [{"field": "type", "op": "in", "values": ["email"]}, ...], all must hold; ops: in, not_in
--   i_orders   [{"field": "name", "descending": true}, ...], earlier ones first; ties by handle
-- Statement text is put together from the fixed pieces of connection_field and below; what a caller sent (values, names of settings) is only ever
-- reached through parameters. For one request a call. Outcomes: invalid_token, unknown_project, ok. One row; ids are comma-separated.
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
    v_field text;
begin
    select * into v_access from access(i_digest[1], i_project[1], null);
    if v_access.refusal is not null then
        return query select 1::bigint, v_access.refusal, v_access.project_id, null::bigint, null::text;
        return;
    end if;
    for v_index in 0 .. coalesce(jsonb_array_length(i_filters[1]), 0) - 1 loop
        v_field := connection_field(i_dialect[1], i_filters[1] -> v_index ->> 'field', format('$3 -> %s ->> ''field''', v_index), false);
        v_where := v_where || case i_filters[1] -> v_index ->> 'op'
            when 'in' then format(' and %s = any (array(select jsonb_array_elements_text($3 -> %s -> ''values'')))', v_field, v_index)
            when 'not_in' then format(' and %s <> all (array(select jsonb_array_elements_text($3 -> %s -> ''values'')))', v_field, v_index)
        end;
    end loop;
    for v_index in 0 .. coalesce(jsonb_array_length(i_orders[1]), 0) - 1 loop
        v_order := v_order || connection_field(i_dialect[1], i_orders[1] -> v_index ->> 'field', format('$4 -> %s ->> ''field''', v_index), true)
            || case when (i_orders[1] -> v_index ->> 'descending')::boolean then ' desc, ' else ', ' end;
    end loop;
    return query execute format($query$
        select 1::bigint, 'ok', $1, count(*),
               string_agg(sorted.connection_id::text, ',' order by sorted.place) filter (where sorted.place > $5 and ($6 is null or sorted.place <= $5 + $6))
        from (
            select connection.connection_id, row_number() over (order by %s connection.handle) as place
            from connection where connection.project_id = $1 and connection.dialect = $2 %s
        ) as sorted
    $query$, v_order, v_where)
    using v_access.project_id, i_dialect[1], i_filters[1], i_orders[1], i_offset[1], i_limit[1];
end
$$;
comment on function connection_list(bytea[], text[], text[], jsonb[], jsonb[], bigint[], bigint[]) is
    'Which connections a list has, in order, and how many match in all.';
revoke execute on function connection_list from public;
grant execute on function connection_list to patchbay_worker;
