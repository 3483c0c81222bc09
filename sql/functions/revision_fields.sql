-- Names of what differs between two states, told when somebody reads: changes do nothing for it. Members of the settings and columns by the names that
-- answers use. Boxes can be compared under one key only: where keys differ (between two rotations) a sealed field is not named here.
create function revision_fields(i_new connection_history, i_old connection_history) returns text[]
language sql stable
as $$
    select array(
        select distinct field collate "C"
        from (
            select named.field
            from (values ('name', i_new.name is distinct from i_old.name),
                         ('description', i_new.description is distinct from i_old.description),
                         ('enabled', i_new.enabled is distinct from i_old.enabled),
                         ('deployToWorker', i_new.deploy_to_worker is distinct from i_old.deploy_to_worker and i_new.dialect = 'apinizer'),
                         ('service', i_new.service is distinct from i_old.service),
                         ('externalid', i_new.external_id is distinct from i_old.external_id)) as named (field, differs)
            where named.differs
            union all
            select coalesce(new_member.key, old_member.key)
            from jsonb_each(i_new.settings::jsonb) as new_member
            full join jsonb_each(i_old.settings::jsonb) as old_member on old_member.key = new_member.key
            where new_member.value is distinct from old_member.value
            union all
            select place_member(coalesce(new_box.key, old_box.key))
            from jsonb_each(i_new.secrets) as new_box full join jsonb_each(i_old.secrets) as old_box on old_box.key = new_box.key
            where new_box.key is null or old_box.key is null or (new_box.value <> old_box.value and i_new.key_number = i_old.key_number)
        ) as differing (field)
        order by 1)
$$;
comment on function revision_fields(connection_history, connection_history) is 'Names of the fields in which two states of a connection differ. Against null: all fields that are set.';
revoke execute on function revision_fields from public;

create function revision_secrets(i_new connection_history, i_old connection_history) returns jsonb
language sql stable
as $$
    select coalesce(jsonb_object_agg(coalesce(new_box.key, old_box.key),
               case when new_box.key is null then 'removed'
                    when old_box.key is null then 'changed'
                    when i_new.key_number <> i_old.key_number then 'unknown'
                    when new_box.value <> old_box.value then 'changed'
                    else 'unchanged' end), '{}')
    from jsonb_each(i_new.secrets) as new_box full join jsonb_each(i_old.secrets) as old_box on old_box.key = new_box.key
$$;
comment on function revision_secrets(connection_history, connection_history) is
    'What became of each sealed value from one state to the next, by place: changed, unchanged, removed, or unknown where the two are sealed with different keys.';
revoke execute on function revision_secrets from public;
