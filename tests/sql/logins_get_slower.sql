begin;
\ir fixture.psql
select plan(41);
\set verifier 'scrypt$32768$8$1$000102030405060708090a0b0c0d0e0f$7a8e34241db898d59175c696538c417467a975ffe569068425f16188d3159c58'
\set other 'scrypt$2$1$1$000102030405060708090a0b0c0d0e0f$7eba92921cb0de9e130bf748064da1eddcfc014a5b6032fd8e23a5f6fb1d76a9'
select user_create('alice', :'verifier'), user_create('bob', :'verifier', true), user_create('carol', :'other') \g /dev/null
update user_account set disabled_at = now() where name = 'carol';

create function pg_temp.digest(word text) returns bytea language sql as $$ select sha256(convert_to(word, 'UTF8')) $$;
-- "verifier or none, wait"
create function pg_temp.begun(name text, place text default 'here') returns text language sql as $$
    select case verifier when '' then 'none' else 'verifier' end || ' ' || wait_seconds from login_begin(array[name], array[pg_temp.digest(name || place)])
$$;
create function pg_temp.finish(name text, verifier text, session text default 'session', place text default 'here') returns boolean language sql as $$
    select opened from login_finish(array[name], array[pg_temp.digest(name || place)], array[verifier], array[pg_temp.digest(session)], '{3600}',
                                    '{192.0.2.1}', '{request}')
$$;
create function pg_temp.fails(name text, times integer, place text default 'here') returns void language sql as $$
    select pg_temp.finish(name, null, 'x', place) from generate_series(1, times)
$$;
create function pg_temp.later(seconds integer) returns void language sql as $$ update login_failure set last_at = last_at - seconds * interval '1 second' $$;

-- who gets in
select is(pg_temp.begun('alice'), 'verifier 0', 'a user''s verifier is given');
select is((select verifier from login_begin('{alice}', array[pg_temp.digest('x')])), :'verifier', 'as it is stored');
select is(pg_temp.begun('nobody'), 'none 0', 'for a name that nobody has there is none');
select is(pg_temp.begun('carol'), 'none 0', 'for a disabled user neither');
select is(pg_temp.begun('Alice'), 'none 0', 'letter case matters');
select ok(pg_temp.finish('alice', :'verifier'), 'who passed gets in');
select is((select count(*)::int from user_session where digest = pg_temp.digest('session') and expires_at = now() + interval '1 hour'), 1,
          'a session is there, for an hour');
select is((select outcome from caller_check(array[pg_temp.digest('session')])), 'ok', 'and is a credential');
select ok(not pg_temp.finish('alice', null, 'two'), 'who did not pass does not get in');
select ok(not pg_temp.finish('alice', :'other', 'two'), 'nor whose password was changed meanwhile');
select ok(not pg_temp.finish('carol', :'other', 'two'), 'nor who was disabled meanwhile');
select ok(not pg_temp.finish('nobody', :'verifier', 'two'), 'nor who was taken away meanwhile');
select is_empty($$ select from user_session where digest = pg_temp.digest('two') $$, 'and no session is there');
select results_eq($$ select actor, action, detail::text, request_id from audit_event where action like 'login%' order by event_id limit 3 $$,
                  $$ values ('user:alice', 'login', '{"address": "192.0.2.1"}', 'request'), ('user:alice', 'login.refused', '{"address": "192.0.2.1"}', 'request'),
                            ('user:alice', 'login.refused', '{"address": "192.0.2.1"}', 'request') $$, 'logins are audited');
select is_empty($$ select from audit_event where action = 'login.refused' and (actor || detail::text) ~ 'nobody' $$,
                'a name that nobody has is not written down: it may be a password');

-- delays
delete from login_failure;
select is(array(select login_delay(n)::text from generate_series(0, 14) as n),
          '{00:00:00,00:00:00,00:00:00,00:00:00,00:00:01,00:00:02,00:00:04,00:00:08,00:00:16,00:00:32,00:01:04,00:02:08,00:04:16,00:05:00,00:05:00}',
          'the delay doubles up to five minutes');
