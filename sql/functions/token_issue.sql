create function token_issue(project text, name text, permissions text[], user_name text default null, expires timestamptz default 'infinity')
returns text
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
declare
    v_project bigint;
    v_token text := credential_make('pbt');
    v_user bigint;
    v_id bigint;
begin
    select project_id into v_project from project where project.name = token_issue.project;
    if v_project is null then
        raise exception using errcode = 'no_data_found', message = format('there is no project %s', token_issue.project);
    end if;
    if token_issue.user_name is not null then
        select user_id into v_user from user_account where user_account.name = token_issue.user_name;
        if v_user is null then
            raise exception using errcode = 'no_data_found', message = format('there is no user %s', token_issue.user_name);
        end if;
    end if;
    if expires <= now() then
        raise exception using errcode = 'invalid_parameter_value', message = 'the expiry is in the past';
    end if;
    -- Each once, in the order given.
    if permissions is not null then
        permissions := array(select given from unnest(permissions) with ordinality as permission (given, place) group by given order by min(place));
    end if;
    insert into token (project_id, digest, name, permissions, user_id, expires_at)
    values (v_project, sha256(convert_to(v_token, 'UTF8')), token_issue.name, token_issue.permissions, v_user, expires)
    returning token_id into v_id;
    insert into audit_event (project_id, actor, action, detail)
    values (v_project, session_user, 'token.issue', jsonb_build_object('token', v_id, 'name', token_issue.name, 'permissions', token_issue.permissions));
    return v_token;
end
$$;
comment on function token_issue(text, text, text[], text, timestamptz) is
    'Issues a token for a project and returns it, this once. The same as: patchbay token issue --project P --name LABEL --permission C:A,... [--user U] [--expires WHEN].';
revoke execute on function token_issue from public;
grant execute on function token_issue to patchbay_admin;
