-- As each role. (Tests that reconnect over the socket are in tests/door; here the same rules, at once.)
begin;
select plan(16);
grant usage on schema patchbay to public;

select is_empty($$ select c.relname from pg_class c where c.relnamespace = 'patchbay'::regnamespace and c.relkind in ('r', 'v')
                   and (has_table_privilege('patchbay_worker', c.oid, 'select, insert, update, delete, truncate, references, trigger')
                        or has_any_column_privilege('patchbay_worker', c.oid, 'select, insert, update, references')) $$,
                'patchbay_worker has no right to any table or view');
select is_empty($$ select p.proname from pg_proc p where p.pronamespace = 'patchbay'::regnamespace
                   and has_function_privilege('patchbay_auditor', p.oid, 'execute') $$, 'patchbay_auditor may execute nothing');
select is_empty($$ select c.relname from pg_class c where c.relnamespace = 'patchbay'::regnamespace and c.relkind = 'r'
                   and (has_table_privilege('patchbay_auditor', c.oid, 'select, insert, update, delete, truncate')
                        or has_any_column_privilege('patchbay_auditor', c.oid, 'select, insert, update')) $$, 'patchbay_auditor reads no table');
select is_empty($$ select c.relname from pg_class c where c.relnamespace = 'patchbay'::regnamespace and c.relkind = 'v'
                   and not has_table_privilege('patchbay_auditor', c.oid, 'select') $$, 'patchbay_auditor reads every view');
select ok(not has_column_privilege('patchbay_admin', 'patchbay.connection', 'secrets', 'select'), 'patchbay_admin sees no box of a connection');
select ok(not has_column_privilege('patchbay_admin', 'patchbay.connection', 'secrets', 'update'), 'patchbay_admin writes no box');
select ok(not has_column_privilege('patchbay_admin', 'patchbay.connection_revision', 'secrets', 'select'), 'patchbay_admin sees no box of the past');
select ok(not has_table_privilege('patchbay_admin', 'patchbay.connection_revision', 'insert, update, delete, truncate'), 'patchbay_admin does not write history');
select ok(not has_table_privilege('patchbay_admin', 'patchbay.audit_event', 'insert, update, delete, truncate'), 'patchbay_admin does not write the audit trail');
select ok(not pg_has_role('patchbay_admin', 'patchbay_owner', 'member'), 'patchbay_admin is not the owner');
select ok(not pg_has_role('patchbay_worker', 'patchbay_owner', 'member'), 'patchbay_worker is not the owner');
select ok(not rolcanlogin, 'nobody logs in as patchbay_owner') from pg_roles where rolname = 'patchbay_owner';
select is_empty($$ select rolname from pg_roles where rolname like 'patchbay\_%' and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication) $$,
                'no role has rights over the cluster');

set local role patchbay_worker;
select throws_ok('select * from patchbay.connection', '42501', null, 'the worker cannot read the table');
select throws_ok($$ select patchbay.token_issue('x', 'y', '{}') $$, '42501', null, 'the worker cannot issue tokens');
set local role patchbay_admin;
select throws_ok('select secrets from patchbay.connection', '42501', null, 'the administrator cannot read boxes');
reset role;
select * from finish();
rollback;
