-- Compares every link with its row, with the link before and with the ends, and every connection with its newest revision: as it says, and gone only
-- if that is a deletion. One row a project (0: the registry as a whole); problems counts what is wrong, first tells the first of it in words.
--   linked      links that have their row
--   purged      links whose rows history_purge took away, as a link of its own says
--   resealed    links whose boxes cannot be compared any more: a rotation has sealed them anew (patchbay key verify opens them)
--   waiting     rows that are not chained yet
create function audit_verify(project text default null)
returns table (project_id bigint, name text, linked bigint, purged bigint, resealed bigint, waiting bigint, problems bigint, first text, head text)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_only bigint;
    v_horizon xid8 := (select audit_horizon.xact_id from audit_horizon);
begin
    if audit_verify.project is not null then
        select project.project_id into v_only from project where project.name = audit_verify.project;
        if not found then
            raise exception using errcode = 'no_data_found', message = format('there is no project %s', audit_verify.project);
        end if;
    end if;
    return query
    with link as (
        select audit_chain.*, lag(audit_chain.hash) over chain as hash_before, coalesce(lag(audit_chain.position) over chain, 0) as position_before
        from audit_chain
        where v_only is null or audit_chain.project_id = v_only
        window chain as (partition by audit_chain.project_id order by audit_chain.position)
    ), purge as (
        -- Only what the chain vouches for is believed, and read at all.
        select event.project_id,
               range_agg(case when audit_digest(event) = link.digest then (event.detail ->> 'positions')::int8multirange end) as positions
        from audit_event as event join link using (project_id, event_id)
        where event.action = 'history.purge' group by event.project_id
    ), compared as (
        select link.project_id, link.position, link.event_id, link.connection_id, link.revision,
               coalesce(history.revision, event.event_id) is not null as found,
               link.revision is not null and coalesce(purge.positions @> link.position, false) as purged,
               link.boxes is not null and history.key_number <> link.key_number as resealed,
               case when link.position <> link.position_before + 1 then 'links before it are missing'
                    when link.hash is distinct from audit_link(coalesce(link.hash_before, audit_seed(link.project_id)), link.digest, link.boxes, link.key_number)
                        then 'the chain itself was changed'
                    when link.revision is not null and history.revision is null and not coalesce(purge.positions @> link.position, false)
                        or link.event_id is not null and event.event_id is null then 'it was removed'
                    when history.revision is not null and history_digest(history) <> link.digest
                        or event.event_id is not null and audit_digest(event) <> link.digest then 'it was changed'
                    when history.revision is not null and coalesce(history.key_number = link.key_number, true)
                        and boxes_digest(history.secrets) is distinct from link.boxes then 'its sealed values were changed'
                    when history.key_number <> link.key_number and not boxes_are_of(history.secrets, history.key_number)
                        or history.key_number is distinct from link.key_number and not exists (select from key where key.key_number = history.key_number)
                            and history.revision is not null then 'its key number was changed'
               end as problem
        from link
        left join connection_revision as history on history.project_id = link.project_id and history.connection_id = link.connection_id
            and history.revision = link.revision
        left join audit_event as event on event.project_id = link.project_id and event.event_id = link.event_id
        left join purge on purge.project_id = link.project_id
    ), loose as (
        select history.project_id, history.xact_id, null::bigint as event_id, history.connection_id, history.revision from connection_revision as history
        where (v_only is null or history.project_id = v_only)
          and not exists (select from audit_chain as chained where chained.project_id = history.project_id
                          and chained.connection_id = history.connection_id and chained.revision = history.revision)
        union all
        select event.project_id, event.xact_id, event.event_id, null, null from audit_event as event
        where (v_only is null or event.project_id = v_only)
          and not exists (select from audit_chain as chained where chained.project_id = event.project_id and chained.event_id = event.event_id)
    ), finding as (
        select project_id, position, event_id, connection_id, revision, problem from compared where problem is not null
        union all
        select project_id, null, event_id, connection_id, revision,
               case when xact_id < v_horizon then 'it was inserted behind the chain''s end' else 'it names a transaction that has not been' end
        from loose where xact_id < v_horizon or xact_id > pg_snapshot_xmax(pg_current_snapshot())
        union all
        select coalesce(head.project_id, ending.project_id), null, null, null, null,
               case when head.project_id is null then 'its end is not written down'
                    when ending.position is null or ending.position < head.position then format('its end was cut off: %s links are missing', head.position - coalesce(ending.position, 0))
                    else 'its end is not the one that is written down' end
        from (select * from audit_head where v_only is null or audit_head.project_id = v_only) as head
        full join (select distinct on (link.project_id) link.project_id, link.position, link.hash from link order by link.project_id, link.position desc) as ending
            on ending.project_id = head.project_id
        where head.position is distinct from ending.position or head.hash is distinct from ending.hash
        union all
        select live.project_id, null, null, live.connection_id, live.revision,
               case when history.revision is null then 'the live connection has no such revision in the history'
                    else 'the live connection is not what its newest revision says' end
        from connection as live
        left join connection_revision as history on history.project_id = live.project_id and history.connection_id = live.connection_id
            and history.revision = live.revision
        where (v_only is null or live.project_id = v_only)
          and ((history.dialect, history.public_id, history.name, history.type, history.service, history.external_id, history.description, history.enabled,
                history.deploy_to_worker, history.settings::text, history.refers, history.changed_at, history.changed_by)
               is distinct from
               (live.dialect, live.public_id, live.name, live.type, live.service, live.external_id, live.description, live.enabled,
                live.deploy_to_worker, live.settings::text, live.refers, live.updated_at, live.updated_by)
               or history.operation = 'delete'
               or history.key_number = live.key_number and history.secrets <> live.secrets
               or history.key_number <> live.key_number and not boxes_are_of(live.secrets, live.key_number)
               or not exists (select from key where key.key_number = live.key_number)
               or exists (select from connection_revision as later
                          where later.project_id = live.project_id and later.connection_id = live.connection_id and later.revision > live.revision))
        union all
        select newest.project_id, null, null, newest.connection_id, newest.revision, 'the connection is gone, and no deletion says so'
        from (select distinct on (history.project_id, history.connection_id) history.project_id, history.connection_id, history.revision, history.operation
              from connection_revision as history where v_only is null or history.project_id = v_only
              order by history.project_id, history.connection_id, history.revision desc) as newest
        where newest.operation <> 'delete'
          and not exists (select from connection as live where live.project_id = newest.project_id and live.connection_id = newest.connection_id)
        union all
        select 0, null, null, null, null, 'how far it is laid is not written down'
        where v_horizon is null
    ), told as (
        select finding.project_id, count(*) as problems,
               (array_agg(case when finding.event_id is not null then format('event %s', finding.event_id)
                               when finding.revision is not null then format('revision %s of connection %s', finding.revision, finding.connection_id)
                               else 'the chain' end
                          || coalesce(' (link ' || finding.position || ')', '') || ': ' || finding.problem
                          order by finding.position nulls last, finding.event_id, finding.connection_id, finding.revision))[1] as first
        from finding group by finding.project_id
    ), counted as (
        select project_id, count(*) filter (where found) as linked, count(*) filter (where not found and purged) as purged,
               count(*) filter (where resealed) as resealed
        from compared group by project_id
    ), open as (
        select project_id, count(*) as waiting from loose where xact_id >= v_horizon and xact_id <= pg_snapshot_xmax(pg_current_snapshot()) group by project_id
    )
    select mentioned.project_id, coalesce(project.name, case when mentioned.project_id = 0 then '(registry)' else format('(project %s)', mentioned.project_id) end),
           coalesce(counted.linked, 0), coalesce(counted.purged, 0), coalesce(counted.resealed, 0), coalesce(open.waiting, 0), coalesce(told.problems, 0),
           told.first, encode(head.hash, 'hex')
    from (select project_id from counted union select project_id from open union select project_id from told) as mentioned
    left join counted using (project_id) left join open using (project_id) left join told using (project_id)
    left join audit_head as head using (project_id) left join project using (project_id)
    order by mentioned.project_id;
end
$$;
comment on function audit_verify(text) is
    'Checks the audit chains, of one project or of all and the registry''s own: how many rows are chained, purged, waiting; how many are wrong, and the first of them. Call audit_lay first. The same as: patchbay audit verify [--project P].';
revoke execute on function audit_verify from public;
grant execute on function audit_verify to patchbay_admin;
