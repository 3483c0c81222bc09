-- plpgsql, because the plan of an SQL function that cannot be inlined is made anew in every call that uses it.
create function secrets_beside(i_secrets jsonb, i_changed json, i_removed jsonb, i_keep jsonb) returns jsonb
language plpgsql immutable
as $$
begin
    return (
        select coalesce(jsonb_object_agg(box.key, box.value), '{}')
        from jsonb_each(i_secrets) as box
        where i_keep ? box.key
           or not (i_changed::jsonb ? patchbay.place_member(box.key) or coalesce(i_removed ? patchbay.place_member(box.key), false))
    );
end
$$;
comment on function secrets_beside(jsonb, json, jsonb, jsonb) is
    'Of the stored boxes those that a change of some members leaves: outside the changed and removed members, or listed to be kept.';
revoke execute on function secrets_beside from public;
