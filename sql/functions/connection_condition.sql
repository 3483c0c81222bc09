-- One filter of a list as SQL text. What a caller sent is reached through i_place, the item as an expression over a parameter.
-- `values` are texts; of revisions and of moments (created_at, updated_at: milliseconds since the epoch) as numbers
-- in texts, which the worker has checked. A negated op also takes what has no such member.
create function connection_condition(i_dialect text, i_item jsonb, i_place text) returns text
language sql immutable
as $$
    select case i_item ->> 'op'
        when 'in' then format('%s = any (%s)', field.text, field.listed)
        when 'not_in' then format('(%s = any (%s)) is not true', field.text, field.listed)
        when 'like' then format('%s like any (%s)', field.text, field.listed)
        when 'not_like' then format('(%s like any (%s)) is not true', field.text, field.listed)
        when 'matches' then format('%s ~ (%s -> ''values'' ->> 0)', field.text, i_place)
        when 'exists' then format('%s is not null', field.present)
        when 'absent' then format('%s is null', field.present)
        when 'lt' then format('%s < %s', field.text, field.bound)
        when 'le' then format('%s <= %s', field.text, field.bound)
        when 'gt' then format('%s > %s', field.text, field.bound)
        when 'ge' then format('%s >= %s', field.text, field.bound)
        when 'tagged' then format('json_typeof(connection.settings -> ''tags'') = ''object'' and connection.settings -> ''tags'' -> (%s ->> ''tag'') is not null', i_place)
        when 'tag_like' then format(
            'exists (select from json_array_elements_text(case json_typeof(connection.settings -> ''tags'' -> (%1$s ->> ''tag'')) when ''array'' '
            'then connection.settings -> ''tags'' -> (%1$s ->> ''tag'') end) as tag where tag like (%1$s -> ''values'' ->> 0))', i_place)
        when 'never' then 'false'
    end
    from (
        select named.text,
               case when i_item ? 'member' then format('(connection.settings -> (%s ->> ''member''))', i_place) else named.text end as present,
               case when i_item ->> 'field' in ('created_at', 'updated_at')
                       then format('timestamptz ''epoch'' + (%s -> ''values'' ->> 0)::bigint * interval ''1 millisecond''', i_place)
                    when i_item ->> 'field' = 'revision' then format('(%s -> ''values'' ->> 0)::bigint', i_place)
                    else format('(%s -> ''values'' ->> 0)', i_place) end as bound,
               format('array(select jsonb_array_elements_text(%s -> ''values''))', i_place) as listed
        from (select connection_field(i_dialect, i_item, i_place, false) as text) as named
    ) as field
$$;
comment on function connection_condition(text, jsonb, text) is
    'SQL text for one filter of a list. Only fixed pieces are written into it; names and values are reached through i_place.';
revoke execute on function connection_condition from public;
