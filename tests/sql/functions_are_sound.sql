begin;
select plan(3);
select is_empty($$
    select p.oid::regprocedure::text from pg_proc p
    where p.pronamespace = 'patchbay'::regnamespace and p.prosecdef
    and not exists (select from unnest(p.proconfig) as setting where setting like 'search_path=%')
$$, 'a function that runs as its owner fixes its search_path');
select is_empty($$
    select p.oid::regprocedure::text from pg_proc p
    where p.pronamespace = 'patchbay'::regnamespace and has_function_privilege('public', p.oid, 'execute')
$$, 'no function may be executed by everybody');
create extension if not exists plpgsql_check;
select is_empty($$
    select p.oid::regprocedure::text, e.message
    from pg_proc p join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
    left join pg_trigger t on t.tgfoid = p.oid
    cross join lateral plpgsql_check_function_tb(p.oid, coalesce(t.tgrelid, 0), newtable => t.tgnewtable, oldtable => t.tgoldtable,
                                                 performance_warnings => false) as e
    where p.pronamespace = 'patchbay'::regnamespace and e.level = 'error' and not (p.proname = 'connection_record' and e.message like '%"changed"%')
$$, 'plpgsql_check finds no error');
select * from finish();
rollback;
