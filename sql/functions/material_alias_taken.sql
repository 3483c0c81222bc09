create function material_alias_taken(i_project_id bigint, i_material_id uuid, i_environments jsonb) returns boolean
language sql stable
as $$
    select exists (
        select from jsonb_array_elements(i_environments) as given (item)
        join material_environment as other on other.project_id = i_project_id and other.kind = 'certificate'
            and other.environment = given.item ->> 'environment'
            and handle_of('apinizer', other.alias) = handle_of('apinizer', given.item ->> 'alias')
        where other.material_id <> i_material_id)
$$;
comment on function material_alias_taken(bigint, uuid, jsonb) is 'Whether another certificate has one of the aliases in the same environment.';
revoke execute on function material_alias_taken from public;
