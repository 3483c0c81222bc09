-- The superuser, with triggers disabled, changes any one row of history or audit: it is found, and named. Committed, because chains are laid over what is
-- committed; each tampering is rolled back.
\ir fixture.psql
select no_plan();
select pg_temp.make(:'manager', 'mail', '{"/password":"box one"}') \g /dev/null
select pg_temp.change(:'manager', 'mail', '{"/password":"box two"}', name => 'post') \g /dev/null
select pg_temp.make(:'manager', 'other', settings => '{"a":1, "a":2,  "b":[]}') \g /dev/null
select pg_temp.fetch(:'manager', 'post') \g /dev/null
select pg_temp.change(:'viewer', 'post') \g /dev/null
delete from connection where name = 'other';
select outcome from connection_restore(array[:'manager'::bytea], '{apinizer}', '{Fixture}', '{other}', '{1}', '{null}', '{f}', '{request}') \g /dev/null

create function pg_temp.tell(i_project text default null) returns text language sql as $$
    select string_agg(format('%s %s+%s+%s+%s %s %s', name, linked, purged, resealed, waiting, problems, first), '; ' order by project_id)
    from patchbay.audit_verify(i_project)
$$;
-- What audit_verify says after a tampering, which is then undone.
create function pg_temp.after(i_tampering text) returns text language plpgsql as $$
declare
    v_told text;
begin
    perform set_config('session_replication_role', 'replica', true);
    execute i_tampering;
    perform set_config('session_replication_role', 'origin', true);
    select string_agg(first, '; ' order by project_id) into v_told from patchbay.audit_verify();
    raise exception using errcode = 'PBTST', message = coalesce(v_told, 'nothing');
exception when sqlstate 'PBTST' then
    return sqlerrm;
end $$;
-- One that changes a column of a row to something else.
create function pg_temp.another(i_column name, i_type text) returns text language sql as $$
    select format('%1$I = ', i_column) || case
        when i_type in ('text', 'character varying') then format('coalesce(%1$I, '''') || ''x''', i_column)
        when i_type in ('bigint', 'integer') then format('coalesce(%1$I, 0) + 1000', i_column)
        when i_type = 'boolean' then format('not %1$I', i_column)
        when i_type = 'timestamp with time zone' then format('coalesce(%1$I, now()) + interval ''1 microsecond''', i_column)
        when i_type = 'uuid' then 'gen_random_uuid()'
        when i_type = 'json' then format('(%1$I::text || '' '')::json', i_column)
        when i_type = 'jsonb' then format('coalesce(%1$I, ''{}'') || ''{"/x": "y"}''', i_column)
        when i_type = 'xid8' then format('(%1$I::text::bigint - 1)::text::xid8', i_column)
        when i_type = 'bytea' then format('sha256(%1$I)', i_column)
    end
$$;

select is((select sum(waiting)::int from audit_verify() where problems = 0),
          (select count(*)::int from connection_revision) + (select count(*)::int from audit_event), 'before it is laid, everything waits, and nothing is wrong');
select cmp_ok((select sum(rows)::int from audit_chain_extend('{3}')), '<', 12, 'chains are laid in portions');
select lives_ok($$ do $do$ begin while exists (select from patchbay.audit_chain_extend('{2}')) loop null; end loop; end $do$ $$, 'until nothing is left');
select ok((select bool_and(waiting = 0 and problems = 0 and first is null and length(head) = 64) from audit_verify()), 'then nothing waits and nothing is wrong');
select is((select sum(linked)::int from audit_verify()), (select count(*)::int from connection_revision) + (select count(*)::int from audit_event),
          'and every row is a link, once');
select is((select count(*)::int from audit_verify('Fixture')), 1, 'one project can be asked for');
select throws_like($$ select * from audit_verify('nothing') $$, 'there is no project nothing');

-- Every column of every table.
select isnt(pg_temp.after(format('update patchbay.%I set %s where ctid = (select ctid from patchbay.%I order by random() limit 1)', c.relname,
                                 pg_temp.another(a.attname, format_type(a.atttypid, null)), c.relname)), 'nothing', format('a changed %s.%s is found', c.relname, a.attname))
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.oid in ('connection_revision'::regclass, 'audit_event'::regclass) and a.attnum > 0 and not a.attisdropped
  and (c.relname, a.attname) not in (('connection_revision', 'restored_revision'), ('connection_revision', 'operation'), ('audit_event', 'event_id'), ('connection_revision', 'handle'));
