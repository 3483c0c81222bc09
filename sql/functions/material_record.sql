-- One audit event a change of key material, whoever made it. material_delete writes its own, since only it knows who asked.
create function material_record() returns trigger
language plpgsql security definer set search_path = patchbay, pg_temp
as $$
begin
    if tg_op = 'DELETE' then
        insert into audit_event (project_id, actor, action, detail)
        values (old.project_id, session_user, old.kind || '.delete', jsonb_build_object('name', old.name, 'revision', old.revision, 'by_hand', true));
    else
        insert into audit_event (project_id, actor, action, request_id, detail)
        values (new.project_id, new.updated_by, new.kind || case tg_op when 'INSERT' then '.create' else '.update' end, new.request_id,
                jsonb_build_object('name', new.name, 'revision', new.revision) || case when new.request_id is null then '{"by_hand": true}' else '{}' end::jsonb);
    end if;
    return null;
end
$$;
comment on function material_record() is 'Writes an audit event for every change of material.';
revoke execute on function material_record from public;

create trigger material_record_insert after insert on material for each row execute function material_record();
create trigger material_record_update after update on material for each row when (not is_resealing()) execute function material_record();
create trigger material_record_delete after delete on material
    for each row when (current_user <> 'patchbay_owner') execute function material_record();
comment on trigger material_record_insert on material is 'Creations go to the audit trail.';
comment on trigger material_record_update on material is 'Changes go to the audit trail.';
comment on trigger material_record_delete on material is 'Deletions by hand go to the audit trail.';
