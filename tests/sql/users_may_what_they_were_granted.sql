begin;
\ir fixture.psql
select plan(65);
\set verifier 'scrypt$2$1$1$000102030405060708090a0b0c0d0e0f$7eba92921cb0de9e130bf748064da1eddcfc014a5b6032fd8e23a5f6fb1d76a9'
select project_create('Second') \g /dev/null
select user_create('alice', :'verifier'), user_create('root', :'verifier', true) \g /dev/null
create function pg_temp.digest(word text) returns bytea language sql as $$ select sha256(convert_to(word, 'UTF8')) $$;
create function pg_temp.log_in(name text, session text, seconds integer default 3600) returns boolean language sql as $$
    select opened from login_finish(array[name], array[pg_temp.digest(name)],
        array['scrypt$2$1$1$000102030405060708090a0b0c0d0e0f$7eba92921cb0de9e130bf748064da1eddcfc014a5b6032fd8e23a5f6fb1d76a9'],
        array[pg_temp.digest(session)], array[seconds], '{null}', '{request}')
$$;
create function pg_temp.projects(session bytea) returns text language sql as $$
    select min(outcome) || coalesce(' ' || string_agg(name, ',' order by name), '') from project_list(array[session])
$$;
create function pg_temp.environments(session bytea, project text default null) returns text language sql as $$
    select min(outcome) || coalesce(' ' || string_agg(name, ',' order by name), '') from environment_list(array[session], array[project], '{request}')
$$;
create function pg_temp.token(permissions text[], name text default 'alice', project text default 'Fixture') returns bytea language sql as $$
    select sha256(convert_to(token_issue(project, 'personal', permissions, name), 'UTF8'))
$$;
select pg_temp.log_in('alice', 'a'), pg_temp.log_in('root', 'r') \g /dev/null
select pg_temp.digest('a') as alice, pg_temp.digest('r') as root \gset

-- a session
select is(pg_temp.projects(:'alice'), 'ok', 'a user without permissions is in no project');
select is(pg_temp.make(:'alice', 'mail'), 'unknown_project', 'and is not told that there is one');
select is(user_grant('alice', 'Fixture', '{CONNECTIONS:VIEW}'), '{CONNECTIONS:VIEW}', 'a permission is granted');
select is(pg_temp.projects(:'alice'), 'ok Fixture', 'the session that is open sees it');
select is(pg_temp.make(:'alice', 'mail'), 'forbidden', 'the permission is not that to write');
select is((select string_agg(action || ' ' || actor, ',' order by event_id) from audit_event where action = 'permission.refused'), 'permission.refused user:alice',
          'which is audited');
select is(user_grant('alice', 'Fixture', '{CONNECTIONS:MANAGE,CONNECTIONS:VIEW,CONNECTIONS:MANAGE}'), '{CONNECTIONS:MANAGE,CONNECTIONS:VIEW}', 'grants add up');
select is(pg_temp.make(:'alice', 'mail', '{"/password":"box"}'), 'created', 'and count at once');
select is((select updated_by from connection where name = 'mail'), 'user:alice', 'changes are noted as the user''s');
select is(pg_temp.make(:'alice', 'mail', project => 'Second'), 'unknown_project', 'only in that project');
select is(pg_temp.fetch(:'alice', 'mail'), 'ok {"/password": "box"}', 'secrets are shown to whom may');
select is(user_revoke('alice', 'Fixture', '{CONNECTIONS:MANAGE,SECRETS:VIEW}'), '{CONNECTIONS:VIEW}', 'a permission is taken');
select is(pg_temp.change(:'alice', 'mail'), 'forbidden', 'effective at once');
select is(pg_temp.fetch(:'alice', 'mail'), 'ok', 'also for secrets');
select is(user_revoke('alice', 'Fixture', '{CONNECTIONS:VIEW}'), '{}', 'the last one is taken');
select is(pg_temp.fetch(:'alice', 'mail'), 'unknown_project', 'and the user is no member any more');
select is(pg_temp.projects(:'alice'), 'ok', 'of any project');
select is(user_revoke('alice', 'Second', '{CONNECTIONS:VIEW}'), '{}', 'taking where nothing was given changes nothing');
select throws_ok($$ select user_grant('alice', 'Fixture', '{CONNECTIONS:EVERYTHING}') $$, '23514', null, 'an unknown permission is not granted');
select throws_ok($$ select user_revoke('alice', 'Fixture', '{CONNECTIONS:EVERYTHING}') $$, '23514', null, 'nor taken');
select throws_ok($$ select user_grant('alice', 'Nowhere', '{}') $$, 'P0002', 'there is no project Nowhere', 'an unknown project is told');
select throws_ok($$ select user_grant('nobody', 'Fixture', '{}') $$, 'P0002', 'there is no user nobody', 'an unknown user is told');
select throws_ok($$ select user_revoke('nobody', 'Fixture', '{}') $$, 'P0002', 'there is no user nobody', 'also when taking');
select throws_ok($$ select user_passwd('nobody', '') $$, 'P0002', 'there is no user nobody', 'and when changing a password');
select throws_ok($$ select user_create('alice', '') $$, '23505', 'user alice exists already', 'a name is one user''s');
select throws_ok($$ select user_create('dave', 'secret') $$, '23514', null, 'a password in the clear is refused');
select throws_ok(format($$ select user_create(%L, %L) $$, name, :'verifier'), '23514', null, 'not a name: ' || to_json(left(name, 20)))
from unnest(array['', ' dave', 'dave ', E'da\nve', repeat('a', 256)]) as name;
select results_eq($$ select action, detail->>'user' from audit_event where action like 'user.%' order by event_id limit 4 $$,
                  $$ values ('user.create', 'alice'), ('user.create', 'root'), ('user.grant', 'alice'), ('user.grant', 'alice') $$, 'all of it is audited');

