-- Creates connections, one a request; each answer is a row with its outcome as data:
--   invalid_token, unknown_project, forbidden, identity (sealed for another project, or i_project_id was not known: project_id tells),
--   wrong_key (the worker's key of that number is not the database's), name_taken, checked (dry: nothing was written; missing tells which references name
--   nothing), reference_missing (missing), created.
-- A name that is taken in the same moment violates connection_handle_unique; the worker takes that for name_taken. Likewise what a connection names
-- may go in this moment; that violates connection_reference_material, and asked again it is missing.
create function connection_create(
    i_digest bytea[], i_dialect text[], i_project text[], i_dry boolean[],
    i_project_id bigint[], i_connection_id uuid[], i_key_number integer[], i_canary text[],
    i_public_id text[], i_name text[], i_type text[], i_service text[], i_external_id text[],
    i_description text[], i_enabled boolean[], i_deploy_to_worker boolean[],
    i_settings json[], i_secrets jsonb[], i_references jsonb[], i_request_id text[])
returns table (ordinal bigint, outcome text, project_id bigint, connection_id uuid, revision bigint, public_id text, deploys boolean, missing text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    insert into key (key_number, canary)
    select distinct given.key_number, given.canary from unnest(i_key_number, i_canary, i_dry) as given (key_number, canary, dry)
    where not given.dry and given.canary is not null and not exists (select from key where key.key_number = given.key_number)
    on conflict on constraint key_key do nothing;

    return query
    with judged as (
        select request.*, access.project_id as true_project_id, access.actor, lacking.missing,
               coalesce(access.refusal, case
                   when request.secrets is not null and request.project_id is distinct from access.project_id then 'identity'
                   when not request.dry and not exists (
                       select from key where key.key_number = request.key_number and key.canary = request.canary and key.retired_at is null
                       for key share) then 'wrong_key'
                   when request.dialect = 'apinizer' and exists (
                       select from connection as other
                       where other.project_id = access.project_id and other.dialect = request.dialect
                         and other.handle = handle_of('apinizer', request.name)) then 'name_taken'
                   when request.dialect = 'activecampaign' and exists (
                       select from connection as other
                       where other.project_id = access.project_id and other.service = request.service and other.external_id = request.external_id)
                       then 'name_taken'
                   when request.dialect = 'catalog' and exists (
                       select from connection as other
                       where other.project_id = access.project_id and other.dialect = request.dialect and other.handle = request.public_id) then 'name_taken'
                   when request.dry then 'checked'
                   when lacking.missing is not null then 'reference_missing'
                   else 'created'
               end) as outcome
        from unnest(i_digest, i_dialect, i_project, i_dry, i_project_id, i_connection_id, i_key_number, i_canary, i_public_id, i_name, i_type,
                    i_service, i_external_id, i_description, i_enabled, i_deploy_to_worker, i_settings, i_secrets, i_references, i_request_id)
             with ordinality as request (digest, dialect, project, dry, project_id, connection_id, key_number, canary, public_id, name, type,
                    service, external_id, description, enabled, deploy_to_worker, settings, secrets, refers, request_id, ordinal)
        cross join lateral access(request.digest, request.project, 'CONNECTIONS:MANAGE') as access
        cross join lateral (select case when request.refers is not null then references_lacking(access.project_id, request.refers) end as missing) as lacking
    ), written as (
        insert into connection (project_id, connection_id, dialect, public_id, name, type, service, external_id, description, enabled,
                                deploy_to_worker, settings, key_number, secrets, refers, created_by, created_client, updated_by, request_id)
        select true_project_id, connection_id, dialect,
               case dialect when 'activecampaign' then nextval('activecampaign_id')::text else public_id end, name, type, service, external_id, description, enabled,
               deploy_to_worker, settings, key_number, coalesce(secrets, '{}'), refers, actor, case when dialect = 'catalog' then catalog_client(project) end, actor, request_id
        from judged where judged.outcome = 'created'
        returning connection.connection_id, connection.revision, connection.public_id
    ), refused as (
        insert into audit_event (project_id, actor, action, request_id, detail)
        select true_project_id, actor, 'permission.refused', request_id, jsonb_build_object('operation', 'connection.create')
        from judged where judged.outcome = 'forbidden'
    )
    select judged.ordinal, judged.outcome, judged.true_project_id, written.connection_id, written.revision, written.public_id,
           written.revision is not null and judged.deploy_to_worker
               and exists (select from environment_project as link where link.project_id = judged.true_project_id),
           judged.missing
    from judged left join written on written.connection_id = judged.connection_id;
end
$$;
comment on function connection_create(bytea[], text[], text[], boolean[], bigint[], uuid[], integer[], text[], text[], text[], text[], text[], text[],
    text[], boolean[], boolean[], json[], jsonb[], jsonb[], text[]) is 'Creates connections, one an array element; says the outcome of each as data.';
revoke execute on function connection_create from public;
grant execute on function connection_create to patchbay_worker;