select isnt(pg_temp.after($$ update connection_revision set restored_revision = 2 where operation = 'restore' $$), 'nothing', 'a changed restored_revision is found');
select isnt(pg_temp.after($$ update connection_revision set operation = 'create' where operation = 'update' $$), 'nothing', 'a changed operation is found');
select isnt(pg_temp.after($$ update connection_revision set handle = 'x' where operation = 'delete' $$), 'nothing', 'a changed handle is found');
select isnt(pg_temp.after(format('update audit_chain set %s where project_id = %s and revision = 1 and boxes is not null', pg_temp.another(a.attname, format_type(a.atttypid, null)), :project)),
            'nothing', format('a changed audit_chain.%s is found', a.attname))
from pg_attribute a
where a.attrelid = 'audit_chain'::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> 'event_id';

-- Every row, one at a time, changed or removed; and it is the one that is named.
select is(pg_temp.after(format($$ update audit_event set actor = 'nobody' where project_id = %s and event_id = %s $$, event.project_id, event.event_id)),
          format('event %s (link %s): it was changed', event.event_id, link.position), format('event %s, %s, changed', event.event_id, event.action))
from audit_event as event join audit_chain as link using (project_id, event_id);
select is(pg_temp.after(format($$ delete from audit_event where project_id = %s and event_id = %s $$, event.project_id, event.event_id)),
          format('event %s (link %s): it was removed', event.event_id, link.position), format('event %s, %s, removed', event.event_id, event.action))
from audit_event as event join audit_chain as link using (project_id, event_id);
select alike(pg_temp.after(format($$ update connection_revision set changed_by = 'nobody' where connection_id = '%s' and revision = %s $$, connection_id, revision)),
          format('revision %s of connection %s (link %s): it was changed', revision, connection_id, link.position), format('revision %s, changed', revision))
from connection_revision join audit_chain as link using (project_id, connection_id, revision);
select is(pg_temp.after(format($$ delete from connection_revision where connection_id = '%s' and revision = %s $$, connection_id, revision)),
          format('revision %s of connection %s (link %s): it was removed', revision, connection_id, link.position), format('revision %s, removed', revision))
from connection_revision join audit_chain as link using (project_id, connection_id, revision);

select alike(pg_temp.after($$ update connection_revision set secrets = '{"/password":"box one"}' where name = 'post' $$), '%its sealed values were changed',
            'boxes put back by hand are found');
select alike(pg_temp.after($$ insert into audit_event (project_id, actor, action, xact_id) select 0, 'nobody', 'login', xact_id from audit_event limit 1 $$),
            '%it was inserted behind the chain''s end', 'an event slipped in between is found');
select alike(pg_temp.after($$ insert into audit_event (project_id, actor, action, xact_id) values (0, 'nobody', 'login', '4611686018427387904') $$),
            '%it names a transaction that has not been', 'an event that would never be chained is found');
select alike(pg_temp.after($$ insert into connection_revision select (jsonb_populate_record(r, jsonb_build_object('revision', 77, 'connection_id', gen_random_uuid()))).* from connection_revision r limit 1 $$),
            '%it was inserted behind the chain''s end', 'a revision slipped in between is found');
select alike(pg_temp.after(format($$ delete from audit_chain where project_id = %s and position > 3 $$, :project)), '%it was inserted behind the chain''s end',
            'a chain cut off names the rows that lost their links');
select alike(pg_temp.after(format($$ with cut as (delete from audit_chain where project_id = 0 returning event_id) delete from audit_event using cut where audit_event.event_id = cut.event_id $$)),
            'the chain: its end was cut off: % links are missing', 'links and rows cut off together are missed at the end that is written down');
select alike(pg_temp.after($$ delete from audit_head $$), '%its end is not written down', 'an end that was wiped out is missed');
select alike(pg_temp.after($$ update audit_chain set hash = sha256(hash) where position = (select max(position) from audit_chain as c where c.project_id = audit_chain.project_id) $$),
            '%the chain itself was changed%', 'a changed last link is found');
select alike(pg_temp.after($$ delete from audit_chain where position = 2 $$), '%links before it are missing%', 'a link taken out is found');
select alike(pg_temp.after($$ update connection set description = 'quietly' where name = 'post' $$), '%the live connection is not what its newest revision says',
            'a connection changed behind the history''s back is found');
select alike(pg_temp.after($$ update connection set refers = '[{"kind": "keystore", "name": "x"}]' where name = 'post' $$),
             '%the live connection is not what its newest revision says', 'so are references that it names without anybody having said so');
select alike(pg_temp.after($$ update connection set secrets = '{"/password":"box one"}' where name = 'post' $$), '%the live connection is not what its newest revision says',
            'also one whose box was swapped');
select alike(pg_temp.after($$ delete from connection where name = 'post' $$), '%the connection is gone, and no deletion says so',
            'a connection taken away behind the history''s back is missed');
select alike(pg_temp.after($$ delete from connection_revision where name = 'post' $$), '%it was removed%', 'the newest revision of a connection cannot go unnoticed');

