-- What workers are to hold is written with every change, whoever makes it, and only who holds the lease is believed.
begin;
\ir fixture.psql
select plan(41);
-- Clocks: what lasts a second for a deployer is over at once here.
create function pg_temp.stand(i_worker text, i_name text) returns text language sql as $$
    select wanted || ' ' || wanted_revision || ' ' || coalesce(applied_revision::text, '-') || ' ' || state || coalesce(' ' || error, '')
    from patchbay.deployment_status where worker = i_worker and connection = i_name
$$;
create function pg_temp.claim(i_lease uuid, i_name text) returns text language sql as $$
    select string_agg(coalesce(worker, environment) || ' ' || state || ' ' || wanted || coalesce(' ' || revision, ''), ', ' order by environment, worker)
    from patchbay.deployment_claim(array[(select project_id from patchbay.project where name = 'Fixture')],
        array[(select connection_id from patchbay.connection_revision where name = i_name order by changed_at desc limit 1)], array[i_lease], '{10000}')
$$;
create function pg_temp.report(i_lease uuid, i_worker text, i_outcome text, i_error text default null, i_older boolean default false)
returns bigint language sql as $$
    select sum(told.believed)::bigint
    from patchbay.deployment join patchbay.worker using (worker_id)
    cross join lateral patchbay.deployment_report(array[project_id], array[connection_id], array[i_lease],
        array[jsonb_build_array(jsonb_build_object('worker', worker_id, 'generation', generation - i_older::int, 'present', wanted = 'present',
              'revision', wanted_revision, 'outcome', i_outcome, 'error', i_error, 'alive', i_outcome = 'applied'))],
        '{1000}', '{60000}', '{5000}', '{60000}') as told
    where worker.name = i_worker and lease_by = i_lease
$$;

select pg_temp.make(:'manager', 'first', '{"/password":"box"}') \g /dev/null
select is((select count(*)::int from deployment), 0, 'without workers nothing is written down');
select environment_create('live', 'PRODUCTION') \g /dev/null
select environment_create('idle', 'TEST') \g /dev/null
select environment_link('live', 'Fixture') \g /dev/null
set local role patchbay_admin;
select isnt_empty($$ select worker_create('live', 'one', 'http://one.example/base') $$, 'a worker is added');
select is(pg_temp.stand('one', 'first'), 'present 1 - desired', 'a new worker is to get everything that is there already');
select worker_create('live', 'two', 'https://two.example') \g /dev/null
select throws_ok($$ select worker_create('nowhere', 'x', 'http://x') $$, 'P0002', 'there is no environment nowhere', 'an environment that does not exist is refused');
select throws_ok($$ select worker_create('live', 'one', 'http://x') $$, '23505', 'worker one exists already', 'so is a second worker of a name');
select throws_ok($$ select worker_create('live', 'x', 'http://u:p@x/') $$, '23514', null, 'so is a URL with a password');
select throws_ok($$ select worker_create('live', 'x', 'ftp://x/') $$, '23514', null, 'and one that is not http');
select throws_ok($$ select credential from worker $$, '42501', null, 'the administrator sees no credential');
reset role;

select pg_temp.make(:'manager', 'mail', '{"/password":"box"}') \g /dev/null
select is(pg_temp.stand('one', 'mail'), 'present 1 - desired', 'a creation is wanted on every worker');
select is(pg_temp.stand('two', 'mail'), 'present 1 - desired', 'on the other too');
select is(pg_temp.claim('00000000-0000-0000-0000-000000000001', 'mail'), 'one claimed present 1, two claimed present 1', 'deliveries are claimed');
select is(pg_temp.claim('00000000-0000-0000-0000-000000000002', 'mail'), 'one held absent, two held absent', 'and nobody else gets them');
select is(pg_temp.report('00000000-0000-0000-0000-000000000002', 'one', 'applied'), null, 'who has no lease is not believed');
select is(pg_temp.report('00000000-0000-0000-0000-000000000001', 'one', 'applied'), 1::bigint, 'who has it is');
select is(pg_temp.stand('one', 'mail'), 'present 1 1 applied', 'the worker has it');
select is((select next_attempt_at from deployment join worker using (worker_id) join connection using (connection_id) where worker.name = 'one' and connection.name = 'mail'),
          null, 'and nothing is left to do');
