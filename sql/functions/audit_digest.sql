-- What a link of the chain covers of its row, as JSON text of a fixed order, so that nothing depends on a session's settings and no two rows have one
-- text. Settings enter as their text, not as jsonb, which would forget repeated members and their order.
create function audit_digest(i_event audit_event) returns bytea
language sql stable
as $$
    select sha256(convert_to(jsonb_build_array('event 1', i_event.project_id, i_event.event_id, extract(epoch from i_event.happened_at)::text, i_event.actor,
        i_event.action, i_event.connection_id, i_event.request_id, i_event.detail, i_event.xact_id::text)::text, 'UTF8'))
$$;
comment on function audit_digest(audit_event) is 'SHA-256 of an event.';
revoke execute on function audit_digest from public;

create function history_digest(i_history connection_revision) returns bytea
language sql stable
as $$
    select sha256(convert_to(jsonb_build_array('history 1', i_history.project_id, i_history.connection_id, i_history.revision, i_history.operation,
        extract(epoch from i_history.changed_at)::text, i_history.changed_by, i_history.request_id, i_history.dialect, i_history.public_id, i_history.name,
        i_history.type, i_history.service, i_history.external_id, i_history.description, i_history.enabled, i_history.deploy_to_worker,
        i_history.settings::text, i_history.refers, array(select jsonb_object_keys(i_history.secrets) order by 1), i_history.restored_revision, i_history.handle,
        extract(epoch from i_history.created_at)::text, i_history.created_by, i_history.created_client, i_history.xact_id::text)::text, 'UTF8'))
$$;
comment on function history_digest(connection_revision) is
    'SHA-256 of a revision: all but the boxes and their key number, which a rotation replaces. The places of the boxes are in it.';
revoke execute on function history_digest from public;

create function boxes_digest(i_secrets jsonb) returns bytea
language sql immutable
as $$
    select case when i_secrets <> '{}' then sha256(convert_to(i_secrets::text, 'UTF8')) end
$$;
comment on function boxes_digest(jsonb) is 'SHA-256 of boxes; null where there are none.';
revoke execute on function boxes_digest from public;

-- A box begins with its version (1) and its key's number, in base64: what a column says of boxes is true or it is not.
create function boxes_are_of(i_secrets jsonb, i_key_number integer) returns boolean
language sql immutable
as $$
    select coalesce(bool_and(value !~ '^AQ[A-Za-z0-9+/]{6}' or substr(decode(left(value, 8), 'base64'), 2, 4) = int4send(i_key_number)), true)
    from jsonb_each_text(i_secrets)
$$;
comment on function boxes_are_of(jsonb, integer) is 'Whether boxes say of themselves that this key sealed them.';
revoke execute on function boxes_are_of from public;

create function audit_link(i_before bytea, i_digest bytea, i_boxes bytea, i_key_number integer) returns bytea
language sql immutable
as $$
    select sha256(i_before || i_digest || coalesce(i_boxes, '') || int4send(coalesce(i_key_number, 0)))
$$;
comment on function audit_link(bytea, bytea, bytea, integer) is 'The hash of a link: of the hash before and of what the link says of its row.';
revoke execute on function audit_link from public;

create function audit_seed(i_project_id bigint) returns bytea
language sql immutable
as $$
    select sha256(convert_to('patchbay audit 1 ' || i_project_id, 'UTF8'))
$$;
comment on function audit_seed(bigint) is 'What stands before the first link of a project''s chain.';
revoke execute on function audit_seed from public;
