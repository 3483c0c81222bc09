-- type_usage: how many connections of each type a project has.
begin;
\ir fixture.psql
select plan(5);
select project_create('Another') \g /dev/null
select is_empty($$ select * from type_usage where project = 'Fixture' $$, 'a project without connections uses no type');
select pg_temp.make(:'manager', 'a', '{"/password":"box"}') \g /dev/null
select pg_temp.make(:'manager', 'b') \g /dev/null
select pg_temp.make(:'manager', 'c', type => 'ldap') \g /dev/null
update connection set enabled = false where name = 'b';
select results_eq($$ select dialect, type, connections, enabled, sealed from type_usage where project = 'Fixture' $$,
    $$ values ('apinizer', 'email', 2::bigint, 1::bigint, 1::bigint), ('apinizer', 'ldap', 1, 1, 0) $$, 'each type has its line, in order');
select is_empty($$ select * from type_usage where project = 'Another' $$, 'projects are counted by themselves');
set local role patchbay_auditor;
select is((select sum(connections)::int from patchbay.type_usage where project = 'Fixture'), 3, 'auditors may count');
reset role;
delete from connection where name = 'c';
select is((select count(*)::int from type_usage where project = 'Fixture'), 1, 'a type that is used no more is gone');
select * from finish();
rollback;
