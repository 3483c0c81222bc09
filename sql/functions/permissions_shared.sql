-- What a personal token may: what it and its user both may. Whoever may anything in a category may look at it, so VIEW is in every list that has
-- another action of its category: a token narrowed to CONNECTIONS:VIEW is worth something to who has CONNECTIONS:MANAGE.
-- plpgsql, so that access() pays for it only where it is called.
create function permissions_shared(i_token text[], i_user text[]) returns text[]
language plpgsql immutable set search_path = patchbay, pg_temp
as $$
begin
    return array(
        select unnest(i_token || array(select split_part(held, ':', 1) || ':VIEW' from unnest(i_token) as held))
        intersect
        select unnest(i_user || array(select split_part(held, ':', 1) || ':VIEW' from unnest(i_user) as held)));
end
$$;
comment on function permissions_shared(text[], text[]) is 'What a personal token and its user both may.';
revoke execute on function permissions_shared from public;
