-- A text with a default may have been sealed for its form. Where a PUT writes back the null that it read, the box is kept, if there is one; only here it
-- is known whether there is one, and then null stands for it, not the default. i_keep: {place: whether a default stands there}.
create function settings_kept(i_settings json, i_secrets jsonb, i_keep jsonb) returns json
language plpgsql immutable
as $$
declare
    v_settings json := i_settings;
    v_place text;
    v_path text[];
begin
    for v_place in select place.key from jsonb_each(i_keep) as place where place.value = 'true' and i_secrets ? place.key loop
        v_path := patchbay.place_path(v_settings::jsonb, v_place);
        if v_path is not null then
            v_settings := patchbay.settings_nulled(v_settings, v_path);
        end if;
    end loop;
    return v_settings;
end
$$;
comment on function settings_kept(json, jsonb, jsonb) is 'Settings of a PUT, with null wherever a box is kept at whose place they have a default.';
revoke execute on function settings_kept from public;
