-- Who asks, and may they? Written so that the planner inlines it: no definer, no settings of its own, one statement.
-- i_project null: the credential's own project. Beginning with a slash, which no name has: Catalog's way to say a project, the calling
-- client and the organisation (catalog_client.sql); the two functions for that are called for Catalog only.
create function access(i_digest bytea, i_project text, i_permission text)
returns table (refusal text, project_id bigint, actor text, permissions text[])
language sql stable
as $$
    select case
               when credential.actor is null then 'invalid_token'
               when i_project ^@ '/' and catalog_client(i_project) is null then 'invalid_client'
               when project.project_id is null or cardinality(effective.permissions) = 0 then 'unknown_project'
               when i_permission is not null and i_permission <> all (effective.permissions) then 'forbidden'
           end,
           project.project_id,
           credential.actor,
           effective.permissions
    from (select 1) as always
    left join lateral (
        select token.project_id, token.user_id, token.permissions::text[] as permissions, 'token:' || token.token_id as actor, user_account.is_admin
        from token left join user_account using (user_id)
        where token.digest = i_digest and token.revoked_at is null and token.expires_at > now()
          and (token.user_id is null or user_account.disabled_at is null)
        union all
        select null, user_session.user_id, null, 'user:' || user_account.name, user_account.is_admin
        from user_session join user_account using (user_id)
        where user_session.digest = i_digest and user_session.expires_at > now() and user_account.disabled_at is null
    ) as credential on true
    left join project on project.project_id = case when i_project is null then credential.project_id
                                                   when i_project ^@ '/' then catalog_project(i_project)
                                                   else (select named.project_id from project as named where named.name = i_project) end
        and (credential.project_id is null or credential.project_id = project.project_id)
    left join user_permission on user_permission.project_id = project.project_id and user_permission.user_id = credential.user_id
    cross join lateral (
        select case when credential.user_id is null then credential.permissions
                    when credential.is_admin then coalesce(credential.permissions, all_permissions())
                    when credential.permissions is null then coalesce(user_permission.permissions::text[], '{}')
                    else permissions_shared(credential.permissions, user_permission.permissions::text[])
               end as permissions
    ) as effective
$$;
comment on function access(bytea, text, text) is
    'One row: refusal (null when allowed; invalid_token, invalid_client, unknown_project, forbidden), the project, who asks, what they may. A caller without any permission in a project is told that it is unknown.';
revoke execute on function access from public;
