-- Someone with nothing but psql can find their way: every object of the schema has a description.
begin;
select plan(9);

create function pg_temp.undescribed(i_objects text) returns setof text language plpgsql as $$
begin
    return query execute i_objects;
end $$;

select ok(obj_description('patchbay'::regnamespace) is not null, 'the schema is described');
select is_empty($$ select c.relname from pg_class c where c.relnamespace = 'patchbay'::regnamespace and c.relkind in ('r', 'v', 'p')
                   and obj_description(c.oid, 'pg_class') is null $$, 'every table and view is described');
select is_empty($$ select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
                   where c.relnamespace = 'patchbay'::regnamespace and c.relkind in ('r', 'v', 'p') and a.attnum > 0 and not a.attisdropped
                   and col_description(c.oid, a.attnum) is null $$, 'every column is described');
select is_empty($$ select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'patchbay'::regnamespace
                   and obj_description(p.oid, 'pg_proc') is null $$, 'every function is described');
select is_empty($$ select c.conrelid::regclass || '.' || c.conname from pg_constraint c
                   where c.connamespace = 'patchbay'::regnamespace and obj_description(c.oid, 'pg_constraint') is null $$,
                'every constraint is described');
select is_empty($$ select t.typname from pg_type t where t.typnamespace = 'patchbay'::regnamespace and t.typtype in ('d', 'e')
                   and obj_description(t.oid, 'pg_type') is null $$, 'every type is described');
select is_empty($$ select t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
                   where c.relnamespace = 'patchbay'::regnamespace and not t.tgisinternal and obj_description(t.oid, 'pg_trigger') is null $$,
                'every trigger is described');
select is_empty($$ select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indexrelid
                   where c.relnamespace = 'patchbay'::regnamespace
                   and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
                   and obj_description(i.indexrelid, 'pg_class') is null $$, 'every index that no constraint made is described');
select is_empty($$ select rolname from pg_roles where rolname like 'patchbay\_%' and shobj_description(oid, 'pg_authid') is null $$,
                'every role is described');
select * from finish();
rollback;
