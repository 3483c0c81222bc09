create function caller_check(i_digest bytea[])
returns table (ordinal bigint, outcome text)
language plpgsql stable security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    -- Which project does not matter: only whether there is such a credential.
    return query
    select request.ordinal, case when access.refusal = 'invalid_token' then 'invalid_token' else 'ok' end
    from unnest(i_digest) with ordinality as request (digest, ordinal)
    cross join lateral access(request.digest, null, null) as access;
end
$$;
comment on function caller_check(bytea[]) is 'Whether credentials are valid, one an array element: ok or invalid_token.';
revoke execute on function caller_check from public;
grant execute on function caller_check to patchbay_worker;
