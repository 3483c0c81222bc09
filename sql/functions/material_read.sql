-- Reads a keystore or certificate a request. Outcomes: invalid_token, unknown_project, forbidden, not_found, precondition_failed, ok.
-- Who wants to change it (i_to_change) needs SECRETS:MANAGE, and its boxes are given to the worker, which has to see whether a new password
-- opens a file that is kept; what it reads there goes to nobody. Otherwise only boxes of certificates are given, which are no secrets.
create function material_read(
    i_digest bytea[], i_kind text[], i_project text[], i_handle text[], i_to_change boolean[], i_if_match text[], i_request_id text[])
returns table (ordinal bigint, outcome text, project_id bigint, material_id uuid, key_number integer, revision bigint,
               name text, description text, environments jsonb, secrets jsonb)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with found as (
        select request.ordinal, request.kind as wanted, request.to_change, request.request_id as reading, access.project_id as asked_project_id, access.actor,
               material.*,
               coalesce(access.refusal, case
                   when material.material_id is null then 'not_found'
                   when not matches_revision(request.if_match, material.revision, material.updated_at) then 'precondition_failed'
                   else 'ok'
               end) as outcome
        from unnest(i_digest, i_kind, i_project, i_handle, i_to_change, i_if_match, i_request_id)
             with ordinality as request (digest, kind, project, handle, to_change, if_match, request_id, ordinal)
        cross join lateral access(request.digest, request.project, case when request.to_change then 'SECRETS:MANAGE' end) as access
        left join material on access.refusal is null and material.project_id = access.project_id and material.kind = request.kind
            and material.handle = handle_of('apinizer', request.handle)
    ), refused as (
        insert into audit_event (project_id, actor, action, request_id, detail)
        select asked_project_id, actor, 'permission.refused', reading, jsonb_build_object('operation', wanted || '.update')
        from found where outcome = 'forbidden'
    )
    select ordinal, outcome, asked_project_id, material_id, key_number, revision, name, description,
           material_environments(project_id, material_id),
           case when outcome = 'ok' and (to_change or kind = 'certificate') then secrets end
    from found;
end
$$;
comment on function material_read(bytea[], text[], text[], text[], boolean[], text[], text[]) is
    'Reads keystores and certificates, one an array element.';
revoke execute on function material_read from public;
grant execute on function material_read to patchbay_worker;
