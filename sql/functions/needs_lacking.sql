-- plpgsql, because the plan of an SQL function that cannot be inlined is made anew in every call that uses it.
create function needs_lacking(i_needs jsonb, i_secrets jsonb) returns text
language plpgsql immutable
as $$
begin
    return (
        select string_agg((need.ordinality - 1)::text, ',' order by need.ordinality)
        from jsonb_array_elements(i_needs) with ordinality as need (item, ordinality)
        where (need.item ->> 'given' is null or i_secrets ? (need.item ->> 'given'))
          and not i_secrets ?| array(select jsonb_array_elements_text(need.item -> 'any'))
    );
end
$$;
comment on function needs_lacking(jsonb, jsonb) is
    'Which needs are not met by the boxes: their indexes (from 0), comma-separated, or null. A need is {"any": [places], "given": place}: one of any must be there, if given (when named) is.';
revoke execute on function needs_lacking from public;
