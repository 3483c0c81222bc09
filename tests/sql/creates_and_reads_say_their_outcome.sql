begin;
\ir fixture.psql
select plan(21);
select is(pg_temp.make(:'manager', 'mail', '{"/password":"box"}'), 'created', 'a connection is created');
select is(pg_temp.make(:'manager', 'MAIL'), 'name_taken', 'a name is taken whatever its letter case');
select is(pg_temp.make(:'manager', 'other', dry => true), 'checked', 'a dry creation is checked');
select is((select count(*)::int from connection where name = 'other'), 0, 'and writes nothing');
select is(pg_temp.make(:'viewer', 'other'), 'forbidden', 'who may only look creates nothing');
select is((select count(*)::int from audit_event where action = 'permission.refused'), 1, 'and is noted');
select is(pg_temp.make(:'nobody', 'other'), 'unknown_project', 'who may nothing is told of no project');
select is(pg_temp.make(sha256('x'), 'other'), 'invalid_token', 'a stranger is a stranger');
select is(pg_temp.make(:'manager', 'other', project => 'fixture'), 'unknown_project', 'letter case of projects matters');
select is(pg_temp.make(:'manager', 'other', '{"/password":"box"}', project_id => 987), 'identity', 'what was sealed for another project is not taken');
select is(pg_temp.make(:'manager', 'other', canary => 'forged'), 'wrong_key', 'a worker with a wrong key creates nothing');
select is(pg_temp.make(:'manager', 'second', key => 2, canary => 'another'), 'created', 'a new key is registered with its canary');
select is((select canary from key where key_number = 2), 'another', 'and kept');

select is(pg_temp.fetch(:'manager', 'Mail'), 'ok {"/password": "box"}', 'a manager gets the boxes');
select is((select count(*)::int from audit_event where action = 'secrets.read'), 1, 'which is noted');
select is(pg_temp.fetch(:'manager', 'mail', false), 'ok', 'who does not want them gets none');
select is(pg_temp.fetch(:'viewer', 'mail'), 'ok', 'who may not have them gets none');
select is((select count(*)::int from audit_event where action = 'secrets.read'), 1, 'and neither is noted');
select is(pg_temp.fetch(:'manager', 'nothing'), 'not_found', 'what is not there is not found');
update token set expires_at = now() where name = 'viewer';
select is(pg_temp.fetch(:'viewer', 'mail'), 'invalid_token', 'an expired token is refused');
select token_revoke(token_id) from token where name = 'manager' \g /dev/null
select is(pg_temp.fetch(:'manager', 'mail'), 'invalid_token', 'a revoked token is refused at once');
select * from finish();
rollback;
