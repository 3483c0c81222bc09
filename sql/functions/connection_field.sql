create function connection_field(i_dialect text, i_item jsonb, i_place text, i_sorts boolean) returns text
language sql immutable
as $$
    select case
        when i_item ? 'member' then format('member_text(connection.settings, %s ->> ''member'')%s', i_place, collating.clause)
        when i_item ->> 'field' = 'name' then
            case when i_dialect = 'apinizer' and i_sorts then 'connection.handle' else 'connection.name' || collating.clause end
        when i_item ->> 'field' = 'type' then 'connection.type' || collating.clause
        when i_item ->> 'field' = 'service' then 'connection.service'
        when i_item ->> 'field' = 'external_id' then 'connection.external_id'
        when i_item ->> 'field' = 'description' then 'connection.description' || collating.clause
        when i_item ->> 'field' = 'enabled' then 'connection.enabled' || case when i_sorts then '' else '::text' end
        when i_item ->> 'field' = 'deploy_to_worker' then 'connection.deploy_to_worker' || case when i_sorts then '' else '::text' end
        when i_item ->> 'field' in ('created_at', 'updated_at') then 'connection.' || (i_item ->> 'field')
        when i_item ->> 'field' = 'created_text' then '(floor(extract(epoch from connection.created_at) * 1000)::bigint::text)'
        when i_item ->> 'field' = 'updated_text' then '(floor(extract(epoch from connection.updated_at) * 1000)::bigint::text)'
        when i_item ->> 'field' = 'created_ms' then '(floor(extract(epoch from connection.created_at) * 1000)::bigint)'
        when i_item ->> 'field' = 'updated_ms' then '(floor(extract(epoch from connection.updated_at) * 1000)::bigint)'
        when i_item ->> 'field' in ('created_by', 'updated_by', 'created_client') then 'connection.' || (i_item ->> 'field') || collating.clause
        when i_item ->> 'field' = 'revision' then 'connection.revision'
        when i_item ->> 'field' = 'version' then '(''1.0.'' || (connection.revision - 1))'
        when i_item ->> 'field' = 'ims_org' then '(select project.ims_org from project where project.project_id = connection.project_id)'
        when i_item ->> 'field' = 'data_sets' then '(''@/connections/'' || connection.public_id || ''/dataSets'')' || collating.clause
        when i_item ->> 'field' = 'public_id' then
            case when i_dialect = 'activecampaign' and i_sorts then 'connection.public_id::bigint' else 'connection.public_id' end
        else format('(connection.settings ->> (%s ->> ''field''))', i_place)
    end
    from (select case when i_dialect = 'catalog' then ' collate "C"' else '' end as clause) as collating
$$;
comment on function connection_field(text, jsonb, text, boolean) is
    'SQL text for what an item of a list''s filters or orders is about: a column of ours, or a member of the settings whose name is reached through i_place (the item as text of a parameter expression), never written into the statement.';
revoke execute on function connection_field from public;