select pg_temp.change(:'manager', 'mail', '{"/password":"other"}') \g /dev/null
select is(pg_temp.stand('one', 'mail'), 'present 2 1 desired', 'a change is wanted');
select is(pg_temp.report('00000000-0000-0000-0000-000000000001', 'two', 'applied', i_older => true), 1::bigint, 'a delivery that was overtaken is believed');
select is(pg_temp.stand('two', 'mail'), 'present 2 2 desired', 'but the newer one is still wanted');
select is(pg_temp.claim('00000000-0000-0000-0000-000000000003', 'mail'), 'one claimed present 2, two claimed present 2', 'and can be claimed');
select pg_temp.report('00000000-0000-0000-0000-000000000003', 'one', 'failed', 'http 503') \g /dev/null
select is(pg_temp.stand('one', 'mail'), 'present 2 1 failed http 503', 'a failure is told');
select ok(next_attempt_at between clock_timestamp() and clock_timestamp() + interval '1 second', 'and tried again soon')
from deployment join worker using (worker_id) join connection using (connection_id) where worker.name = 'one' and connection.name = 'mail';
select pg_temp.report('00000000-0000-0000-0000-000000000003', 'two', 'unknown', 'timeout') \g /dev/null
select is(pg_temp.stand('two', 'mail'), 'present 2 2 unknown timeout', 'what may have arrived is unknown');
update deployment set next_attempt_at = now() - interval '1 second' where lease_by is null and next_attempt_at is not null;
select is((select count(*)::int from deployment_take(array(select worker_id from worker where name = 'two'), '{00000000-0000-0000-0000-000000000004}', '{10000}', '{8}')),
          2, 'the deployer takes what is due for a worker');
select pg_temp.report('00000000-0000-0000-0000-000000000004', 'two', 'applied') \g /dev/null
select is(pg_temp.stand('two', 'mail'), 'present 2 2 applied', 'it arrives');
select ok((select next_attempt_at from deployment join worker using (worker_id) join connection using (connection_id)
           where worker.name = 'two' and connection.name = 'mail') > clock_timestamp(), 'and is repeated, since the doubtful one may come behind it');

select is(pg_temp.change(:'manager', 'mail', '{"/password":"other"}'), 'unchanged', 'a write that changes nothing');
select is(pg_temp.stand('two', 'mail'), 'present 2 2 desired', 'is delivered again');
select is((select count(*)::int from connection_revision where name = 'mail'), 2, 'without a new revision');

update worker set alive_until = clock_timestamp() - interval '1 second';
select pg_temp.claim('00000000-0000-0000-0000-000000000005', 'mail') \g /dev/null
select pg_temp.report('00000000-0000-0000-0000-000000000005', 'two', 'applied') \g /dev/null
update worker set alive_until = clock_timestamp() - interval '1 second';
select is(pg_temp.stand('two', 'mail'), 'present 2 2 unknown', 'a worker that has been silent for too long is unknown, never applied');
update worker set alive_until = clock_timestamp() + interval '1 hour';
update deployment set lease_by = gen_random_uuid(), lease_until = clock_timestamp() - interval '1 second' where worker_id in (select worker_id from worker where name = 'two');
select is(pg_temp.stand('two', 'mail'), 'present 2 2 unknown', 'so is what a deliverer left behind that died');
update deployment set lease_by = null, lease_until = null, doubtful_until = null;

set local role patchbay_admin;
update connection set enabled = false where name = 'mail';
select is(pg_temp.stand('one', 'mail'), 'absent 3 1 desired', 'a connection that is disabled by hand must go');
reset role;
select is(pg_temp.claim('00000000-0000-0000-0000-000000000006', 'mail'), 'one claimed absent 3, two claimed absent 3', 'its removal is claimed');
select pg_temp.report('00000000-0000-0000-0000-000000000006', 'one', 'applied') \g /dev/null
select is(pg_temp.stand('one', 'mail'), null, 'once it is gone nothing is left');
select is(pg_temp.stand('two', 'mail'), 'absent 3 2 desired', 'where it is not, it is still to go');
delete from connection where name = 'first';
select is(pg_temp.stand('one', 'first'), 'absent 2 - desired', 'a deletion is wanted everywhere');

select pg_temp.make(:'manager', 'other', '{"/password":"box"}') \g /dev/null
select is(deployment_redeploy(project => 'Fixture', "connection" => 'OTHER'), 2::bigint, 'one connection is deployed anew');
select ok(deployment_redeploy(worker => 'one') >= 2, 'or all of a worker');
set local role patchbay_admin;
delete from environment_project;
reset role;
select is(pg_temp.stand('one', 'other'), 'absent 1 - desired', 'where an environment is unlinked its workers lose the connections');
select environment_link('live', 'Fixture') \g /dev/null
select is(pg_temp.stand('one', 'other'), 'present 1 - desired', 'and get them back when it is linked again');
select worker_delete('one') \g /dev/null
select is((select count(*)::int from deployment join worker using (worker_id) where worker.name = 'one'), 0, 'a worker that is removed is forgotten');
select * from finish();
rollback;
