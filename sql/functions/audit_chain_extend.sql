-- Lays the chains over what has been committed since the last time, in the order of transactions; writers never wait for it. Only transactions older
-- than every one that is still open are taken, so that none can commit behind the horizon and be skipped: a writer that stays open holds
-- the chains up, and audit_verify counts what waits. Any daemon may call it, several at once too: they take turns.
-- About i_limit rows a call, a transaction always as a whole. One row back for every chain that grew.
create function audit_chain_extend(i_limit bigint[])
returns table (ordinal bigint, project_id bigint, rows bigint, "position" bigint, hash text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_from xid8;
    v_until xid8;
    v_last xid8;
    v_moved boolean;
    v_row record;
    v_project bigint;
    v_position bigint;
    v_hash bytea;
    v_rows bigint;
begin
    -- Nothing new is the usual answer, and then nothing is locked or written: a registry at rest rests.
    select audit_horizon.xact_id into v_from from audit_horizon;
    if v_from <= pg_snapshot_xmax(pg_current_snapshot())
       and not exists (select from connection_revision as history where history.xact_id >= v_from)
       and not exists (select from audit_event as event where event.xact_id >= v_from) then
        return;
    end if;
    select audit_horizon.xact_id into v_from from audit_horizon for update;
    v_until := pg_snapshot_xmin(pg_current_snapshot());
    -- Dumped and loaded into another cluster, whose transactions count from the beginning: what lacks a link is found by looking at everything, once.
    v_moved := v_from > pg_snapshot_xmax(pg_current_snapshot());
    if v_until <= v_from and not v_moved then
        return;
    end if;
    if not v_moved then
        select candidate.xact_id into v_last
        from (
            (select history.xact_id from connection_revision as history where history.xact_id >= v_from and history.xact_id < v_until
             order by history.xact_id limit i_limit[1])
            union all
            (select event.xact_id from audit_event as event where event.xact_id >= v_from and event.xact_id < v_until
             order by event.xact_id limit i_limit[1])
        ) as candidate
        order by candidate.xact_id offset i_limit[1] - 1 limit 1;
        if v_last is not null then
            v_until := (v_last::text::bigint + 1)::text::xid8;
        end if;
    end if;
    for v_row in
        select fresh.* from (
            select history.project_id, history.xact_id, null::bigint as event_id, history.connection_id, history.revision,
                   history_digest(history) as digest, boxes_digest(history.secrets) as boxes,
                   case when history.secrets <> '{}' then history.key_number end as key_number
            from connection_revision as history
            where case when v_moved then (history.xact_id < v_until or history.xact_id >= v_from) and not exists (
                           select from audit_chain as link where link.project_id = history.project_id and link.connection_id = history.connection_id
                                                             and link.revision = history.revision)
                  end
               or not v_moved and history.xact_id >= v_from and history.xact_id < v_until
            union all
            select event.project_id, event.xact_id, event.event_id, null, null, audit_digest(event), null, null
            from audit_event as event
            where case when v_moved then (event.xact_id < v_until or event.xact_id >= v_from) and not exists (
                           select from audit_chain as link where link.project_id = event.project_id and link.event_id = event.event_id)
                  end
               or not v_moved and event.xact_id >= v_from and event.xact_id < v_until
        ) as fresh
        order by fresh.project_id, fresh.xact_id, fresh.event_id nulls first, fresh.connection_id, fresh.revision
    loop
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
    update audit_horizon set xact_id = v_until;
end
$$;
comment on function audit_chain_extend(bigint[]) is 'Lays the chains over what has been committed meanwhile, about so many rows; says which chains grew, and their new ends.';
revoke execute on function audit_chain_extend from public;
grant execute on function audit_chain_extend to patchbay_worker;

create function audit_lay(rows bigint default 10000) returns bigint
language sql volatile security definer set search_path = patchbay, pg_temp
as $$
    select coalesce(sum(grown.rows), 0)::bigint from audit_chain_extend(array[audit_lay.rows]) as grown
$$;
comment on function audit_lay(bigint) is
    'Lays the audit trail''s chains over about so many rows that were committed meanwhile; returns how many it were. The deployer does it every second.';
revoke execute on function audit_lay from public;
grant execute on function audit_lay to patchbay_admin;
