-- Makes a connection what it was in a revision, boxes and their key number included: an ordinary change otherwise, with a revision of its own. A deleted
-- connection comes back under its old identity, so that its boxes open. One request a call. Outcomes: invalid_token, invalid_client, unknown_project,
-- forbidden, not_found, revision_not_found, precondition_failed (revision tells the newest), name_taken, reference_missing (missing: those of its references that
-- name nothing any more, as JSON), unchanged, updated,
-- checked (dry: it would be restored, and nothing was written), again (it changed in this moment: ask again).
create function connection_restore(
    i_digest bytea[], i_dialect text[], i_project text[], i_handle text[], i_revision bigint[], i_if_match text[], i_dry boolean[],
    i_request_id text[])
returns table (ordinal bigint, outcome text, project_id bigint, connection_id uuid, key_number integer, revision bigint, type text, public_id text, name text,
               handle text, deploy_to_worker boolean, deploys boolean, missing text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_access record;
    v_id uuid;
    v_live connection;
    v_newest connection_revision;
    v_wanted connection_revision;
    v_outcome text;
    v_revision bigint;
    v_missing jsonb;
begin
    perform set_config('patchbay.resealing', '', true); -- whoever calls this may have said so
    select * into v_access from access(i_digest[1], i_project[1], 'CONNECTIONS:MANAGE');
    if v_access.refusal = 'forbidden' then
        insert into audit_event (project_id, actor, action, request_id, detail)
        values (v_access.project_id, v_access.actor, 'permission.refused', i_request_id[1], '{"operation": "connection.restore"}');
    end if;
    if v_access.refusal is null then
        v_id := connection_find(v_access.project_id, i_dialect[1], i_handle[1]);
        select * into v_live from connection as stored
        where stored.project_id = v_access.project_id and stored.connection_id = v_id for no key update;
        -- Rotation re-seals history too: a row is not taken from under it.
        select * into v_wanted from connection_revision as history
        where history.project_id = v_access.project_id and history.connection_id = v_id and history.revision = i_revision[1] for share;
        select * into v_newest from connection_revision as history
        where history.project_id = v_access.project_id and history.connection_id = v_id order by history.revision desc limit 1;
    end if;
    v_revision := coalesce(v_live.revision, v_newest.revision);
    v_missing := (
        select jsonb_agg(named.item order by named.place)
        from jsonb_array_elements(v_wanted.refers) with ordinality as named (item, place)
        where references_lacking(v_access.project_id, jsonb_build_array(named.item)) is not null);
    v_outcome := coalesce(v_access.refusal, case
        when v_id is null then 'not_found'
        when not matches_revision(i_if_match[1], v_revision, coalesce(v_live.updated_at, v_newest.changed_at)) then 'precondition_failed'
        when v_wanted.revision is null then 'revision_not_found'
        -- Between finding it and locking it, another took its name, or it was deleted or restored.
        when v_id is distinct from connection_find(v_access.project_id, i_dialect[1], i_handle[1])
            or v_revision is distinct from v_newest.revision or (v_live.connection_id is null) <> (v_newest.operation = 'delete') then 'again'
        when v_wanted.dialect = 'apinizer' and exists (
            select from connection as other
            where other.project_id = v_access.project_id and other.dialect = 'apinizer' and other.connection_id <> v_id
              and other.handle = handle_of('apinizer', v_wanted.name)) then 'name_taken'
        when v_wanted.dialect = 'catalog' and exists (
            select from connection as other
            where other.project_id = v_access.project_id and other.dialect = 'catalog' and other.connection_id <> v_id
              and other.handle = v_wanted.public_id) then 'name_taken'
        when v_wanted.dialect = 'activecampaign' and exists (
            select from connection as other
            where other.project_id = v_access.project_id and other.connection_id <> v_id
              and (other.service, other.external_id) = (v_wanted.service, v_wanted.external_id)) then 'name_taken'
        when v_live.revision = i_revision[1] then 'unchanged'
        when v_missing is not null then 'reference_missing'
        when (v_live.name, v_live.service, v_live.external_id, v_live.description, v_live.enabled, v_live.deploy_to_worker,
              v_live.settings::text, v_live.secrets, coalesce(v_live.refers, '[]'))
            is not distinct from
             (v_wanted.name, v_wanted.service, v_wanted.external_id, v_wanted.description, v_wanted.enabled, v_wanted.deploy_to_worker,
              v_wanted.settings::text, v_wanted.secrets, coalesce(v_wanted.refers, '[]')) then 'unchanged'
        when i_dry[1] then 'checked'
        else 'updated'
    end);
    -- Without a box the key says nothing; an old one may be retired meanwhile.
    if v_wanted.secrets = '{}' then
        v_wanted.key_number := coalesce(v_live.key_number, (select max(key.key_number) from key where key.retired_at is null));
    end if;
    if v_outcome = 'updated' and v_live.connection_id is not null then
        update connection
        set name = v_wanted.name, service = v_wanted.service, external_id = v_wanted.external_id, description = v_wanted.description,
            enabled = v_wanted.enabled, deploy_to_worker = v_wanted.deploy_to_worker, settings = v_wanted.settings,
            key_number = v_wanted.key_number, secrets = v_wanted.secrets, refers = v_wanted.refers, revision = connection.revision + 1,
            updated_at = now(), updated_by = v_access.actor, request_id = i_request_id[1], restored_revision = i_revision[1]
        where connection.project_id = v_access.project_id and connection.connection_id = v_id
        returning connection.revision into v_revision;
    elsif v_outcome = 'updated' then
        insert into connection (project_id, connection_id, dialect, public_id, name, type, service, external_id, description, enabled, deploy_to_worker,
                                revision, settings, key_number, secrets, refers, created_at, created_by, created_client, updated_by, request_id, restored_revision)
        values (v_access.project_id, v_id, v_wanted.dialect, v_wanted.public_id, v_wanted.name, v_wanted.type, v_wanted.service, v_wanted.external_id,
                v_wanted.description, v_wanted.enabled, v_wanted.deploy_to_worker, v_newest.revision + 1, v_wanted.settings, v_wanted.key_number,
                v_wanted.secrets, v_wanted.refers, v_newest.created_at, v_newest.created_by, v_newest.created_client, v_access.actor, i_request_id[1], i_revision[1])
        on conflict on constraint connection_key do nothing
        returning connection.revision into v_revision;
        if not found then
            v_outcome := 'again';
        end if;
    end if;
    return query select 1::bigint, v_outcome, v_access.project_id, v_id, v_wanted.key_number, v_revision, v_wanted.type, v_wanted.public_id, v_wanted.name,
        handle_of(i_dialect[1], case i_dialect[1] when 'apinizer' then v_wanted.name else v_wanted.public_id end), v_wanted.deploy_to_worker,
        case when v_outcome in ('updated', 'unchanged') and not i_dry[1]
                  and exists (select from environment_project as link where link.project_id = v_access.project_id)
             then deployment_asked(v_access.project_id, v_id, v_wanted.deploy_to_worker, v_outcome = 'unchanged')
             else false end,
        v_missing::text;
end
$$;
comment on function connection_restore(bytea[], text[], text[], text[], bigint[], text[], boolean[], text[]) is
    'Makes a connection, live or deleted, what it was in one of its revisions; says the outcome as data.';
revoke execute on function connection_restore from public;
grant execute on function connection_restore to patchbay_worker;
