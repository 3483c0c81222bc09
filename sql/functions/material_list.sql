-- A portion of a project's keystores or certificates, in the order of their names: those after i_after (null: from the start), at most i_limit.
-- Boxes as in material_read for those who do not change. At least one row, which carries the outcome: invalid_token, unknown_project, ok.
create function material_list(i_digest bytea[], i_kind text[], i_project text[], i_after text[], i_limit bigint[])
returns table (ordinal bigint, outcome text, project_id bigint, material_id uuid, key_number integer, revision bigint,
               name text, description text, environments jsonb, secrets jsonb, handle text)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select request.ordinal, coalesce(access.refusal, 'ok'), access.project_id, listed.material_id, listed.key_number, listed.revision,
           listed.name, listed.description, case when listed.material_id is not null then material_environments(access.project_id, listed.material_id) end,
           case when request.kind = 'certificate' then listed.secrets end, listed.handle
    from unnest(i_digest, i_kind, i_project, i_after, i_limit) with ordinality as request (digest, kind, project, after, most, ordinal)
    cross join lateral access(request.digest, request.project, null) as access
    left join lateral (
        select material.* from material
        where access.refusal is null and material.project_id = access.project_id and material.kind = request.kind
          and (request.after is null or material.handle > request.after)
        order by material.handle limit request.most
    ) as listed on true
    order by request.ordinal, listed.handle;
end
$$;
comment on function material_list(bytea[], text[], text[], text[], bigint[]) is 'A portion of a list of keystores or certificates.';
revoke execute on function material_list from public;
grant execute on function material_list to patchbay_worker;
