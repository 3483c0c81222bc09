-- plpgsql, because the plan of an SQL function that cannot be inlined is made anew in every call that uses it.
create function matches_revision(i_precondition text, i_revision bigint, i_updated_at timestamptz) returns boolean
language plpgsql immutable
as $$
begin
    return i_precondition is null or i_precondition = '*' or i_precondition = i_revision::text or i_precondition <> '' and not exists (
            select from string_to_table(i_precondition, ';') as clause
            where (left(clause, 1) = '!') = (
                ltrim(clause, '!') = '*' or i_revision::text = any (string_to_array(ltrim(clause, '!'), ','))
                or 'u' || floor(extract(epoch from i_updated_at) * 1000)::bigint = any (string_to_array(ltrim(clause, '!'), ','))));
end
$$;
comment on function matches_revision(text, bigint, timestamptz) is
    'Whether a precondition holds. null: none. Else clauses that must all hold, parted by semicolons: * (any), or a comma-separated list of revisions (7) and of moments of the last change in milliseconds (u1700000000000), one of which must match (an empty list: none does); a clause after ! must not match.';
revoke execute on function matches_revision from public;
