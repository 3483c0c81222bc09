create function member_text(i_settings json, i_member text) returns text
language sql immutable
as $$
    select case when json_typeof(i_settings -> i_member) not in ('object', 'array') then i_settings ->> i_member end
$$;
comment on function member_text(json, text) is
    'A member of the settings as text; null where there is none, where it is sealed, and where it is an object or an array.';
revoke execute on function member_text from public;
