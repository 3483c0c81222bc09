-- Keystores and certificates, and the connections that name them.
begin;
\ir fixture.psql
select plan(83);
select token_issue('Fixture', 'keeper', '{SECRETS:MANAGE}') as keeper \gset
select sha256(convert_to(:'keeper', 'UTF8')) as keeper \gset

create function pg_temp.keep(digest bytea, name text, kind text default 'keystore', secrets jsonb default '{"/file":"box"}', dry boolean default false,
                             environments jsonb default '[{"environment":"production","alias":"one","format":"JKS"}]', project_id bigint default null,
                             key integer default 1, canary text default 'canary', project text default 'Fixture')
returns text language sql as $$
    select outcome from patchbay.material_create(array[digest], array[kind], array[project], array[dry],
        array[coalesce(project_id, (select p.project_id from patchbay.project p where p.name = 'Fixture'))], array[gen_random_uuid()], array[key], array[canary],
        array[name], '{null}', array[environments], array[secrets], '{request}')
$$;
create function pg_temp.certified(environment text, alias text) returns jsonb language sql as $$
    select jsonb_build_array(jsonb_build_object('environment', environment, 'alias', alias, 'subject', 'CN=a', 'valid_from', '2024-01-01T00:00:00.000Z',
                                                'valid_until', '9999-12-31T23:59:59.000Z', 'sha1_thumbprint', repeat('A', 40)))
$$;
create function pg_temp.change_material(digest bytea, name text, kind text default 'keystore', description text default null, secrets jsonb default '{"/file":"box"}',
                                        environments jsonb default '[{"environment":"production","alias":"one","format":"JKS"}]',
                                        revision bigint default null, key integer default 1)
returns text language sql as $$
    select outcome || coalesce(' ' || changed.revision, '') from patchbay.material as stored
    cross join lateral patchbay.material_update(array[digest], array[change_material.kind], '{Fixture}', array[stored.material_id], array[key],
        array[coalesce(change_material.revision, stored.revision)], array[change_material.description], array[change_material.environments],
        array[change_material.secrets], '{request}') as changed
    where stored.handle = lower(change_material.name) and stored.kind = change_material.kind
$$;
create function pg_temp.remove(digest bytea, name text, kind text default 'keystore', if_match text default null, project text default 'Fixture')
returns text language sql as $$
    select outcome || case outcome when 'in_use' then ' ' || user_count || ' ' || users::text else '' end
    from patchbay.material_delete(array[digest], array[kind], array[project], array[name], array[if_match], '{request}')
$$;
create function pg_temp.look(digest bytea, name text, kind text default 'keystore', purpose text default 'show', if_match text default null)
returns text language sql as $$
    select outcome || coalesce(' ' || secrets::text, '')
    from patchbay.material_read(array[digest], array[kind], '{Fixture}', array[name], array[purpose], array[if_match], '{request}')
$$;

-- Creating.
select is(pg_temp.keep(:'keeper', 'Store', dry => true), 'checked', 'a dry creation is checked');
select is(pg_temp.keep(:'keeper', 'Store'), 'created', 'a keystore is created');
select is(pg_temp.keep(:'keeper', 'STORE'), 'name_taken', 'a name is taken whatever its letter case');
select is(pg_temp.keep(:'keeper', 'store', 'certificate', environments => pg_temp.certified('production', 'one')), 'created', 'certificates have names of their own');
select is(pg_temp.keep(:'keeper', 'another', 'certificate', environments => pg_temp.certified('production', 'ONE')), 'alias_taken',
          'an alias is one certificate''s in an environment');
