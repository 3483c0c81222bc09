create function matches_revision(i_if_match text, i_revision bigint) returns boolean
language sql immutable
as $$
    select i_if_match is null or i_if_match = '*' or i_revision::text = any (string_to_array(i_if_match, ','))
$$;
comment on function matches_revision(text, bigint) is
    'Whether a precondition holds: null none, * any, else a comma-separated list of revisions (empty: none matches). The worker has parsed If-Match into this form.';
revoke execute on function matches_revision from public;
