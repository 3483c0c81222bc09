-- Deletes a keystore or certificate a request. Outcomes: invalid_token, unknown_project, forbidden, not_found, precondition_failed,
-- in_use (users: a JSON array with the names of connections, the first hundred; user_count: how many there are), deleted.
-- The row is locked before its users are counted: a connection that is just being written to use it is waited for, and one that comes
-- later finds it gone.
create function material_delete(i_digest bytea[], i_kind text[], i_project text[], i_handle text[], i_if_match text[], i_request_id text[])
returns table (ordinal bigint, outcome text, project_id bigint, material_id uuid, revision bigint, users jsonb, user_count bigint)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    request record;
    stored material;
    v_users text[];
begin
    for request in
        select given.*, access.project_id, access.actor, access.refusal
        from unnest(i_digest, i_kind, i_project, i_handle, i_if_match, i_request_id)
             with ordinality as given (digest, kind, project, handle, if_match, request_id, ordinal)
        cross join lateral access(given.digest, given.project, 'SECRETS:MANAGE') as access
        order by given.ordinal
    loop
        ordinal := request.ordinal;
        project_id := request.project_id;
        stored := null;
        v_users := '{}';
        if request.refusal is null then
            select * into stored from material
            where material.project_id = request.project_id and material.kind = request.kind
              and material.handle = handle_of('apinizer', request.handle)
            for update;
            v_users := material_users(stored.project_id, stored.material_id);
        end if;
        material_id := stored.material_id;
        revision := stored.revision;
        users := to_jsonb(v_users[1:100]);
        user_count := cardinality(v_users);
        outcome := coalesce(request.refusal, case
            when stored.material_id is null then 'not_found'
            when not matches_revision(request.if_match, stored.revision, stored.updated_at) then 'precondition_failed'
            when v_users <> '{}' then 'in_use'
            else 'deleted'
        end);
        if outcome = 'deleted' then
            delete from material where material.project_id = stored.project_id and material.material_id = stored.material_id;
            insert into audit_event (project_id, actor, action, request_id, detail)
            values (request.project_id, request.actor, request.kind || '.delete', request.request_id,
                    jsonb_build_object('name', stored.name, 'revision', stored.revision));
        elsif outcome = 'forbidden' then
            insert into audit_event (project_id, actor, action, request_id, detail)
            values (request.project_id, request.actor, 'permission.refused', request.request_id,
                    jsonb_build_object('operation', request.kind || '.delete'));
        end if;
        return next;
    end loop;
end
$$;
comment on function material_delete(bytea[], text[], text[], text[], text[], text[]) is
    'Deletes keystores and certificates that no connection uses, one an array element; says the outcome of each as data.';
revoke execute on function material_delete from public;
grant execute on function material_delete to patchbay_worker;
