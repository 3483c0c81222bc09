create function token_touch(i_digests text[])
returns table (ordinal bigint, touched bigint)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
declare
    v_touched bigint;
begin
    -- Rows that another worker writes at this moment are passed over: it writes the same.
    with used as (
        select token.project_id, token.token_id
        from unnest(i_digests) as list (digests)
        cross join lateral unnest(string_to_array(list.digests, ',')) as hex (digest)
        join token on token.digest = decode(hex.digest, 'hex')
        for no key update of token skip locked
    )
    update token set last_used_at = now()
    from used where token.project_id = used.project_id and token.token_id = used.token_id;
    get diagnostics v_touched = row_count;
    return query select 1::bigint, v_touched;
end
$$;
comment on function token_touch(text[]) is 'Notes that tokens were used: their digests in hex, comma-separated. Workers call it once an interval.';
revoke execute on function token_touch from public;
grant execute on function token_touch to patchbay_worker;