-- Rotation seals anew, and that is no tampering.
insert into key (key_number, canary) values (2, 'canary two');
select ok(key_boxes_put('history', :project, connection_id, 2, secrets, 2, '{"/password":"box two, anew"}'), 'a rotation') from connection_revision where name = 'post';
select ok((select bool_and(problems = 0) from audit_verify()), 'is not taken for tampering');
select is((select resealed::int from audit_verify('Fixture')), 1, 'but told');

-- A box says itself which key sealed it (\x01, 4 bytes of number): the column cannot say otherwise.
insert into key (key_number, canary) values (3, 'canary three');
select ok(boxes_are_of('{"/password":"AQAAAANtW/8g"}', 3) and not boxes_are_of('{"/password":"AQAAAANtW/8g"}', 2) and boxes_are_of('{}', 2), 'whose boxes they are');
select is(pg_temp.after($$ update connection_revision set key_number = 3, secrets = '{"/password":"AQAAAANtW/8g"}' where name = 'post' and revision = 2 $$), 'nothing',
          'one more rotation is no tampering');
select alike(pg_temp.after($$ update connection_revision set key_number = 3, secrets = '{"/password":"AQAAAAJtW/8g"}' where name = 'post' and revision = 2 $$),
             '%its key number was changed', 'a key number that is not the box''s is found');
select alike(pg_temp.after($$ update connection set key_number = 3, secrets = '{"/password":"AQAAAAJtW/8g"}' where name = 'post' $$),
             '%the live connection is not what its newest revision says', 'also that of the connection itself');
select alike(pg_temp.after($$ truncate audit_horizon $$), '%how far it is laid is not written down', 'without its horizon the chain would stand still: it is missed');

-- Purging: the chain vouches for it.
do $$ begin while exists (select from patchbay.audit_chain_extend('{100}')) loop null; end loop; end $$;
select is(history_purge(:project, now() - interval '1 day'), 0::bigint, 'nothing is that old');
select throws_like(format('select history_purge(%s, now() + interval ''1 day'')', :project), 'what is still to come cannot be purged');
select pg_sleep(0.01) \g /dev/null
select is(history_purge(:project, now() - interval '1 microsecond'), 3::bigint, 'all but the newest revision of live connections are purged');
select is((select string_agg(name || revision, ',' order by name) from connection_revision), 'other3,post2', 'which stay');
do $$ begin while exists (select from patchbay.audit_chain_extend('{100}')) loop null; end loop; end $$;
select is((select array[problems, purged] from audit_verify('Fixture')), '{0,3}', 'that is no tampering either');
select alike(pg_temp.after($$ delete from connection_revision where name = 'post' $$), '%it was removed', 'what was removed otherwise still is');
select alike(pg_temp.after($$ update audit_event set detail = detail || '{"positions": "{[1,1000)}"}' where action = 'history.purge' $$), '%it was %',
            'and a purge that is made to cover more covers nothing');
select alike(pg_temp.after($$ update audit_event set detail = detail || '{"positions": "nonsense"}' where action = 'history.purge' $$), '%it was %',
            'one that cannot be read, too');
select pg_temp.change(:'manager', 'post', '{"/password":"box three"}') \g /dev/null
select outcome from connection_delete(array[:'manager'::bytea], '{apinizer}', '{Fixture}', '{post}', '{null}', '{request}') \g /dev/null
select is((select history_purge(:project, now() - interval '1 microsecond')), 1::bigint, 'only what is chained already is purged');
do $$ begin while exists (select from patchbay.audit_chain_extend('{100}')) loop null; end loop; end $$;
select is((select history_purge(:project, now() - interval '1 microsecond', 1)), 1::bigint, 'in portions');
select is((select history_purge(:project, now() - interval '1 microsecond')), 1::bigint, 'a connection that was deleted before is purged whole');
do $$ begin while exists (select from patchbay.audit_chain_extend('{100}')) loop null; end loop; end $$;
select ok((select bool_and(problems = 0) from audit_verify()), 'and all is well');

-- The links of what was purged stay, and name it: nothing else may come to be called so, or it could never be chained.
select connection_id as gone from audit_chain where connection_id is not null
    and connection_id not in (select connection_id from connection_revision) limit 1 \gset
select is((select outcome from import_write(true, :project, :'gone', 0, 'apinizer', null, 'imported', 'email', null, null, null, true, true, '{"host":"a"}', 1,
                                            null, null, null, null)), 'moved', 'no import takes its id');
set role patchbay_admin;
select throws_ok(format($$ insert into connection (project_id, connection_id, dialect, name, type, settings, key_number)
                           values (%s, %L, 'apinizer', 'by hand', 'email', '{}', 1) $$, :project, :'gone'), 'PB001', null, 'nobody takes its id by hand');
