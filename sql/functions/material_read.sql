-- Reads a keystore or certificate a request. Outcomes: invalid_token, unknown_project, forbidden, not_found, precondition_failed, ok.
-- i_purpose says what for, and with that what it takes and gives:
--   look    any permission; everything but boxes (HEAD)
--   show    any permission; boxes of certificates, which are no secrets; those of keystores with SECRETS:MANAGE only, and an audit event tells of it
--   change  SECRETS:MANAGE; boxes for the worker, which has to see whether a new password opens a file that is kept; they go to nobody
--   export  SECRETS:EXPORT_IMPORT; boxes
create function material_read(
    i_digest bytea[], i_kind text[], i_project text[], i_handle text[], i_purpose text[], i_if_match text[], i_request_id text[])
returns table (ordinal bigint, outcome text, project_id bigint, material_id uuid, key_number integer, revision bigint,
               name text, description text, environments jsonb, secrets jsonb)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with found as (
        select request.ordinal, request.kind as wanted, request.purpose, request.request_id as reading, access.project_id as asked_project_id, access.actor,
               material.*,
               coalesce(access.refusal, case
                   when material.material_id is null then 'not_found'
                   when not matches_revision(request.if_match, material.revision, material.updated_at) then 'precondition_failed'
                   else 'ok'
               end) as outcome,
               case when request.purpose in ('change', 'export') or (request.purpose = 'show'
                        and (material.kind = 'certificate' or 'SECRETS:MANAGE' = any (access.permissions)))
                    then material.secrets end as boxes
        from unnest(i_digest, i_kind, i_project, i_handle, i_purpose, i_if_match, i_request_id)
             with ordinality as request (digest, kind, project, handle, purpose, if_match, request_id, ordinal)
        cross join lateral access(request.digest, request.project,
            case request.purpose when 'change' then 'SECRETS:MANAGE' when 'export' then 'SECRETS:EXPORT_IMPORT' end) as access
        left join material on access.refusal is null and material.project_id = access.project_id and material.kind = request.kind
            and material.handle = handle_of('apinizer', request.handle)
    ), refused as (
        insert into audit_event (project_id, actor, action, request_id, detail)
        select asked_project_id, actor, 'permission.refused', reading,
               jsonb_build_object('operation', wanted || case purpose when 'export' then '.export' else '.update' end)
        from found where outcome = 'forbidden'
    ), noted as (
        insert into audit_event (project_id, actor, action, request_id, detail)
        select asked_project_id, actor, 'secrets.read', reading, jsonb_build_object(wanted, name)
        from found where purpose = 'show' and kind = 'keystore' and outcome = 'ok' and boxes <> '{}'
    )
    select ordinal, outcome, asked_project_id, material_id, key_number, revision, name, description,
           material_environments(project_id, material_id), case when outcome = 'ok' then boxes end
    from found;
end
$$;
comment on function material_read(bytea[], text[], text[], text[], text[], text[], text[]) is
    'Reads keystores and certificates, one an array element; files and passwords of keystores only for SECRETS:MANAGE, noted in the audit trail.';
revoke execute on function material_read from public;
grant execute on function material_read to patchbay_worker;
