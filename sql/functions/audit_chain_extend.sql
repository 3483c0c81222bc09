-- Lays the chains over what has been committed since the last time, in the order of transactions; writers never wait for it. Only transactions older
-- than every one that is still open are taken, so that none can commit behind the horizon and be skipped: a writer that stays open holds
-- the chains up, and audit_verify counts what waits. Any daemon may call it, several at once too: they take turns.
-- At most i_limit rows a call; of a transaction that has more, the horizon waits for the last. One row back for every chain that grew.
create function audit_chain_extend(i_limit bigint[])
returns table (ordinal bigint, project_id bigint, rows bigint, "position" bigint, hash text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
    v_from xid8;
    v_until xid8;
    v_last xid8;
    v_low xid8;
    v_high xid8;
    v_taken bigint := 0;
    v_moved boolean;
    v_row record;
    v_project bigint;
    v_position bigint;
    v_hash bytea;
    v_rows bigint;
begin
    -- Nothing new is the usual answer, and then nothing is locked or written: a registry at rest rests.
    select audit_horizon.xact_id into v_from from audit_horizon;
    if not found then
        return; -- audit_verify says that it was removed
    end if;
    v_until := pg_snapshot_xmax(pg_current_snapshot());
    if v_from <= v_until
       and not exists (select from connection_revision as history where history.xact_id >= v_from and history.xact_id < v_until)
       and not exists (select from audit_event as event where event.xact_id >= v_from and event.xact_id < v_until) then
        return;
    end if;
    select audit_horizon.xact_id into v_from from audit_horizon for update;
    v_until := pg_snapshot_xmin(pg_current_snapshot());
    -- Dumped and loaded into another cluster, whose transactions count from the beginning: what lacks a link is found by looking at everything, once.
    -- Rows that came along with their links have numbers that this cluster is yet to come to; so no row is taken that has a link.
    v_moved := v_from > pg_snapshot_xmax(pg_current_snapshot());
    if v_until <= v_from and not v_moved then
        return;
    end if;
    v_low := case when v_moved then '0' else v_from end;
    v_high := case when v_moved then v_from end;
    for v_row in
        with chosen as (
            select candidate.* from (
                (select history.project_id, history.xact_id, null::bigint as event_id, history.connection_id, history.revision
                 from connection_revision as history
                 where history.xact_id >= v_low and history.xact_id < v_until
                   and not exists (select from audit_chain as link where link.project_id = history.project_id
                                   and link.connection_id = history.connection_id and link.revision = history.revision)
                 order by history.xact_id limit i_limit[1])
                union all
                (select event.project_id, event.xact_id, event.event_id, null, null from audit_event as event
                 where event.xact_id >= v_low and event.xact_id < v_until
                   and not exists (select from audit_chain as link where link.project_id = event.project_id and link.event_id = event.event_id)
                 order by event.xact_id limit i_limit[1])
                union all
                (select history.project_id, history.xact_id, null, history.connection_id, history.revision
                 from connection_revision as history
                 where history.xact_id >= v_high
                   and not exists (select from audit_chain as link where link.project_id = history.project_id
                                   and link.connection_id = history.connection_id and link.revision = history.revision)
                 order by history.xact_id limit i_limit[1])
                union all
                (select event.project_id, event.xact_id, event.event_id, null, null from audit_event as event
                 where event.xact_id >= v_high
                   and not exists (select from audit_chain as link where link.project_id = event.project_id and link.event_id = event.event_id)
                 order by event.xact_id limit i_limit[1])
            ) as candidate
            order by candidate.xact_id limit i_limit[1]
        )
        select chosen.*, case when event.event_id is null then history_digest(history) else audit_digest(event) end as digest,
               boxes_digest(history.secrets) as boxes, case when history.secrets <> '{}' then history.key_number end as key_number
        from chosen
        left join connection_revision as history on history.project_id = chosen.project_id and history.connection_id = chosen.connection_id
            and history.revision = chosen.revision
        left join audit_event as event on event.project_id = chosen.project_id and event.event_id = chosen.event_id
        order by chosen.project_id, chosen.xact_id, chosen.event_id nulls first, chosen.connection_id, chosen.revision
    loop
        v_taken := v_taken + 1;
        v_last := greatest(v_last, v_row.xact_id);
        if v_project is distinct from v_row.project_id then
            if v_project is not null then
                perform audit_head_move(v_project, v_position, v_hash);
                return query select 1::bigint, v_project, v_rows, v_position, encode(v_hash, 'hex');
            end if;
            v_project := v_row.project_id;
            v_rows := 0;
            select head.position, head.hash into v_position, v_hash from audit_head as head where head.project_id = v_project;
            if not found then
                v_position := 0;
                v_hash := audit_seed(v_project);
            end if;
        end if;
        v_position := v_position + 1;
        v_rows := v_rows + 1;
        v_hash := audit_link(v_hash, v_row.digest, v_row.boxes, v_row.key_number);
        insert into audit_chain (project_id, position, event_id, connection_id, revision, digest, boxes, key_number, hash)
        values (v_project, v_position, v_row.event_id, v_row.connection_id, v_row.revision, v_row.digest, v_row.boxes, v_row.key_number, v_hash);
    end loop;
    if v_project is not null then
        perform audit_head_move(v_project, v_position, v_hash);
        return query select 1::bigint, v_project, v_rows, v_position, encode(v_hash, 'hex');
    end if;
    -- Of the last transaction of a full portion some rows may be left.
    if v_taken < i_limit[1] then
        update audit_horizon set xact_id = v_until;
    elsif v_taken > 0 and not v_moved then
        update audit_horizon set xact_id = v_last;
    end if;
end
$$;
comment on function audit_chain_extend(bigint[]) is 'Lays the chains over what has been committed meanwhile, so many rows at most; says which chains grew, and their new ends.';
revoke execute on function audit_chain_extend from public;
grant execute on function audit_chain_extend to patchbay_worker;

create function audit_lay(rows bigint default 10000) returns bigint
language sql volatile security definer set search_path = patchbay, pg_temp
as $$
    select coalesce(sum(grown.rows), 0)::bigint from audit_chain_extend(array[audit_lay.rows]) as grown
$$;
comment on function audit_lay(bigint) is
    'Lays the audit trail''s chains over at most so many rows that were committed meanwhile; returns how many it were. The deployer does it every second.';
revoke execute on function audit_lay from public;
grant execute on function audit_lay to patchbay_admin;
