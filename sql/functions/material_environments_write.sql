create function material_environments_write(i_project_id bigint, i_material_id uuid, i_kind text, i_environments jsonb) returns void
language sql volatile
as $$
    delete from material_environment where project_id = i_project_id and material_id = i_material_id;
    insert into material_environment (project_id, material_id, kind, place, environment, alias, format, subject, valid_from, valid_until, sha1_thumbprint)
    select i_project_id, i_material_id, i_kind, item.ordinality, item.environment, item.alias, item.format, item.subject, item.valid_from,
           item.valid_until, item.sha1_thumbprint
    from rows from (jsonb_to_recordset(i_environments)
         as (environment text, alias text, format text, subject text, valid_from timestamptz, valid_until timestamptz, sha1_thumbprint text))
         with ordinality as item (environment, alias, format, subject, valid_from, valid_until, sha1_thumbprint, ordinality)
$$;
comment on function material_environments_write(bigint, uuid, text, jsonb) is 'Replaces what is in material_environment about one keystore or certificate.';
revoke execute on function material_environments_write from public;