select is(pg_temp.keep(:'keeper', 'another', 'certificate', environments => pg_temp.certified('staging', 'ONE')), 'created', 'but may be another''s elsewhere');
select is(pg_temp.keep(:'manager', 'other'), 'forbidden', 'it takes SECRETS:MANAGE');
select is(pg_temp.keep(:'viewer', 'other'), 'forbidden', 'and nothing less');
select is((select count(*)::int from audit_event where action = 'permission.refused'), 2, 'refusals are noted');
select is(pg_temp.keep(:'nobody', 'other'), 'unknown_project', 'who may nothing is told of no project');
select is(pg_temp.keep(sha256('x'), 'other'), 'invalid_token', 'a stranger is a stranger');
select is(pg_temp.keep(:'keeper', 'other', project_id => 987), 'identity', 'what was sealed for another project is not taken');
select is(pg_temp.keep(:'keeper', 'other', canary => 'forged'), 'wrong_key', 'a worker with a wrong key creates nothing');
select is((select array_agg(action || ' ' || (detail ->> 'name') order by event_id) from audit_event where action like '%.create' and detail ? 'revision'),
          '{"keystore.create Store","certificate.create store","certificate.create another"}', 'creations are in the audit trail');

-- Reading.
select is(pg_temp.look(:'viewer', 'STORE'), 'ok', 'who may something in the project sees a keystore, without its boxes');
select is(pg_temp.look(:'viewer', 'store', 'certificate'), 'ok {"/file": "box"}', 'and a certificate whole');
select is(pg_temp.look(:'nobody', 'store'), 'unknown_project', 'who may nothing sees nothing');
select is(pg_temp.look(:'keeper', 'store', purpose => 'change'), 'ok {"/file": "box"}', 'a worker that is to change it gets the boxes');
select is(pg_temp.look(:'viewer', 'store', purpose => 'change'), 'forbidden', 'but not for anybody');
select is(pg_temp.look(:'keeper', 'nothing'), 'not_found', 'what is not there is not found');
select is(pg_temp.look(:'keeper', 'store', if_match => '2'), 'precondition_failed', 'a precondition is judged');
select results_eq($$ select outcome, name, handle from material_list(array[(select digest from token where name = 'viewer')], '{certificate}', '{Fixture}', '{null}', '{1}') $$,
                  $$ values ('ok', 'another', 'another') $$, 'a list comes in portions');
select results_eq($$ select outcome, name, handle from material_list(array[(select digest from token where name = 'viewer')], '{certificate}', '{Fixture}', '{another}', '{9}') $$,
                  $$ values ('ok', 'store', 'store') $$, 'each goes on where the last ended');
select results_eq($$ select outcome, name, secrets from material_list(array[(select digest from token where name = 'keeper')], '{keystore}', '{Fixture}', '{null}', '{9}') $$,
                  $$ values ('ok', 'Store', null::jsonb) $$, 'keystores are listed without boxes');
select results_eq($$ select outcome, name from material_list(array[(select digest from token where name = 'viewer')], '{keystore}', '{Fixture}', '{z}', '{9}') $$,
                  $$ values ('ok', null::text) $$, 'an empty portion still says its outcome');

-- Changing.
select is(pg_temp.change_material(:'keeper', 'store'), 'unchanged 1', 'what changes nothing keeps its revision');
select is(pg_temp.change_material(:'keeper', 'store', description => 'new'), 'updated 2', 'a change counts it up');
select is(pg_temp.change_material(:'keeper', 'store', description => 'newer', revision => 1), 'again 1', 'another revision than the one that was read is refused');
select is(pg_temp.change_material(:'keeper', 'store', description => 'newer', key => 2), 'again 2', 'so is another key');
select is(pg_temp.change_material(:'manager', 'store', description => 'newer'), 'forbidden 2', 'it takes SECRETS:MANAGE to change');
select is(pg_temp.change_material(:'keeper', 'store', 'certificate', environments => pg_temp.certified('production', 'one')), 'unchanged 1', 'dates compare as they were given');
select is(pg_temp.change_material(:'keeper', 'store', 'certificate', environments => pg_temp.certified('staging', 'one')), 'alias_taken 1', 'an alias cannot be taken over');
select is(pg_temp.change_material(:'keeper', 'store', 'certificate', environments => pg_temp.certified('testing', 'one')), 'updated 2', 'environments are replaced');
select is((select array_agg(environment) from material_environment join material using (project_id, material_id) where name = 'store'), '{testing}', 'all of them');
select is((select array_agg(action || ' ' || (detail ->> 'revision') order by event_id) from audit_event where action like '%.update'),
          '{"keystore.update 2","certificate.update 2"}', 'changes are in the audit trail');

