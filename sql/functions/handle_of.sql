-- Folded by ICU, whatever the database's locale. A function, not an expression: a spelled-out COLLATE would stick to every comparison and
-- keep it from the index.
create function handle_of(i_dialect text, i_name text) returns text
language sql immutable
as $$
    select case i_dialect when 'apinizer' then lower(i_name collate "und-x-icu") else i_name end
$$;
comment on function handle_of(text, text) is 'What paths call a connection by: names in lower case in apinizer, ids as they are elsewhere.';
revoke execute on function handle_of from public;
grant execute on function handle_of to patchbay_admin; -- the generated column asks it when a row is written by hand
