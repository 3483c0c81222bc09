create function key_retire(number integer) returns timestamptz
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_boxes bigint;
    v_retired timestamptz;
begin
    -- No row can come to use the key between the count and the mark: whoever seals with it needs a share of this row (foreign key).
    perform from key where key.key_number = key_retire.number for update;
    if not found then
        raise exception using errcode = 'no_data_found', message = format('there is no key %s', key_retire.number);
    end if;
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