select is(login_delay(2147483647)::text, '00:05:00', 'and no further');
select pg_temp.fails('alice', 3) \g /dev/null
select is(pg_temp.begun('alice'), 'verifier 0', 'three failures are forgiven');
select pg_temp.fails('alice', 1) \g /dev/null
select is(pg_temp.begun('alice'), 'verifier 1', 'the fourth makes the next one wait a second');
select pg_temp.fails('alice', 2) \g /dev/null
select is(pg_temp.begun('alice'), 'verifier 4', 'the sixth four');
select is(pg_temp.begun('alice', 'elsewhere'), 'verifier 0', 'another address does not wait');
select is(pg_temp.begun('bob'), 'verifier 0', 'another name does not wait');
select pg_temp.later(2) \g /dev/null
select is(pg_temp.begun('alice'), 'verifier 2', 'time counts');
select is((select count(*)::int from login_failure), 1, 'asking counts no failure');
select pg_temp.later(3) \g /dev/null
select is(pg_temp.begun('alice'), 'verifier 0', 'after the delay one is let through');
select is(pg_temp.begun('alice'), 'verifier 4', 'and only one: the delay begins again at once');
select pg_temp.later(5) \g /dev/null
select is((select string_agg(wait_seconds::text, ',' order by ordinal)
           from login_begin('{alice,alice,bob,alice}', array[pg_temp.digest('alicehere'), pg_temp.digest('alicehere'), pg_temp.digest('bobhere'), pg_temp.digest('alicehere')])),
          '0,4,0,4', 'also of those that come in one call');
select pg_temp.later(5) \g /dev/null
select ok(pg_temp.finish('alice', :'verifier', 'three'), 'the right password');
select is_empty('select from login_failure', 'forgets the failures');
select is(pg_temp.begun('alice'), 'verifier 0', 'and the delay');
select pg_temp.fails('ghost', 9) \g /dev/null
select is(pg_temp.begun('ghost'), 'none 32', 'names that nobody has get slower likewise');
select pg_temp.later(86500) \g /dev/null
select is(pg_temp.begun('ghost'), 'none 0', 'after a day it is forgotten');
select pg_temp.fails('ghost', 1) \g /dev/null
select is((select failures from login_failure), 1, 'and counting begins again');
select is((select string_agg(opened::text, ',' order by ordinal)
           from login_finish('{alice,ghost,alice,alice}', array[pg_temp.digest('a'), pg_temp.digest('b'), pg_temp.digest('c'), pg_temp.digest('c')],
                             array[:'verifier', null, null, :'verifier'], array[pg_temp.digest('s1'), pg_temp.digest('s2'), pg_temp.digest('s3'), pg_temp.digest('s4')],
                             '{1,1,1,1}', '{null,null,null,null}', '{r,r,r,r}')), 'true,false,false,true', 'each of a batch has its own outcome');
select is((select failures from login_failure where digest = pg_temp.digest('b')), 1, 'failures of a batch are counted');
select is_empty($$ select from login_failure where digest = pg_temp.digest('c') $$, 'success after failure in one batch forgets it');

-- what is over is cleared away
insert into login_failure (digest, failures, last_at) values (pg_temp.digest('old'), 9, now() - interval '2 days');
insert into user_session (digest, user_id, expires_at) select pg_temp.digest('old'), user_id, now() - interval '2 hours' from user_account where name = 'alice';
select pg_temp.finish('alice', :'verifier', 'four') \g /dev/null
select is_empty($$ select from login_failure where digest = pg_temp.digest('old') $$, 'old failures are cleared away');
select is_empty($$ select from user_session where digest = pg_temp.digest('old') $$, 'old sessions as well');
insert into login_failure (digest, failures, last_at) values (pg_temp.digest('alicehere'), 2000000000, now() - interval '2 days');
select lives_ok($$ select pg_temp.fails('alice', 1) $$, 'a failure after a long time is the first again');
select is((select failures from login_failure where digest = pg_temp.digest('alicehere')), 1, 'whatever was counted before');

-- a new password ends sessions
select user_passwd('alice', :'other') \g /dev/null
select is((select outcome from caller_check(array[pg_temp.digest('session')])), 'invalid_token', 'another password ends every session');
select * from finish();
rollback;
