-- plpgsql, because the plan of an SQL function that cannot be inlined is made anew in every call that uses it.
create function secrets_kept(i_secrets jsonb, i_keep jsonb) returns jsonb
language plpgsql immutable
as $$
begin
    return (
        select coalesce(jsonb_object_agg(box.key, box.value), '{}') from jsonb_each(i_secrets) as box where i_keep ? box.key
    );
end
$$;
comment on function secrets_kept(jsonb, jsonb) is 'Of the stored boxes those whose place is listed (an array of texts, or an object with places as keys).';
revoke execute on function secrets_kept from public;
