-- The rows of a list, in the order of its ids: as many from the front as fit into i_bytes (one at least). What was deleted meanwhile is passed over.
-- Access is checked again with every portion. No boxes: lists have none. `position` says how far the ids have been used, from 1.
create function connection_fetch(i_digest bytea[], i_dialect text[], i_project text[], i_ids text[], i_bytes bigint[])
returns table (ordinal bigint, "position" bigint, connection_id uuid, revision bigint, public_id text, name text, type text, service text, external_id text,
               description text, enabled boolean, deploy_to_worker boolean, settings json, created_us bigint, created_by text,
               updated_us bigint, updated_by text, created_client text)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select listed.ordinal, listed.place, connection_id, revision, public_id, name, type, service, external_id, description, enabled, deploy_to_worker,
           settings, (extract(epoch from created_at) * 1000000)::bigint, created_by, (extract(epoch from updated_at) * 1000000)::bigint, updated_by,
           created_client
    from (
        select request.ordinal, wanted.place, connection.*,
               sum(octet_length(connection.settings::text) + 1024) over (order by wanted.place) as size,
               row_number() over (order by wanted.place) as line, request.bytes
        from unnest(i_digest, i_dialect, i_project, i_ids, i_bytes) with ordinality as request (digest, dialect, project, ids, bytes, ordinal)
        cross join lateral access(request.digest, request.project, null) as access
        cross join lateral unnest(string_to_array(request.ids, ',')::uuid[]) with ordinality as wanted (id, place)
        join connection on access.refusal is null and connection.project_id = access.project_id and connection.connection_id = wanted.id
            and connection.dialect = request.dialect
    ) as listed
    where listed.line = 1 or listed.size <= listed.bytes
    order by listed.place;
end
$$;
comment on function connection_fetch(bytea[], text[], text[], text[], bigint[]) is 'The rows of a list, a portion at a time.';
revoke execute on function connection_fetch from public;
grant execute on function connection_fetch to patchbay_worker;
