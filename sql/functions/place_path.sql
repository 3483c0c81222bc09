-- Where a place (src/registry/settings.h) lies in the settings: the path for #> and jsonb_set; null where nothing of the kind is there. An item of an
-- array is called by its index, or by its name in brackets: [mail], and [mail]#2 for the second of that name. Its name is its member "name" in lower
-- case (A to Z), else its member "key".
create function place_path(i_settings jsonb, i_place text) returns text[]
language plpgsql immutable
as $$
declare
    v_at jsonb := i_settings;
    v_path text[] := '{}';
    v_step text;
    v_name text[];
begin
    foreach v_step in array string_to_array(substr(i_place, 2), '/') loop
        v_name := case when jsonb_typeof(v_at) = 'array' then regexp_match(v_step, '^\[(.*)\](?:#(\d+))?$') end;
        v_step := replace(replace(coalesce(v_name[1], v_step), '~1', '/'), '~0', '~');
        if v_name is not null then
            select (named.index - 1)::text into v_step
            from (
                select item.index, row_number() over (order by item.index) as repeat
                from jsonb_array_elements(v_at) with ordinality as item (value, index)
                where v_step = case when jsonb_typeof(item.value -> 'name') = 'string' and item.value ->> 'name' <> ''
                                    then translate(item.value ->> 'name', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')
                                    else item.value ->> 'key' end
            ) as named
            where named.repeat = coalesce(v_name[2], '1')::bigint;
        end if;
        v_at := v_at #> array[v_step];
        if v_at is null then
            return null;
        end if;
        v_path := v_path || v_step;
    end loop;
    return v_path;
end
$$;
comment on function place_path(jsonb, text) is 'Where in the settings a sealed value''s place lies; null where nothing of the kind is there.';
revoke execute on function place_path from public;
