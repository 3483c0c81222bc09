create function material_environments(i_project_id bigint, i_material_id uuid) returns jsonb
language sql stable
as $$
    select coalesce(jsonb_agg(
               jsonb_build_object('environment', environment, 'alias', alias)
               || case kind when 'keystore' then jsonb_build_object('format', format)
                            else jsonb_build_object('subject', subject, 'valid_from', to_char(valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                                                    'valid_until', to_char(valid_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                                                    'sha1_thumbprint', sha1_thumbprint) end
               order by place), '[]')
    from material_environment
    where material_environment.project_id = i_project_id and material_environment.material_id = i_material_id
$$;
comment on function material_environments(bigint, uuid) is 'What is in material_environment about one keystore or certificate, as JSON in the form that material_create takes.';
revoke execute on function material_environments from public;
