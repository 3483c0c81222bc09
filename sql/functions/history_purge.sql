-- Takes away revisions from before a moment, up to i_limit of one project a call; returns how many. Kept are: the newest revision of every live
-- connection; all of a connection that was deleted later than that; and what is not chained yet. Each call is an audit event that names the links
-- whose rows are gone, so that audit_verify tells them from rows that somebody removed.
create function history_purge(i_project_id bigint, i_before timestamptz, i_limit bigint default 10000) returns bigint
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_positions int8multirange;
    v_rows bigint;
begin
    if i_before is null or i_before > now() then
        raise exception using errcode = 'invalid_parameter_value', message = 'what is still to come cannot be purged';
    end if;
    perform set_config('patchbay.purging', 'on', true);
    with old as (
        select history.project_id, history.connection_id, history.revision
        from connection_revision as history
        where history.project_id = i_project_id and history.changed_at < i_before
          and exists (select from connection_revision as newest
                      where newest.project_id = history.project_id and newest.connection_id = history.connection_id
                        and newest.revision = (select max(later.revision) from connection_revision as later
                                               where later.project_id = history.project_id and later.connection_id = history.connection_id)
                        and case when newest.operation = 'delete' then newest.changed_at < i_before else newest.revision > history.revision end)
        order by history.connection_id, history.revision limit i_limit
    ), gone as (
        delete from connection_revision as history using old, audit_chain as link
        where history.project_id = old.project_id and history.connection_id = old.connection_id and history.revision = old.revision
          and link.project_id = old.project_id and link.connection_id = old.connection_id and link.revision = old.revision
        returning link.position
    )
    select range_agg(int8range(position, position, '[]')), count(*) into v_positions, v_rows from gone;
    perform set_config('patchbay.purging', '', true);
    if v_rows > 0 then
        insert into audit_event (project_id, actor, action, detail)
        values (i_project_id, session_user, 'history.purge', jsonb_build_object('before', i_before, 'revisions', v_rows, 'positions', v_positions::text));
    end if;
    return v_rows;
end
$$;
comment on function history_purge(bigint, timestamptz, bigint) is
    'Takes away a project''s revisions from before a moment, in portions: call it until it returns 0. The newest of live connections stay. The same as: patchbay purge --older-than AGE.';
revoke execute on function history_purge from public;
grant execute on function history_purge to patchbay_admin;
