begin;
\ir fixture.psql
select plan(12);
select pg_temp.make(:'manager', 'mail', '{"/password":"box"}') \g /dev/null
set local role patchbay_admin;
update connection set description = 'by hand' where name = 'mail';
select is((select revision from connection where name = 'mail'), 2::bigint, 'a hand-written UPDATE counts the revision up');
select is((select updated_by from connection where name = 'mail'), session_user::text, 'and says who');
select is((select request_id from connection where name = 'mail'), null, 'and claims no request');
update connection set description = 'by hand' where name = 'mail';
select is((select revision from connection where name = 'mail'), 2::bigint, 'one that changes nothing is passed over');
select is((select count(*)::int from connection_revision), 2, 'and not recorded');
insert into connection (project_id, name, type, key_number) select project_id, 'made', 'email', 1 from project where name = 'Fixture';
select is((select revision from connection where name = 'made'), 1::bigint, 'a hand-written INSERT begins at revision 1');
delete from connection where name = 'mail';
select results_eq($$ select revision, operation, changed_by from connection_revision where name = 'mail' order by revision $$,
    format($$ values (1::bigint, 'create', 'token:%1$s'), (2, 'update', '%2$s'), (3, 'delete', '%2$s') $$,
           (select token_id from token where name = 'manager'), session_user), 'every change is in the history');
reset role;
select is((select secrets from connection_revision where name = 'mail' and operation = 'delete'), '{"/password":"box"}'::jsonb,
          'with what is needed to restore it');
set local role patchbay_admin;
insert into connection (project_id, name, type, key_number) select project_id, 'MAIL', 'email', 1 from project where name = 'Fixture';
select is((select count(*)::int from connection where handle = 'mail'), 1, 'the name of a deleted connection is free again');
insert into connection (project_id, name, type) select project_id, 'plain', 'email' from project where name = 'Fixture';
select is((select key_number from connection where name = 'plain'), 1, 'who writes by hand need not know of keys');
select throws_ok($$ update connection set key_number = null where name = 'plain' $$, '42501', null, 'but cannot make a connection forget its');
reset role;
set local session_replication_role = replica;
delete from connection;
delete from key;
set local session_replication_role = origin;
set local role patchbay_admin;
select throws_ok($$ insert into connection (project_id, name, type) select project_id, 'early', 'email' from project where name = 'Fixture' $$,
                 'PB001', 'the registry has no key yet, or it was retired in this moment', 'where there is none, that is said');
reset role;
select * from finish();
rollback;
