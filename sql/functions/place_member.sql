create function place_member(i_place text) returns text
language sql immutable
as $$
    select replace(replace(split_part(substr(i_place, 2), '/', 1), '~1', '/'), '~0', '~')
$$;
comment on function place_member(text) is 'The member of the settings that a place lies in: /attributes/token -> attributes.';
revoke execute on function place_member from public;
