-- plpgsql, because the plan of an SQL function that cannot be inlined is made anew in every call that uses it.
create function settings_merged(i_stored json, i_changed json, i_removed jsonb) returns json
language plpgsql immutable
as $$
begin
    return (
        select ((i_stored::jsonb - coalesce(array(select jsonb_array_elements_text(i_removed)), '{}')) || i_changed::jsonb)::json
    );
end
$$;
comment on function settings_merged(json, json, jsonb) is 'Stored settings with some members replaced and some (an array of names) removed.';
revoke execute on function settings_merged from public;
