-- As jsonb_set(..., 'null'), but members stay in their order.
create function settings_nulled(i_settings json, i_path text[]) returns json
language plpgsql immutable
as $$
begin
    return case
        when cardinality(i_path) = 0 then 'null'
        when json_typeof(i_settings) = 'object' then (
            select '{' || string_agg(to_json(member.key)::text || ':'
                                     || case when member.key = i_path[1] then patchbay.settings_nulled(member.value, i_path[2:]) else member.value end::text,
                                     ',' order by member.ordinality) || '}'
            from json_each(i_settings) with ordinality as member)::json
        when json_typeof(i_settings) = 'array' then (
            select '[' || string_agg(case when (item.ordinality - 1)::text = i_path[1] then patchbay.settings_nulled(item.value, i_path[2:]) else item.value end::text,
                                     ',' order by item.ordinality) || ']'
            from json_array_elements(i_settings) with ordinality as item)::json
        else i_settings end;
end
$$;
comment on function settings_nulled(json, text[]) is 'Settings with null at a path.';
revoke execute on function settings_nulled from public;
