-- Settings of a PUT show null where a box is kept, and stay in their order.
begin;
\ir fixture.psql
select plan(9);
select is(settings_nulled('{"b":1,"a":{"y":"ü\n","x":[1,{"k":2.50,"j":[]}]},"c":null}', '{a,x,1,k}')::text, '{"b":1,"a":{"y":"ü\n","x":[1,{"k":null,"j":[]}]},"c":null}',
          'null at a path, all else as it was');
select is(settings_nulled('{"b":1}', '{c}')::text, '{"b":1}', 'what is not there stays so');
select is(settings_nulled('{"b":1}', '{b,c}')::text, '{"b":1}', 'and so does what has nothing in it');
select is(settings_kept('{"b":"/","a":"/"}', '{"/a":"box"}', '{"/a":true,"/b":true}')::text, '{"b":"/","a":null}', 'null where a box is kept');
select is(settings_kept('{"b":"/","a":"/"}', '{"/a":"box"}', '{"/a":false}')::text, '{"b":"/","a":"/"}', 'only where a default stands for it');
select is(settings_kept('{"l":[{"name":"b","d":"/"},{"name":"A","d":"/"}]}', '{"/l/[a]/d":"box"}', '{"/l/[a]/d":true}')::text,
          '{"l":[{"name":"b","d":"/"},{"name":"A","d":null}]}', 'in items as well');
select is(settings_kept('{"a":"/"}', '{"/b":"box"}', '{"/b":true}')::text, '{"a":"/"}', 'a place that is gone is no place');
select pg_temp.make(:'manager', 'files', '{"/dir":"box"}', '{"host":"a","dir":null}') \g /dev/null
select is(pg_temp.change(:'manager', 'files', settings => '{"host":"a","dir":"/"}', keep => '{"/dir":true}'), 'unchanged', 'a default that stands for a box changes nothing');
select pg_temp.change(:'manager', 'files', settings => '{"host":"b","dir":"/"}', keep => '{"/dir":true}') \g /dev/null
select is((select settings::text || secrets::text from connection where name = 'files'), '{"host":"b","dir":null}{"/dir": "box"}', 'and is never stored beside it');
select * from finish();
