-- Who asks, and may they? Written so that the planner inlines it: no definer, no settings of its own, one statement.
-- i_project null: the credential's own project.
create function access(i_digest bytea, i_project text, i_permission text)
returns table (refusal text, project_id bigint, actor text, permissions text[])
language sql stable
as $$
    select case
               when token.token_id is null then 'invalid_token'
               when project.project_id is null or cardinality(token.permissions) = 0 then 'unknown_project'
               when i_permission is not null and i_permission <> all (token.permissions) then 'forbidden'
           end,
           project.project_id,
           'token:' || token.token_id,
           token.permissions::text[]
    from (select 1) as always
    left join token on token.digest = i_digest and token.revoked_at is null and token.expires_at > now()
    left join project on project.project_id = token.project_id and (i_project is null or project.name = i_project)
$$;
comment on function access(bytea, text, text) is
    'One row: refusal (null when allowed; invalid_token, unknown_project, forbidden), the project, who asks, what they may. A caller without any permission in a project is told that it is unknown.';
revoke execute on function access from public;
