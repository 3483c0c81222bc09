-- Reads one connection a request. Boxes are given only to callers with CONNECTIONS:MANAGE who want them; each such reading is an audit event
-- of the same transaction. Outcomes: invalid_token, unknown_project, not_found, ok.
create function connection_read(
    i_digest bytea[], i_dialect text[], i_project text[], i_handle text[], i_secrets boolean[], i_request_id text[])
returns table (ordinal bigint, outcome text, project_id bigint, connection_id uuid, key_number integer, revision bigint,
               public_id text, name text, type text, service text, external_id text, description text, enabled boolean, deploy_to_worker boolean,
               settings json, secrets jsonb, created_us bigint, created_by text, updated_us bigint, updated_by text, created_client text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with found as (
        select request.ordinal, coalesce(access.refusal, case when connection.connection_id is null then 'not_found' else 'ok' end) as outcome,
               access.actor, request.request_id as reading, connection.*,
               case when request.secrets and 'CONNECTIONS:MANAGE' = any (access.permissions) then connection.secrets end as boxes
        from unnest(i_digest, i_dialect, i_project, i_handle, i_secrets, i_request_id)
             with ordinality as request (digest, dialect, project, handle, secrets, request_id, ordinal)
        cross join lateral access(request.digest, request.project, null) as access
        left join connection on access.refusal is null and connection.project_id = access.project_id and connection.dialect = request.dialect
            and connection.handle = handle_of(request.dialect, request.handle)
    ), noted as (
        insert into audit_event (project_id, actor, action, connection_id, request_id)
        select project_id, actor, 'secrets.read', connection_id, reading from found where boxes <> '{}'
    )
    select ordinal, outcome, project_id, connection_id, key_number, revision, public_id, name, type, service, external_id, description, enabled,
           deploy_to_worker, settings, boxes, (extract(epoch from created_at) * 1000000)::bigint, created_by, (extract(epoch from updated_at) * 1000000)::bigint, updated_by,
           created_client
    from found;
end
$$;
comment on function connection_read(bytea[], text[], text[], text[], boolean[], text[]) is
    'Reads connections, one an array element; boxes only for CONNECTIONS:MANAGE, noted in the audit trail.';
revoke execute on function connection_read from public;
grant execute on function connection_read to patchbay_worker;
