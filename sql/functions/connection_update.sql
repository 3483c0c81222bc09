-- The heart: changes connections, one a request, all in one transaction. Each answer is a row with its outcome as data:
--   invalid_token, unknown_project, forbidden, not_found, precondition_failed, type_changed (type tells the stored one),
--   identity (boxes were sealed for another identity, or none was known: project_id, connection_id and key_number tell the true one; nothing changed),
--   name_taken, checked (dry: nothing was written; lacking tells which needs are not met, missing which references name nothing),
--   secret_missing (lacking, perhaps missing), reference_missing (missing), unchanged, updated,
--   again (the same row twice in one call, or it changed in this moment: ask again).
-- Where i_fields is null all is replaced: description, enabled, deploy_to_worker, settings, and secrets, to which the stored boxes at the places of
-- i_keep (an array, or an object as settings_kept takes it) are added; only a null name, service or external id keeps what is stored.
-- Else only what i_fields lists is changed (name, description, enabled, deploy_to_worker, service, external_id, comma-separated), and of the settings the
-- members of i_settings are replaced and those listed in i_removed dropped, each with the boxes in it; other boxes stay.
-- deploys: there is an environment to deploy to, and something to be delivered or removed; a write that changed nothing is delivered once more.
-- i_references are all that the settings name ([] for nothing); where it is null, they stay as they are: the type has none, or they are not touched.
-- What they name may go in this moment; that violates connection_reference_material, and asked again it is missing.
create function connection_update(
    i_digest bytea[], i_dialect text[], i_project text[], i_handle text[], i_if_match text[], i_dry boolean[],
    i_project_id bigint[], i_connection_id uuid[], i_key_number integer[],
    i_name text[], i_type text[], i_service text[], i_external_id text[], i_description text[], i_enabled boolean[], i_deploy_to_worker boolean[],
    i_fields text[], i_settings json[], i_removed jsonb[], i_secrets jsonb[], i_keep jsonb[], i_needs jsonb[], i_references jsonb[],
    i_request_id text[])
