create function revision_secrets(i_new connection_revision, i_old connection_revision) returns jsonb
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
comment on function revision_secrets(connection_revision, connection_revision) is
    'What became of each sealed value from one state to the next, by place: changed, unchanged, removed, or unknown where the two are sealed with different keys.';
revoke execute on function revision_secrets from public;
