-- connection_reference follows connection.refers, whoever wrote it: an update of the API, a restoring, an import, a change by hand. Only for rows where
-- it changes, so that connections that name nothing pay nothing.
create function connection_refer() returns trigger
language plpgsql security definer set search_path = patchbay, pg_temp
as $$
declare
    v_named uuid[];
    v_whole boolean;
begin
    -- In one statement, so that nothing can go between looking for it and naming it; what goes afterwards violates the foreign key.
    select coalesce(array_agg(distinct material.material_id) filter (where material.material_id is not null), '{}'),
           coalesce(bool_and(material.material_id is not null), true)
    into v_named, v_whole
    from jsonb_array_elements(new.refers) as named (item)
    left join material on material.project_id = new.project_id and material.kind = named.item ->> 'kind'
        and material.handle = handle_of('apinizer', named.item ->> 'name');
    if not v_whole then
        raise exception using errcode = 'foreign_key_violation', schema = 'patchbay', table = 'connection', constraint = 'connection_reference_material',
            message = format('connection %s names a keystore or certificate that is not there', new.name),
            hint = 'keystore_overview and certificate_overview have those that are.';
    end if;
    delete from connection_reference
    where project_id = new.project_id and connection_id = new.connection_id and material_id <> all (v_named);
    insert into connection_reference (project_id, connection_id, material_id)
    select new.project_id, new.connection_id, material_id from unnest(v_named) as named (material_id)
    on conflict do nothing;
    return null;
end
$$;
comment on function connection_refer() is 'Records which keystores and certificates a connection names, and no other; refuses names of nothing.';
revoke execute on function connection_refer from public;

create trigger connection_refer_insert after insert on connection for each row when (new.refers <> '[]') execute function connection_refer();
create trigger connection_refer_update after update on connection for each row when (new.refers is distinct from old.refers)
    execute function connection_refer();
comment on trigger connection_refer_insert on connection is 'What a new connection names.';
comment on trigger connection_refer_update on connection is 'What a connection names otherwise than before.';
