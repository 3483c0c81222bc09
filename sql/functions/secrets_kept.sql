create function secrets_kept(i_secrets jsonb, i_keep jsonb) returns jsonb
language sql immutable
as $$
    select coalesce(jsonb_object_agg(box.key, box.value), '{}') from jsonb_each(i_secrets) as box where i_keep ? box.key
$$;
comment on function secrets_kept(jsonb, jsonb) is 'Of the stored boxes those whose place is listed (an array of texts).';
revoke execute on function secrets_kept from public;
