-- Catalog's callers name the calling client and the organisation. Both stand in the place of the project's name, as one text:
-- a slash, SHA-256 of the client's key as 64 hex digits, a slash, the organisation. plpgsql, so that access() pays for it only where it is called.
create function catalog_client(i_project text) returns text
language plpgsql stable set search_path = patchbay, pg_temp
as $$
begin
    return (select client.name from client
            where client.digest = decode(substr(i_project, 2, 64), 'hex') and client.revoked_at is null);
end
$$;
comment on function catalog_client(text) is 'The name of the client in a Catalog caller''s text /DIGEST/ORGANISATION; null when there is none with that key.';
revoke execute on function catalog_client from public;