-- References.
select is(pg_temp.make(:'manager', 'kafka', refers => '[{"kind":"keystore","name":"nothing"},{"kind":"keystore","name":"STORE"},{"kind":"certificate","name":"nothing"}]'),
          'reference_missing 0,2', 'a connection that names what is not there is not created');
select is(pg_temp.make(:'manager', 'kafka', dry => true, refers => '[{"kind":"keystore","name":"another"}]'), 'checked 0', 'a dry creation says so too: a certificate is no keystore');
select is(pg_temp.make(:'manager', 'kafka', settings => '{"keyStoreName":"STORE"}', refers => '[{"kind":"keystore","name":"STORE"},{"kind":"keystore","name":"store"}]'), 'created',
          'one that names what is there is created');
select is((select count(*)::int from connection_reference), 1, 'and the reference is recorded, once');
select is(pg_temp.remove(:'keeper', 'store'), 'in_use 1 ["kafka"]', 'what a connection names is not deleted');
select is(pg_temp.change(:'manager', 'kafka', refers => '[{"kind":"certificate","name":"gone"}]'), 'reference_missing 0', 'nor can a connection be changed to name what is not there');
select is(pg_temp.change(:'manager', 'kafka', needs => '[{"any":["/p"]}]', refers => '[{"kind":"certificate","name":"gone"}]'), 'secret_missing 0 0', 'all that is wrong is told together');
select is(pg_temp.change(:'manager', 'kafka', settings => '{"keyStoreName":"store"}'), 'updated', 'a change that says nothing of references');
select is((select count(*)::int from connection_reference), 1, 'leaves them as they are');
select is(pg_temp.change(:'manager', 'kafka', settings => '{"keyStoreName":"store","other":"another"}', refers => '[{"kind":"keystore","name":"store"},{"kind":"certificate","name":"another"}]'),
          'updated', 'a further one');
select is((select count(*)::int from connection_reference), 2, 'is added');
select is(pg_temp.remove(:'keeper', 'another', 'certificate'), 'in_use 1 ["kafka"]', 'and holds');
select is(pg_temp.change(:'manager', 'kafka', settings => '{"other":"another"}', refers => '[{"kind":"certificate","name":"another"}]'), 'updated', 'one that is not named any more');
select results_eq('select name from connection_reference join material using (project_id, material_id)', $$ values ('another') $$, 'is dropped');
select is(pg_temp.remove(:'keeper', 'store', if_match => '1'), 'precondition_failed', 'a deletion honours its precondition');
select is(pg_temp.remove(:'manager', 'store'), 'forbidden', 'it takes SECRETS:MANAGE to delete');
select is(pg_temp.remove(:'keeper', 'store'), 'deleted', 'what no connection names is deleted');
select is(pg_temp.remove(:'keeper', 'store'), 'not_found', 'once');
select is((select array_agg(actor) from audit_event where action = 'keystore.delete'), array['token:' || (select token_id from token where name = 'keeper')],
          'the deletion is in the audit trail, with who asked');
select is(pg_temp.keep(:'keeper', 'store'), 'created', 'and its name is free');
select is(pg_temp.change(:'manager', 'kafka', settings => '{"other":"another"}', refers => '[{"kind":"certificate","name":"another"}]'), 'unchanged', 'naming the same again changes nothing');

-- Restoring.
create function pg_temp.restore(digest bytea, name text, revision bigint) returns text language sql as $$
    select outcome || case outcome when 'reference_missing' then ': ' || missing else '' end
    from patchbay.connection_restore(array[digest], '{apinizer}', '{Fixture}', array[name], array[revision], '{null}', '{f}', '{request}')
