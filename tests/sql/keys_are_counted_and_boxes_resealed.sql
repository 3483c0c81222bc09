begin;
\ir fixture.psql
select plan(20);
select pg_temp.make(:'manager', 'mail', '{"/password":"box"}') \g /dev/null
select pg_temp.change(:'manager', 'mail', '{"/password":"two"}') \g /dev/null
select key_register(2, 'second') \g /dev/null
select throws_ok($$ select key_register(2, 'another') $$, '23505', 'the database knows another key 2', 'a key of a known number must be the same');
select is((select boxes from key_usage where number = 1), 3::bigint, 'boxes are counted, those of the history too');
select throws_ok('select key_retire(1)', '55006', '3 boxes still need key 1', 'a key that boxes need is not retired');
select is((select count(*)::int from key_boxes_take('connection', 0, '00000000-0000-0000-0000-000000000000', 0, 2, 10)
           where project_id = (select project_id from project where name = 'Fixture')), 1, 'rows of other keys are found');
select is((select count(*)::int from key_boxes_take('history', 0, '00000000-0000-0000-0000-000000000000', 0, 2, 10)
           where project_id = (select project_id from project where name = 'Fixture')), 2, 'those of the history too');
select ok(not key_boxes_put('connection', project_id, object_id, revision, '{"/password":"stale"}', 2, '{"/password":"new"}'), 'what changed meanwhile stays')
from key_boxes_take('connection', (select project_id from project where name = 'Fixture'), '00000000-0000-0000-0000-000000000000', 0, 2, 1);
select ok(key_boxes_put('connection', project_id, object_id, revision, secrets, 2, '{"/password":"new"}'), 'a row is sealed anew')
from key_boxes_take('connection', (select project_id from project where name = 'Fixture'), '00000000-0000-0000-0000-000000000000', 0, 2, 1);
select results_eq($$ select revision, key_number, secrets from connection where name = 'mail' $$,
    $$ values (2::bigint, 2, '{"/password":"new"}'::jsonb) $$, 'with its revision');
select is((select count(*)::int from connection_revision where name = 'mail'), 2, 'and without a trace in the history');
select ok(bool_and(key_boxes_put('history', project_id, object_id, revision, secrets, 2, jsonb_build_object('/password', 'h' || revision))), 'so is the history')
from key_boxes_take('history', (select project_id from project where name = 'Fixture'), '00000000-0000-0000-0000-000000000000', 0, 2, 10);
select throws_ok($$ select key_boxes_put('connection', 1, gen_random_uuid(), 1, '{"/a":"x"}', 2, '{"/b":"x"}') $$, 'PB003', null, 'boxes are neither added nor removed');
select is(array(select key_number from worker_hello() order by 1), array[1, 2], 'workers need both keys');
select lives_ok('select key_retire(1)', 'a key that no box needs is retired');
select is(array(select key_number from worker_hello() order by 1), array[2], 'and workers need it no more');
select is(pg_temp.make(:'manager', 'other', '{"/password":"box"}'), 'wrong_key', 'nothing is sealed with a retired key');
set local role patchbay_admin;
set local patchbay.resealing = 'on';
update connection set description = 'by hand' where name = 'mail';
select is((select revision from connection where name = 'mail'), 3::bigint, 'nobody else leaves the revision alone by saying so');
reset role;
set local role patchbay_worker;
select outcome from patchbay.connection_update(array[:'manager'::bytea], '{apinizer}', '{Fixture}', '{mail}', '{null}', '{f}', '{null}', '{null}', '{null}', '{null}', '{email}',
    '{null}', '{null}', '{unseen}', '{t}', '{t}', '{description}', '{"{}"}', '{null}', '{null}', '{null}', '{null}', '{null}', '{request}') \g /dev/null
reset role;
select is((select description from connection_revision where name = 'mail' and revision = 4), 'unseen', 'a worker that says so changes nothing behind the history''s back');
select is(array(select proname::text from pg_proc where pronamespace = 'patchbay'::regnamespace and prosecdef
                and prosrc ~ 'update (connection|material)\s' and prosrc !~ $$set_config\('patchbay.resealing', ''$$), '{}',
          'every function that updates rows with boxes takes back what a caller said');
-- Whatever an administrator wants a row to be, no refusal shows its boxes.
create function pg_temp.refusal(name text, service text, description text, enabled boolean, settings json, secrets jsonb, refers jsonb) returns text language plpgsql as $$
declare
    v_row record;
    v_detail text;
begin
    select project_id, connection_id, revision into v_row from patchbay.connection where connection.name = 'mail';
    perform patchbay.import_write(true, v_row.project_id, v_row.connection_id, v_row.revision, 'apinizer', null, refusal.name, 'email', refusal.service, null,
        refusal.description, refusal.enabled, true, refusal.settings, 2, refusal.secrets, '["/password"]', null, refusal.refers);
    return 'done';
exception when others then
    get stacked diagnostics v_detail = pg_exception_detail;
    return sqlerrm || coalesce(v_detail, '');
end $$;
set local role patchbay_admin;
select is(array(select distinct refusal from (values
        (repeat('x', 256), null, null, true, '{}', null, null), ('a/b', null, null, true, '{}', null, null), (null, null, null, true, '{}', null, null),
        ('mail', 'x', null, true, '{}', null, null), ('mail', null, repeat('x', 1001), true, '{}', null, null), ('mail', null, null, null, '{}', null, null),
        ('mail', null, null, true, null, null, null), ('mail', null, null, true, '[]', null, null), ('mail', null, null, true, '{}', '[1]', null),
        ('mail', null, null, true, '{}', null, '{}')) as wanted (name, service, description, enabled, settings, secrets, refers)
    cross join lateral pg_temp.refusal(name, service, description, enabled, settings::json, secrets::jsonb, refers::jsonb) as refusal),
    '{a connection cannot be so}', 'no refusal shows an administrator the boxes of a row');
reset role;
select throws_ok($$ update connection_revision set changed_by = 'x' $$, 'PB002', null, 'nor changes history');
select * from finish();
rollback;
