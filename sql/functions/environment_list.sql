-- i_project null: all environments, for administrators. Outcomes: invalid_token, forbidden (noted), unknown_project, ok; at least one row.
create function environment_list(i_digest bytea[], i_project text[], i_request_id text[])
returns table (ordinal bigint, outcome text, environment_id bigint, name text, description text, type text, status text, access_url text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_outcome text;
    v_project bigint;
    v_actor text;
begin
    select coalesce(case when i_project[1] is null and access.refusal = 'unknown_project' then null else access.refusal end, 'ok'), access.project_id, access.actor
    into v_outcome, v_project, v_actor from access(i_digest[1], i_project[1], null) as access;
    if v_outcome = 'ok' and i_project[1] is null and not is_administrator(i_digest[1]) then
        v_outcome := 'forbidden';
        insert into audit_event (project_id, actor, action, request_id, detail)
        values (coalesce(v_project, 0), v_actor, 'permission.refused', i_request_id[1], '{"operation": "environment.list"}');
    end if;
    return query
    select 1::bigint, v_outcome, listed.environment_id, listed.name, listed.description, listed.type, listed.status, listed.access_url
    from (select 1) as always
    left join (
        select environment.* from environment
        where i_project[1] is null or exists (select from environment_project as link
                                              where link.project_id = v_project and link.environment_id = environment.environment_id)
    ) as listed on v_outcome = 'ok'
    order by listed.name;
end
$$;
comment on function environment_list(bytea[], text[], text[]) is 'A project''s environments, or all for administrators. For one request a call.';
revoke execute on function environment_list from public;
grant execute on function environment_list to patchbay_worker;
