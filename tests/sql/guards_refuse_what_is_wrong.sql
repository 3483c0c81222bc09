-- An administrator with psql is held to the same rules as the API.
begin;
\ir fixture.psql
select plan(36);
select pg_temp.make(:'manager', 'mail', '{"/password":"box"}'), pg_temp.make(:'manager', 'second'),
       pg_temp.make(:'manager', 'deep', '{"/headers/1/value":"box","/map/a~1b~0c":"box"}',
                    '{"headers":[{"value":"x"},{"value":null}],"map":{"a/b~c":null}}'),
       pg_temp.make(:'manager', 'named', '{"/hosts/[a]#2/password":"box"}',
                    '{"hosts":[{"name":"b"},{"name":"A","password":"x"},{"name":"a","password":null}]}') \g /dev/null
select is(place_path('{"a":{"b":[1,{"c":null}]}}', '/a/b/1/c'), '{a,b,1,c}', 'a place is a path');
select is(place_path('{"a":[{"name":"x"},{"key":"B~/"}]}', '/a/[B~0~1]'), '{a,1}', 'items are called by their key');
select is(place_path('{"a":[{"name":"X","key":"y"},{"name":"","key":"y"},{"name":null,"key":"y"}]}', '/a/[y]#2'), '{a,2}', 'who has a name is not called by its key');
select is(place_path('{"a":{"[x]":{"[x]#1":3}}}', '/a/[x]/[x]#1'), '{a,[x],[x]#1}', 'brackets in a key are no name');
select is(place_path('{"a":[{"name":"x"}]}', '/a/[x]#2'), null, 'what is not there has no path');
select is(place_path('{"a":[{"name":"x"}]}', '/a/[y]/b'), null, 'nor what would be in it');
select is(place_path('{"a":["x", 1, null, {"name":7}]}', '/a/[x]'), null, 'texts and numbers have no names');
set local role patchbay_admin;
select throws_ok($$ update connection set type = 'database' where name = 'mail' $$, 'PB001',
                 'Connection type can not be changed from email to database!', 'a type cannot change');
select throws_ok($$ update connection set name = 'SECOND' where name = 'mail' $$, '23505', 'Connection (name: SECOND) already exists!',
                 'a name is unique, letter case ignored');
select throws_ok($$ update connection set connection_id = gen_random_uuid() where name = 'mail' $$, 'PB001', null, 'an identity cannot change');
select throws_ok($$ update connection set project_id = project_id + 1 where name = 'mail' $$, 'PB001', null, 'a connection stays in its project');
select throws_ok($$ update connection set dialect = 'catalog', public_id = 'x' where name = 'mail' $$, 'PB001', null, 'a connection stays in its dialect');
select throws_ok($$ update connection set revision = 77 where name = 'mail' $$, 'PB001', null, 'a revision is not set by hand');
select throws_ok($$ update connection set name = 'a/b' where name = 'mail' $$, '23514', null, 'a name has no slash');
select throws_ok($$ update connection set name = ' mail' where name = 'mail' $$, '23514', null, 'a name has no leading space');
select throws_ok($$ update connection set name = E'a\nb' where name = 'mail' $$, '23514', null, 'a name has no control character');
select throws_ok($$ update connection set name = repeat('x', 256) where name = 'mail' $$, '23514', null, 'a name has at most 255 characters');
select lives_ok($$ update connection set name = repeat('ä', 255) where name = 'mail' $$, '255 are taken');
select throws_ok($$ update connection set settings = '[]' where name = 'second' $$, '23514', null, 'settings are an object');
select throws_ok($$ update connection set settings = '{"host":"a","password":"in the clear"}' where name = repeat('ä', 255) $$, 'PB001',
                 'settings hold null at /password: the value there is sealed', 'no value is written in the clear where one is sealed');
select throws_ok($$ update connection set settings = '{"host":"a"}' where name = repeat('ä', 255) $$, 'PB001', null, 'the null of a sealed value stays');
select lives_ok($$ update connection set settings = '{"port":26,"password":null}' where name = repeat('ä', 255) $$, 'what is not sealed may be changed');
select throws_ok($$ update connection set settings = '{"headers":[{"value":null}],"map":{"a/b~c":null}}' where name = 'deep' $$, 'PB001', null,
                 'an item with a sealed value keeps its place');
select throws_ok($$ update connection set settings = '{"headers":[{"value":"x"},{"value":null}],"map":{"a/b~c":1}}' where name = 'deep' $$, 'PB001', null,
                 'a key with a sealed value keeps its null');
select lives_ok($$ update connection set settings = '{"headers":[{"value":"y"},{"value":null}],"map":{"a/b~c":null,"d":1}}' where name = 'deep' $$,
                'and what is beside them may be changed');
select lives_ok($$ update connection set settings = '{"hosts":[{"name":"a"},{"name":"A","password":null}]}' where name = 'named' $$, 'items are known by their names');
select throws_ok($$ update connection set settings = '{"hosts":[{"name":"a"},{"name":"A","password":"y"}]}' where name = 'named' $$, 'PB001', null, 'and keep their nulls');
select throws_ok($$ update connection set settings = '{"hosts":[{"name":"a","password":null}]}' where name = 'named' $$, 'PB001', null, 'and their places');
select lives_ok($$ update connection set settings = '{"host":"b","password":null}' where name = 'second' $$, 'settings without boxes are free');
create function pg_temp.is_url(i_url text) returns boolean language plpgsql as $$
begin
    perform patchbay.worker_create('urls', 'w', i_url);
    raise exception using errcode = 'raise_exception'; -- and take it back
exception when check_violation then return false; when raise_exception then return true;
end
$$;
select environment_create('urls', 'TEST') \g /dev/null
select is(array(select url from unnest(array['http://h', 'https://h.example.com/', 'http://h:1', 'http://h:65535/a/b', 'http://[::1]', 'http://[::1]:80/x', 'http://10.0.0.1:8080'])
                as url where not pg_temp.is_url(url)), '{}', 'URLs of workers are taken');
select is(array(select url from unnest(array['', 'h', 'ftp://h', 'http://', 'http:///x', 'http://u:p@h', 'http://u@h', 'http://h?q', 'http://h/#f', 'http://h h', 'http://h:0',
                                             'http://h:65536', 'http://h:99999/', 'http://h:080', 'http://h:', 'http://h:x', 'http://[::1', 'http://a[b', 'HTTP://h',
                                             'http://' || repeat('h', 2000)]) as url where pg_temp.is_url(url)), '{}', 'and nothing else is');
select throws_ok($$ update connection set secrets = '{}' where name = 'second' $$, '42501', null, 'boxes are not the administrator''s');
select throws_ok($$ update connection_revision set changed_by = 'nobody' $$, '42501', null, 'history is not the administrator''s');
reset role;
select throws_ok($$ update connection_revision set changed_by = 'nobody' $$, 'PB002', null, 'history cannot be changed, whoever asks');
select throws_ok($$ delete from audit_event $$, 'PB002', null, 'the audit trail cannot be changed, whoever asks');
select throws_ok($$ truncate connection_revision $$, 'PB002', null, 'nor emptied');
select * from finish();
rollback;
