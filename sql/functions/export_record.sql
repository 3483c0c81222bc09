-- Committed before the first box is read: an export that broke off may have written some secrets.
create function export_record(i_project_id bigint, i_recipient text) returns void
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
begin
    insert into audit_event (project_id, actor, action, detail)
    values (i_project_id, session_user, 'secrets.export', jsonb_build_object('recipient', i_recipient));
end
$$;
comment on function export_record(bigint, text) is
    'Notes in the audit trail that a project''s secrets are about to be exported, and to which public key (its SHA-256). Called by: patchbay export --seal-to.';
revoke execute on function export_record from public;
grant execute on function export_record to patchbay_admin;
