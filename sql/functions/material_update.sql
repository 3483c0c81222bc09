-- Replaces what a keystore or certificate is, one a request: the worker has read it (material_read, to change), and says of which revision it
-- thinks. Outcomes: invalid_token, unknown_project, forbidden, again (it is gone or has another revision or key: read it again), alias_taken,
-- unchanged, updated. The name stays what it is.
create function material_update(
    i_digest bytea[], i_kind text[], i_project text[], i_material_id uuid[], i_key_number integer[], i_revision bigint[],
    i_description text[], i_environments jsonb[], i_secrets jsonb[], i_request_id text[])
returns table (ordinal bigint, outcome text, project_id bigint, material_id uuid, revision bigint)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    request record;
    stored material;
begin
    perform set_config('patchbay.resealing', '', true); -- whoever calls this may have said so
    for request in
        select given.*, access.project_id, access.actor, access.refusal
        from unnest(i_digest, i_kind, i_project, i_material_id, i_key_number, i_revision, i_description, i_environments, i_secrets, i_request_id)
             with ordinality as given (digest, kind, project, material_id, key_number, revision, description, environments, secrets, request_id, ordinal)
        cross join lateral access(given.digest, given.project, 'SECRETS:MANAGE') as access
        order by given.ordinal
    loop
        ordinal := request.ordinal;
        project_id := request.project_id;
        material_id := request.material_id;
        revision := request.revision;
        stored := null;
        if request.refusal is null then
            select * into stored from material
            where material.project_id = request.project_id and material.material_id = request.material_id and material.kind = request.kind
            for no key update;
        end if;
        outcome := coalesce(request.refusal, case
            when stored.material_id is null or stored.revision <> request.revision or stored.key_number <> request.key_number then 'again'
            when request.kind = 'certificate' and material_alias_taken(request.project_id, request.material_id, request.environments) then 'alias_taken'
            when stored.description is not distinct from request.description and stored.secrets = coalesce(request.secrets, '{}')
                and material_environments(request.project_id, request.material_id) = request.environments then 'unchanged'
            else 'updated'
        end);
        if outcome = 'updated' then
            update material set description = request.description, secrets = coalesce(request.secrets, '{}'), revision = material.revision + 1,
                updated_at = now(), updated_by = request.actor, request_id = request.request_id
            where material.project_id = request.project_id and material.material_id = request.material_id;
            perform material_environments_write(request.project_id, request.material_id, request.kind, request.environments);
            revision := request.revision + 1;
        elsif outcome = 'forbidden' then
            insert into audit_event (project_id, actor, action, request_id, detail)
            values (request.project_id, request.actor, 'permission.refused', request.request_id,
                    jsonb_build_object('operation', request.kind || '.update'));
        end if;
        return next;
    end loop;
end
$$;
comment on function material_update(bytea[], text[], text[], uuid[], integer[], bigint[], text[], jsonb[], jsonb[], text[]) is
    'Changes keystores and certificates, one an array element; says the outcome of each as data.';
revoke execute on function material_update from public;
grant execute on function material_update to patchbay_worker;
