create function references_lacking(i_project_id bigint, i_references jsonb) returns text
language sql stable
as $$
    select string_agg((named.ordinality - 1)::text, ',' order by named.ordinality)
    from jsonb_array_elements(i_references) with ordinality as named (item, ordinality)
    where not exists (select from material
                      where material.project_id = i_project_id and material.kind = named.item ->> 'kind'
                        and material.handle = handle_of('apinizer', named.item ->> 'name'))
$$;
comment on function references_lacking(bigint, jsonb) is
    'Which references name nothing: their indexes (from 0), comma-separated, or null. A reference is {"kind": "keystore", "name": "..."}; kinds as in material.';
revoke execute on function references_lacking from public;
