-- Writes a row's boxes anew, sealed with another key, if they still are what was taken: nothing but the boxes changes, so revision, dates and history
-- stay. False: it changed meanwhile, and is taken again in the next round.
create function key_boxes_put(i_kind text, i_project_id bigint, i_object_id uuid, i_revision bigint, i_old jsonb, i_key integer, i_new jsonb)
returns boolean
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_count integer;
begin
    if array(select jsonb_object_keys(i_old) order by 1) <> array(select jsonb_object_keys(i_new) order by 1) then
        raise exception using errcode = 'PB003', message = 'boxes can be sealed anew, not added or removed';
    end if;
    perform set_config('patchbay.resealing', 'on', true);
    if i_kind = 'connection' then
        update connection set secrets = i_new, key_number = i_key
        where connection.project_id = i_project_id and connection.connection_id = i_object_id and connection.secrets = i_old;
    elsif i_kind = 'material' then
        update material set secrets = i_new, key_number = i_key
        where material.project_id = i_project_id and material.material_id = i_object_id and material.secrets = i_old;
    elsif i_kind = 'worker' then
        update worker set credential = i_new ->> '/credential', key_number = i_key
        where worker.worker_id = i_object_id and worker.credential = i_old ->> '/credential';
    else
        update connection_revision set secrets = i_new, key_number = i_key
        where connection_revision.project_id = i_project_id and connection_revision.connection_id = i_object_id
          and connection_revision.revision = i_revision and connection_revision.secrets = i_old;
    end if;
    get diagnostics v_count = row_count;
    perform set_config('patchbay.resealing', '', true);
    return v_count > 0;
end
$$;
comment on function key_boxes_put(text, bigint, uuid, bigint, jsonb, integer, jsonb) is
    'Seals a row''s boxes with another key, unless they changed meanwhile (false). Called by: patchbay key rotate.';
revoke execute on function key_boxes_put from public;
grant execute on function key_boxes_put to patchbay_worker;
