-- Also by a connection that was deleted and purged: its links in the chain of the audit trail stay, and name it.
create function connection_id_was_used(i_project_id bigint, i_connection_id uuid) returns boolean
language sql stable security definer set search_path = patchbay, pg_temp
as $$
    select exists (select from connection_revision as history where history.project_id = i_project_id and history.connection_id = i_connection_id)
        or exists (select from audit_chain as link where link.project_id = i_project_id and link.connection_id = i_connection_id)
$$;
comment on function connection_id_was_used(bigint, uuid) is 'Whether an id is, or once was, a connection''s. A deleted one keeps its id and its history to itself.';
revoke execute on function connection_id_was_used from public;
grant execute on function connection_id_was_used to patchbay_admin; -- patchbay import chooses another before it seals to it
