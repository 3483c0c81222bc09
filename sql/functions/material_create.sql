-- Creates a keystore or certificate a request. These are rare, so they are taken one after the other. Outcomes:
--   invalid_token, unknown_project, forbidden, identity (sealed for another project: project_id tells the true one), wrong_key, name_taken,
--   alias_taken (certificates), checked (dry: all is well, nothing was written), created.
-- A name or alias that is taken in the same moment violates material_handle_unique or material_environment_alias.
create function material_create(
    i_digest bytea[], i_kind text[], i_project text[], i_dry boolean[], i_project_id bigint[], i_material_id uuid[], i_key_number integer[], i_canary text[],
    i_name text[], i_description text[], i_environments jsonb[], i_secrets jsonb[], i_request_id text[])
returns table (ordinal bigint, outcome text, project_id bigint, material_id uuid, revision bigint)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    request record;
begin
    insert into key (key_number, canary)
    select distinct given.key_number, given.canary from unnest(i_key_number, i_canary, i_dry) as given (key_number, canary, dry)
    where not given.dry and given.canary is not null and not exists (select from key where key.key_number = given.key_number)
    on conflict on constraint key_key do nothing;

    for request in
        select given.*, access.project_id as true_project_id, access.actor,
               coalesce(access.refusal, case
                   when not given.dry and given.project_id is distinct from access.project_id then 'identity'
                   when not given.dry and not exists (
                       select from key where key.key_number = given.key_number and key.canary = given.canary and key.retired_at is null
                       for key share) then 'wrong_key'
                   when exists (select from material as other
                                where other.project_id = access.project_id and other.kind = given.kind
                                  and other.handle = handle_of('apinizer', given.name)) then 'name_taken'
                   when given.kind = 'certificate' and material_alias_taken(access.project_id, given.material_id, given.environments) then 'alias_taken'
                   when given.dry then 'checked'
                   else 'created'
               end) as outcome
        from unnest(i_digest, i_kind, i_project, i_dry, i_project_id, i_material_id, i_key_number, i_canary, i_name, i_description, i_environments, i_secrets,
                    i_request_id)
             with ordinality as given (digest, kind, project, dry, project_id, material_id, key_number, canary, name, description, environments, secrets,
                    request_id, ordinal)
        cross join lateral access(given.digest, given.project, 'SECRETS:MANAGE') as access
        order by given.ordinal
    loop
        ordinal := request.ordinal;
        outcome := request.outcome;
        project_id := request.true_project_id;
        material_id := null;
        revision := null;
        if request.outcome = 'created' then
            insert into material (project_id, material_id, kind, name, description, key_number, secrets, created_by, updated_by, request_id)
            values (request.true_project_id, request.material_id, request.kind, request.name, request.description, request.key_number,
                    coalesce(request.secrets, '{}'), request.actor, request.actor, request.request_id);
            perform material_environments_write(request.true_project_id, request.material_id, request.kind, request.environments);
            material_id := request.material_id;
            revision := 1;
        elsif request.outcome = 'forbidden' then
            insert into audit_event (project_id, actor, action, request_id, detail)
            values (request.true_project_id, request.actor, 'permission.refused', request.request_id,
                    jsonb_build_object('operation', request.kind || '.create'));
        end if;
        return next;
    end loop;
end
$$;
comment on function material_create(bytea[], text[], text[], boolean[], bigint[], uuid[], integer[], text[], text[], text[], jsonb[], jsonb[], text[]) is
    'Creates keystores and certificates, one an array element; says the outcome of each as data.';
revoke execute on function material_create from public;
grant execute on function material_create to patchbay_worker;
