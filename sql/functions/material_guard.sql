-- The database refuses what is wrong, whoever asks; a hand-written change is completed, or refused with a reason. On the functions' own way only
-- the WHEN clauses run.
create function material_guard() returns trigger
language plpgsql security definer set search_path = patchbay, pg_temp
as $$
declare
    v_users text[];
begin
    if tg_op = 'DELETE' then
        v_users := material_users(old.project_id, old.material_id);
        if v_users <> '{}' then
            raise exception using errcode = 'foreign_key_violation', schema = 'patchbay', table = 'material', constraint = 'connection_reference_material',
                message = format('the %s %s is used by connections: %s', old.kind, old.name, array_to_string(v_users[1:20], ', ')),
                hint = 'Let these connections name another one first.';
        end if;
        return old;
    end if;
    if (new.project_id, new.material_id, new.kind, new.name, new.created_at, new.created_by)
        is distinct from (old.project_id, old.material_id, old.kind, old.name, old.created_at, old.created_by) then
        raise exception using errcode = 'PB001', schema = 'patchbay', table = 'material',
            message = format('the name and identity of a %s never change', old.kind),
            hint = 'Connections name it. Create another one and let them name that.';
    end if;
    if new.revision not in (old.revision, old.revision + 1) then
        raise exception using errcode = 'PB001', schema = 'patchbay', table = 'material', column = 'revision',
            message = 'the revision is counted by the registry', hint = 'Leave revision out of the UPDATE.';
    end if;
    if (new.description, new.key_number, new.secrets) is not distinct from (old.description, old.key_number, old.secrets) then
        return null;
    end if;
    new.revision := old.revision + 1;
    new.updated_at := now();
    new.updated_by := session_user;
    new.request_id := null;
    return new;
end
$$;
comment on function material_guard() is
    'Completes a hand-written UPDATE of a keystore or certificate, refuses renames, and tells who uses what is to be deleted.';
revoke execute on function material_guard from public;

create trigger material_guard_update before update on material
    for each row when (not is_resealing() and (current_user <> 'patchbay_owner' or old.project_id <> new.project_id or old.material_id <> new.material_id
        or old.kind <> new.kind or old.name <> new.name))
    execute function material_guard();
comment on trigger material_guard_update on material is 'Hand-written UPDATEs, and whatever would change a name or an identity.';
create trigger material_guard_delete before delete on material
    for each row when (current_user <> 'patchbay_owner') execute function material_guard();
comment on trigger material_guard_delete on material is 'Hand-written DELETEs.';
