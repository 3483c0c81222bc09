-- A list begins here: which connections, in which order, how many in all; connection_fetch then gives their rows in portions. So a list
-- of any length takes little memory, is of one moment, and every way to sort or filter is in one place.
-- Outcomes: invalid_token, unknown_project, ok. One row; ids are comma-separated.
create function connection_list(
    i_digest bytea[], i_dialect text[], i_project text[], i_type text[], i_sort text[], i_descending boolean[], i_offset bigint[], i_limit bigint[])
returns table (ordinal bigint, outcome text, project_id bigint, total bigint, ids text)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select request.ordinal, coalesce(access.refusal, 'ok'), access.project_id, found.total, found.ids
    from unnest(i_digest, i_dialect, i_project, i_type, i_sort, i_descending, i_offset, i_limit)
         with ordinality as request (digest, dialect, project, type, sort, descending, skipped, wanted, ordinal)
    cross join lateral access(request.digest, request.project, null) as access
    cross join lateral (
        select count(*) as total,
               string_agg(sorted.connection_id::text, ',' order by sorted.place)
                   filter (where sorted.place > request.skipped and (request.wanted is null or sorted.place <= request.skipped + request.wanted)) as ids
        from (
            select connection.connection_id, row_number() over (
                order by case when not request.descending then keys.word end, case when request.descending then keys.word end desc,
                         case when not request.descending then keys.moment end, case when request.descending then keys.moment end desc,
                         connection.handle, connection.connection_id) as place
            from connection
            cross join lateral (
                select case request.sort when 'type' then connection.type when 'description' then connection.description
                           when 'enabled' then connection.enabled::text when 'deployToWorker' then connection.deploy_to_worker::text
                           when 'name' then connection.handle end collate "und-x-icu" as word,
                       case request.sort when 'created' then connection.created_at when 'updated' then connection.updated_at end as moment
            ) as keys
            where access.refusal is null and connection.project_id = access.project_id and connection.dialect = request.dialect
              and (request.type is null or connection.type = request.type)
        ) as sorted
    ) as found;
end
$$;
comment on function connection_list(bytea[], text[], text[], text[], text[], boolean[], bigint[], bigint[]) is
    'Which connections a list has, in order, and how many match in all.';
revoke execute on function connection_list from public;
grant execute on function connection_list to patchbay_worker;
