-- A path's name for history: it means the live connection of that name; else the connection of that UUID, live or deleted; else the one of that name
-- that was deleted last.
create function connection_find(i_project_id bigint, i_dialect text, i_handle text) returns uuid
language sql stable
as $$
    select coalesce(
        (select connection.connection_id from connection
         where connection.project_id = i_project_id and connection.dialect = i_dialect and connection.handle = handle_of(i_dialect, i_handle)),
        (select history.connection_id from connection_revision as history
         where i_handle ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
           and history.project_id = i_project_id and history.dialect = i_dialect
           and history.connection_id = case when i_handle ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then i_handle::uuid end
         limit 1),
        (select history.connection_id from connection_revision as history
         where history.project_id = i_project_id and history.dialect = i_dialect and history.operation = 'delete'
           and history.handle = handle_of(i_dialect, i_handle)
           and not exists (select from connection_revision as later
                           where later.project_id = history.project_id and later.connection_id = history.connection_id
                             and later.revision > history.revision)
         order by history.changed_at desc, history.revision desc limit 1))
$$;
comment on function connection_find(bigint, text, text) is
    'Which connection a path''s name means where the past is asked for: the live one of that name, the one of that UUID, or the one deleted last.';
revoke execute on function connection_find from public;
