-- What is to be deployed is written in the transaction of the change, whoever makes it. Registries without workers pay for one look.
-- Changes that come through apinizer's functions are delivered by the very worker that asked for them, which begins within milliseconds; the deployer gives it a
-- second before it does it instead. All others are announced at once.
create function connection_deploy() returns trigger
language plpgsql security definer set search_path = patchbay, pg_temp
as $$
declare
    v_projects bigint[];
    v_connections uuid[];
    v_due timestamptz[];
begin
    if not exists (select from worker) then
        return null;
    end if;
    select array_agg(project_id), array_agg(connection_id),
           array_agg(clock_timestamp() + case when tg_argv[0] = 'call' and dialect = 'apinizer' then interval '1 second' else interval '0' end)
    into v_projects, v_connections, v_due from changed;
    if deployment_mark(v_projects, v_connections, v_due, null) > 0 and clock_timestamp() >= any (v_due) then
        perform pg_notify('patchbay_deploy', '');
    end if;
    return null;
end
$$;
comment on function connection_deploy() is 'Writes down which workers are to hold what, for every change of connection.';
revoke execute on function connection_deploy from public;

create trigger connection_deploy_insert after insert on connection referencing new table as changed for each statement
    when (current_user <> 'patchbay_owner') execute function connection_deploy();
create trigger connection_deploy_update after update on connection referencing new table as changed for each statement
    when (current_user <> 'patchbay_owner') execute function connection_deploy();
create trigger connection_deploy_delete after delete on connection referencing old table as changed for each statement
    when (current_user <> 'patchbay_owner') execute function connection_deploy();
create trigger connection_deploy_insert_call after insert on connection referencing new table as changed for each statement
    when (current_user = 'patchbay_owner') execute function connection_deploy('call');
create trigger connection_deploy_update_call after update on connection referencing new table as changed for each statement
    when (current_user = 'patchbay_owner' and not is_resealing()) execute function connection_deploy('call');
create trigger connection_deploy_delete_call after delete on connection referencing old table as changed for each statement
    when (current_user = 'patchbay_owner') execute function connection_deploy('call');
comment on trigger connection_deploy_insert on connection is 'Deployment of creations by hand.';
comment on trigger connection_deploy_update on connection is 'Deployment of changes by hand.';
comment on trigger connection_deploy_delete on connection is 'Deployment of deletions by hand.';
comment on trigger connection_deploy_insert_call on connection is 'Deployment of creations through functions.';
comment on trigger connection_deploy_update_call on connection is 'Deployment of changes through functions.';
comment on trigger connection_deploy_delete_call on connection is 'Deployment of deletions through functions.';
