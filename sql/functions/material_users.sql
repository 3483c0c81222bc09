create function material_users(i_project_id bigint, i_material_id uuid) returns text[]
language sql stable
as $$
    select coalesce(array_agg(connection.name order by connection.handle), '{}')
    from connection_reference
    join connection using (project_id, connection_id)
    where connection_reference.project_id = i_project_id and connection_reference.material_id = i_material_id
$$;
comment on function material_users(bigint, uuid) is 'The names of the connections that use a keystore or certificate.';
revoke execute on function material_users from public;
