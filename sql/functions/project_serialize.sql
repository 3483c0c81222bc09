-- Transactions of several changes lock rows in whatever order their caller wrote them down; two of a project would wait for each other in a circle.
-- So they go one after the other. Single changes don't come by here: their batches lock in one order.
create function project_serialize(i_project text[])
returns table (ordinal bigint, outcome text)
language plpgsql volatile security definer set search_path = patchbay, pg_temp
as $$
#variable_conflict use_column
begin
    perform pg_advisory_xact_lock(hashtext('patchbay.project_serialize'), hashtext(substr(i_project[1], 67)));
    return query select 1::bigint, 'ok';
end
$$;
comment on function project_serialize(text[]) is
    'Waits until no other transaction that called this for the same project (a Catalog caller''s text /DIGEST/ORGANISATION) is under way.';
revoke execute on function project_serialize from public;
grant execute on function project_serialize to patchbay_worker;
