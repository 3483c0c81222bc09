-- Committed before the first box is sealed anew: a rotation that is killed has sealed some.
create function key_rotation_record(i_key integer, i_boxes bigint) returns void
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
begin
    insert into audit_event (project_id, actor, action, detail)
    values (0, session_user, 'key.rotate', jsonb_build_object('key', i_key, 'boxes', i_boxes));
end
$$;
comment on function key_rotation_record(integer, bigint) is
    'Notes in the audit trail that boxes are about to be sealed anew, with which key and how many. Called by: patchbay key rotate.';
revoke execute on function key_rotation_record from public;
grant execute on function key_rotation_record to patchbay_admin;
