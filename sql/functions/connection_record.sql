-- One row of history a change, whoever made it. A statement trigger with its rows at once, so that a batch pays once.
-- connection_delete writes its own rows, since only it knows who asked; here are the deletions by hand.
create function connection_record() returns trigger
language plpgsql security definer set search_path = patchbay, pg_temp
as $$
begin
    if tg_op = 'DELETE' then
        insert into connection_revision (project_id, connection_id, revision, operation, changed_at, changed_by, dialect, public_id, name, type, service,
                                        external_id, description, enabled, deploy_to_worker, settings, key_number, secrets, refers,
                                        handle, created_at, created_by, created_client)
        select project_id, connection_id, revision + 1, 'delete', now(), session_user, dialect, public_id, name, type, service,
               external_id, description, enabled, deploy_to_worker, settings, key_number, secrets, refers,
               handle, created_at, created_by, created_client
        from changed;
    else
        insert into connection_revision (project_id, connection_id, revision, operation, changed_at, changed_by, request_id, dialect, public_id, name, type,
                                        service, external_id, description, enabled, deploy_to_worker, settings, key_number, secrets, refers, restored_revision)
        select project_id, connection_id, revision,
               case when restored_revision is not null then 'restore' when tg_op = 'INSERT' then 'create' else 'update' end, updated_at, updated_by, request_id,
               dialect, public_id, name, type, service, external_id, description, enabled, deploy_to_worker, settings, key_number, secrets, refers, restored_revision
        from changed;
    end if;
    return null;
end
$$;
comment on function connection_record() is 'Writes connection_revision for every change of connection.';
revoke execute on function connection_record from public;

create trigger connection_record_insert after insert on connection referencing new table as changed for each statement execute function connection_record();
create trigger connection_record_update after update on connection referencing new table as changed for each statement
    when (not is_resealing()) execute function connection_record();
create trigger connection_record_delete after delete on connection referencing old table as changed for each statement
    when (current_user <> 'patchbay_owner') execute function connection_record();
comment on trigger connection_record_insert on connection is 'History of creations.';
comment on trigger connection_record_update on connection is 'History of changes.';
comment on trigger connection_record_delete on connection is 'History of deletions by hand.';
