-- The database refuses what is wrong, whoever asks. The functions set revision, dates and actor themselves and add one to the
-- revision, so on their way only the WHEN clauses run; a hand-written change is completed here, or refused with a reason.
-- Planned anew for every row: a plan from when the table was empty would make an INSERT of very many rows take the square of its time.
create function connection_guard() returns trigger
language plpgsql security definer set search_path = patchbay, pg_temp set plan_cache_mode = force_custom_plan
as $$
declare
    v_place text;
begin
    if tg_op = 'UPDATE' then
        if new.type is distinct from old.type then
            raise exception using errcode = 'PB001', schema = 'patchbay', table = 'connection', column = 'type',
                message = format('Connection type can not be changed from %s to %s!', old.type, new.type),
                hint = 'Delete the connection and create it anew.';
        end if;
        if (new.project_id, new.connection_id, new.dialect, new.created_at, new.created_by, new.created_client)
            is distinct from (old.project_id, old.connection_id, old.dialect, old.created_at, old.created_by, old.created_client)
            or (new.public_id is distinct from old.public_id) then
            raise exception using errcode = 'PB001', schema = 'patchbay', table = 'connection',
                message = 'project_id, connection_id, dialect, public_id, created_at, created_by and created_client of a connection never change',
                hint = 'Boxes, history and workers are bound to them. Create another connection.';
        end if;
        if new.revision not in (old.revision, old.revision + 1) then
            raise exception using errcode = 'PB001', schema = 'patchbay', table = 'connection', column = 'revision',
                message = 'the revision of a connection is counted by the registry', hint = 'Leave revision out of the UPDATE.';
        end if;
        -- Null stands wherever a value is sealed. Anything else there would be readable for everybody, and the box beside it not be meant any more.
        if new.settings::text is distinct from old.settings::text then
            select place into v_place from jsonb_object_keys(new.secrets) as place
            where (new.settings #> place_path(new.settings::jsonb, place))::text is distinct from 'null'
            order by place limit 1;
        end if;
        if v_place is not null then
            raise exception using errcode = 'PB001', schema = 'patchbay', table = 'connection', column = 'settings',
                message = format('settings hold null at %s: the value there is sealed', v_place),
                hint = 'Leave the null where it is. Secrets are changed through the API, which has the key.';
        end if;
        if old.refers is not null and new.refers is null then
            new.refers := '[]';
        end if;
    end if;
    if exists (select from jsonb_array_elements(new.refers) as named (item)
               where not exists (select from jsonb_path_query(new.settings::jsonb, '$.** ? (@.type() == "string")') as text (value)
                                 where handle_of('apinizer', text.value #>> '{}') = handle_of('apinizer', named.item ->> 'name'))) then
        raise exception using errcode = 'PB001', schema = 'patchbay', table = 'connection', column = 'refers',
            message = 'refers lists a keystore or certificate that the settings do not name',
            hint = 'It holds what they name: [{"kind": "keystore", "name": "..."}]. Change settings and refers in one statement.';
    end if;
    if exists (select from connection as other
               where other.project_id = new.project_id and other.dialect = new.dialect and other.connection_id <> new.connection_id
                 and new.dialect = 'apinizer' and other.handle = handle_of('apinizer', new.name)) then
        raise exception using errcode = 'unique_violation', schema = 'patchbay', table = 'connection', constraint = 'connection_handle_unique',
            message = format('Connection (name: %s) already exists!', new.name),
            hint = 'Names are unique in a project, letter case ignored.';
    end if;
    if tg_op = 'INSERT' and new.key_number is null then
        select max(key_number) into new.key_number from key where retired_at is null;
        perform from key where key_number = new.key_number and retired_at is null for key share;
        if not found then
            raise exception using errcode = 'PB001', schema = 'patchbay', table = 'connection', column = 'key_number',
                message = 'the registry has no key yet, or it was retired in this moment', hint = 'The first write through an API, or patchbay import, registers one.';
        end if;
    end if;
    if tg_op = 'INSERT' and connection_id_was_used(new.project_id, new.connection_id) then
        raise exception using errcode = 'PB001', schema = 'patchbay', table = 'connection', column = 'connection_id',
            message = format('connection_id %s is, or once was, another connection''s', new.connection_id),
            hint = 'Leave connection_id out of the INSERT. A connection that was deleted keeps its history to itself.';
    end if;
    if tg_op = 'UPDATE' then
        if (new.name, new.service, new.external_id, new.description, new.enabled, new.deploy_to_worker, new.settings::text, new.key_number, new.secrets, new.refers)
            is not distinct from
           (old.name, old.service, old.external_id, old.description, old.enabled, old.deploy_to_worker, old.settings::text, old.key_number, old.secrets,
            old.refers) then
            return null;
        end if;
        new.revision := old.revision + 1;
        new.updated_at := now();
    else
        new.revision := 1;
        new.created_at := now();
        new.updated_at := now();
        new.created_by := session_user;
    end if;
    new.updated_by := session_user;
    new.request_id := null;
    new.restored_revision := null;
    return new;
end
$$;
comment on function connection_guard() is
    'Completes a hand-written INSERT or UPDATE of a connection (revision, dates, who) or refuses it with a hint. An UPDATE that changes nothing is passed over.';
revoke execute on function connection_guard from public;

create trigger connection_guard_insert before insert on connection
    for each row when (current_user <> 'patchbay_owner') execute function connection_guard();
comment on trigger connection_guard_insert on connection is 'Hand-written INSERTs.';
create trigger connection_guard_update before update on connection
    for each row when (not is_resealing() and (current_user <> 'patchbay_owner'
        or old.type is distinct from new.type or new.revision <> old.revision + 1
        or old.project_id <> new.project_id or old.connection_id <> new.connection_id))
    execute function connection_guard();
comment on trigger connection_guard_update on connection is 'Hand-written UPDATEs, and whatever would change a type or an identity.';
