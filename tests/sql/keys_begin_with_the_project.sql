-- So that the tables can later be distributed by project.
begin;
select plan(2);
select is_empty($$
    select i.indexrelid::regclass::text
    from pg_index i join pg_class c on c.oid = i.indrelid
    join pg_attribute p on p.attrelid = c.oid and p.attname = 'project_id' and not p.attisdropped
    where c.relnamespace = 'patchbay'::regnamespace and i.indisunique and c.relname <> 'project' and i.indkey[0] <> p.attnum
$$, 'primary and unique keys of every table that holds a project''s things begin with project_id');
select is_empty($$
    select c.conname from pg_constraint c where c.connamespace = 'patchbay'::regnamespace and c.conname !~ '^[a-z][a-z_]+$'
$$, 'every constraint has a name of ours');
select * from finish();
rollback;