$$;
select is(pg_temp.remove(:'keeper', 'store'), 'deleted', 'with the keystore gone');
select is(pg_temp.restore(:'manager', 'kafka', 3), 'reference_missing: [{"kind": "keystore", "name": "store"}]', 'a revision that names it does not come back');
select is(pg_temp.keep(:'keeper', 'store'), 'created', 'with one of that name there again');
select is(pg_temp.restore(:'manager', 'kafka', 3), 'updated', 'it does');
select is((select count(*)::int from connection_reference), 2, 'with its references');
select is(pg_temp.restore(:'manager', 'kafka', 4), 'updated', 'and the later one');
select is((select count(*)::int from connection_reference), 1, 'with its own');

-- By hand.
set local role patchbay_admin;
select throws_like($$ delete from material where name = 'another' $$, 'the certificate another is used by connections: kafka', 'an administrator does not delete what is in use either');
select throws_ok($$ update material set name = 'other' where name = 'another' $$, '42501', null, 'nor rename it');
select throws_ok($$ select secrets from material $$, '42501', null, 'nor see boxes');
select throws_ok($$ insert into material (project_id, kind, name, key_number) values (1, 'keystore', 'mine', 1) $$, '42501', null, 'nor make one that holds nothing');
select throws_ok($$ delete from connection_reference $$, '42501', null, 'nor make it look unused');
select throws_like($$ update connection set settings = '{"other":"store"}' where name = 'kafka' $$, 'refers lists%', 'which certificate a connection names is told in refers, too');
select throws_like($$ update connection set settings = '{"other":"gone"}', refers = '[{"kind":"keystore","name":"gone"}]' where name = 'kafka' $$,
                   'connection kafka names%not there', 'and must be there');
select lives_ok($$ update connection set settings = '{"other":"STORE"}', refers = '[{"kind":"keystore","name":"STORE"}]' where name = 'kafka' $$, 'one that is there');
select results_eq('select name from connection_reference join material using (project_id, material_id)', $$ values ('store') $$, 'is recorded');
select lives_ok($$ update connection set settings = '{"other":"ANOTHER","more":1}', refers = '[{"kind":"certificate","name":"another"}]' where name = 'kafka' $$, 'and so back');
select throws_like($$ insert into connection (project_id, name, type, settings, key_number, refers)
                      select project_id, 'made', 'kafka', '{"a":"gone"}', 1, '[{"kind":"keystore","name":"gone"}]' from project where name = 'Fixture' $$,
                   'connection made names%', 'a hand-written connection names what is there');
select lives_ok($$ update connection set settings = '{}', refers = null where name = 'kafka' $$, 'what names nothing any more');
select is_empty('select 1 from connection_reference', 'uses nothing');
update connection set settings = '{"other":"another"}', refers = '[{"kind":"certificate","name":"another"}]' where name = 'kafka';
update material set description = 'by hand' where name = 'another';
select results_eq($$ select revision, updated_by = session_user, request_id is null from material where name = 'another' $$, $$ values (2::bigint, true, true) $$,
                  'a description changed by hand counts, and says who');
delete from connection where name = 'kafka';
select lives_ok($$ delete from material where name = 'another' $$, 'with its last user gone it may go');
select is((select array_agg(actor || ' ' || (detail ->> 'by_hand')) from audit_event where action = 'certificate.delete'), array[session_user || ' true'], 'which is in the audit trail');
reset role;
select throws_ok($$ update material set name = 'other' where name = 'store' $$, 'PB001', null, 'nobody renames');
select pg_temp.make(:'manager', 'kafka', refers => '[{"kind":"keystore","name":"store"}]') \g /dev/null
select throws_ok($$ delete from material where kind = 'keystore' $$, '23503', null, 'the database itself holds what is in use, whoever asks');
set local role patchbay_owner;
select throws_ok($$ delete from patchbay.material where kind = 'keystore' $$, '23503', null, 'also against its own owner');
reset role;
select results_eq($$ select used_by from keystore_overview $$, $$ values ('{kafka}'::text[]) $$, 'the views tell who uses what');
select * from finish();
rollback;
