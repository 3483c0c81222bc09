create function deployment_asked(i_project_id bigint, i_connection_id uuid, i_wanted boolean, i_again boolean) returns boolean
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
begin
    if i_again then
        perform deployment_mark(array[i_project_id], array[i_connection_id], array[clock_timestamp() + interval '1 second'], null);
    end if;
    return i_wanted or exists (select from deployment where deployment.project_id = i_project_id and deployment.connection_id = i_connection_id);
end
$$;
comment on function deployment_asked(bigint, uuid, boolean, boolean) is
    'Whether a write has something to deploy: it is wanted, or it is somewhere and must go. i_again: a write that changed nothing is delivered once more.';
revoke execute on function deployment_asked from public;