-- personal tokens
select pg_temp.token(all_permissions()) as full, pg_temp.token('{CONNECTIONS:VIEW}') as narrow \gset
select is(pg_temp.fetch(:'full', 'mail'), 'unknown_project', 'a personal token may nothing that its user may not');
select user_grant('alice', 'Fixture', '{CONNECTIONS:MANAGE}') \g /dev/null
select is(pg_temp.change(:'full', 'mail'), 'updated', 'and what its user may');
select is(pg_temp.change(:'narrow', 'mail'), 'forbidden', 'narrowed it may less than its user');
select is(pg_temp.fetch(:'narrow', 'mail'), 'ok', 'but look: who may manage may look');
select is(pg_temp.fetch(pg_temp.token('{SECRETS:MANAGE,IDENTITY:VIEW}'), 'mail'), 'unknown_project', 'narrowed to what its user has not got it may nothing');
select is(array(select unnest(permissions_shared(token, held)) order by 1), shared, format('%s of a user with %s', token, held))
from (values ('{}'::text[], '{}'::text[], '{}'::text[]), ('{}', all_permissions(), '{}'), (all_permissions(), '{}', '{}'), (all_permissions(), null, '{}'),
             (all_permissions(), '{SECRETS:MANAGE}', '{SECRETS:MANAGE,SECRETS:VIEW}'),
             ('{CONNECTIONS:MANAGE}', '{CONNECTIONS:DEPLOY_UNDEPLOY}', '{CONNECTIONS:VIEW}'),
             ('{CONNECTIONS:MANAGE}', '{CONNECTIONS:VIEW}', '{CONNECTIONS:VIEW}'), ('{CONNECTIONS:VIEW}', '{SECRETS:VIEW}', '{}'),
             ('{CONNECTIONS:MANAGE,SECRETS:MANAGE}', '{SECRETS:MANAGE,IDENTITY:VIEW}', '{SECRETS:MANAGE,SECRETS:VIEW}')) as example (token, held, shared);
select user_grant('alice', 'Second', '{CONNECTIONS:MANAGE}') \g /dev/null
select is(pg_temp.projects(:'full'), 'ok Fixture', 'a token is of one project');
select is(pg_temp.projects(:'alice'), 'ok Fixture,Second', 'a session of all');
select user_revoke('alice', 'Fixture', all_permissions()) \g /dev/null
select is(pg_temp.change(:'full', 'mail'), 'unknown_project', 'what is taken from the user is taken from the token');
select user_grant('alice', 'Fixture', '{CONNECTIONS:MANAGE}') \g /dev/null

-- administrators
select environment_create('env', 'TEST') \g /dev/null
select is(pg_temp.projects(:'root'), 'ok Fixture,Second', 'an administrator is in every project');
select is(pg_temp.change(:'root', 'mail', settings => '{"host":"root"}'), 'updated', 'and may everything');
select is(pg_temp.environments(:'root'), 'ok env', 'also see all environments');
select is(pg_temp.environments(:'alice'), 'forbidden', 'a user may not');
select pg_temp.token(all_permissions(), 'root') as full_root, pg_temp.token('{CONNECTIONS:VIEW}', 'root') as narrow_root \gset
select is(pg_temp.environments(:'full_root'), 'ok env', 'an administrator''s token is one');
select is(pg_temp.environments(:'narrow_root'), 'forbidden', 'but not when it was narrowed');
select is(pg_temp.change(:'narrow_root', 'mail'), 'forbidden', 'then it may what it says');
select is(pg_temp.projects(:'full_root'), 'ok Fixture', 'in its project');

-- environments of projects
select is(pg_temp.environments(:'full', 'Fixture'), 'ok', 'a project has no environment at first');
select environment_link('env', 'Fixture'), environment_link('env', 'Fixture') \g /dev/null
select is(pg_temp.environments(:'full', 'Fixture'), 'ok env', 'until one is linked');
select is((select count(*)::int from audit_event where action = 'environment.link'), 1, 'which is audited, once');
select throws_ok($$ select environment_create('a,b', 'TEST') $$, '23514', null, 'a name with a comma could not be listed');

-- disabled
update user_account set disabled_at = now() where name = 'alice';
select is(pg_temp.projects(:'alice'), 'invalid_token', 'a disabled user''s session is worth nothing');
select is(pg_temp.fetch(:'full', 'mail'), 'invalid_token', 'nor are the tokens');
select is((select outcome from caller_check(array[:'full'::bytea])), 'invalid_token', 'for anything');
update user_account set disabled_at = null, is_admin = true where name = 'alice';
select is(pg_temp.environments(:'alice'), 'ok env', 'who becomes an administrator is one at once');
select * from finish();
rollback;
