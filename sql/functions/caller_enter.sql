-- Whether callers may enter a project, where no connection is asked for. Outcomes: ok, invalid_token, invalid_client, unknown_project, and forbidden
-- (noted) where i_permission is given. Outside any transaction of what follows: what is refused stays noted, whatever is rolled back later.
create function caller_enter(i_digest bytea[], i_project text[], i_permission text[], i_request_id text[])
returns table (ordinal bigint, outcome text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with judged as (
        select request.*, access.project_id, access.actor, coalesce(access.refusal, 'ok') as outcome
        from unnest(i_digest, i_project, i_permission, i_request_id) with ordinality as request (digest, project, permission, request_id, ordinal)
        cross join lateral access(request.digest, request.project, request.permission) as access
    ), refused as (
        insert into audit_event (project_id, actor, action, request_id, detail)
        select project_id, actor, 'permission.refused', request_id, jsonb_build_object('operation', 'connection.multiple')
        from judged where judged.outcome = 'forbidden'
    )
    select judged.ordinal, judged.outcome from judged;
end
$$;
comment on function caller_enter(bytea[], text[], text[], text[]) is 'Whether callers may enter a project and have a permission there, one an array element.';
revoke execute on function caller_enter from public;
grant execute on function caller_enter to patchbay_worker;
