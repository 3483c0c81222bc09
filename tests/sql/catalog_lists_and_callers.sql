-- Catalog's part of the functions: who calls, how filters become conditions, what is kept of the calling client.
begin;
\ir fixture.psql
select plan(19);
select client_create('caller') as key \gset
select '/' || encode(sha256(convert_to(:'key', 'UTF8')), 'hex') || '/FIXTURE@Org' as caller,
       '/' || repeat('0', 64) || '/FIXTURE@Org' as keyless, '/' || encode(sha256(convert_to(:'key', 'UTF8')), 'hex') || '/OTHER@Org' as foreigner \gset

select is((select catalog_client(:'caller')), 'caller', 'a client is known by the digest of its key');
select is((select catalog_client(:'keyless')), null, 'and by nothing else');
select is((select catalog_project(:'caller')), :project::bigint, 'a project by its organisation');

create function pg_temp.enter(digest bytea, project text, permission text) returns text language sql as $$
    select outcome from patchbay.caller_enter(array[digest], array[project], array[permission], '{r}')
$$;
select is(pg_temp.enter(:'viewer', :'caller', null), 'ok', 'who may enter enters');
select is(pg_temp.enter(sha256('x'), :'keyless', null), 'invalid_token', 'the token is judged first');
select is(pg_temp.enter(:'viewer', :'keyless', null), 'invalid_client', 'then the client');
select is(pg_temp.enter(:'viewer', :'foreigner', null), 'unknown_project', 'then the organisation');
select is(pg_temp.enter(:'viewer', :'caller', 'CONNECTIONS:MANAGE'), 'forbidden', 'then the permission');
select is((select count(*)::int from audit_event where action = 'permission.refused' and project_id = :project), 1, 'which is noted');

create function pg_temp.make(caller text, digest bytea, id text, name text, settings json) returns text language sql as $$
    select outcome from patchbay.connection_create(array[digest], '{catalog}', array[caller], '{f}',
        array[(select p.project_id from patchbay.project p where p.name = 'Fixture')], array[gen_random_uuid()], '{1}', '{canary}',
        array[id], array[name], '{dfa}', '{null}', '{null}', '{null}', '{t}', '{t}', array[settings], '{null}', '{null}', '{r}')
$$;
select is(pg_temp.make(:'caller', :'manager', repeat('a', 24), 'one', '{"tags":{"t":["red","blue"]},"accountId":"7"}'), 'created', 'a connection is made');
select is(pg_temp.make(:'caller', :'manager', repeat('a', 24), 'two', '{}'), 'name_taken', 'an id only once');
select is((select created_client from connection where public_id = repeat('a', 24)), 'caller', 'and keeps the name of the client');
select throws_ok($$ update connection set created_client = 'other' where public_id = repeat('a', 24) $$, 'PB001', null, 'for ever')
from (select set_config('role', 'postgres', true)) as as_administrator;

create function pg_temp.listed(caller text, digest bytea, filters jsonb, orders jsonb default null, maximum bigint default 20) returns text language sql as $$
    select outcome || ' ' || coalesce(cardinality(string_to_array(ids, ',')), 0) || coalesce(' ' || total, '')
    from patchbay.connection_list(array[digest], '{catalog}', array[caller], array[filters], array[orders], '{0}', array[maximum])
$$;
select is(pg_temp.listed(:'caller', :'viewer', '[{"op":"like","field":"name","values":["o%"]},{"op":"tag_like","tag":"t","values":["r%"]},{"op":"in","member":"accountId","values":["7"]}]'),
          'ok 1', 'filters must all hold');
select is(pg_temp.listed(:'caller', :'viewer', '[{"op":"not_in","member":"nothing","values":["7"]}]'), 'ok 1', 'a negated filter takes what has no such member');
select is(pg_temp.listed(:'caller', :'viewer', '[{"op":"tagged","tag":"x"}]'), 'ok 0', 'a tag that is not there');
select is(pg_temp.listed(:'caller', :'viewer', '[{"op":"matches","field":"name","values":["("]}]'), 'bad_pattern 0', 'a bad expression is an outcome, not an error');
select is(pg_temp.listed(:'caller', :'viewer', '[{"op":"in","member":"x'')); drop table connection; --","values":["7"]}]', '[{"member":"'' desc"}]'), 'ok 0',
          'names are data');
select is(pg_temp.listed(:'caller', :'viewer', '[]', null, 0), 'ok 0 1', 'a limit of 0 only counts');
select * from finish();
rollback;
