begin;
\ir fixture.psql
select plan(8);
select project_create('Another') \g /dev/null
select pg_temp.make(:'manager', 'c' || number, jsonb_build_object('/password', 'box' || number)) from generate_series(1, 5) as number \g /dev/null
select pg_temp.make(:'manager', 'plain') \g /dev/null
select project_id as another from project where name = 'Another' \gset
\set zero '00000000-0000-0000-0000-000000000000'
set local role patchbay_worker;
select is((select count(*)::int from export_boxes(:project, :'zero', 100)), 6, 'rows without boxes are among them');
select is((select count(*)::int from export_boxes(:another, :'zero', 100)), 0, 'other projects'' rows are not');
select ok((select array_agg(connection_id) = array_agg(connection_id order by connection_id) from export_boxes(:project, :'zero', 100)), 'in the order of ids');
select results_eq(format('select connection_id from export_boxes(%s, (select max(connection_id::text)::uuid from export_boxes(%1$s, %L, 2)), 100)', :project, :'zero'),
    format('select connection_id from export_boxes(%s, %L, 100) offset 2', :project, :'zero'), 'the next portion goes on behind the last');
select throws_ok(format('select export_record(%s, %L)', :project, 'x'), '42501', null, 'what the trail says of it is the administrator''s to write');
reset role;
set local role patchbay_admin;
select throws_ok(format('select * from export_boxes(%s, %L, 1)', :project, :'zero'), '42501', null, 'the boxes are not the administrator''s to read');
select lives_ok(format('select export_record(%s, %L)', :project, 'digest of a key'), 'an export of secrets is noted');
select results_eq(format('select action, detail ->> %L from audit_event where project_id = %s and action like %L', 'recipient', :project, 'secrets.%'),
    $$ values ('secrets.export', 'digest of a key') $$, 'with who can open it');
reset role;
select * from finish();
rollback;