returns table (ordinal bigint, outcome text, project_id bigint, connection_id uuid, key_number integer, revision bigint, type text, lacking text,
               deploys boolean, missing text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    perform set_config('patchbay.resealing', '', true); -- whoever calls this may have said so
    -- All rows are locked first, in the order of their keys, so that two batches never wait for each other in a circle. The next
    -- statement then sees what the locks protect.
    perform from (
        select access.project_id, request.dialect,
               handle_of(request.dialect, request.handle) as handle
        from unnest(i_digest, i_dialect, i_project, i_handle) as request (digest, dialect, project, handle)
        cross join lateral access(request.digest, request.project, 'CONNECTIONS:MANAGE') as access
        where access.refusal is null
    ) as wanted
    join connection using (project_id, dialect, handle)
    order by connection.project_id, connection.connection_id
    for no key update of connection;

    return query
    with judged as (
        select request.*, access.actor, stored.project_id as stored_project_id, stored.connection_id as stored_connection_id,
               stored.key_number as stored_key_number, stored.revision, stored.type as stored_type, next.*,
               coalesce(access.refusal, case
                   when stored.connection_id is null then 'not_found'
                   when request.if_match is not null and not matches_revision(request.if_match, stored.revision, stored.updated_at) then 'precondition_failed'
                   when stored.type <> request.new_type then 'type_changed'
                   when row_number() over (partition by stored.project_id, stored.connection_id order by request.ordinal) > 1 then 'again'
                   when request.secrets is not null
                       and (request.project_id, request.connection_id, request.key_number)
                           is distinct from (stored.project_id, stored.connection_id, stored.key_number) then 'identity'
                   when request.dialect = 'apinizer' and request.new_name is not null
                       and handle_of('apinizer', request.new_name) <> stored.handle
                       and exists (select from connection as other
                                   where other.project_id = stored.project_id and other.dialect = 'apinizer'
                                     and other.handle = handle_of('apinizer', request.new_name)) then 'name_taken'
                   when request.dialect = 'activecampaign' and (next.next_service, next.next_external_id) <> (stored.service, stored.external_id)
                       and exists (select from connection as other
                                   where other.project_id = stored.project_id and other.service = next.next_service
                                     and other.external_id = next.next_external_id) then 'name_taken'
                   when request.dry then 'checked'
                   when next.lacking is not null then 'secret_missing'
                   when next.missing is not null then 'reference_missing'
                   when (stored.name, stored.service, stored.external_id, stored.description, stored.enabled, stored.deploy_to_worker)
                           is not distinct from (next.next_name, next.next_service, next.next_external_id, next.next_description, next.next_enabled, next.next_deploy)
                       and stored.secrets = next.next_secrets and coalesce(stored.refers, '[]') = coalesce(next.next_refers, '[]')
                       and (stored.settings::text = next.next_settings::text or stored.settings::jsonb = next.next_settings::jsonb) then 'unchanged'
                   else 'updated'
               end) as outcome
        from unnest(i_digest, i_dialect, i_project, i_handle, i_if_match, i_dry, i_project_id, i_connection_id, i_key_number,
                    i_name, i_type, i_service, i_external_id, i_description, i_enabled, i_deploy_to_worker,
                    i_fields, i_settings, i_removed, i_secrets, i_keep, i_needs, i_references, i_request_id)
             with ordinality as request (digest, dialect, project, handle, if_match, dry, project_id, connection_id, key_number,
                    new_name, new_type, new_service, new_external_id, description, enabled, deploy_to_worker,
                    fields, settings, removed, secrets, keep, needs, refers, request_id, ordinal)
        cross join lateral access(request.digest, request.project, 'CONNECTIONS:MANAGE') as access
        left join connection as stored on access.refusal is null and stored.project_id = access.project_id and stored.dialect = request.dialect
            and stored.handle = handle_of(request.dialect, request.handle)
        cross join lateral (
            select coalesce(request.new_name, stored.name) as next_name,
                   coalesce(request.new_service, stored.service) as next_service,
                   coalesce(request.new_external_id, stored.external_id) as next_external_id,
                   case when named.all or 'description' = any (named.fields) then request.description else stored.description end as next_description,
                   case when named.all or 'enabled' = any (named.fields) then request.enabled else stored.enabled end as next_enabled,
                   case when named.all or 'deploy_to_worker' = any (named.fields) then request.deploy_to_worker else stored.deploy_to_worker end as next_deploy,
                   case when not named.all then settings_merged(stored.settings, request.settings, request.removed)
                        when jsonb_typeof(request.keep) = 'object' then settings_kept(request.settings, stored.secrets, request.keep)
                        else request.settings end as next_settings,
                   boxes.secrets as next_secrets, coalesce(request.refers, stored.refers) as next_refers,
                   case when request.needs is not null then needs_lacking(request.needs, boxes.secrets) end as lacking,
                   case when request.refers is not null then references_lacking(stored.project_id, request.refers) end as missing
            from (select request.fields is null as all, string_to_array(request.fields, ',') as fields) as named
            cross join lateral (
                select coalesce(request.secrets, '{}')
                       || case when not named.all then secrets_beside(stored.secrets, request.settings, request.removed, request.keep)
                               when request.keep is null then '{}'
                               else secrets_kept(stored.secrets, request.keep) end as secrets) as boxes
        ) as next
    ), written as (
        update connection
        set name = judged.next_name, service = judged.next_service, external_id = judged.next_external_id, description = judged.next_description,
            enabled = judged.next_enabled, deploy_to_worker = judged.next_deploy, settings = judged.next_settings, secrets = judged.next_secrets, refers = judged.next_refers, revision = connection.revision + 1,
            updated_at = now(), updated_by = judged.actor, request_id = judged.request_id,
            restored_revision = null
        from judged
        where judged.outcome = 'updated' and connection.project_id = judged.stored_project_id
          and connection.connection_id = judged.stored_connection_id and connection.revision = judged.revision
        returning judged.ordinal, connection.revision
    ), refused as (
        insert into audit_event (project_id, actor, action, request_id, detail)
        select access.project_id, judged.actor, 'permission.refused', judged.request_id, jsonb_build_object('operation', 'connection.update')
        from judged cross join lateral access(judged.digest, judged.project, null) as access
        where judged.outcome = 'forbidden'
    )
    select judged.ordinal,
           case when judged.outcome = 'updated' and written.ordinal is null then 'again' else judged.outcome end,
           judged.stored_project_id, judged.stored_connection_id, judged.stored_key_number,
           coalesce(written.revision, judged.revision), judged.stored_type, judged.lacking,
           case when judged.outcome in ('updated', 'unchanged')
                     and exists (select from environment_project as link where link.project_id = judged.stored_project_id)
                then deployment_asked(judged.stored_project_id, judged.stored_connection_id, judged.next_deploy, judged.outcome = 'unchanged')
                else false end,
           judged.missing
    from judged left join written on written.ordinal = judged.ordinal;
end
$$;
comment on function connection_update(bytea[], text[], text[], text[], text[], boolean[], bigint[], uuid[], integer[], text[], text[], text[], text[], text[], boolean[],
    boolean[], text[], json[], jsonb[], jsonb[], jsonb[], jsonb[], jsonb[], text[]) is 'Changes connections, one an array element, in one transaction; says the outcome of each as data.';
revoke execute on function connection_update from public;
grant execute on function connection_update to patchbay_worker;
