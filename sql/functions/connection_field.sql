create function connection_field(i_dialect text, i_field text, i_name text, i_sorts boolean) returns text
language sql immutable
as $$
    select case
        when i_field = 'name' then case when i_dialect = 'apinizer' and i_sorts then 'connection.handle' else 'connection.name' end
        when i_field = 'type' then 'connection.type'
        when i_field = 'service' then 'connection.service'
        when i_field = 'external_id' then 'connection.external_id'
        when i_field = 'description' then 'connection.description'
        when i_field = 'enabled' then 'connection.enabled' || case when i_sorts then '' else '::text' end
        when i_field = 'deploy_to_worker' then 'connection.deploy_to_worker' || case when i_sorts then '' else '::text' end
        when i_field = 'created_at' then 'connection.created_at'
        when i_field = 'updated_at' then 'connection.updated_at'
        when i_field = 'public_id' then case when i_dialect = 'activecampaign' and i_sorts then 'connection.public_id::bigint' else 'connection.public_id' end
        else format('(connection.settings ->> (%s))', i_name)
    end
$$;
comment on function connection_field(text, text, text, boolean) is
    'SQL text for a field to filter or sort by: a column of ours, or a member of the settings whose name is reached through i_name (the text of a parameter expression), never written into the statement.';
revoke execute on function connection_field from public;
