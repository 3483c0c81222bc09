create function client_create(name text) returns text
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_key text := credential_make('pbc');
    v_id bigint;
begin
    if exists (select from client where client.name = client_create.name) then
        raise exception using errcode = 'unique_violation', message = format('client %s exists already', client_create.name);
    end if;
    insert into client (name, digest) values (client_create.name, sha256(convert_to(v_key, 'UTF8'))) returning client_id into v_id;
    insert into audit_event (project_id, actor, action, detail)
    values (0, session_user, 'client.create', jsonb_build_object('client', v_id, 'name', client_create.name));
    return v_key;
end
$$;
comment on function client_create(text) is 'Adds a client of the Catalog dialect and returns its x-api-key, this once. The same as: patchbay client add NAME.';
revoke execute on function client_create from public;
grant execute on function client_create to patchbay_admin;
