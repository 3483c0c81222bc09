-- One line of an import: what it comes to, and with i_apply it is done. Outcomes: create, update, unchanged, moved (the row is not at i_revision
-- any more, or is gone; or the id of a new one was used), name_taken (only with i_apply), secret_missing (detail: indexes of unmet needs),
-- reference_missing (detail: indexes of references that name nothing).
-- detail of an update: the names of changed fields.
-- slot: what only one connection of the project can be called, as 16 bytes: two lines with the same contradict each other.
-- holder: the other connection that is called so now. It may be renamed or deleted by the same import, so a plan does not call it taken.
-- i_revision 0 creates, with i_connection_id, to which the boxes are bound. An id that was used before is not taken: a connection that was deleted
-- keeps its history to itself.
-- Boxes come in and never go out: an administrator may write secrets without seeing any.
create function import_write(
    i_apply boolean, i_project_id bigint, i_connection_id uuid, i_revision bigint, i_dialect text, i_public_id text, i_name text, i_type text,
    i_service text, i_external_id text, i_description text, i_enabled boolean, i_deploy_to_worker boolean, i_settings json,
    i_key integer, i_secrets jsonb, i_keep jsonb, i_needs jsonb, i_references jsonb)
returns table (outcome text, detail text, slot uuid, holder uuid)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_stored connection;
    v_handle text := handle_of(i_dialect, case i_dialect when 'apinizer' then i_name else i_public_id end);
    v_slot uuid := encode(substr(sha256(convert_to(case i_dialect
        when 'activecampaign' then jsonb_build_array(i_dialect, i_service, i_external_id) else jsonb_build_array(i_dialect, v_handle) end::text,
        'UTF8')), 1, 16), 'hex')::uuid;
    v_holder uuid;
    v_secrets jsonb;
    v_fields text[];
begin
    perform set_config('patchbay.resealing', '', true); -- whoever calls this may have said so
    if i_revision > 0 then
        if i_apply then
            select * into v_stored from connection where project_id = i_project_id and connection_id = i_connection_id for no key update;
        else
            select * into v_stored from connection where project_id = i_project_id and connection_id = i_connection_id;
        end if;
        if v_stored.revision is distinct from i_revision or i_secrets is not null and v_stored.key_number <> i_key then
            return query select 'moved', null::text, v_slot, v_holder;
            return;
        end if;
        -- The table would refuse it too, but tell the whole row with it, and its boxes are not for administrators.
        if i_name is null or i_enabled is null or i_deploy_to_worker is null or json_typeof(i_settings) is distinct from 'object'
           or jsonb_typeof(i_secrets) <> 'object' or jsonb_typeof(i_references) <> 'array'
           or num_nulls(i_service, i_external_id) <> (case v_stored.dialect when 'activecampaign' then 0 else 2 end)
           or v_stored.dialect = 'apinizer' and (char_length(i_description) > 1000 or not (char_length(i_name) between 1 and 255
               and i_name !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029/]' and i_name = btrim(i_name, ' '))) then
            raise exception using errcode = 'check_violation', schema = 'patchbay', table = 'connection',
                message = 'a connection cannot be so', hint = '\d connection has the constraints of its table.';
        end if;
    end if;
    if jsonb_typeof(i_keep) = 'object' then
        i_settings := settings_kept(i_settings, coalesce(v_stored.secrets, '{}'), i_keep);
    end if;
    v_secrets := coalesce(i_secrets, '{}') || secrets_kept(coalesce(v_stored.secrets, '{}'), coalesce(i_keep, '[]'));
    if needs_lacking(coalesce(i_needs, '[]'), v_secrets) is not null then
        return query select 'secret_missing', needs_lacking(i_needs, v_secrets), v_slot, v_holder;
        return;
    end if;
    if references_lacking(i_project_id, coalesce(i_references, '[]')) is not null then
        return query select 'reference_missing', references_lacking(i_project_id, i_references), v_slot, v_holder;
        return;
    end if;
    if i_dialect = 'activecampaign' then
        select connection_id into v_holder from connection
        where project_id = i_project_id and service = i_service and external_id = i_external_id and connection_id <> i_connection_id;
    else
        select connection_id into v_holder from connection
        where project_id = i_project_id and dialect = i_dialect and handle = v_handle and connection_id <> i_connection_id;
    end if;
    if i_apply and v_holder is not null then
        return query select 'name_taken', null::text, v_slot, v_holder;
        return;
    end if;
    if i_revision = 0 then
        if connection_id_was_used(i_project_id, i_connection_id) then
            return query select 'moved', null::text, v_slot, v_holder;
            return;
        end if;
        if i_apply and not exists (select from key where key_number = i_key and retired_at is null for key share) then
            return query select 'moved', null::text, v_slot, v_holder;
            return;
        end if;
        if i_apply then
            insert into connection (project_id, connection_id, dialect, public_id, name, type, service, external_id, description, enabled,
                                    deploy_to_worker, settings, key_number, secrets, refers, created_by, updated_by)
            values (i_project_id, i_connection_id, i_dialect,
                    case i_dialect when 'activecampaign' then nextval('activecampaign_id')::text else i_public_id end, i_name, i_type, i_service,
                    i_external_id, i_description, i_enabled, i_deploy_to_worker, i_settings, i_key, v_secrets, i_references, session_user, session_user);
        end if;
        return query select 'create', null::text, v_slot, v_holder;
        return;
    end if;
    v_fields := array(
        select field from (values
            (1, 'name', v_stored.name is distinct from i_name), (2, 'service', v_stored.service is distinct from i_service),
            (3, 'externalId', v_stored.external_id is distinct from i_external_id),
            (4, 'description', v_stored.description is distinct from i_description), (5, 'enabled', v_stored.enabled <> i_enabled),
            (6, 'deployToWorker', v_stored.deploy_to_worker <> i_deploy_to_worker)) as common (place, field, differs)
        where differs order by place);
    v_fields := v_fields || array(
        select 'settings.' || member from (
            select key as member from jsonb_each(v_stored.settings::jsonb) as old full join jsonb_each(i_settings::jsonb) as new using (key)
            where old.value is distinct from new.value
            union
            select place_member(key) from jsonb_each(v_stored.secrets) as old full join jsonb_each(v_secrets) as new using (key)
            where old.value is distinct from new.value) as changed
        order by member);
    if cardinality(v_fields) = 0 then
        return query select 'unchanged', null::text, v_slot, v_holder;
        return;
    end if;
    if i_apply then
        update connection
        set name = i_name, service = i_service, external_id = i_external_id, description = i_description, enabled = i_enabled,
            deploy_to_worker = i_deploy_to_worker, settings = i_settings, secrets = v_secrets,
            refers = coalesce(i_references, connection.refers), revision = connection.revision + 1,
            updated_at = now(), updated_by = session_user, request_id = null, restored_revision = null
        where project_id = i_project_id and connection_id = i_connection_id;
    end if;
    return query select 'update', array_to_string(v_fields, ','), v_slot, v_holder;
end
$$;
comment on function import_write(boolean, bigint, uuid, bigint, text, text, text, text, text, text, text, boolean, boolean, json, integer, jsonb, jsonb, jsonb,
    jsonb) is
    'What one line of an import comes to, and, when it is to be applied, does it. Called by: patchbay import.';
revoke execute on function import_write from public;
grant execute on function import_write to patchbay_admin;
