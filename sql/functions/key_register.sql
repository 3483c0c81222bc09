create function key_register(number integer, canary text) returns void
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    insert into key (key_number, canary) values (key_register.number, key_register.canary) on conflict on constraint key_key do nothing;
    if found then
        insert into audit_event (project_id, actor, action, detail)
        values (0, session_user, 'key.add', jsonb_build_object('key', key_register.number));
    end if;
    if not exists (select from key where key.key_number = key_register.number and key.canary = key_register.canary) then
        raise exception using errcode = 'unique_violation', message = format('the database knows another key %s', key_register.number);
    end if;
end
$$;
comment on function key_register(integer, text) is
    'Makes a key known by its canary before anything is sealed with it. Called by: patchbay key add, which writes the key into the keyring.';
revoke execute on function key_register from public;
grant execute on function key_register to patchbay_admin;
