-- A row without boxes has a key all the same, which its first secret will be sealed with: such rows go over to another key here, or they could never
-- take a secret once the key has left the keyring. That is no change of theirs: revision, dates and history stay.
create function key_retire(number integer) returns timestamptz
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_boxes bigint;
    v_other integer;
    v_retired timestamptz;
begin
    -- No row can come to use the key after this: who makes a row asks for a share of this one, and then sees the mark; who seals the first secret of a
    -- row finds it under another key, or is waited for here, and counted.
    perform from key where key.key_number = key_retire.number for update;
    if not found then
        raise exception using errcode = 'no_data_found', message = format('there is no key %s', key_retire.number);
    end if;
    select max(other.key_number) into v_other from key as other where other.retired_at is null and other.key_number <> key_retire.number;
    if v_other is null then
        raise exception using errcode = 'object_in_use', message = format('key %s is the only one in use', key_retire.number),
            hint = 'Run patchbay key add first.';
    end if;
    perform set_config('patchbay.resealing', 'on', true);
    update connection set key_number = v_other where connection.key_number = key_retire.number and connection.secrets = '{}';
    update material set key_number = v_other where material.key_number = key_retire.number and material.secrets = '{}';
    update connection_revision set key_number = v_other
    where connection_revision.key_number = key_retire.number and connection_revision.secrets = '{}';
    perform set_config('patchbay.resealing', '', true);
    select key_usage.boxes into v_boxes from key_usage where key_usage.number = key_retire.number;
    if v_boxes > 0 then
        raise exception using errcode = 'object_in_use', message = format('%s boxes still need key %s', v_boxes, key_retire.number),
            hint = 'Run patchbay key rotate first.';
    end if;
    update key set retired_at = coalesce(retired_at, now()) where key.key_number = key_retire.number returning retired_at into v_retired;
    insert into audit_event (project_id, actor, action, detail)
    values (0, session_user, 'key.retire', jsonb_build_object('key', key_retire.number));
    return v_retired;
end
$$;
comment on function key_retire(integer) is
    'Marks a key that no box needs: nothing may be sealed with it any more, and it may leave the keyring. The same as: patchbay key retire N.';
revoke execute on function key_retire from public;
grant execute on function key_retire to patchbay_admin;
