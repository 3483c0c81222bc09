begin;
\ir fixture.psql
select plan(35);
select pg_temp.make(:'manager', 'mail', '{"/password":"box", "/other":"gone"}'), pg_temp.make(:'manager', 'second') \g /dev/null

select is(pg_temp.change(:'manager', 'mail', '{"/password":"box", "/other":"gone"}'), 'unchanged', 'what changes nothing changes nothing');
select is((select revision from connection where name = 'mail'), 1::bigint, 'and keeps the revision');
select is((select count(*)::int from connection_revision), 2, 'and writes no history');
select is(pg_temp.change(:'manager', 'mail', '{"/password":"box", "/other":"gone"}', '{"password":null,"host":"a"}'), 'unchanged',
          'the order of members is no change');
select is(pg_temp.change(:'manager', 'MAIL', '{"/password":"new"}'), 'updated', 'a new box is a change, by a name in any letter case');
select is((select secrets from connection where name = 'mail'), '{"/password":"new"}'::jsonb, 'what is not kept is dropped');
select is((select revision from connection where name = 'mail'), 2::bigint, 'the revision counts up');
select is(pg_temp.change(:'manager', 'mail', keep => '["/password"]', settings => '{"host":"b","password":null}'), 'updated', 'a listed box is kept');
select is((select secrets from connection where name = 'mail'), '{"/password":"new"}'::jsonb, 'as it was');
select is(pg_temp.change(:'manager', 'mail', keep => '["/password"]', needs => '[{"any":["/password"]}]', settings => '{"host":"b","password":null}'),
          'unchanged', 'a need that the stored box meets is met');
select is(pg_temp.change(:'manager', 'mail', needs => '[{"any":["/a","/password"]}]'), 'secret_missing 0', 'a box that is not kept meets no need');
select is(pg_temp.change(:'manager', 'mail', keep => '["/password"]', needs => '[{"any":["/password"]},{"any":["/x","/y"]},{"any":["/z"],"given":"/password"},{"any":["/z"],"given":"/w"}]'),
          'secret_missing 1,2', 'needs that are not met are named; one that is not asked for is not');
select is(pg_temp.change(:'manager', 'mail', dry => true, needs => '[{"any":["/x"]}]'), 'checked 0', 'a dry update says them too');
select is(pg_temp.change(:'manager', 'mail', if_match => '2,9', settings => '{"host":"c"}'), 'precondition_failed', 'another revision is refused');
select is(pg_temp.change(:'manager', 'mail', if_match => '', settings => '{"host":"c"}'), 'precondition_failed', 'an empty list matches nothing');
select is(pg_temp.change(:'manager', 'mail', if_match => '3,9', settings => '{"host":"c"}'), 'updated', 'one of a list is enough');
select is(pg_temp.change(:'manager', 'mail', if_match => '*', settings => '{"host":"d"}'), 'updated', 'a star matches any');
select is(pg_temp.change(:'manager', 'mail', type => 'database'), 'type_changed', 'a type cannot change');
select is(pg_temp.change(:'manager', 'mail', '{"/password":"x"}', key => 7), 'identity', 'boxes of another key are not taken');
select is(pg_temp.change(:'manager', 'mail', name => 'SECOND'), 'name_taken', 'a name that another has is refused');
select is(pg_temp.change(:'manager', 'mail', name => 'Mail', settings => '{"host":"d"}'), 'updated', 'a connection may change its own letter case');
select is(pg_temp.change(:'manager', 'mail', settings => '{"host":"d"}'), 'unchanged', 'and keeps it when no name is given');
select is(pg_temp.change(:'manager', 'mail', name => 'post', settings => '{"host":"d"}'), 'updated', 'a rename');
select is(pg_temp.change(:'manager', 'mail'), 'not_found', 'leaves the old name free');
select is(pg_temp.change(:'viewer', 'post'), 'forbidden', 'who may only look changes nothing');
select is(pg_temp.change(:'nobody', 'post'), 'unknown_project', 'who may nothing is told of no project');
select is(pg_temp.change(sha256('x'), 'post'), 'invalid_token', 'a stranger is a stranger');

-- The same row twice in one call, and a neighbour that is refused.
create temporary table both_outcomes as
select * from connection_update(array[:'manager', :'manager', :'manager']::bytea[], '{apinizer,apinizer,apinizer}', '{Fixture,Fixture,Fixture}',
    '{post,POST,nothing}', '{null,null,null}', '{f,f,f}', '{null,null,null}', '{null,null,null}', '{null,null,null}', '{null,null,null}',
    '{email,email,email}', '{null,null,null}', '{null,null,null}', '{null,null,null}', '{t,t,t}', '{t,t,t}', '{null,null,null}', array['{"host":"e"}', '{"host":"f"}', '{"host":"g"}']::json[],
    '{null,null,null}', '{null,null,null}', '{null,null,null}', '{null,null,null}', '{null,null,null}', '{r,r,r}');
select results_eq('select ordinal, outcome from both_outcomes order by ordinal',
    $$ values (1::bigint, 'updated'), (2, 'again'), (3, 'not_found') $$, 'the same row twice in one call: the second is to ask again');
select is((select settings ->> 'host' from connection where name = 'post'), 'e', 'and only the first was written');

-- Changes of some members only.
select pg_temp.make(:'manager', 'part', '{"/a/x":"1", "/b":"2", "/c~1d":"3"}', '{"a":{"x":null,"y":1},"b":null,"c/d":null,"e":5}') \g /dev/null
select is(pg_temp.change(:'manager', 'part', fields => '', settings => '{"e":6}'), 'updated', 'one member is replaced');
select results_eq($$ select settings::jsonb, secrets from connection where name = 'part' $$,
    $$ values ('{"a":{"x":null,"y":1},"b":null,"c/d":null,"e":6}'::jsonb, '{"/a/x":"1", "/b":"2", "/c~1d":"3"}'::jsonb) $$, 'and all else stays');
select is(pg_temp.change(:'manager', 'part', fields => '', settings => '{"a":{"z":2}}', removed => '["c/d"]'), 'updated', 'one is replaced, one removed');
select results_eq($$ select settings::jsonb, secrets from connection where name = 'part' $$,
    $$ values ('{"a":{"z":2},"b":null,"e":6}'::jsonb, '{"/b":"2"}'::jsonb) $$, 'with the boxes in them');
select is(pg_temp.change(:'manager', 'part', fields => '', settings => '{"b":null}', keep => '["/b"]'), 'unchanged', 'a box that is listed is kept');
select is((select matches_revision('2;!3,u5', 2, now()) and not matches_revision('2;!2', 2, now()) and not matches_revision('!*', 2, now())
           and matches_revision('9,u1500', 2, to_timestamp(1.5))), true, 'preconditions have clauses, negations and moments');
select * from finish();
rollback;