select ok(connection_id_was_used(:project, :'gone') and not connection_id_was_used(:project, gen_random_uuid()), 'who imports it is told, and makes another');
reset role;
select lives_ok($$ do $do$ begin while exists (select from patchbay.audit_chain_extend('{100}')) loop null; end loop; end $do$ $$, 'so the chain goes on');

-- Only purging and rotating get past the guards.
select throws_ok($$ delete from connection_revision $$, 'PB002', null, 'nobody deletes history by hand');
set patchbay.purging = 'on';
select throws_ok($$ delete from connection_revision $$, 'PB002', null, 'not by saying so either');
reset patchbay.purging;
select throws_ok($$ update audit_chain set hash = '' $$, 'PB002', null, 'nor the chain');
select throws_ok($$ update audit_head set position = 1 $$, 'PB002', null, 'nor its end');

-- A database that was dumped and loaded elsewhere: transactions count from the beginning there.
set session_replication_role = replica;
update connection_revision set xact_id = '4611686018427387904' where false;
update audit_horizon set xact_id = '4611686018427387904';
insert into audit_event (project_id, actor, action, xact_id) values (0, 'before the dump', 'login', '4611686018427387905');
set session_replication_role = origin;
insert into audit_event (project_id, actor, action) values (0, 'after the dump', 'login');
do $$ begin while exists (select from patchbay.audit_chain_extend('{100}')) loop null; end loop; end $$;
select ok((select bool_and(problems = 0 and waiting = 0) from audit_verify()), 'a chain goes on in another cluster, with what was and was not chained');
select ok((select xact_id < '4611686018427387904' from audit_horizon), 'by its transactions');

-- What was chained before the dump has transactions that the new cluster is yet to come to; when it does, it is not chained again.
select set_config('session_replication_role', 'replica', false),
       (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 50)::text as later, pg_snapshot_xmax(pg_current_snapshot())::text as now \gset moved_
insert into audit_event (project_id, actor, action, xact_id) values (0, 'before the dump', 'login', :'moved_later');
update audit_horizon set xact_id = '4611686018427387904';
set session_replication_role = origin;
do $$ begin for turn in 1..60 loop perform pg_current_xact_id(); commit; end loop; end $$;
do $$ begin while exists (select from patchbay.audit_chain_extend('{100}')) loop null; end loop; end $$;
update audit_horizon set xact_id = :'moved_now';
insert into audit_event (project_id, actor, action) values (0, 'long after the dump', 'login');
select lives_ok($$ do $do$ begin while exists (select from patchbay.audit_chain_extend('{1}')) loop null; end loop; end $do$ $$,
                'nothing is chained a second time when transactions come to the numbers of before the dump');
select ok((select bool_and(problems = 0 and waiting = 0) from audit_verify()), 'and nothing is left out');

begin;
set local session_replication_role = replica;
insert into audit_event (project_id, actor, action, happened_at, xact_id)
select 0, 'before the dump', 'login', now() - interval '1 year', '4611686018427387904' from generate_series(1, 60000);
set local session_replication_role = origin;
select cmp_ok((select changes from activity_overview where project = 'Fixture'), '>', 0::bigint, 'what is going on is seen behind what was before a dump');
rollback;

-- Portions are found by index, whatever else there is: with the settings of a worker's session.
set plan_cache_mode = force_generic_plan;
set enable_seqscan = off;
insert into audit_event (project_id, actor, action) values (0, 'anybody', 'login');
select pg_stat_force_next_flush() \g /dev/null
select seq_scan as scans_before from pg_stat_user_tables where relid = 'audit_event'::regclass \gset
select sum(rows)::int as laid from audit_chain_extend('{100}') \gset
select pg_stat_force_next_flush() \g /dev/null
select is((select :laid || ' ' || (seq_scan - :scans_before) from pg_stat_user_tables where relid = 'audit_event'::regclass), '1 0', 'a portion is found without reading all of the trail');
reset plan_cache_mode;
reset enable_seqscan;

-- What administrators do by hand in other tables is audited.
set role patchbay_admin;
update token set name = 'renamed' where name = 'viewer';
update token set name = 'renamed' where name = 'renamed';
select environment_create('elsewhere', 'TEST') \g /dev/null
select worker_create('elsewhere', 'gateway', 'http://127.0.0.1:1/', gen_random_uuid()) \g /dev/null
update worker set url = 'http://127.0.0.1:2/' where name = 'gateway';
reset role;
select is((select string_agg(action || ' ' || (detail ->> 'fields') || ' ' || (detail -> 'row' ->> 'name') || ' ' || (detail ? 'digest'), ',' order by event_id)
           from audit_event where detail ->> 'by_hand' = 'true'),
          'token.update ["name"] renamed false,worker.update ["url"] gateway false', 'a token renamed by hand is noted, once, and a worker that is led elsewhere');
select * from finish();
