create function project_list(i_digest bytea[])
returns table (ordinal bigint, outcome text, name text, description text)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select 1::bigint, case when access.refusal = 'invalid_token' then 'invalid_token' else 'ok' end, listed.name, listed.description
    from access(i_digest[1], null, null) as access
    left join (
        select project.name, project.description from project cross join lateral access(i_digest[1], project.name, null) as member where member.refusal is null
    ) as listed on access.refusal is distinct from 'invalid_token'
    order by listed.name;
end
$$;
comment on function project_list(bytea[]) is 'The caller''s projects: at least one row; a null name where there are none. For one request a call.';
revoke execute on function project_list from public;
grant execute on function project_list to patchbay_worker;
