-- Deletes connections, one a request. Outcomes: invalid_token, unknown_project, forbidden, not_found, precondition_failed, deleted,
-- again (the same row twice in one call, or it changed in this moment: ask again).
create function connection_delete(i_digest bytea[], i_dialect text[], i_project text[], i_handle text[], i_if_match text[], i_request_id text[])
returns table (ordinal bigint, outcome text, project_id bigint, connection_id uuid, revision bigint, deploys boolean)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    perform from (
        select access.project_id, request.dialect,
               handle_of(request.dialect, request.handle) as handle
        from unnest(i_digest, i_dialect, i_project, i_handle) as request (digest, dialect, project, handle)
        cross join lateral access(request.digest, request.project, 'CONNECTIONS:MANAGE') as access
        where access.refusal is null
    ) as wanted
    join connection using (project_id, dialect, handle)
    order by connection.project_id, connection.connection_id
    for update of connection;

    return query
    with judged as (
        select request.*, access.actor, access.project_id, stored.connection_id, stored.revision,
               coalesce(access.refusal, case
                   when stored.connection_id is null then 'not_found'
                   when request.if_match is not null and not matches_revision(request.if_match, stored.revision, stored.updated_at) then 'precondition_failed'
                   when row_number() over (partition by stored.project_id, stored.connection_id order by request.ordinal) > 1 then 'again'
                   else 'deleted'
               end) as outcome
        from unnest(i_digest, i_dialect, i_project, i_handle, i_if_match, i_request_id)
             with ordinality as request (digest, dialect, project, handle, if_match, request_id, ordinal)
        cross join lateral access(request.digest, request.project, 'CONNECTIONS:MANAGE') as access
        left join connection as stored on access.refusal is null and stored.project_id = access.project_id and stored.dialect = request.dialect
            and stored.handle = handle_of(request.dialect, request.handle)
    ), gone as (
        delete from connection using judged
        where judged.outcome = 'deleted' and connection.project_id = judged.project_id and connection.connection_id = judged.connection_id
          and connection.revision = judged.revision
        returning judged.ordinal, judged.actor, judged.request_id as deletion, connection.*
    ), recorded as (
        insert into connection_revision (project_id, connection_id, revision, operation, changed_at, changed_by, request_id, dialect, public_id, name,
                                        type, service, external_id, description, enabled, deploy_to_worker, settings, key_number, secrets, refers,
                                        handle, created_at, created_by, created_client)
        select project_id, connection_id, revision + 1, 'delete', now(), actor, deletion, dialect, public_id, name,
               type, service, external_id, description, enabled, deploy_to_worker, settings, key_number, secrets, refers,
               handle, created_at, created_by, created_client
        from gone
    ), refused as (
        insert into audit_event (project_id, actor, action, request_id, detail)
        select access.project_id, judged.actor, 'permission.refused', judged.request_id, jsonb_build_object('operation', 'connection.delete')
        from judged cross join lateral access(judged.digest, judged.project, null) as access
        where judged.outcome = 'forbidden'
    )
    select judged.ordinal, case when judged.outcome = 'deleted' and gone.ordinal is null then 'again' else judged.outcome end,
           judged.project_id, judged.connection_id, judged.revision,
           exists (select from environment_project as link where link.project_id = judged.project_id)
    from judged left join gone on gone.ordinal = judged.ordinal;
end
$$;
comment on function connection_delete(bytea[], text[], text[], text[], text[], text[]) is
    'Deletes connections, one an array element; says the outcome of each as data. The last state stays in connection_revision.';
revoke execute on function connection_delete from public;
grant execute on function connection_delete to patchbay_worker;
